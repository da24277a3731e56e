"""`bernie say`: a sentence to a file."""

from __future__ import annotations

from typing import Annotated

import typer

from bernie.commands.making import Output, Seeded, make
from bernie.terminal import AsJson, Who


def say(
    text: Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")],
    output: Output,
    voice: Annotated[str | None, typer.Option(help="Who says it.")] = None,
    speed: Annotated[float, typer.Option(help="0.5 to 2.")] = 1.0,
    seed: Seeded = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Speak a text into a file."""
    spoken = typer.get_text_stream("stdin", errors="replace").read() if text == "-" else text
    make("tts", {"text": spoken, "voice": voice, "speed": speed, "seed": seed}, output, user, as_json=as_json)
