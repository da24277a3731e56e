"""What Discord refuses: messages, voice messages, choices, modals and commands, by its documented limits."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any

from tests.discord.world import Message, Refused, World

VOICE_MESSAGE, EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 13, 1 << 6, 1 << 2, 1 << 12
COMPONENTS_V2 = 1 << 15
LOCALES = [
    "id",
    "da",
    "de",
    "en-GB",
    "en-US",
    "es-ES",
    "es-419",
    "fr",
    "hr",
    "it",
    "lt",
    "hu",
    "nl",
    "no",
    "pl",
    "pt-BR",
    "ro",
    "fi",
    "sv-SE",
    "vi",
    "tr",
    "cs",
    "el",
    "bg",
    "ru",
    "uk",
    "hi",
    "th",
    "zh-CN",
    "ja",
    "zh-TW",
    "ko",
]
SNAPSHOT = "Invalid Form Body"


def need(condition: object, message: str, *, status: int = 400, code: int = 50035) -> None:
    if not condition:
        raise Refused(status, code, message)


def length(text: str, low: int, high: int, what: str) -> None:
    need(isinstance(text, str) and low <= len(text) <= high, f"{what}: must be {low} to {high} in length, is {text!r}")


def files_fit(world: World, files: list[tuple[str, bytes, str]]) -> None:
    need(len(files) <= 10, "at most 10 files")
    need(all(len(data) <= world.size_limit for _, data, _ in files), "Request entity too large", status=413, code=40005)


def message(fields: dict[str, Any], files: list[Any], *, kept: Iterable[Any] = ()) -> None:
    """`kept`: what an edited message still has besides."""
    content, embeds, components = (
        fields.get("content") or "",
        fields.get("embeds") or [],
        fields.get("components") or [],
    )
    need(len(content) <= 2000, "content: must be 2000 or fewer in length")
    need(content or embeds or files or components or list(kept), "Cannot send an empty message", code=50006)
    need(len(embeds) <= 10, "embeds: at most 10")
    for embed in embeds:
        _embed(embed)
    need(sum(_size(embed) for embed in embeds) <= 6000, "embeds: 6000 characters together")
    _components(components)


def _embed(embed: dict[str, Any]) -> None:
    need(len(embed.get("title") or "") <= 256, "embed title: 256")
    need(len(embed.get("description") or "") <= 4096, "embed description: 4096")
    need(len(embed.get("fields", [])) <= 25, "embed fields: 25")
    for part in embed.get("fields", []):
        length(part["name"], 1, 256, "embed field name")
        length(part["value"], 1, 1024, "embed field value")


def _size(embed: dict[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [text for part in embed.get("fields", []) for text in (part["name"], part["value"])]
    return sum(len(text or "") for text in texts)


def _components(rows: list[dict[str, Any]]) -> None:
    need(len(rows) <= 5, "components: at most 5 rows")
    ids = []
    for row in rows:
        need(row["type"] == 1 and 1 <= len(row["components"]) <= 5, "a row holds 1 to 5 components")
        for part in row["components"]:
            ids += [part["custom_id"]] if "custom_id" in part else []
            {2: _button, 3: _select}[part["type"]](part, row)
    need(len(ids) == len(set(ids)), "Component custom id cannot be duplicated")


def _button(part: dict[str, Any], row: dict[str, Any]) -> None:
    need(part.get("label") or part.get("emoji"), "a button needs a label or an emoji")
    need(len(part.get("label") or "") <= 80, "label: 80")
    if part["style"] == 5:
        need("custom_id" not in part and re.match(r"https?://", part.get("url", "")), "a link button has an http URL")
        need(len(part["url"]) <= 512, "url: 512")
    else:
        length(part["custom_id"], 1, 100, "custom_id")


def _select(part: dict[str, Any], row: dict[str, Any]) -> None:
    need(len(row["components"]) == 1, "a select fills its row")
    length(part["custom_id"], 1, 100, "custom_id")
    need(1 <= len(part["options"]) <= 25, "options: 1 to 25")
    for option in part["options"]:
        length(option["label"], 1, 100, "option label")
        length(option["value"], 1, 100, "option value")
        need(len(option.get("description") or "") <= 100, "option description: 100")
    values = [option["value"] for option in part["options"]]
    need(len(values) == len(set(values)), "The specified option value is already used")


def voice_message(fields: dict[str, Any], files: list[tuple[str, bytes, str]]) -> None:
    """One ogg file, no text, and how long it is and looks."""
    need(len(files) == 1, "Voice messages must have a single audio attachment", code=50160)
    need(
        not fields.get("content") and not fields.get("embeds"),
        "Voice messages do not support additional content",
        code=50159,
    )
    need(files[0][2].startswith("audio/"), "the part's content type must start with audio/", code=50160)
    described = (fields.get("attachments") or [{}])[0]
    need(
        "duration_secs" in described and "waveform" in described,
        "Voice messages must have supporting metadata",
        code=50161,
    )
    need(1 <= len(base64.b64decode(described["waveform"])) <= 256, "waveform: up to 256 bytes", code=50161)


def choices(given: list[dict[str, Any]]) -> None:
    need(len(given) <= 25, "choices: at most 25")
    for choice in given:
        length(choice["name"], 1, 100, "choice name")
        if isinstance(choice["value"], str):
            length(choice["value"], 1, 100, "choice value")


def modal(data: dict[str, Any]) -> None:
    length(data["title"], 1, 45, "modal title")
    length(data["custom_id"], 1, 100, "modal custom_id")
    need(1 <= len(data["components"]) <= 5, "a modal has 1 to 5 components")
    for row in data["components"]:
        if row["type"] == 1:
            inner = row["components"][0]
            length(inner["label"], 1, 45, "input label")
        else:
            need(row["type"] == 18, "top of a modal: rows and labels")
            length(row["label"], 1, 45, "label")
            need(len(row.get("description") or "") <= 100, "label description: 100")
            inner = row["component"]
        if inner["type"] == 4:
            length(inner["custom_id"], 1, 100, "input custom_id")
            need(len(inner.get("value") or "") <= inner.get("max_length", 4000) <= 4000, "input value")
            need(len(inner.get("placeholder") or "") <= 100, "placeholder: 100")


def commands(given: list[dict[str, Any]]) -> None:
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        of_kind = [command for command in given if command.get("type", 1) == kind]
        need(len(of_kind) <= most, f"at most {most} commands of type {kind}", code=30032)
        names = [command["name"] for command in of_kind]
        need(len(names) == len(set(names)), "Application command names must be unique")
    for command in given:
        _command(command)


def _command(command: dict[str, Any]) -> None:
    if command.get("type", 1) != 1:
        length(command["name"], 1, 32, "name")
        need(not command.get("description"), "Context menu commands cannot have description")
        _localised(command, "name", 32)
        return
    _described(command)
    _options(command.get("options") or [])
    need(_weight(command) <= 8000, "a command has at most 8000 characters")


def _described(part: dict[str, Any]) -> None:
    need(re.fullmatch(r"[-_'\w]{1,32}", part["name"]), f"name: {part['name']!r}")
    need(part["name"] == part["name"].lower(), f"name must be lower case: {part['name']!r}")
    length(part["description"], 1, 100, f"description of {part['name']}")
    _localised(part, "name", 32)
    _localised(part, "description", 100)


def _localised(part: dict[str, Any], field: str, most: int) -> None:
    for locale, text in (part.get(f"{field}_localizations") or {}).items():
        need(locale in LOCALES, f"unknown locale {locale}")
        length(text, 1, most, f"{field} of {part['name']} in {locale}")
        if field == "name" and "description" in part and part["description"]:
            need(re.fullmatch(r"[-_'\w]{1,32}", text) and text == text.lower(), f"name in {locale}: {text!r}")


def _options(options: list[dict[str, Any]]) -> None:
    need(len(options) <= 25, "options: at most 25")
    needed = [bool(option.get("required")) for option in options]
    need(needed == sorted(needed, reverse=True), "required options must be placed before optional ones")
    names = [option["name"] for option in options]
    need(len(names) == len(set(names)), "option names must be unique")
    for option in options:
        _described(option)
        need(len(option.get("choices") or []) <= 25, "choices: at most 25")
        need(not (option.get("choices") and option.get("autocomplete")), "choices and autocomplete exclude each other")
        need(0 <= option.get("max_length", 0) <= 6000, "max_length: 6000")
        for choice in option.get("choices") or []:
            length(choice["name"], 1, 100, "choice name")
            _localised(choice, "name", 100)
        _options(option.get("options") or [])


def _weight(part: dict[str, Any]) -> int:
    own = len(part["name"]) + len(part.get("description") or "")
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices") or [])
    return own + sum(_weight(option) for option in part.get("options") or [])


def kept_by(edited: Message, fields: dict[str, Any]) -> list[Any]:
    """What a message keeps that the edit does not speak of."""
    parts = [] if "content" in fields else [edited.content] if edited.content else []
    parts += [] if "attachments" in fields else edited.attachments
    parts += [] if "embeds" in fields else edited.embeds
    return parts + ([] if "components" in fields else edited.components)
