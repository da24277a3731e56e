"""One POST per attempt: what is sent, and what every kind of bad receiver costs us."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
import standardwebhooks

from engine import Post
from engine.egress import Egress
from engine.endpoints import new_secret
from tests.receiver import (
    LOOPBACK,
    Received,
    Receiver,
    answering,
    dripping,
    endless,
    reset,
    silence,
    slow_loris,
)
from webhooks import courier as module
from webhooks.courier import WebhookCourier, retry_after

SECRET = new_secret()


def client(allow: str = LOOPBACK) -> httpx.AsyncClient:
    return Egress.allowing(allow).client(seconds=60, connections=50)


@pytest.fixture
async def courier() -> AsyncIterator[WebhookCourier]:
    made = WebhookCourier(client, agent="Bernie/test")
    yield made
    await made.aclose()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


def post_to(url: str, **more: object) -> Post:
    fields: dict[str, object] = {
        "id": "msg_1",
        "event": "test.ping",
        "attempt": 1,
        "url": url,
        "body": '{"type":"test.ping","data":{"text":"Grüße"}}'.encode(),
        "secrets": (SECRET,),
        "headers": {},
    }
    return Post(**fields | more)  # type: ignore[arg-type]


async def test_the_bytes_that_arrive_are_the_bytes_that_were_signed(
    courier: WebhookCourier, receiver: Receiver
) -> None:
    post = post_to(receiver.url, headers={"authorization": "Bearer theirs", "x-team": "blue"})
    answer = await courier.post(post)
    assert (answer.status, answer.error) == (204, None)
    [received] = receiver.received
    assert received.body == post.body
    assert standardwebhooks.Webhook(SECRET).verify(received.body, received.headers) == json.loads(post.body)
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "Bernie/test"
    assert received.headers["authorization"] == "Bearer theirs"
    assert received.headers["x-team"] == "blue"


async def test_each_attempt_has_the_same_id_and_a_timestamp_of_its_own(
    courier: WebhookCourier, receiver: Receiver
) -> None:
    await courier.post(post_to(receiver.url))
    await asyncio.sleep(1.1)
    await courier.post(post_to(receiver.url, attempt=2))
    first, second = (received.headers for received in receiver.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) > int(first["webhook-timestamp"])
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_connections_are_kept_between_attempts(courier: WebhookCourier, receiver: Receiver) -> None:
    receiver.behave = answering(200, b"thanks")
    for _ in range(20):
        await courier.post(post_to(receiver.url))
    assert (len(receiver.received), receiver.connections) == (20, 1)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_success_whatever_it_says(courier: WebhookCourier, receiver: Receiver, status: int) -> None:
    receiver.behave = answering(status, b"" if status == 204 else b"ERROR {not json \xff")
    answer = await courier.post(post_to(receiver.url))
    assert (answer.status, answer.error) == (status, None)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422, 429, 500, 502, 503])
async def test_everything_else_is_failure_with_its_status_and_how_the_answer_begins(
    courier: WebhookCourier, receiver: Receiver, status: int
) -> None:
    receiver.behave = answering(status, b"Sorry, " + b"no. " * 1000)
    answer = await courier.post(post_to(receiver.url))
    assert (answer.status, answer.error) == (status, f"It answered {status}.")
    assert answer.snippet.startswith("Sorry, no. no.")
    assert len(answer.snippet) == 1000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_failure_and_not_followed(courier: WebhookCourier, receiver: Receiver, status: int) -> None:
    async with Receiver().listening() as inside:
        receiver.behave = answering(status, location=inside.url)
        answer = await courier.post(post_to(receiver.url))
        assert answer.error == f"It answered {status}, and redirects are not followed."
        assert inside.received == []


async def test_a_receiver_that_resets_closes_or_is_not_there_is_a_failure_with_a_reason(
    courier: WebhookCourier, receiver: Receiver
) -> None:
    async def hang_up(received: Received, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def nonsense(received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"NOT HTTP AT ALL\r\n\r\n")

    for behaviour in (reset, hang_up, nonsense):
        receiver.behave = behaviour
        answer = await courier.post(post_to(receiver.url))
        assert answer.status is None
        assert answer.error is not None
        assert answer.error.startswith("It could not be reached: ")
    answer = await courier.post(post_to("http://127.0.0.1:9/"))
    assert answer.status is None
    assert answer.error is not None


@pytest.mark.parametrize("behaviour", [silence, slow_loris])
async def test_a_receiver_that_does_not_come_to_its_answer_is_left_after_the_limit(
    courier: WebhookCourier, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, behaviour: object
) -> None:
    """In all, not per read: one byte a moment does not prolong it."""
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.3)
    receiver.behave = behaviour  # type: ignore[assignment]
    async with asyncio.timeout(10):
        answer = await courier.post(post_to(receiver.url))
    assert answer.error == "There was no answer within 0.3 seconds."
    assert answer.milliseconds >= 300


async def test_more_receivers_that_do_not_answer_than_there_are_connections_leave_none_taken(
    courier: WebhookCourier, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.3)
    receiver.behave = silence
    async with asyncio.timeout(30):
        for _ in range(3):
            lost = await asyncio.gather(*(courier.post(post_to(receiver.url)) for _ in range(60)))
            assert {answer.status for answer in lost} == {None}
        monkeypatch.setattr(module, "ANSWER_SECONDS", 20)  # these are to be answered, on a busy machine too
        receiver.behave = answering(204)
        found = await asyncio.gather(*(courier.post(post_to(receiver.url)) for _ in range(40)))
    assert {answer.status for answer in found} == {204}


async def test_a_body_that_never_ends_is_no_failure_and_is_not_waited_for(
    courier: WebhookCourier, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    receiver.behave = dripping
    answer = await courier.post(post_to(receiver.url))
    assert (answer.status, answer.error) == (200, None)
    assert answer.snippet.startswith("x")


async def test_a_gigabyte_in_answer_is_not_read(courier: WebhookCourier, receiver: Receiver) -> None:
    receiver.behave = endless(10**9)
    await courier.post(post_to(receiver.url))  # what is imported at the first one is not the answer's
    tracemalloc.start()
    answer = await courier.post(post_to(receiver.url))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status, answer.error, len(answer.snippet)) == (200, None, 1000)
    assert peak < 5_000_000


async def test_a_compressed_answer_is_not_unpacked(courier: WebhookCourier, receiver: Receiver) -> None:
    receiver.behave = answering(200, b"\x1f\x8b not gzip at all", content_encoding="gzip")
    answer = await courier.post(post_to(receiver.url))
    assert (answer.status, answer.error) == (200, None)
    assert receiver.received[0].headers["accept-encoding"] == "identity"


async def test_an_address_of_our_own_network_is_refused_and_the_reason_is_in_the_log(receiver: Receiver) -> None:
    strict = WebhookCourier(lambda: client(allow=""))
    for url in (receiver.url, f"http://localhost:{receiver.port}/", f"http://[::ffff:127.0.0.1]:{receiver.port}/"):
        answer = await strict.post(post_to(url))
        assert answer.status is None
        assert answer.error is not None
        assert "which is not a public address" in answer.error
    await strict.aclose()
    assert receiver.received == []


async def test_a_certificate_that_is_not_good_for_the_name_is_refused(courier: WebhookCourier, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate for this test, and is not on this machine")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=wrong.example -keyout key.pem -out cert.pem"
    await asyncio.to_thread(subprocess.run, command.split(), cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with Receiver().listening(tls=tls) as receiver:
        answer = await courier.post(post_to(receiver.url))
    assert answer.status is None
    assert "certificate" in str(answer.error).lower()
    assert receiver.received == []


async def test_what_a_receiver_asks_for_in_retry_after_is_handed_on(
    courier: WebhookCourier, receiver: Receiver
) -> None:
    receiver.behave = answering(429, retry_after="120")
    assert (await courier.post(post_to(receiver.url))).retry_after == 120


def test_retry_after_is_read_in_both_of_its_forms() -> None:
    assert retry_after("0") == 0
    assert retry_after(" 3600 ") == 3600
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert retry_after(in_an_hour) == pytest.approx(3600, abs=5)
    assert retry_after(format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)) == 0
    for nonsense in ("", "soon", "-5", "1.5", "٣", "Wed, 99 Foo 2026 00:00:00", "9" * 400):
        found = retry_after(nonsense)
        assert found is None or found >= 0


def test_a_post_does_not_show_its_secrets_when_it_is_printed() -> None:
    shown = repr(post_to("https://example.org/", headers={"authorization": "Bearer theirs"}))
    assert SECRET not in shown
    assert "theirs" not in shown
