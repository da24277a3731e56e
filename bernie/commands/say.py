"""`bernie say`: a sentence to a file, through the whole service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from bernie import compose
from bernie.settings import Settings
from bernie.terminal import AsJson, Who, err, out, person, print_json, run
from engine import Engine, InvalidInput, Job, ServiceError, Status, User
from engine.capabilities import FORMAT_NAMES, FormatName


def say(
    text: Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write; its ending chooses the format.")],
    voice: Annotated[str | None, typer.Option(help="Who says it.")] = None,
    speed: Annotated[float, typer.Option(help="0.5 to 2.")] = 1.0,
    seed: Annotated[int | None, typer.Option(help="Same request and seed, same clip.")] = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Speak a text into a file."""
    spoken = typer.get_text_stream("stdin").read() if text == "-" else text
    options = {"text": spoken, "voice": voice, "speed": speed, "seed": seed}

    async def main(settings: Settings) -> Status:
        options["format"] = format_of(output)
        async with AsyncExitStack() as stack:
            owned = _own(settings, stack)
            engine = await stack.enter_async_context(compose.opened(settings))
            who = await person(engine, user)
            job = await engine.jobs.submit(who, "tts", options)
            if owned:
                await stack.enter_async_context(working(settings, engine))
            status = await follow(engine, who, job)
            output.write_bytes(await _clip(engine, status))
            return status

    status = run(main)
    assert status.clip is not None
    if as_json:
        print_json(status)
    else:
        out.print(f"{output}: {status.clip.seconds:.1f} s, {status.job.price} credits, {status.clip.model}")


def format_of(output: Path) -> FormatName:
    """Raises `InvalidInput` for an ending that names no format."""
    ending = output.suffix.removeprefix(".").lower()
    for known in FORMAT_NAMES:
        if ending == known:
            return known
    raise InvalidInput(f"{output.name} must end in one of: {', '.join('.' + name for name in FORMAT_NAMES)}.")


def _own(settings: Settings, stack: AsyncExitStack) -> bool:
    """Whether this process works on the job itself; when a service runs already, that one does."""
    if not settings.embedded:
        return False
    try:
        stack.callback(compose.own_data_folder(settings).release)
    except compose.DataFolderInUse:
        return False
    return True


@asynccontextmanager
async def working(settings: Settings, engine: Engine) -> AsyncIterator[None]:
    """A worker in this process for as long as the block lasts; it must own the data folder."""
    room, stop = compose.backroom(settings, engine), asyncio.Event()
    await room.housekeeping.reclaim()
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run(stop))
        try:
            yield
        finally:
            stop.set()
            engine.signals.wake_all()


async def follow(engine: Engine, user: User, job: Job) -> Status:
    """The finished job; a progress bar meanwhile. Raises what the user would be told."""
    with Progress(TextColumn("{task.description}"), BarColumn(), console=err, transient=True) as progress:
        bar = progress.add_task("waiting", total=1.0)
        async for status in engine.jobs.watch(user, job.id):
            line = f"{status.position} in line" if status.job.state == "queued" else status.job.state
            progress.update(bar, description=line, completed=status.job.progress)
    if status.job.state != "succeeded":
        raise InvalidInput(status.job.error_message or f"The job was {status.job.state}.")
    return status


async def _clip(engine: Engine, status: Status) -> bytes:
    if status.clip is None:
        raise ServiceError("the job has no clip", retryable=False)
    return await engine.clips.data(status.clip)
