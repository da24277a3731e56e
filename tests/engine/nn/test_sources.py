"""Models whose files lie in several places: other publishers, pages for a person only, a plain server of the web."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from engine.errors import ModelUnavailable, ServiceError
from engine.nn import hub, transfer
from engine.nn.catalogue import MAKE_AN_AUDIO
from engine.nn.published import placed
from tests.hub import TOKEN, Fault, LocalHub, running_hub

WEIGHTS, JUDGE, WORDS = random.Random(1).randbytes(200_000), random.Random(2).randbytes(100_000), b"rain\nfalls\n"
BY_HAND = hub.Published(
    name="sounds",
    repo="",
    revision="1",
    files=(
        hub.PublishedFile("main.ckpt"),
        hub.PublishedFile("vocoder/args.yml"),
        hub.PublishedFile("judge/judge.pth", repo="others/judge", remote="weights/judge.pth"),
        hub.PublishedFile(
            "words/vocab.txt", sha256=hashlib.sha256(WORDS).hexdigest(), repo="more/words", remote="vocab.txt"
        ),
    ),
    licence="none",
    terms="",
    homepage="https://sounds.test",
    by_hand="https://drive.test/folder",
)
OWN = {"main.ckpt": WEIGHTS, "vocoder/args.yml": b"bands: 80\n"}


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    monkeypatch.setattr(transfer, "PAUSES", (0.01, 0.01))
    with running_hub() as local:
        local.publish("others/judge", {"weights/judge.pth": JUDGE})
        local.publish("more/words", {"vocab.txt": WORDS})
        yield local


@contextmanager
def web_server(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A plain one, without ranges and digests; the address, and every header line that it was sent."""
    heard: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            heard.append(str(self.headers))

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/models", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def put(home: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)


def test_what_only_a_person_can_download_is_asked_for_before_anything_is_fetched(
    remote: LocalHub, tmp_path: Path
) -> None:
    home = tmp_path / "sounds"
    with pytest.raises(ModelUnavailable) as refused:
        hub.fetch(BY_HAND, tmp_path, endpoint=remote.url)
    assert refused.value.message == (
        "sounds is published outside of the hub, where it can only be downloaded by hand. Open "
        "https://drive.test/folder, download main.ckpt and vocoder/args.yml, and put each into "
        f"{home} under exactly this name; then run `bernie models pull sounds` again: it fetches the rest and checks "
        "all of it."
    )
    assert remote.seen == []
    put(home, {"main.ckpt": WEIGHTS})
    with pytest.raises(ModelUnavailable, match=r"download vocoder/args.yml, and put each"):
        hub.fetch(BY_HAND, tmp_path, endpoint=remote.url)


def test_the_rest_comes_from_each_publishers_repository_to_its_place(remote: LocalHub, tmp_path: Path) -> None:
    put(tmp_path / "sounds", OWN)
    assert hub.present(BY_HAND, tmp_path) is None
    home = hub.fetch(BY_HAND, tmp_path, endpoint=remote.url)
    assert home == hub.present(BY_HAND, tmp_path)
    assert (home / "judge/judge.pth").read_bytes() == JUDGE
    assert (home / "words/vocab.txt").read_bytes() == WORDS
    assert (home / "main.ckpt").read_bytes() == WEIGHTS


def test_a_part_that_is_not_the_known_one_is_refused(remote: LocalHub, tmp_path: Path) -> None:
    remote.publish("more/words", {"vocab.txt": b"snow\nfalls\n"})
    put(tmp_path / "sounds", OWN)
    with pytest.raises(ServiceError, match=r"words/vocab\.txt is not the file that it should be"):
        hub.fetch(BY_HAND, tmp_path, endpoint=remote.url)
    assert hub.present(BY_HAND, tmp_path) is None


def test_a_part_that_cannot_be_fetched_is_said_with_its_place(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail("weights/judge.pth", Fault(method="HEAD", times=9, status=503))
    put(tmp_path / "sounds", OWN)
    with pytest.raises(ServiceError) as failed:
        hub.fetch(BY_HAND, tmp_path, endpoint=remote.url)
    target = tmp_path / "sounds" / "judge/judge.pth"
    assert f"copy from others/judge by hand weights/judge.pth to {target}" in str(failed.value)


def test_a_folder_of_ones_own_must_have_everything_and_nothing_is_written_to_it(
    remote: LocalHub, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    put(mine, OWN)
    with pytest.raises(ModelUnavailable, match=r"it has no judge/judge.pth and words/vocab.txt. Add it there."):
        hub.fetch(BY_HAND, tmp_path, source=str(mine), endpoint=remote.url)
    assert remote.seen == []
    put(mine, {"judge/judge.pth": JUDGE, "words/vocab.txt": WORDS})
    assert hub.fetch(BY_HAND, tmp_path, source=str(mine)) == mine == hub.present(BY_HAND, tmp_path, str(mine))
    assert hub.present(BY_HAND, tmp_path, str(mine / "vocoder/args.yml")) == mine


def test_another_repository_has_the_models_own_files(remote: LocalHub, tmp_path: Path) -> None:
    remote.publish("me/mirror", OWN)
    for source in ("me/mirror", "https://huggingface.co/me/mirror"):
        home = hub.fetch(BY_HAND, tmp_path, source=source, endpoint=remote.url)
        assert home == tmp_path / "sounds-from-me--mirror-main" == hub.present(BY_HAND, tmp_path, source)


def test_an_address_of_the_web_is_fetched_from_and_is_told_no_token(
    remote: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    put(tmp_path / "web" / "models", OWN)
    with web_server(tmp_path / "web") as (address, heard):
        home = hub.fetch(BY_HAND, tmp_path, source=address, endpoint=remote.url)
        assert hub.present(BY_HAND, tmp_path, address) == home
    assert home.parent == tmp_path
    assert (home / "main.ckpt").read_bytes() == WEIGHTS
    assert heard
    assert not any(TOKEN in headers for headers in heard)


def test_what_is_not_below_an_address_is_named(remote: LocalHub, tmp_path: Path) -> None:
    put(tmp_path / "web" / "models", {"main.ckpt": WEIGHTS})
    with (
        web_server(tmp_path / "web") as (address, _),
        pytest.raises(ModelUnavailable, match=rf"{address}/vocoder/args.yml answers with status 404.*main.ckpt"),
    ):
        hub.fetch(BY_HAND, tmp_path, source=address, endpoint=remote.url)


def test_an_address_where_nobody_answers_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSES", ())
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.5)
    with pytest.raises(ServiceError, match="could not be fetched") as failed:
        hub.fetch(BY_HAND, tmp_path, source="http://127.0.0.1:9/models")
    assert failed.value.retryable
    assert "main.ckpt and vocoder/args.yml into" in str(failed.value)


def test_make_an_audio_is_asked_for_by_file_and_page(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as refused:
        hub.fetch(MAKE_AN_AUDIO, tmp_path)
    for said in ("https://drive.google.com/drive/folders/", "maa1_full.ckpt", "bigvgan/best_netG.pt", "args.yml"):
        assert said in refused.value.message
    assert "CLAP" not in refused.value.message
    _, home = placed(MAKE_AN_AUDIO, tmp_path, None)
    assert str(home) in refused.value.message
