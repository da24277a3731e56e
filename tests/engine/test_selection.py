"""Which model answers, from what is asked for and what is here."""

from __future__ import annotations

import pytest

from engine.capabilities import Source, VcParams
from engine.errors import InvalidInput
from engine.nn.catalogue import MODELS, PARTS, needed_for
from engine.selection import offers, wanted

SPEECH = {"seed-vc", "bigvgan-22khz", "campplus", "whisper-small"}
SINGING = {"seed-vc-singing", "bigvgan-44khz", "campplus", "whisper-small", "rmvpe"}
CLIP = Source(id="upload_1", key="uploads/1.flac", seconds=5)
SPOKEN, SUNG = (VcParams(source=CLIP, voice="heart", singing=singing) for singing in (False, True))


def models(choice: str, here: set[str]) -> list[str]:
    return [model.name for model in offers({"vc": choice}, here)["vc"].models]


def test_on_an_empty_machine_every_capability_has_a_model() -> None:
    answering = {name: offer.model for name, offer in offers().items()}
    assert answering == {"tts": "hibari", "vc": "world", "sfx": "foley"}


def test_a_conversion_model_answers_when_all_its_parts_are_here() -> None:
    assert models("auto", SPEECH) == ["seed-vc", "world"]
    for part in SPEECH:
        assert models("auto", SPEECH - {part}) == ["world"]
    assert models("auto", SPEECH | SINGING) == ["seed-vc", "seed-vc-singing", "world"]
    assert models("world", SPEECH | SINGING) == ["world"]


def test_every_part_is_in_the_catalogue() -> None:
    assert {part for name in PARTS for part in needed_for(name)} <= MODELS.keys()


def test_a_song_goes_to_the_model_that_sings() -> None:
    offer = offers({}, SPEECH | SINGING)["vc"]
    assert offer.model_for("heart", SPOKEN).name == "seed-vc"
    assert offer.model_for("voice_1", SUNG).name == "seed-vc-singing"
    assert offers({}, SPEECH)["vc"].model_for("voice_1", SUNG).name == "world"


def test_a_song_without_a_model_that_sings_is_refused_with_what_to_do() -> None:
    model = offers({"vc": "seed-vc"}, SPEECH)["vc"].model_for("heart", SUNG)
    with pytest.raises(InvalidInput, match="bernie models pull seed-vc-singing"):
        model.check(SUNG)
    model.check(SPOKEN)


def test_a_model_that_was_asked_for_and_is_not_here_is_no_other_one() -> None:
    offer = offers({"vc": "seed-vc"}, SPEECH - {"campplus"})["vc"]
    assert offer.models == ()
    assert "bernie models pull seed-vc" in (offer.unavailable or "")


def test_conversion_is_fetched_with_all_its_parts_where_a_gpu_is_or_somebody_asked() -> None:
    assert wanted({}, set()) == ["kokoro"]
    assert set(wanted({}, {"kokoro", "campplus"}, gpu=True)) == SPEECH - {"campplus"}
    assert set(wanted({"tts": "hibari", "vc": "seed-vc"}, set())) == SPEECH
    assert wanted({"tts": "hibari", "sfx": "make-an-audio"}, set()) == ["make-an-audio"], "or it is said what to do"
