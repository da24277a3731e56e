"""The courier of webhooks: one signed POST per attempt, over connections that are kept, nothing taken on trust.

An answer counts when its status has come within the limit: how long its body goes on and what it says changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from engine import Answer, Post
from webhooks.signing import signatures

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0
BODY_SECONDS = 2.0
"""For the beginning of the answer's body, which is read for the log only."""
MOST_READ_BYTES, SNIPPET_CHARACTERS = 64_000, 1_000
CONNECTIONS = 256
GONE = 410


class WebhookCourier:
    """`open_client`: called at the first post; the client must follow nothing and reach only what it may."""

    def __init__(self, open_client: Callable[[], httpx.AsyncClient], *, agent: str = "Bernie") -> None:
        self._open_client, self._agent = open_client, agent
        self._client: httpx.AsyncClient | None = None

    async def post(self, post: Post) -> Answer:
        if self._client is None:
            self._client = self._open_client()
        begun = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._client.send(self._request(self._client, post), stream=True)
        except TimeoutError:
            return _failed(begun, f"There was no answer within {ANSWER_SECONDS:g} seconds.")
        except Exception as error:
            return _failed(begun, f"It could not be reached: {str(error) or type(error).__name__}")
        milliseconds = _since(begun)
        snippet = await _beginning(answer)
        return Answer(
            status=answer.status_code,
            milliseconds=milliseconds,
            error=_problem(answer.status_code),
            snippet=snippet,
            retry_after=retry_after(answer.headers.get("retry-after", "")),
        )

    def _request(self, client: httpx.AsyncClient, post: Post) -> httpx.Request:
        ours = {
            "content-type": "application/json",
            "user-agent": self._agent,
            "accept-encoding": "identity",  # nothing to unpack: a small answer stays small
        }
        signed = signatures(post.id, post.body, post.secrets, datetime.now(UTC))
        return client.build_request("POST", post.url, content=post.body, headers=dict(post.headers) | ours | signed)

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _beginning(answer: httpx.Response) -> str:
    """As text; the connection is kept when the answer ended by itself, in time."""
    read = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in answer.aiter_raw():
                read += part
                if len(read) >= MOST_READ_BYTES:
                    break
    except Exception as error:
        log.debug("answer not read to its end", extra={"error": repr(error)})
    finally:
        await answer.aclose()
    return read[: 4 * SNIPPET_CHARACTERS].decode(errors="replace")[:SNIPPET_CHARACTERS]


def _problem(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}, and redirects are not followed."
    return f"It answered {status}."


def _failed(begun: float, error: str) -> Answer:
    return Answer(status=None, milliseconds=_since(begun), error=error)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def retry_after(value: str) -> float | None:
    """Seconds, from seconds or a date (RFC 9110, section 10.2.3); None for anything else."""
    if value.strip().isdecimal():
        return float(value[:20])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
