"""One contract, two stores: a folder served by a small app, and a bucket on a real S3 server."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from store.folder import Folder, LinkRefused
from store.objects import ObjectMissing, Objects, ObjectsUnavailable, ObjectTooLarge, content_type_of
from store.s3 import S3
from tests.seaweed import S3Server, seaweedfs

SECRET = b"sixteen bytes or more"
KEY = "clips/job_x/1.ogg"
ODD_KEYS = [
    "a",
    "a b/c+d & e.ogg",
    "käse/音.ogg",
    "100%/%2e%2e/x=1?y#z.mp3",
    "~a/b..c/d...",
    "q'\"<>|:*/1.wav",
    "x" * 255,
]
ILLEGAL_KEYS = [
    *("", "/", "/etc/passwd", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b"),
    *(".hidden", "a/.hidden", "..\\a", "a\\b", "C:\\a", "a\0b", "a\nb", "a\x7fb", "a\ud800", "a\u202eb"),
    *("x" * 256, "ü" * 128, "x/" * 500 + "x", "clips/job_x/.1.ogg.part"),
]


@dataclass(frozen=True)
class House:
    """A store and a browser that can follow its links."""

    objects: Objects
    browser: httpx.AsyncClient


@pytest.fixture(params=["folder", "s3"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    if request.param == "folder":
        objects: Objects = Folder(tmp_path / "objects", "http://bernie.test/", SECRET)
        transport = httpx.ASGITransport(files_app(objects))
    else:
        objects, transport = request.getfixturevalue("s3"), None
    async with httpx.AsyncClient(transport=transport) as browser:
        yield House(objects, browser)
    await objects.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "objects", "http://bernie.test", SECRET)


@pytest.fixture
def s3(aws: S3Server, request: pytest.FixtureRequest) -> S3:
    prefix = "tests/" + re.sub(r"\W", "-", request.node.name)
    return S3(aws.bucket, endpoint=aws.endpoint, prefix=prefix)


@pytest.fixture
def aws(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, with its credentials where AWS's tools look for them."""
    use(s3_server, monkeypatch)
    return s3_server


