"""`bernie convert`: a recording to a file, in another voice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bernie.commands.making import Output, Seeded, make, uploading
from bernie.terminal import AsJson, Who


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
    make("vc", options, output, user, as_json=as_json, prepare=uploading(source))
