"""`bernie bench`: measurements that can be run again, each with its yardstick in the same run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from bernie.bench.figures import Figure, show
from bernie.settings import Settings
from bernie.terminal import AsJson, err, run

Quick = Annotated[bool, typer.Option(help="A smaller network: whether it runs, not what it costs.")]

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
def discord(as_json: AsJson = False) -> None:
    """How soon interactions are acknowledged when 200 come in two seconds, against a local Discord."""
    from bernie.bench.discord import measure

    async def main(settings: Settings) -> list[Figure]:
        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await measure(Path(folder))

    _show_or_say_why_not(main, as_json)


@app.command()
def api(
    hang_ups: Annotated[int, typer.Option(help="So many clients that leave in mid-stream, instead.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """How soon jobs are accepted and streams heard, and what 500 listeners cost."""

    async def main(settings: Settings) -> list[Figure]:
        from bernie.bench import api as requests
        from bernie.bench import hang_ups as leaving

        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await (leaving.measure(Path(folder), hang_ups) if hang_ups else requests.measure(Path(folder)))

    _show_or_say_why_not(main, as_json)


def _show_or_say_why_not(main: Callable[[Settings], Coroutine[Any, Any, list[Figure]]], as_json: bool) -> None:
    from bernie.bench.children import NotHere

    try:
        show(run(main), as_json=as_json)
    except NotHere as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


@app.command()
def tts(
    model: Annotated[
        str | None, typer.Option(help="One of styletts2, styletts2-ljspeech, kokoro; all of them by default.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="A folder with Kokoro as it is published, instead of drawn weights.")
    ] = None,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """What a second of speech costs here, for each of the networks, on one thread."""
    with _networks():
        from bernie.bench.tts import SUBJECTS, measure
    if model is not None and model not in SUBJECTS:
        raise typer.BadParameter(f"There is no {model}, only {', '.join(SUBJECTS)}.", param_hint="--model")
    if weights is not None and model not in (None, "kokoro"):
        raise typer.BadParameter("Only Kokoro is measured with real weights.", param_hint="--weights")
    chosen = [model or "kokoro"] if weights or model else list(SUBJECTS)
    show(measure(chosen, weights=weights, quick=quick), as_json=as_json)


@app.command()
def vc(quick: Quick = False, as_json: AsJson = False) -> None:
    """What converting five seconds of speech costs here with Seed-VC, on one thread."""
    with _networks():
        from bernie.bench.vc import measure
    show(measure(quick=quick), as_json=as_json)


@contextmanager
def _networks() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        err.print("The networks are not installed. Run `make install EXTRAS=models`.", style="red")
        raise typer.Exit(1) from error


@app.command()
def sfx(
    solvers: Annotated[bool, typer.Option(help="How near few steps come to the exact solution, instead.")] = False,
    quick: Annotated[bool, typer.Option(help="A smaller network: whether it runs, not what it costs.")] = False,
    as_json: AsJson = False,
) -> None:
    """What ten seconds of a sound effect cost here with Make-An-Audio, on one thread."""
    try:
        from bernie.bench import sfx as costs
        from bernie.bench import sfx_solvers as distances
    except ImportError as error:
        err.print("The networks are not installed. Run `make install EXTRAS=models`.", style="red")
        raise typer.Exit(1) from error
    show((distances if solvers else costs).measure(quick=quick), as_json=as_json)


@app.command()
def webhooks(
    database: Annotated[str | None, typer.Option(help="An empty database to use; a fresh SQLite by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """How many webhooks are delivered in a second, how soon, and what dead endpoints cost the others."""
    from bernie.bench.webhooks import measure

    async def main(settings: Settings) -> list[Figure]:
        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await measure(Path(folder), database)

    show(run(main), as_json=as_json)


@app.command()
def telegram(as_json: AsJson = False) -> None:
    """How soon the Telegram bot answers 100 chats at once, against a local server as strict as Telegram."""
    from bernie.bench.telegram import measure

    async def main(settings: Settings) -> list[Figure]:
        with tempfile.TemporaryDirectory(dir=_on_data_disk(settings), prefix="bench-") as folder:
            return await measure(Path(folder))

    show(run(main), as_json=as_json)
