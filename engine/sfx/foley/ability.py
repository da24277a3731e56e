"""What the synthesiser can be asked for. Cheap: called at submit, no numpy."""

from __future__ import annotations

from engine.capabilities import SfxParams
from engine.errors import InvalidInput
from engine.sfx.foley.prompt import known

FULL_MODEL = (
    "The full model can: whoever runs this service can add it, `bernie models pull sfx` says how. Nothing was charged."
)


def able(params: SfxParams) -> None:
    """Raises `InvalidInput` for a sound that it does not know, and for what it cannot do with one.

    Guidance and quality are no reason: it always keeps to the prompt, and has one quality.
    """
    if params.source is not None:
        raise InvalidInput(f"The built-in sound synthesiser cannot start from a clip. {FULL_MODEL}", field="source")
    if params.candidates > 1:
        raise InvalidInput(
            f"The built-in sound synthesiser cannot choose among candidates: ask for one. {FULL_MODEL}",
            field="candidates",
        )
    if params.negative:
        raise InvalidInput(
            "The built-in sound synthesiser takes no negative prompt: write what to leave out into the prompt, such as "
            f"`storm without thunder`. {FULL_MODEL}",
            field="negative",
        )
    known(params.prompt)
