"""A clip from the command line, through the whole service: what `say`, `convert` and `sfx` share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from bernie import compose
from bernie.settings import Settings
from bernie.terminal import err, out, person, print_json, run
from engine import Engine, InvalidInput, Job, ServiceError, Status, User
from engine.capabilities import FORMAT_NAMES, FormatName
from engine.signals import wait

OWNER_POLL_SECONDS = 0.5

Output = Annotated[Path, typer.Option("-o", "--output", help="File to write; its ending chooses the format.")]
Seeded = Annotated[int | None, typer.Option("--seed", help="Same request and seed, same clip.")]
Prepare = Callable[[Engine, User], Awaitable[Mapping[str, Any]]]


def make(
    capability: str,
    options: Mapping[str, Any],
    output: Path,
    user: str | None,
    *,
    as_json: bool,
    prepare: Prepare | None = None,
) -> None:
    """Options that are None are left to their defaults. `prepare`: options that need the engine first."""

    async def main(settings: Settings) -> Status:
        asked = {"format": format_of(output), **{name: value for name, value in options.items() if value is not None}}
        async with compose.opened(settings) as engine:
            who = await person(engine, user)
            if prepare is not None:
                asked |= await prepare(engine, who)
            job = await engine.jobs.submit(who, capability, asked)
            async with working(settings, engine):
                status = await follow(engine, who, job)
            write(output, await clip_of(engine, status))
            return status

    status = run(main)
    if as_json:
        print_json(status)
    else:
        _tell(output, status)


def _tell(output: Path, status: Status) -> None:
    assert status.clip is not None
    out.print(f"{escape(str(output))}: {status.clip.seconds:.1f} s, {status.job.price} credits, {status.clip.model}")
    if status.notice:
        err.print(status.notice, markup=False, soft_wrap=True)


def format_of(output: Path) -> FormatName:
    """Raises `InvalidInput` for an ending that names no format, and for a folder that is not there."""
    if not output.parent.is_dir():
        raise InvalidInput(f"There is no folder {output.parent}. Make it, or choose another.")
    ending = output.suffix.removeprefix(".").lower()
    for known in FORMAT_NAMES:
        if ending == known:
            return known
    raise InvalidInput(f"{output.name} must end in one of: {', '.join('.' + name for name in FORMAT_NAMES)}.")


@asynccontextmanager
async def working(settings: Settings, engine: Engine) -> AsyncIterator[None]:
    """A worker in this process for as long as the block lasts, unless a service works on the data folder already.

    What the block raises comes out in an `ExceptionGroup`.
    """
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        if settings.embedded:
            group.create_task(_work_as_owner(settings, engine, stop))
        try:
            yield
        finally:
            stop.set()
            engine.signals.wake_all()


async def _work_as_owner(settings: Settings, engine: Engine, stop: asyncio.Event) -> None:
    """Once the data folder is nobody else's: whoever owns it now may end before our job has its turn."""
    while not stop.is_set():
        try:
            lock = compose.own_data_folder(settings)
        except compose.DataFolderInUse:
            await wait(stop, OWNER_POLL_SECONDS)
            continue
        try:
            room = compose.backroom(settings, engine)
            await room.housekeeping.reclaim()
            await room.run(stop)
        finally:
            lock.release()


async def follow(engine: Engine, user: User, job: Job) -> Status:
    """The job when it has ended; a progress bar meanwhile."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        bar = progress.add_task("waiting", total=1.0)
        async for status in engine.jobs.watch(user, job.id):
            line = f"{status.position} in line" if status.job.state == "queued" else status.job.state
            progress.update(bar, description=line, completed=status.job.progress)
    return status


async def clip_of(engine: Engine, status: Status) -> bytes:
    """Raises what the user would be told when the job did not succeed."""
    if status.job.state != "succeeded":
        raise InvalidInput(status.job.error_message or f"The job was {status.job.state}.")
    if status.clip is None:
        raise ServiceError("the job has no clip", retryable=False)
    return await engine.clips.data(status.clip)


def uploading(source: Path) -> Prepare:
    """For `prepare`: the file as the option `source`. Raises `InvalidInput` where there is nothing to read."""

    async def upload(engine: Engine, who: User) -> Mapping[str, Any]:
        try:
            data = await asyncio.to_thread(source.read_bytes)
        except OSError as error:
            raise InvalidInput(f"{source} cannot be read: {error.strerror}.") from error
        return {"source": (await engine.uploads.add(who, data)).id}

    return upload


def write(output: Path, data: bytes) -> None:
    """Raises `InvalidInput` where the file cannot be written."""
    try:
        output.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"The clip was made, but {output} cannot be written: {error.strerror}.") from error
