"""SQLite's one writer, shared: transactions run one at a time, and those that stand in line share one durable commit.

A commit waits for the disk, some milliseconds on many; a transaction of ours takes less. So whoever has written lets
those write who are ready to, and then stands in line again to commit: one commit serves them all. Nobody is told that
a transaction is over before it lies on the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

LINE_SECONDS = 60.0


class CannotWrite(Exception):
    """The line does not move, or what was written with others was rolled back with them."""


@dataclass(eq=False)
class _Group:
    """Transactions that are committed together, and how many of their tasks wait for that."""

    connection: AsyncConnection
    written: int = 0
    waiting: int = 0
    outcome: asyncio.Future[None] = field(default_factory=asyncio.Future)


class GroupCommit:
    """For one event loop. `engine`: of the one connection that writes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._line = asyncio.Lock()  # first come, first served
        self._open: _Group | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Raises what the database says, and `CannotWrite`."""
        group: _Group | None = None
        try:
            async with self._turn():
                group = self._open = self._open or await self._opened()
                savepoint = await group.connection.begin_nested() if group.written else None
                try:
                    yield group.connection
                    if savepoint is not None:
                        await savepoint.commit()
                except BaseException:
                    await self._give_up(group, savepoint)
                    raise
                group.written += 1
        except Exception:
            if group is not None and group is self._open:
                # It may have failed for what the others wrote, and whoever looks for that must find it.
                await asyncio.wait((group.outcome,))
            raise
        await self._committed(group)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(LINE_SECONDS):
                await self._line.acquire()
        except TimeoutError as error:
            raise CannotWrite(f"others have been writing for {LINE_SECONDS:.0f} s") from error
        try:
            yield
        finally:
            self._line.release()

    async def _opened(self) -> _Group:
        connection = await self._engine.connect()
        try:
            await connection.begin()
        except BaseException:
            await connection.close()
            raise
        return _Group(connection)

    async def _give_up(self, group: _Group, savepoint: AsyncTransaction | None) -> None:
        """A transaction has failed. The others of its group stand, unless SQLite rolled back all of them, as it does
        when the disk is full, or none of their tasks is left to commit them.
        """
        if savepoint is not None:
            with suppress(DBAPIError):  # it may be gone with all the rest
                await savepoint.rollback()
        raw = await group.connection.get_raw_connection()
        if group.waiting and raw.driver_connection is not None and raw.driver_connection.in_transaction:
            return
        await self._close(group, CannotWrite("a transaction failed, and all of its group was rolled back"))

    async def _committed(self, group: _Group) -> None:
        """When this returns the group lies on the disk."""
        group.waiting += 1
        try:
            await asyncio.sleep(0)  # statements run in place: nobody else has had the chance to write
            async with self._turn():
                if self._open is group:
                    await self._close(group)
        finally:
            group.waiting -= 1
            if self._open is group and not group.waiting and not self._line.locked():
                await self._close(group, CannotWrite("whoever wrote this has left"))  # cancelled: nothing of it stays
        group.outcome.result()

    async def _close(self, group: _Group, error: Exception | None = None) -> None:
        """Commits, or rolls back for that error; its tasks hear of it."""
        self._open = None
        try:
            if error is None:
                await group.connection.commit()
            else:
                with suppress(DBAPIError):  # it was rolled back already
                    await group.connection.rollback()
        except Exception as failure:
            error = failure
        finally:
            await group.connection.close()
        if error is None:
            group.outcome.set_result(None)
        else:
            group.outcome.set_exception(error)
            group.outcome.exception()  # there may be nobody to retrieve it
