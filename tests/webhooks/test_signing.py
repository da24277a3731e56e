"""What we sign, the verifiers that integrators use accept; and of anything tampered with, each refuses each part."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from elevenlabs import ElevenLabs
from elevenlabs.errors import BadRequestError
from openai import InvalidWebhookSignatureError, OpenAI

from engine.endpoints import new_secret
from webhooks.signing import signatures

BODY = json.dumps(
    {
        "type": "job.succeeded",
        "timestamp": "2026-01-31T12:00:00+00:00",
        "event_timestamp": 1769860800,
        "data": {"job": {"params": {"text": "Grüße, 世界 👋"}}},
    },
    ensure_ascii=False,
).encode()
ID = "msg_01K00000000000000000000000"


@dataclass(frozen=True)
class Verifier:
    """`check(body, headers, secret)` raises one of `refusals`. `late` and `early`: ages that it refuses."""

    name: str
    check: Callable[[bytes, Mapping[str, str], str], Any]
    refusals: tuple[type[Exception], ...]
    signature: str
    covers_id: bool
    late: timedelta
    early: timedelta | None

    def __str__(self) -> str:
        return self.name

    def accepts(self, body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        try:
            self.check(body, headers, secret)
        except self.refusals:
            return False
        return True


def _elevenlabs(body: bytes, headers: Mapping[str, str], secret: str) -> Any:
    client = ElevenLabs(api_key="none")
    return client.webhooks.construct_event(body.decode(), headers["elevenlabs-signature"], secret)


def _openai(body: bytes, headers: Mapping[str, str], secret: str) -> Any:
    return OpenAI(api_key="none").webhooks.unwrap(body, dict(headers), secret=secret)


def _standard(body: bytes, headers: Mapping[str, str], secret: str) -> Any:
    return standardwebhooks.Webhook(secret).verify(body, dict(headers))


def _svix(body: bytes, headers: Mapping[str, str], secret: str) -> Any:
    return svix.webhooks.Webhook(secret).verify(body, dict(headers))


MALFORMED = (ValueError,)  # what these packages let out for a header that is no signature at all
FAMILY = {"signature": "webhook-signature", "covers_id": True, "late": timedelta(minutes=6)}
VERIFIERS = (
    Verifier(
        "standardwebhooks",
        _standard,
        (standardwebhooks.WebhookVerificationError, *MALFORMED),
        early=timedelta(minutes=6),
        **FAMILY,  # type: ignore[arg-type]
    ),
    Verifier(
        "svix",
        _svix,
        (svix.webhooks.WebhookVerificationError, *MALFORMED),
        early=timedelta(minutes=6),
        **FAMILY,  # type: ignore[arg-type]
    ),
    Verifier(
        "openai",
        _openai,
        (InvalidWebhookSignatureError, *MALFORMED),
        early=timedelta(minutes=6),
        **FAMILY,  # type: ignore[arg-type]
    ),
    Verifier("elevenlabs", _elevenlabs, (BadRequestError,), "elevenlabs-signature", False, timedelta(minutes=31), None),
)
each = pytest.mark.parametrize("verifier", VERIFIERS, ids=str)


def signed(*secrets: str, age: timedelta = timedelta(0), body: bytes = BODY) -> dict[str, str]:
    return signatures(ID, body, secrets, datetime.now(UTC) - age)


@each
def test_every_verifier_accepts_what_was_signed_and_reads_the_event(verifier: Verifier) -> None:
    secret = new_secret()
    event = verifier.check(BODY, signed(secret), secret)
    if verifier.name in ("standardwebhooks", "elevenlabs"):
        assert event == json.loads(BODY)


@each
def test_a_body_in_which_any_byte_was_changed_is_refused(verifier: Verifier) -> None:
    secret = new_secret()
    headers = signed(secret)
    for place in range(0, len(BODY), 7):
        if BODY[place] < 128:
            other = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
            assert not verifier.accepts(other, headers, secret), place
    assert not verifier.accepts(BODY + b" ", headers, secret)
    assert not verifier.accepts(b"", headers, secret)


@each
def test_another_secret_is_refused(verifier: Verifier) -> None:
    assert not verifier.accepts(BODY, signed(new_secret()), new_secret())


@each
def test_a_changed_or_missing_header_is_refused(verifier: Verifier) -> None:
    secret = new_secret()
    headers = signed(secret)
    changed = headers[verifier.signature][:-3] + ("000" if not headers[verifier.signature].endswith("000") else "111")
    assert not verifier.accepts(BODY, headers | {verifier.signature: changed}, secret)
    assert not verifier.accepts(BODY, headers | {verifier.signature: ""}, secret)
    assert not verifier.accepts(BODY, headers | {verifier.signature: "v1,"}, secret)
    if verifier.covers_id:
        assert not verifier.accepts(BODY, headers | {"webhook-id": ID + "x"}, secret)
        later = str(int(headers["webhook-timestamp"]) + 1)
        assert not verifier.accepts(BODY, headers | {"webhook-timestamp": later}, secret)
    else:
        moment = headers["webhook-timestamp"]
        later = headers[verifier.signature].replace(moment, str(int(moment) + 1))
        assert not verifier.accepts(BODY, headers | {verifier.signature: later}, secret)


@each
def test_an_old_delivery_played_again_is_refused(verifier: Verifier) -> None:
    secret = new_secret()
    assert not verifier.accepts(BODY, signed(secret, age=verifier.late), secret)
    if verifier.early is not None:
        assert not verifier.accepts(BODY, signed(secret, age=-verifier.early), secret)


@pytest.mark.parametrize("verifier", VERIFIERS[:3], ids=str)
def test_while_a_secret_is_replaced_both_verify(verifier: Verifier) -> None:
    new, old = new_secret(), new_secret()
    headers = signed(new, old)
    assert verifier.accepts(BODY, headers, new)
    assert verifier.accepts(BODY, headers, old)
    assert not verifier.accepts(BODY, headers, new_secret())


def test_the_header_with_room_for_one_signature_is_made_with_the_new_secret() -> None:
    new, old = new_secret(), new_secret()
    headers = signed(new, old)
    assert VERIFIERS[3].accepts(BODY, headers, new)
    assert not VERIFIERS[3].accepts(BODY, headers, old)


def test_secrets_carry_as_many_bytes_as_the_standard_asks_for() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert 24 <= len(standardwebhooks.Webhook(secret)._whsecret) <= 64
