"""`bernie convert`: a recording to a file, in another voice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bernie.commands.making import Output, Seeded, make
from bernie.terminal import AsJson, Who
from engine import Engine, InvalidInput, User


def convert(
    source: Annotated[Path, typer.Argument(help="The recording: any file with sound in it.")],
    output: Output,
    voice: Annotated[str, typer.Option(help="Whose voice it takes: a built-in one or one of yours.")],
    semitones: Annotated[int | None, typer.Option(help="Shift of the pitch, -24 to 24.")] = None,
    singing: Annotated[bool, typer.Option(help="The recording is sung: keep its melody.")] = False,
    quality: Annotated[str | None, typer.Option(help="draft, good or best.")] = None,
    seed: Seeded = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Say a recording again in another voice."""
    options = {"voice": voice, "semitones": semitones, "singing": singing, "quality": quality, "seed": seed}

    async def upload(engine: Engine, who: User) -> Mapping[str, Any]:
        return {"source": (await engine.uploads.add(who, _read(source))).id}

    make("vc", options, output, user, as_json=as_json, prepare=upload)


def _read(path: Path) -> bytes:
    """Raises `InvalidInput` where there is nothing to read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
