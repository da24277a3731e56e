"""Options of a command from the params of a capability: types, bounds and choices as Discord has them."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter
from typing import Any, Literal, Union, get_args, get_origin

import discord
from discord import app_commands
from pydantic.fields import FieldInfo

from engine import Capability, Params, Upload, VoiceName

MOST_DESCRIBED = 100
MOST_CHARACTERS = 6000
FILE = "file"


@dataclass(frozen=True, slots=True)
class Options:
    """`fields`: from an option's name to the field that it fills. Descriptions in English."""

    parameters: list[Parameter] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: Any, description: str, *, default: Any = None, required: bool = False) -> None:
        """`kind`: an annotation as discord.py understands it. A Range cannot be Optional; None as default does it."""
        given = Parameter.empty if required else default
        self.parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=given))
        self.descriptions[name] = description[:MOST_DESCRIBED]

    def raw(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was chosen, as the capability calls it; what was left out is left to its defaults."""
        return {self.fields[name]: value for name, value in given.items() if name in self.fields and value is not None}


def options_of(capability: Capability, *, optional: Iterable[str] = ()) -> Options:
    """One option for each field that fits into one. `optional`: fields that the command can find by other means."""
    options = Options()
    declared = capability.params.model_fields
    # What every capability takes comes last: the eye should meet the text first.
    for name in sorted(declared, key=lambda name: name in Params.model_fields):
        about = declared[name]
        kind = annotation_of(about)
        if kind is None:
            continue
        shown = FILE if kind is discord.Attachment else name
        required = about.is_required() and name not in optional
        options.add(shown, kind, about.description or name, required=required)
        options.fields[shown] = name
    return options


def annotation_of(about: FieldInfo) -> Any:
    """None for what Discord has no option for, such as a list."""
    if any(isinstance(mark, Upload) for mark in about.metadata):
        return discord.Attachment
    if any(isinstance(mark, VoiceName) for mark in about.metadata):
        return app_commands.Range[str, 1, MOST_DESCRIBED]
    kind, low, high = _bare(about.annotation), _bound(about, "ge", "min_length"), _bound(about, "le", "max_length")
    if get_origin(kind) is Literal or kind is bool:
        return kind
    if kind is str:
        return app_commands.Range[str, max(low or 0, 1), min(high or MOST_CHARACTERS, MOST_CHARACTERS)]
    if kind in (int, float):
        numbers = [None if bound is None else kind(bound) for bound in (low, high)]
        return app_commands.Range[kind, numbers[0], numbers[1]]
    return None


def _bare(annotation: Any) -> Any:
    """Without None and without metadata."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return inner[0] if len(inner) == 1 else None
    return annotation


def _bound(about: FieldInfo, *names: str) -> Any:
    marks = [*about.metadata]
    for mark in marks:
        for name in names:
            if (value := getattr(mark, name, None)) is not None:
                return value
    return None
