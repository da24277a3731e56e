"""The sentences that chats translate are those that the engine says."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from engine import InvalidInput, NotEnoughCredits, NotFound, QueueFull, UserError, capability_named
from engine.decoding import decode
from engine.sayings import SAYINGS, saying_of
from engine.settlement import apology
from tests.house import House

ENGINE = Path(__file__).parents[2] / "engine"


def said_in_code() -> list[list[str]]:
    """Every text in the engine's code, as what stands between the places that are filled in."""
    found = []
    for path in ENGINE.rglob("*.py"):
        if path.name == "sayings.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = "".join(str(p.value) if isinstance(p, ast.Constant) else "\0" for p in node.values).split("\0")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts = [node.value]
            else:
                continue
            if sum(map(len, parts)) > 8:
                found.append(parts)
    return found


def is_made_of(sentence: str, parts: list[str]) -> bool:
    """As a regular expression would say that had `.*` between them, which takes minutes for some."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return sentence == first
    at, end = len(first), len(sentence) - len(last)
    for part in parts[1:-1]:
        found = sentence.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return sentence.startswith(first) and sentence.endswith(last) and at <= end


def filled(template: str) -> str:
    fields = Formatter().parse(template)
    values = {field: 1234 if spec == "," else "something" for _, field, spec, _ in fields if field}
    return template.format(**values)


def test_every_sentence_with_an_id_is_said_somewhere_in_the_engine() -> None:
    texts = said_in_code()

    def is_said(sentence: str) -> bool:
        return any(is_made_of(sentence, parts) for parts in texts)

    assert [name for name, template in SAYINGS.items() if not is_said(filled(template))] == []


@pytest.mark.parametrize("name", SAYINGS)
def test_a_sentence_is_known_by_its_words(name: str) -> None:
    saying = saying_of(filled(SAYINGS[name]))
    assert saying is not None
    # An option's sentence may be that of the text, which has words of its own.
    assert saying.id == name
    assert set(saying.values) == {field for _, field, _, _ in Formatter().parse(SAYINGS[name]) if field}


def test_what_has_no_id_stays_as_it_is() -> None:
    assert saying_of("Nobody has ever said this.") is None


async def test_errors_carry_what_was_said_and_of_what(house: House) -> None:
    poor = await house.user("pia", credits=1234)

    async def refused(kind: type[UserError], **options: object) -> tuple[str, dict[str, object]]:
        with pytest.raises(kind) as error:
            await house.engine.jobs.submit(poor, "tts", options)
        assert error.value.saying is not None, error.value.message
        return error.value.saying.id, dict(error.value.saying.values)

    assert await refused(NotEnoughCredits, text="x" * 2000) == ("credits-short", {"price": 2000, "have": 1234})
    assert await refused(InvalidInput, text="x" * 5001) == ("text-too-long", {"most": 5000})
    assert await refused(InvalidInput, text=" ") == ("text-empty", {})
    assert await refused(InvalidInput, text="...") == ("text-unspeakable", {})
    assert await refused(InvalidInput, text="x", speed=9) == ("option-at-most", {"field": "speed", "most": "2"})
    assert await refused(NotFound, text="x", voice="Pat's") == ("voice-unknown", {"name": "Pat's", "known": "heart"})
    for _ in range(21):
        await house.engine.jobs.submit(poor, "tts", {"text": "x"})
    assert await refused(QueueFull, text="x") == ("queue-full", {"waiting": 20})
    (job, *_) = [status.job for status in await house.engine.jobs.page(poor)]
    assert saying_of(apology(job)) is not None
    with pytest.raises(UserError) as unreadable:
        decode(b"nothing", max_seconds=1)
    assert unreadable.value.saying is not None
    assert unreadable.value.saying.id == "clip-unreadable"
    assert capability_named("tts").name == "tts"
