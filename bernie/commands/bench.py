"""`bernie bench`: measurements that can be run again, each with its yardstick in the same run."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bernie.bench.figures import Figure, show
from bernie.settings import Settings
from bernie.terminal import AsJson, err, run

app = typer.Typer(name="bench", help="Measure this installation.", no_args_is_help=True)


@app.command()
def queue(
    database: Annotated[str | None, typer.Option(help="An empty database to use; a fresh SQLite by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """How long a job waits when nothing is in its way, and how many go through in a second."""
    from bernie.bench.queue import measure

    async def main(settings: Settings) -> list[Figure]:
        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await measure(Path(folder), database)

    show(run(main), as_json=as_json)


def _on_data_disk(settings: Settings) -> Path:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings.data


@app.command()
def say(as_json: AsJson = False) -> None:
    """What the service costs on top of calling the voice library directly."""
    from bernie.bench.say import measure

    async def main(settings: Settings) -> list[Figure]:
        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await asyncio.to_thread(measure, Path(folder))

    show(run(main), as_json=as_json)


@app.command()
def tts(as_json: AsJson = False) -> None:
    """What a second of speech costs here, for each of the networks, on one thread."""
    try:
        from bernie.bench.tts import measure
    except ImportError as error:
        err.print("The networks are not installed. Run `make install EXTRAS=models`.", style="red")
        raise typer.Exit(1) from error
    show(measure(), as_json=as_json)
