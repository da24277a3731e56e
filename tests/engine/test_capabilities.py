"""The declarations: whatever comes in becomes params with a price, or a sentence that names what is wrong."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import CAPABILITIES, Capability, InvalidInput, NotFound, Params, capability_named
from engine.capabilities import FORMAT_NAMES, SfxParams, TtsParams, Upload, VcParams

FIELDS = sorted({name for capability in CAPABILITIES for name in capability.params.model_fields})
TTS, VC, SFX = CAPABILITIES
GOOD: dict[str, dict[str, Any]] = {
    "tts": {"text": "Hello"},
    "vc": {"source": {"id": "upload_1", "key": "uploads/upload_1.flac", "seconds": 3.2}, "voice": "heart"},
    "sfx": {"prompt": "rain"},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
# Half of the names are those of fields, so that values are reached and not only names refused.
REQUESTS = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=12), JSON, max_size=6)


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.name)
@settings(max_examples=150, deadline=None)
@given(raw=REQUESTS, complete=st.booleans())
@example(raw={"seed": 10**400, "speed": 10**400, "seconds": 10**400, "semitones": 10**400}, complete=True)
@example(raw={"speed": math.nan, "seconds": math.inf}, complete=True)
@example(raw={"text": "\ud83d", "prompt": "\ud83d", "voice": "\ud83d"}, complete=True)
@example(raw={"": 1}, complete=True)
@example(raw={"source": {"id": "u", "key": "k", "seconds": 1, "codec": "mp3"}}, complete=True)
@example(raw={"source": "uploads/1.wav"}, complete=True)
def test_any_request_is_accepted_with_a_price_or_refused_in_a_sentence_about_a_field(
    capability: Capability, raw: dict[str, Any], complete: bool
) -> None:
    request = GOOD[capability.name] | raw if complete else raw
    answer = attempt(capability, request)
    if isinstance(answer, InvalidInput):
        assert answer.message.endswith(".")
        assert answer.message[0].isupper() or answer.message[0] == "`"
        assert len(answer.message.encode()) < 500, "also when it repeats what was sent"
        assert answer.field is not None
        known = {*capability.params.model_fields, *request}
        assert any(answer.field == name or answer.field.startswith(f"{name}.") for name in known)
    else:
        assert capability.price(answer) >= 1
        assert capability.parse(answer.model_dump(mode="json")) == answer, "a stored request means the same again"


def attempt(capability: Capability, request: dict[str, Any]) -> Params | InvalidInput:
    try:
        return capability.parse(request)
    except InvalidInput as refused:
        return refused


@pytest.mark.parametrize(
    ("capability", "raw", "field", "sentence"),
    [
        (TTS, {}, "text", "`text` is missing."),
        (TTS, {"text": "   "}, "text", "`text` is empty."),
        (TTS, {"text": 7}, "text", "`text` must be text."),
        (TTS, {"text": "x" * 5001}, "text", "`text` is too long: at most 5,000 characters."),
        (TTS, {"text": "...?!"}, "text", "There is nothing in this text that can be spoken. Write some words."),
        (TTS, {"text": "Hi", "speed": 3}, "speed", "`speed` must be at most 2."),
        (TTS, {"text": "Hi", "speed": 0}, "speed", "`speed` must be at least 0.5."),
        (TTS, {"text": "Hi", "speed": "fast"}, "speed", "`speed` must be a number."),
        (TTS, {"text": "Hi", "seed": 1.5}, "seed", "`seed` must be a whole number."),
        (TTS, {"text": "Hi", "seed": 2**32}, "seed", "`seed` must be at most 4,294,967,295."),
        (TTS, {"text": "Hi", "": 1}, "", "`` is not an option here. Leave it out."),
        (TTS, {"text": "Hi", "pitch": 1}, "pitch", "`pitch` is not an option here. Leave it out."),
        (VC, {"voice": "heart"}, "source", "`source` is missing."),
        (VC, {"source": {"id": "u", "key": "k", "seconds": 0}, "voice": "v"}, "source.seconds", None),
        (VC, GOOD["vc"] | {"semitones": 25}, "semitones", "`semitones` must be at most 24."),
        (SFX, {"prompt": ""}, "prompt", "`prompt` is empty."),
        (SFX, {"prompt": "rain", "seconds": 31}, "seconds", "`seconds` must be at most 30."),
    ],
)
def test_each_mistake_has_its_sentence(
    capability: Capability, raw: dict[str, Any], field: str, sentence: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        capability.parse(raw)
    assert refused.value.field == field
    assert sentence in (refused.value.message, None)


def test_half_a_character_is_refused_wherever_it_stands() -> None:
    with pytest.raises(InvalidInput, match="`text` holds broken characters"):
        TTS.parse({"text": "\ud83d"})
    with pytest.raises(InvalidInput, match="The request holds broken characters"):
        TTS.parse({"text": "Hi", "\ud83d": 1})


def test_a_wrong_format_is_answered_with_the_ones_there_are() -> None:
    with pytest.raises(InvalidInput) as refused:
        TTS.parse({"text": "Hi", "format": "aiff"})
    assert refused.value.field == "format"
    assert all(repr(name) in refused.value.message for name in FORMAT_NAMES)


def test_options_of_chats_and_forms_arrive_as_text_and_are_understood() -> None:
    assert TTS.parse({"text": "  Hi ", "speed": "1.5", "seed": "7"}) == TtsParams(text="Hi", speed=1.5, seed=7)
    assert SFX.parse({"prompt": "rain", "seconds": "2.5"}) == SfxParams(prompt="rain", seconds=2.5)


@pytest.mark.parametrize(
    ("capability", "raw", "price"),
    [
        (TTS, {"text": "Hello"}, 5),
        (TTS, {"text": "  Hello  "}, 5),
        (TTS, {"text": "🎙é"}, 2),
        (TTS, {"text": "x" * 5000}, 5000),
        (VC, {"source": {"id": "u", "key": "k", "seconds": 0.1}, "voice": "v"}, 15),
        (VC, {"source": {"id": "u", "key": "k", "seconds": 60}, "voice": "v"}, 900),
        (VC, {"source": {"id": "u", "key": "k", "seconds": 60.01}, "voice": "v"}, 915),
        (SFX, {"prompt": "rain"}, 400),
        (SFX, {"prompt": "rain", "seconds": 0.51}, 21),
    ],
)
def test_a_request_costs_what_the_price_list_says(capability: Capability, raw: dict[str, Any], price: int) -> None:
    assert capability.price(capability.parse(raw)) == price


@pytest.mark.parametrize("seconds", [0.5, 1, 1.1, 2.2, 29.999, 30])
def test_a_sound_effect_never_costs_less_than_forty_credits_a_second_nor_one_credit_more(seconds: float) -> None:
    price = SFX.price(SFX.parse({"prompt": "rain", "seconds": seconds}))
    assert 40 * seconds <= price < 40 * seconds + 1 + 1e-9


def test_the_formats_on_offer_are_those_that_can_be_encoded() -> None:
    from engine.codecs import FORMATS

    assert list(FORMATS) == list(FORMAT_NAMES)
    assert {form.extension for form in FORMATS.values()} == set(FORMAT_NAMES)


def test_each_capability_knows_its_voice_field_and_its_upload() -> None:
    assert {capability.name: capability.voice_field() for capability in CAPABILITIES} == {
        "tts": "voice",
        "vc": "voice",
        "sfx": None,
    }
    assert [mark.max_seconds for mark in VcParams.model_fields["source"].metadata if isinstance(mark, Upload)] == [300]


def test_a_batch_key_names_capability_and_model_so_that_different_ones_never_share_a_pass() -> None:
    keys = {
        capability.name: capability.batch_key("kokoro", capability.parse(GOOD[capability.name]))
        for capability in CAPABILITIES
    }
    assert len(set(keys.values())) == len(CAPABILITIES)
    assert all(key.startswith(f"{name}:kokoro:") and len(key) <= 100 for name, key in keys.items())


def test_the_capabilities_are_found_by_name_and_no_other() -> None:
    assert [capability_named(name) for name in ("tts", "vc", "sfx")] == list(CAPABILITIES)
    for wrong in ("TTS", "", "x" * 10_000, "\ud83d\n"):
        with pytest.raises(NotFound) as refused:
            capability_named(wrong)
        assert refused.value.message.endswith("Choose one of: tts, vc, sfx.")
        assert len(refused.value.message) < 200