def use(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


def files_app(folder: Folder) -> Starlette:
    async def serve(request: Request) -> Response:
        key, query = request.path_params["key"], request.query_params
        try:
            path = folder.open(key, int(query["expires"]), query.get("name"), query["signature"])
        except LinkRefused as refusal:
            return PlainTextResponse(str(refusal), 403)
        return FileResponse(path, media_type=content_type_of(key), filename=query.get("name"))

    async def take(request: Request) -> Response:
        key, query = request.path_params["key"], request.query_params
        try:
            folder.check_put(key, int(query["expires"]), int(query["bytes"]), query["signature"])
            await folder.receive(key, int(query["bytes"]), request.stream())
        except LinkRefused as refusal:
            return PlainTextResponse(str(refusal), 403)
        return Response()

    path = "/files/{key:path}"
    return Starlette(routes=[Route(path, serve), Route(path, take, methods=["PUT"])])


async def keys(objects: Objects, prefix: str = "") -> list[str]:
    return sorted([item.key async for item in objects.list(prefix)])


# The contract


async def test_what_was_put_is_got_and_overwritten_whole(house: House):
    await house.objects.put(KEY, b"first and longer", "audio/ogg")
    assert await house.objects.get(KEY) == b"first and longer"
    await house.objects.put(KEY, b"second", "audio/ogg")
    assert await house.objects.get(KEY) == b"second"


async def test_an_empty_and_an_8_megabyte_object_come_back_unchanged(house: House):
    large = os.urandom(8 * 2**20)
    await house.objects.put("empty.ogg", b"", "audio/ogg")
    await house.objects.put("large.wav", large, "audio/wav")
    assert await house.objects.get("empty.ogg") == b""
    assert await house.objects.get("large.wav") == large


async def test_a_missing_object_says_which(house: House):
    with pytest.raises(ObjectMissing) as missing:
        await house.objects.get(KEY)
    assert missing.value.key == KEY


async def test_a_part_of_a_key_is_not_an_object(house: House):
    await house.objects.put(KEY, b"sound", "audio/ogg")
    for near in ("clips/job_x", KEY + "/2.ogg"):
        with pytest.raises(ObjectMissing):
            await house.objects.get(near)
        await house.objects.delete([near])
    assert await keys(house.objects) == [KEY]


async def test_delete_takes_absent_keys_and_takes_them_again(house: House):
    await house.objects.put(KEY, b"sound", "audio/ogg")
    await house.objects.put("clips/job_y/1.ogg", b"stays", "audio/ogg")
    for _ in range(2):
        await house.objects.delete(iter([KEY, "never/was.ogg"]))
    await house.objects.delete([])
    assert await keys(house.objects) == ["clips/job_y/1.ogg"]


@pytest.mark.slow
async def test_more_objects_than_a_batch_holds_are_listed_and_deleted(house: House):
    many = [f"clips/job_{i % 7}/{i}.ogg" for i in range(1003)]
    for start in range(0, len(many), 50):
        await asyncio.gather(*(house.objects.put(key, b"x", "audio/ogg") for key in many[start : start + 50]))
    assert await keys(house.objects) == sorted(many)
    await house.objects.delete(many)
    assert await keys(house.objects) == []


async def test_list_gives_size_and_time_of_what_the_prefix_starts(house: House):
    for key in ("clips/job_1/1.ogg", "clips/job_10/1.ogg", "clips/job_2/1.ogg", "voices/v.wav"):
        await house.objects.put(key, b"12345", "audio/ogg")
    assert await keys(house.objects, "clips/job_1") == ["clips/job_1/1.ogg", "clips/job_10/1.ogg"]
    assert await keys(house.objects, "clips/job_1/") == ["clips/job_1/1.ogg"]
    assert await keys(house.objects, "nothing/") == []
    [item] = [item async for item in house.objects.list("voices/")]
    assert (item.key, item.bytes, item.modified.tzinfo) == ("voices/v.wav", 5, UTC)
    assert abs(datetime.now(UTC) - item.modified) < timedelta(seconds=60)


@pytest.mark.parametrize("key", ODD_KEYS)
async def test_an_odd_but_legal_key_works_everywhere(house: House, key: str):
    await house.objects.put(key, key.encode(), "audio/ogg")
    assert await house.objects.get(key) == key.encode()
    assert await keys(house.objects) == [key]
    answer = await house.browser.get(await house.objects.link(key, seconds=60))
    assert (answer.status_code, answer.content) == (200, key.encode())
    await house.objects.delete([key])
    assert await keys(house.objects) == []


@pytest.mark.parametrize("key", ILLEGAL_KEYS)
async def test_an_illegal_key_is_refused_by_every_method(house: House, key: str):
    with pytest.raises(ValueError):
        await house.objects.put(key, b"sound", "audio/ogg")
    with pytest.raises(ValueError):
        await house.objects.get(key)
    with pytest.raises(ValueError):
        await house.objects.link(key, seconds=60)
    with pytest.raises(ValueError):
        await house.objects.delete([key])


async def test_a_link_gives_the_bytes_the_type_and_the_name(house: House):
    await house.objects.put(KEY, b"0123456789", "audio/ogg")
    answer = await house.browser.get(await house.objects.link(KEY, seconds=60, filename='Grüße "1"\r\n.ogg'))
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert quote('Grüße "1"\r\n.ogg') in answer.headers["content-disposition"]
    assert "x-injected" not in answer.headers


async def test_a_link_without_a_name_is_not_a_download(house: House):
    await house.objects.put("talk.mp3", b"0123456789", "audio/mpeg")
    answer = await house.browser.get(await house.objects.link("talk.mp3", seconds=60))
    assert answer.headers["content-type"] == "audio/mpeg"
    assert "content-disposition" not in answer.headers


async def test_a_link_serves_ranges_so_that_players_can_seek(house: House):
    await house.objects.put(KEY, b"0123456789", "audio/ogg")
    answer = await house.browser.get(await house.objects.link(KEY, seconds=60), headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")


@pytest.mark.slow
async def test_a_file_is_put_to_its_link_and_put_again(house: House):
    large = os.urandom(3 * 2**20)
    url = await house.objects.put_link("uploads/x/incoming", seconds=60, bytes=len(large))
    for body in (large[::-1], large):
        answer = await house.browser.put(url, content=body, headers={"content-type": "video/anything"})
        assert answer.is_success, answer.text
    assert await house.objects.get("uploads/x/incoming") == large


@pytest.mark.parametrize("length", [0, 9, 11, 3_000_000])
async def test_a_link_to_put_takes_no_other_length(house: House, length: int):
    url = await house.objects.put_link("uploads/x/incoming", seconds=60, bytes=10)
    answer = await house.browser.put(url, content=b"x" * length)
    assert answer.status_code == 403, answer.text
    assert await keys(house.objects) == []


async def test_a_link_to_put_is_for_one_file_for_one_method_and_for_its_time(house: House):
    await house.objects.put(KEY, b"0123456789", "audio/ogg")
    url = await house.objects.put_link("uploads/x/incoming", seconds=1, bytes=3)
    other = await house.browser.put(url.replace("uploads/x/incoming", KEY), content=b"new")
    read = await house.browser.get(url)
    to_read = await house.objects.link(KEY, seconds=60)
    written = await house.browser.put(to_read + "&bytes=3", content=b"new")
    await asyncio.sleep(2)
    late = await house.browser.put(url, content=b"new")
    assert {answer.is_success for answer in (other, read, written, late)} == {False}
    assert await house.objects.get(KEY) == b"0123456789"
    assert await keys(house.objects) == [KEY]


async def test_what_is_larger_than_was_asked_for_is_not_read(house: House):
    await house.objects.put(KEY, b"0123456789", "audio/ogg")
    assert await house.objects.get(KEY, at_most=10) == b"0123456789"
    with pytest.raises(ObjectTooLarge):
        await house.objects.get(KEY, at_most=9)


async def test_links_lead_to_the_public_address_of_the_bucket(aws: S3Server):
    public = aws.endpoint.replace("127.0.0.1", "localhost")
    objects = S3(aws.bucket, endpoint=aws.endpoint, public_endpoint=public, prefix="public")
    async with httpx.AsyncClient() as browser:
        url = await objects.put_link(KEY, seconds=60, bytes=5)
        assert (await browser.put(url, content=b"sound")).is_success
        link = await objects.link(KEY, seconds=60)
        assert (await browser.get(link)).content == await objects.get(KEY) == b"sound"
    assert url.startswith(public)
    assert link.startswith(public)
    await objects.delete([KEY])
    await objects.aclose()
    with pytest.raises(ValueError, match="BERNIE_S3__PUBLIC_ENDPOINT"):
        S3("clips", public_endpoint="s3.example.org")


async def test_an_expired_link_is_refused(house: House):
    await house.objects.put(KEY, b"sound", "audio/ogg")
    url = await house.objects.link(KEY, seconds=1)
    await asyncio.sleep(2.1)
    assert (await house.browser.get(url)).status_code == 403


@pytest.mark.parametrize(
    ("part", "pattern", "instead"),
    [
        ("key", r"/1\.ogg\?", "/2.ogg?"),
        ("expiry", r"(expires=|Expires=)(\d+)", r"\g<1>1\g<2>"),
        ("name", r"mine\.ogg", "yours.ogg"),
        ("no name", r"(name|response-content-disposition)=[^&]*&", ""),
        ("signature", r"([sS]ignature=)(..)", r"\g<1>00"),
        ("last of the signature", r"(ignature=[\w-]+)([\w-])", None),
    ],
)
async def test_a_tampered_link_is_refused(house: House, part: str, pattern: str, instead: str | None):
    for key in (KEY, "clips/job_x/2.ogg"):
        await house.objects.put(key, b"sound", "audio/ogg")
    url = await house.objects.link(KEY, seconds=60, filename="mine.ogg")
    if instead is None:
        forged = [re.sub(pattern, rf"\g<1>{c}", url, count=1) for c in "0123456789abcdef"]
    else:
        forged = [re.sub(pattern, instead, url)]
    for other in set(forged) - {url}:
        assert (await house.browser.get(other)).status_code == 403, part
    assert (await house.browser.get(url)).status_code == 200


@pytest.mark.parametrize("seconds", [0, -1, 7 * 24 * 3600 + 1])
async def test_a_link_lives_no_longer_than_s3_signs(house: House, seconds: int):
    with pytest.raises(ValueError):
        await house.objects.link(KEY, seconds=seconds)


async def test_concurrent_puts_of_one_key_leave_one_of_them_whole(house: House):
    bodies = [bytes([i]) * 100_000 for i in range(12)]
    await asyncio.gather(*(house.objects.put(KEY, body, "audio/ogg") for body in bodies))
    assert await house.objects.get(KEY) in bodies
    assert await keys(house.objects) == [KEY]


async def test_a_working_store_passes_its_check_before_and_after_closing(house: House):
    await house.objects.check()
    await house.objects.aclose()
    await house.objects.check()


# The folder


@given(key=st.text(st.characters() | st.sampled_from("./\\\0"), max_size=30))
@settings(max_examples=150, deadline=None)
@example(key="a/../../../b")
@example(key="\u2024\u2024/b")
def test_whatever_the_key_a_folder_writes_that_key_or_nothing(key: str):
    async def put() -> list[str]:
        folder = Folder(Path(outer, "objects"), "http://bernie.test", SECRET)
        try:
            await folder.put(key, b"sound", "audio/ogg")
        except ValueError:
            return []
        assert await folder.get(key) == b"sound"
        return await keys(folder)

    with tempfile.TemporaryDirectory() as outer:
        found = asyncio.run(put())
        files = [path for path in Path(outer).rglob("*") if path.is_file()]
        assert found in ([], [key])
        assert files == [Path(outer, "objects", name) for name in found]


async def test_the_leftover_of_a_killed_write_is_neither_listed_nor_served(folder: Folder, monkeypatch):
    await folder.put(KEY, b"whole", "audio/ogg")
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # the dead do not tidy up
    monkeypatch.setattr(os, "replace", raising(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        await folder.put(KEY, b"half", "audio/ogg")
    monkeypatch.undo()
    [part] = (folder.root / "clips/job_x").glob(".*")
    assert part.read_bytes() == b"half"
    assert await folder.get(KEY) == b"whole"
    assert await keys(folder) == [KEY]
    with pytest.raises(ValueError):
        await folder.link(f"clips/job_x/{part.name}", seconds=60)


async def test_an_old_leftover_goes_with_the_object_and_its_empty_folders(folder: Folder):
    await folder.put(KEY, b"whole", "audio/ogg")
    old, fresh = folder.root / "clips/job_x/.old.part", folder.root / "clips/.fresh.part"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 3600,) * 2)
    fresh.write_bytes(b"being written")
    await folder.delete([KEY])
    assert list(folder.root.rglob("*")) == [folder.root / "clips", fresh]
    fresh.unlink()
    await folder.delete([KEY])
    assert list(folder.root.iterdir()) == []


async def test_puts_survive_deletes_that_take_their_folders_away(folder: Folder):
    async def put_then_delete(i: int) -> None:
        await folder.put(f"clips/job_x/{i}.ogg", b"sound", "audio/ogg")
        await folder.delete([f"clips/job_x/{i}.ogg"])

    for _ in range(5):
        await asyncio.gather(*(put_then_delete(i) for i in range(20)))
    assert list(folder.root.iterdir()) == []


async def test_a_write_that_fails_leaves_the_old_object_and_nothing_else(folder: Folder, monkeypatch):
    await folder.put(KEY, b"whole", "audio/ogg")
    monkeypatch.setattr(os, "fsync", raising(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(ObjectsUnavailable, match=r"full disk\. Free some space") as unavailable:
        await folder.put(KEY, b"half", "audio/ogg")
    assert isinstance(unavailable.value.__cause__, OSError)
    assert [path.name for path in (folder.root / "clips/job_x").iterdir()] == ["1.ogg"]
    assert await folder.get(KEY) == b"whole"


async def test_a_folder_that_cannot_be_written_says_what_to_do(folder: Folder, monkeypatch):
    folder.root.write_bytes(b"a file stands here")
    with pytest.raises(ObjectsUnavailable, match="Move it away"):
        await folder.check()
    folder.root.unlink()
    monkeypatch.setattr("store.folder.mkstemp", raising(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(ObjectsUnavailable, match="Give its user the right"):
        await folder.check()


async def test_a_link_refused_says_why_and_a_purged_file_is_missing(folder: Folder):
    await folder.put(KEY, b"sound", "audio/ogg")
    url = urlsplit(await folder.link(KEY, seconds=60, filename="mine.ogg"))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    key, expires = unquote(url.path.removeprefix("/files/")), int(query["expires"])
    assert folder.open(key, expires, "mine.ogg", query["signature"]) == folder.root / KEY
    for wrong in ((key, expires, None), (key, expires + 1, "mine.ogg"), ("../" + key, expires, "mine.ogg")):
        with pytest.raises(LinkRefused, match="not valid"):
            folder.open(*wrong, query["signature"])
    for signature in ("", query["signature"] + "=", query["signature"] + "é\ud800"):
        with pytest.raises(LinkRefused, match="not valid"):
            folder.open(key, expires, "mine.ogg", signature)
    await folder.delete([KEY])
    with pytest.raises(ObjectMissing):
        folder.open(key, expires, "mine.ogg", query["signature"])


async def test_a_link_of_another_secret_is_refused_and_an_expired_one_says_so(folder: Folder, monkeypatch):
    await folder.put(KEY, b"sound", "audio/ogg")
    query = parse_qs(urlsplit(await folder.link(KEY, seconds=60)).query)
    known = (KEY, int(query["expires"][0]), None, query["signature"][0])
    with pytest.raises(LinkRefused, match="not valid"):
        Folder(folder.root, "http://bernie.test", b"another sixteen bytes").open(*known)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(LinkRefused, match="has expired"):
        folder.open(*known)


def test_a_short_secret_is_refused(tmp_path: Path):
    with pytest.raises(ValueError):
        Folder(tmp_path, "http://bernie.test", b"short")


def raising(error: BaseException | type[BaseException]) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


# The bucket


async def each_call_fails(objects: S3, sentence: str) -> list[ObjectsUnavailable]:
    """Every method that asks the server raises `ObjectsUnavailable` with this sentence."""
    calls: list[Callable[[], Awaitable[object]]] = [
        objects.check,
        lambda: objects.put(KEY, b"sound", "audio/ogg"),
        lambda: objects.get(KEY),
        lambda: objects.delete([KEY]),
        lambda: keys(objects),
    ]
    errors = []
    for call in calls:
        with pytest.raises(ObjectsUnavailable, match=sentence) as unavailable:
            await call()
        assert unavailable.value.__cause__ is not None
        errors.append(unavailable.value)
    return errors


async def test_wrong_credentials_are_unavailable_and_never_named(aws: S3Server, monkeypatch):
    for name, value in (("AWS_SECRET_ACCESS_KEY", "hush-hush"), ("AWS_ACCESS_KEY_ID", "nobody-known")):
        monkeypatch.setenv(name, value)
        for error in await each_call_fails(S3(aws.bucket, endpoint=aws.endpoint), "Check AWS_ACCESS_KEY_ID"):
            said = f"{error} {error.__cause__}"
            assert not any(secret in said for secret in (value, aws.access_key, aws.secret_key))


async def test_absent_credentials_say_which_to_set(aws: S3Server, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    objects = S3(aws.bucket, endpoint=aws.endpoint)
    await each_call_fails(objects, "needs credentials. Check AWS_ACCESS_KEY_ID")
    with pytest.raises(ObjectsUnavailable):
        await objects.link(KEY, seconds=60)


async def test_an_absent_bucket_says_how_to_correct_it(aws: S3Server):
    await each_call_fails(
        S3("not-there", endpoint=aws.endpoint), "does not exist. Create it or correct BERNIE_S3__BUCKET"
    )


async def test_a_bucket_name_that_cannot_be_says_what_to_check(aws: S3Server):
    await each_call_fails(S3("not a bucket", endpoint=aws.endpoint), "BERNIE_S3__BUCKET")


@pytest.mark.slow
async def test_a_stopped_server_is_unavailable(tmp_path: Path, monkeypatch):
    with seaweedfs(tmp_path) as server:
        use(server, monkeypatch)
        objects = S3(server.bucket, endpoint=server.endpoint)
        await objects.put(KEY, b"sound", "audio/ogg")
    with pytest.raises(ObjectsUnavailable, match=r"does not answer .* BERNIE_S3__ENDPOINT"):
        await objects.get(KEY)
    await objects.aclose()


async def test_a_prefix_is_a_world_of_its_own(aws: S3Server):
    one, two = (S3(aws.bucket, endpoint=aws.endpoint, prefix=prefix) for prefix in ("/worlds/one/", "worlds/one2"))
    await one.put(KEY, b"of one", "audio/ogg")
    await two.put(KEY, b"of two", "audio/ogg")
    assert (await one.get(KEY), await two.get(KEY)) == (b"of one", b"of two")
    assert await keys(one) == await keys(two) == [KEY]
    await one.delete([KEY])
    assert (await keys(one), await keys(two)) == ([], [KEY])
    listing = aws.client().list_objects_v2(Bucket=aws.bucket, Prefix="worlds/")
    assert [item["Key"] for item in listing["Contents"]] == [f"worlds/one2/{KEY}"]


async def test_the_bucket_keeps_the_content_type_and_markers_are_not_objects(aws: S3Server, s3: S3):
    await s3.put(KEY, b"sound", "audio/ogg")
    [item] = [item async for item in s3.list("")]
    client = aws.client()
    [where] = [i["Key"] for i in client.list_objects_v2(Bucket=aws.bucket)["Contents"] if i["Key"].endswith(KEY)][:1]
    assert client.head_object(Bucket=aws.bucket, Key=where)["ContentType"] == "audio/ogg"
    client.put_object(Bucket=aws.bucket, Key=where.replace(KEY, "clips/job_z/"), Body=b"")
    assert await keys(s3) == [item.key]


@pytest.mark.parametrize("endpoint", ["http://me:secret@127.0.0.1:1", "127.0.0.1:9000", "ftp://x", "http://"])
def test_an_endpoint_that_is_no_plain_url_is_refused(endpoint: str):
    with pytest.raises(ValueError) as refused:
        S3("bucket", endpoint=endpoint)
    assert "me:secret" not in str(refused.value)


async def test_a_fault_of_ours_is_not_blamed_on_the_store(s3: S3, monkeypatch):
    monkeypatch.setattr("store.s3._make_client", raising(ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        await s3.get(KEY)
