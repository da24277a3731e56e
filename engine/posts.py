"""What is posted to a webhook, and what comes back: all that its courier knows. It gets no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine import payloads
from engine.clock import now
from store.records import Clip, Delivery, Endpoint, Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What to send where. `secrets`: each signs, the newest first; `attempt` counts from 1."""

    id: str
    event: str
    attempt: int
    url: str
    body: bytes
    secrets: tuple[str, ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`status` None: there was none. `error`: a sentence, None when delivered; `snippet`: how it begins; `retry_after`:
    seconds, as the receiver asked.
    """

    status: int | None
    milliseconds: int
    error: str | None
    snippet: str = ""
    retry_after: float | None = None


class Poster(Protocol):
    async def post(self, post: Post) -> Answer:
        """Raises nothing but for faults of ours."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Why there is nothing to post, ever."""

    reason: str


def data_of(
    delivery: Delivery, job: Job | None, clip: Clip | None, link: str | None, notice: str
) -> dict[str, Any] | None:
    if delivery.payload is not None:
        return delivery.payload
    if job is None:
        return None
    return payloads.job_data(delivery.event, job, clip, link, notice).model_dump(mode="json")


def post_of(delivery: Delivery, endpoint: Endpoint | None, data: dict[str, Any] | None) -> Post | Undeliverable:
    if endpoint is None:
        return Undeliverable("Its endpoint was deleted.")
    if not endpoint.enabled and delivery.event != "test.ping":
        return Undeliverable("Its endpoint is disabled.")
    if data is None:
        return Undeliverable("Its job was deleted.")
    return Post(
        id=delivery.id,
        event=delivery.event,
        attempt=delivery.attempt,
        url=delivery.address.get("url", endpoint.url),
        body=payloads.body(delivery.event, delivery.created_at, data),
        secrets=signing_secrets(endpoint),
        headers=endpoint.headers or {},
    )


def signing_secrets(endpoint: Endpoint) -> tuple[str, ...]:
    """The newest first; the old one while its receivers may still know no other."""
    until = endpoint.old_secret_until
    if endpoint.old_secret and until and now() < until:
        return endpoint.secret, endpoint.old_secret
    return (endpoint.secret,)
