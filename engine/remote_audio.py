"""Audio at an address that somebody posted: fetched from the public network only, within limits, taken for nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import ClipTooLong, InvalidInput, TooManyRequests
from engine.uploads import MAX_BYTES
from store.records import User

if TYPE_CHECKING:
    import httpx

    from engine.egress import Egress

SECONDS = 15.0
"""For all of it: whoever posted waits so long."""
AT_ONCE, PER_USER = 8, 2
"""In this process: each may hold a whole file, and nobody has all of them wait for addresses that do not answer."""
AGAIN_SECONDS = 5


@dataclass(frozen=True, slots=True)
class RemoteAudio:
    egress: Callable[[], Egress]
    seconds: float = SECONDS
    most_bytes: int = MAX_BYTES
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    under_way: Counter[str] = field(default_factory=Counter)

    async def fetch(self, user: User, url: str, field: str) -> bytes:
        """What lies there, whatever it says that it is. Raises `InvalidInput`, `ClipTooLong`, and `TooManyRequests`
        while others are fetched for the same user.
        """
        import httpx

        from engine.egress import NotReachable, checked_url

        try:
            address = checked_url(url)
        except InvalidInput as error:
            raise InvalidInput(f"`{field}`: {error.message}", field=field) from error
        try:
            with self._one_more(user):
                async with asyncio.timeout(self.seconds), self.turn:
                    return await self._read(address)
        except TimeoutError as error:
            raise InvalidInput(
                f"`{field}`: the audio was not here within {self.seconds:g} seconds.", field=field
            ) from error
        except NotReachable as error:
            raise InvalidInput(f"`{field}`: {error}", field=field) from error
        except _Refused as error:
            raise InvalidInput(f"`{field}`: {error}", field=field) from error
        except httpx.HTTPError as error:
            raise InvalidInput(f"`{field}`: the audio could not be fetched: {error}.", field=field) from error

    @contextmanager
    def _one_more(self, user: User) -> Iterator[None]:
        if self.under_way[user.id] >= PER_USER:
            raise TooManyRequests(
                f"{PER_USER} recordings are being fetched for you already. Send this one again in a moment.",
                retry_after=AGAIN_SECONDS,
            )
        self.under_way[user.id] += 1
        try:
            yield
        finally:
            self.under_way[user.id] -= 1
            if not self.under_way[user.id]:
                del self.under_way[user.id]

    async def _read(self, url: httpx.URL) -> bytes:
        # Nothing to unpack: what is small on the way stays small.
        headers = {"accept-encoding": "identity", "user-agent": "Bernie"}
        async with (
            self.egress().client(seconds=self.seconds, connections=1) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code != 200:
                why = " Redirects are not followed." if 300 <= answer.status_code < 400 else ""
                raise _Refused(f"its address answered {answer.status_code}.{why}")
            data = bytearray()
            async for part in answer.aiter_raw():
                data += part
                if len(data) > self.most_bytes:
                    raise ClipTooLong(f"This file is too large: at most {self.most_bytes / 1e6:g} MB.")
            return bytes(data)


class _Refused(Exception):
    """A sentence, without its beginning."""
