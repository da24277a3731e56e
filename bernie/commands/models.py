"""`bernie models`: which networks there are and on what terms, and how they get here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from bernie import compose
from bernie.settings import Settings
from bernie.terminal import AsJson, err, out, print_json, print_table, run
from engine import Model, Offer, ServiceError, UserError, selection
from engine.errors import InvalidInput
from engine.nn import hub
from engine.nn.catalogue import CATALOGUE, MODELS
from engine.nn.published import Published, placed

app = typer.Typer(name="models", help="Which networks there are, on what terms; fetch them.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Each model: whether it is here and answers, its size on disk, licence and terms of use."""
    settings = _settings()
    here = compose.models_here(settings)
    offers = selection.offers(settings.models, here)
    answering = {model.name for offer in offers.values() for model in offer.models}
    rows = [
        _published(capability, model, settings, here=model.name in here, answers=model.name in answering)
        for capability, models in CATALOGUE.items()
        for model in models
    ]
    rows += [_built_in(name, model) for name, o in offers.items() for model in o.models if model.name not in MODELS]
    rows += [_none(offer) for offer in offers.values() if offer.unavailable]
    if as_json:
        print_json(rows)
        return
    _show(rows)


def _show(rows: Sequence[dict[str, Any]]) -> None:
    yes = {True: "yes", False: ""}
    cells = [
        (
            row["capability"],
            row["model"] or "none",
            yes[row["here"]],
            f"{row['bytes'] / 1e6:,.1f}" if row["bytes"] else "",
            yes[row["answers"]],
            row["licence"],
        )
        for row in rows
    ]
    print_table(("capability", "model", "here", "MB", "answers", "licence"), cells)
    for row in rows:
        if said := row["unavailable"] or row["terms"]:
            out.print(f"\n{escape(row['model'] or row['capability'])}: {escape(said)}", soft_wrap=True)


def _published(capability: str, model: Published, settings: Settings, *, here: bool, answers: bool) -> dict[str, Any]:
    _, home = placed(model, _folder(settings), settings.source_of(model.name))
    return {
        "capability": capability,
        "model": model.name,
        "here": here,
        "bytes": sum(file.stat().st_size for file in home.rglob("*") if file.is_file()),
        "answers": answers,
        "licence": model.licence,
        "terms": model.terms,
        "repository": model.repo,
        "revision": model.revision,
        "homepage": model.homepage,
        "path": str(home),
        "unavailable": None,
    }


def _built_in(capability: str, model: Model) -> dict[str, Any]:
    """A model that comes with Bernie."""
    return {
        "capability": capability,
        "model": model.name,
        "here": True,
        "bytes": None,
        "answers": True,
        "licence": model.licence,
        "terms": "",
        "revision": model.revision,
        "unavailable": None,
    }


def _none(offer: Offer) -> dict[str, Any]:
    """Why nothing answers."""
    nothing = {"model": "", "here": False, "bytes": None, "answers": False, "licence": "", "terms": "", "revision": ""}
    return {"capability": offer.capability, "unavailable": offer.unavailable, **nothing}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """`error`: why it is not here, as a sentence; None when it is."""

    model: str
    path: str | None
    bytes: int
    error: str | None


@app.command()
def pull(
    what: Annotated[str, typer.Argument(metavar="tts|vc|sfx|all|NAME", help="A model, or all of a capability.")],
    as_json: AsJson = False,
) -> None:
    """Fetch models from their publishers. Stopped by Ctrl-C or an error, it goes on where it was when called again.

    What can only be downloaded by hand is asked for, with its address and its place, and checked once it is there.
    """

    async def main(settings: Settings) -> tuple[Settings, Sequence[Published]]:
        return settings, _meant(what)

    settings, models = run(main)
    results = []
    try:
        for model in models:  # outside of the event loop, so that Ctrl-C ends it at once
            results.append(_pull(model, settings))
            _say(model, results[-1], as_json)
    except KeyboardInterrupt:
        err.print(f"Stopped. `bernie models pull {what}` goes on from here.", markup=False, soft_wrap=True)
        raise typer.Exit(130) from None
    if as_json:
        print_json(results)
    raise typer.Exit(1 if any(result.error for result in results) else 0)


def _say(model: Published, result: Pulled, as_json: bool) -> None:
    if result.error is not None:
        err.print(result.error, style="red", markup=False, soft_wrap=True)
    elif not as_json:
        out.print(f"{model.name} is here: {result.path}\n{model.terms}", markup=False, soft_wrap=True)


def _meant(what: str) -> Sequence[Published]:
    """Raises `InvalidInput` for what there is not."""
    if what == "all":
        return tuple(MODELS.values())
    if what in MODELS:
        return (MODELS[what],)
    if CATALOGUE.get(what):
        return CATALOGUE[what]
    known = ", ".join([*MODELS, *(name for name, models in CATALOGUE.items() if models), "all"])
    raise InvalidInput(f"There is no model {what}. There are: {known}.")


def _pull(model: Published, settings: Settings) -> Pulled:
    try:
        with _bar(model.name) as on_progress:
            path = hub.fetch(model, _folder(settings), on_progress, source=settings.source_of(model.name))
        if model.by_hand:
            _check(path)
    except (UserError, ServiceError) as error:
        return Pulled(model=model.name, path=None, bytes=0, error=str(error))
    size = sum((path / file.path).stat().st_size for file in model.files)
    return Pulled(model=model.name, path=str(path), bytes=size, error=None)


def _check(folder: Path) -> None:
    """Raises `CheckpointMismatch`: the hub's files have digests, those that a person downloaded may be anything."""
    try:
        from engine.sfx.checking import check
    except ImportError:  # the networks are not installed: whoever loads it will see
        return
    check(folder)


@contextmanager
def _bar(name: str) -> Iterator[hub.OnProgress]:
    columns = (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress(TextColumn("{task.description}"), BarColumn(), *columns, console=err, disable=not err.is_terminal)
    with bar:
        task = bar.add_task(escape(name), total=None)

        def on_progress(have: int, total: int) -> None:
            bar.update(task, completed=have, total=total or None)

        yield on_progress


def _settings() -> Settings:
    async def main(settings: Settings) -> Settings:
        return settings

    return run(main)


def _folder(settings: Settings) -> Path:
    return settings.data / "models"
