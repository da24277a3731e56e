"""What webhooks say: every body fits its published schema and stays below 20 kB, whatever the request was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine import EVENTS, Clip, Job
from engine.payloads import (
    EVENT_NAMES,
    MOST_BYTES,
    CreditsExhausted,
    CreditsGranted,
    CreditsLow,
    EndpointFacts,
    Ping,
    VoiceData,
    VoiceFacts,
    WebhookDisabled,
    body,
    job_data,
)

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
SCHEMAS = {event.name: event.schema() for event in EVENTS}
OTHERS = {
    "voice.created": VoiceData(voice=VoiceFacts(id="voice_1", name="Ann", description="", language="en")),
    "voice.deleted": VoiceData(voice=VoiceFacts(id="voice_1", name="Ann", description="", language="en")),
    "credits.low": CreditsLow(balance=999, threshold=1000),
    "credits.exhausted": CreditsExhausted(balance=3, needed=5),
    "credits.granted": CreditsGranted(credits=5, balance=8, kind="grant", note="a gift"),
    "webhook.disabled": WebhookDisabled(
        endpoint=EndpointFacts(id="ep_1", name="", url="https://example.org/"),
        reason="failing",
        failing_since=MOMENT,
        last_status=None,
        message="Nothing has arrived.",
    ),
    "test.ping": Ping(endpoint_id="ep_1"),
}


def job(state: str = "succeeded", **params: Any) -> Job:
    return Job(
        id="job_1",
        user_id="user_1",
        capability="tts",
        params=params,
        batch_key="",
        price=5,
        state=state,  # type: ignore[arg-type]
        turn=0,
        slot=None,
        attempt=1,
        idempotency_key=None,
        reply_to=None,
        error_code="failed" if state == "failed" else None,
        error_message="Sorry." if state == "failed" else None,
        created_at=MOMENT,
        started_at=MOMENT,
        finished_at=MOMENT,
    )


CLIP = Clip(
    id="clip_1",
    user_id="user_1",
    job_id="job_1",
    capability="tts",
    model="hibari",
    model_revision="0.2.1",
    object_key="clips/1.ogg",
    format="ogg",
    content_type="audio/ogg",
    bytes=1000,
    seconds=1.23456,
    sample_rate=24_000,
    created_at=MOMENT,
    expires_at=MOMENT + timedelta(days=30),
)


def told(event: str, about: Job) -> dict[str, Any]:
    data = job_data(event, about, CLIP, "https://example.org/" + "s" * 900, "Heard: rain.")
    return data.model_dump(mode="json")


def check(event: str, made: bytes) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(made)
    Draft202012Validator(SCHEMAS[event], format_checker=Draft202012Validator.FORMAT_CHECKER).validate(whole)
    return whole


@pytest.mark.parametrize("event", sorted(EVENT_NAMES))
def test_every_event_fits_the_schema_that_is_published(event: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[event])
    state = event.partition(".")[2] if event in ("job.failed", "job.cancelled") else "succeeded"
    data = OTHERS[event].model_dump(mode="json") if event in OTHERS else told(event, job(state, text="Hello"))
    whole = check(event, body(event, MOMENT, data))
    assert whole["type"] == event
    assert datetime.fromisoformat(whole["timestamp"]) == MOMENT
    assert whole["event_timestamp"] == int(MOMENT.timestamp())


@pytest.mark.parametrize(("event", "state"), [("job.queued", "queued"), ("job.started", "running")])
def test_an_early_event_delivered_late_tells_of_the_job_as_it_was(event: str, state: str) -> None:
    data = told(event, job("failed"))
    assert (data["job"]["state"], data["job"]["finished_at"], data["job"]["error"]) == (state, None, None)
    assert data["clip"] is None


def test_a_short_text_is_sent_whole_and_a_long_one_is_cut_and_named() -> None:
    whole = check("job.succeeded", body("job.succeeded", MOMENT, told("job.succeeded", job(text="Hello"))))
    assert (whole["data"]["job"]["params"]["text"], whole["data"]["shortened"]) == ("Hello", [])
    made = body("job.succeeded", MOMENT, told("job.succeeded", job(text="👋" * 5000, voice="heart")))
    assert MOST_BYTES / 4 < len(made) <= MOST_BYTES
    whole = check("job.succeeded", made)
    assert whole["data"]["job"]["params"]["text"].endswith("👋…")
    assert whole["data"]["job"]["params"]["voice"] == "heart"
    assert whole["data"]["shortened"] == ["job.params.text"]
    assert whole["data"]["clip"]["url"].endswith("s" * 900), "a link that is cut leads nowhere"


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=50) | st.just("é" * 9000),
    lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=20), inner, max_size=40),
    max_leaves=30,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=20), anything, max_size=20), st.sampled_from([0, 0, 100, 2000]))
def test_no_request_makes_a_body_of_more_than_20_kb(params: dict[str, Any], more: int) -> None:
    params["many"] = [{"word": f"word {number}", "alias": "so"} for number in range(more)]
    made = body("job.succeeded", MOMENT, told("job.succeeded", replace(job(), params=params)))
    assert len(made) <= MOST_BYTES
    check("job.succeeded", made)


def test_half_a_character_does_not_keep_the_rest_from_being_sent() -> None:
    made = body("job.succeeded", MOMENT, told("job.succeeded", job(text="Hello \ud83d")))
    assert "Hello" in json.loads(made.decode())["data"]["job"]["params"]["text"]
