"""`bernie sfx`: a sound effect to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bernie.commands.making import Output, Seeded, make, uploading
from bernie.terminal import AsJson, Who


def sfx(
    prompt: Annotated[str, typer.Argument(help="The sound, in words.")],
    output: Output,
    seconds: Annotated[float | None, typer.Option(help="0.5 to 30; guessed from the prompt when left out.")] = None,
    loop: Annotated[bool, typer.Option(help="The end leads into the beginning.")] = False,
    candidates: Annotated[int | None, typer.Option(help="1 to 4: so many are made, the best is kept.")] = None,
    quality: Annotated[str | None, typer.Option(help="draft, good or best.")] = None,
    guidance: Annotated[float | None, typer.Option(help="1 to 10: how closely it keeps to the prompt.")] = None,
    negative: Annotated[str | None, typer.Option(help="What it shall not sound like.")] = None,
    source: Annotated[Path | None, typer.Option(help="A recording to start from.")] = None,
    strength: Annotated[float | None, typer.Option(help="0.05 to 1: how far it moves away from that.")] = None,
    seed: Seeded = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make the sound that a prompt describes."""
    options = {
        "prompt": prompt,
        "seconds": seconds,
        "loop": loop,
        "candidates": candidates,
        "quality": quality,
        "guidance": guidance,
        "negative": negative,
        "strength": strength,
        "seed": seed,
    }
    prepare = uploading(source) if source is not None else None
    make("sfx", options, output, user, as_json=as_json, prepare=prepare)
