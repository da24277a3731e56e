"""What a webhook says: a model per kind of data, from which both the bodies and the published schemas are made.

Job events are put together when they are delivered, so that the link in them is fresh; all others when they happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from store.records import Clip, Job

MOST_BYTES = 20_000
"""Of a body: receivers refuse large ones. Audio is linked, never sent."""
CUTS = (10_000, 5_000, 2_500, 1_200, 600, 300)
"""Characters that a text keeps, the first that is enough. A text that is shorter is not worth cutting."""


class ErrorFacts(BaseModel):
    code: str
    message: str


class JobFacts(BaseModel):
    """`price` in credits."""

    id: str
    capability: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    params: dict[str, Any]
    price: int
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: ErrorFacts | None


class ClipFacts(BaseModel):
    """`url`: a signed link to the audio, good for an hour from this attempt."""

    id: str
    url: str
    format: str
    content_type: str
    bytes: int
    seconds: float
    sample_rate: int
    model: str
    model_revision: str
    created_at: datetime
    expires_at: datetime


class JobData(BaseModel):
    """`clip`: of a job that succeeded, while it is kept. `notice`: what its user should know of it."""

    job: JobFacts
    clip: ClipFacts | None
    notice: str
    shortened: list[str] = Field(default=[], description="Texts that were cut to keep this below 20 kB")


class VoiceFacts(BaseModel):
    id: str
    name: str
    description: str
    language: str


class VoiceData(BaseModel):
    voice: VoiceFacts


class CreditsLow(BaseModel):
    """The balance fell below the threshold."""

    balance: int
    threshold: int


class CreditsExhausted(BaseModel):
    """A request was refused: it costs `needed`."""

    balance: int
    needed: int


class CreditsGranted(BaseModel):
    """`balance`: with them."""

    credits: int
    balance: int
    kind: str
    note: str


class EndpointFacts(BaseModel):
    id: str
    name: str
    url: str


class WebhookDisabled(BaseModel):
    """`reason` gone: it answered 410; failing: nothing arrived for five days."""

    endpoint: EndpointFacts
    reason: Literal["gone", "failing"]
    failing_since: datetime | None
    last_status: int | None
    message: str


class Ping(BaseModel):
    endpoint_id: str
    message: str = "This is a test. Nothing has happened."


@dataclass(frozen=True, slots=True)
class EventType:
    name: str
    summary: str
    data: type[BaseModel]

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the whole body."""
        whole = create_model(
            self.name,
            __doc__=self.summary,
            type=(Literal[self.name], ...),
            timestamp=(datetime, Field(description="When it happened")),
            event_timestamp=(int, Field(description="The same in seconds since 1970")),
            data=(self.data, ...),
        )
        return whole.model_json_schema(mode="serialization")


EVENTS = (
    EventType("job.queued", "A request was accepted, and its credits are held.", JobData),
    EventType("job.started", "A worker has begun.", JobData),
    EventType("job.succeeded", "The clip is stored, and the credits are spent.", JobData),
    EventType("job.failed", "There is no clip, and the credits were given back.", JobData),
    EventType("job.cancelled", "The user withdrew it, and the credits were given back.", JobData),
    EventType("voice.created", "A voice was added from a recording.", VoiceData),
    EventType("voice.deleted", "A voice was deleted with its recording.", VoiceData),
    EventType("credits.low", "The balance fell below the threshold.", CreditsLow),
    EventType("credits.exhausted", "A request was refused because it costs more than there is.", CreditsExhausted),
    EventType("credits.granted", "Credits were added.", CreditsGranted),
    EventType("webhook.disabled", "Another endpoint of yours was disabled by the service.", WebhookDisabled),
    EventType("test.ping", "You asked for a test.", Ping),
)
EVENT_NAMES = frozenset(event.name for event in EVENTS)


def job_data(event: str, job: Job, clip: Clip | None, link: str | None, notice: str) -> JobData:
    """An early event tells of the job as it was then, also when it is delivered late."""
    if event == "job.queued":
        job = replace(job, state="queued", attempt=0, started_at=None, finished_at=None, error_code=None)
    elif event == "job.started":
        job = replace(job, state="running", attempt=1, finished_at=None, error_code=None)
    error = ErrorFacts(code=job.error_code, message=job.error_message or "") if job.error_code else None
    values = {name: getattr(job, name) for name in JobFacts.model_fields if name != "error"}
    shown = _clip_facts(clip, link) if clip and link and event == "job.succeeded" else None
    return JobData(job=JobFacts(**values, error=error), clip=shown, notice=notice)


def _clip_facts(clip: Clip, link: str) -> ClipFacts:
    values = {name: getattr(clip, name) for name in ClipFacts.model_fields if name != "url"}
    return ClipFacts(**values | {"seconds": round(clip.seconds, 3)}, url=link)


def body(event: str, moment: datetime, data: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent: JSON below 20 kB, texts cut where it takes that."""
    whole = {"type": event, "timestamp": moment.isoformat(), "event_timestamp": int(moment.timestamp()), "data": data}
    made = _encoded(whole)
    for longest in CUTS:
        if len(made) > MOST_BYTES:
            data["shortened"] = sorted({*data.get("shortened", ()), *_cut(data, longest)})
            made = _encoded(whole)
    if len(made) > MOST_BYTES:
        # It is the number of texts then, and only a job's options have many.
        data["job"]["params"], data["shortened"] = {}, ["job.params"]
        made = _encoded(whole)
    return made


def _encoded(whole: dict[str, Any]) -> bytes:
    # As str first: half a character that came in with a text has no UTF-8.
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _cut(value: Any, longest: int, path: str = "") -> Iterator[str]:
    """Cuts each text inside to so many characters, but for links; the paths of those that were longer."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        where = f"{path}.{key}" if path else str(key)
        if isinstance(inner, str) and len(inner) > longest and key != "url":
            value[key] = inner[:longest] + "…"
            yield where
        elif isinstance(inner, dict | list) and key != "shortened":
            yield from _cut(inner, longest, where)
