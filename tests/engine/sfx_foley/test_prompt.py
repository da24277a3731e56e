"""Words to sounds: a table of prompts, what is refused and how, and anything that a keyboard can send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.sfx.foley.adjectives import TRAITS
from engine.sfx.foley.lexicon import stem, words
from engine.sfx.foley.prompt import known, parse
from engine.sfx.foley.traits import Traits
from engine.sfx.foley.vocabulary import FAINT, FAMILIES, SPECIAL

PROMPTS = {
    "rain": "rain",
    "Heavy rain on a tin roof!": "rain force=1 material=metal",
    "rain with distant thunder": "rain + thunder distance=1",
    "light drizzle": "rain force=-2",
    "thunderclap": "thunder",
    "a thunderstorm over the ocean": "rain force=0.8 + thunder + waves size=0.5",
    "wind howling through the trees": "wind force=1",
    "wind chimes": "wind chimes",
    "waves crashing on the beach, very far away": "waves distance=1.5",
    "a small brook": "stream size=-1",
    "running water": "stream",
    "water dripping in a cave": "drip echo=1.6",
    "dripping tap": "drip",
    "bubbles rising": "bubbles",
    "splashing into the water": "splash",
    "campfire crackling": "fire",
    "fire alarm": "alarm",
    "fire truck": "siren",
    "slow footsteps on gravel": "footsteps speed=-1 material=gravel",
    "footsteps on broken glass": "footsteps material=glass",
    "someone running on wooden floorboards": "footsteps speed=0.8 material=wood",
    "walking in the snow": "footsteps material=snow",
    "heavy, slow footsteps": "footsteps speed=-1 force=1",
    "someone knocking three times on a wooden door": "door knock count=3 material=wood",
    "knock on glass": "door knock material=glass",
    "a squeaking door": "door creak",
    "the door opens slowly": "door creak speed=-1",
    "door slams shut": "door slam",
    "a glass door slamming": "door slam material=glass",
    "door": "door slam",
    "a car engine idling": "engine",
    "a big truck": "engine size=2",
    "motorcycle": "engine size=-0.6",
    "helicopter hovering overhead": "helicopter distance=-1",
    "a fast train": "train speed=1",
    "plane flying over": "airplane",
    "honking car": "car horn + engine",
    "ship horn in the fog": "car horn size=1.8",
    "electric drill": "drill",
    "police siren passing by": "siren",
    "alarm clock": "alarm",
    "old clock ticking": "clock",
    "grandfather clock": "clock size=1",
    "typing on a keyboard": "typewriter material=plastic",
    "typewriter": "typewriter",
    "a phone ringing in the next room": "telephone echo=0.35",
    "the doorbell rings twice": "doorbell count=2",
    "referee whistle": "whistle",
    "heart beating very fast": "heartbeat speed=1.5",
    "thunderous applause": "applause",
    "birds singing in a forest": "birds + wind force=-1",
    "crickets chirping at night": "crickets",
    "frogs croaking": "frog",
    "a tiny dog barking in the distance": "dog distance=1 size=-1.5",
    "kitten meowing": "cat size=-0.7",
    "an owl is hooting": "owl",
    "bees buzzing": "bees",
    "huge explosion followed by breaking glass": "explosion size=1 + glass breaking",
    "two gunshots": "gunshot count=2",
    "machine gun fire": "gunshot speed=2",
    "laser gun firing": "laser",
    "coins dropping on a table": "coin material=wood",
    "whoosh": "whoosh",
    "8-bit power-up": "power-up",
    "church bells": "bell",
    "small hand bell": "bell size=-2",
    "rain without thunder": "rain",
    "rain, no thunder or wind": "rain",
    "rain but not heavy": "rain",
    "a not too loud bell": "bell",
    "a man talking in the rain": "rain",
    "muffled music and footsteps through a wall": "footsteps muffle=2",
    "RAIN\n\n\tand   WIND???": "rain + wind",
    "café rain": "rain",
}


def told(scene):
    """As the table writes it."""
    plain = Traits()
    changed = [
        " ".join(
            [layer.family]
            + [
                f"{name}={value:g}" if isinstance(value, int | float) else f"{name}={value}"
                for name in Traits.__slots__
                if (value := getattr(layer.traits, name)) != getattr(plain, name)
            ]
        )
        for layer in scene
    ]
    return " + ".join(changed)


@pytest.mark.parametrize(("prompt", "expected"), PROMPTS.items())
def test_a_prompt_is_understood(prompt, expected) -> None:
    assert told(parse(prompt)) == expected


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_to_its_name_in_any_number_and_case(family) -> None:
    for prompt in (family, family.upper(), f"the sound of a {family}", f"{family}, please"):
        assert [layer.family for layer in parse(prompt)] == [family]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_a_family_leads_to_it(family) -> None:
    for phrase in FAMILIES[family].split(","):
        assert [layer.family for layer in parse(phrase)] == [family], phrase


def test_no_phrase_stands_in_two_families() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, listed in [*FAMILIES.items(), *((phrase, phrase) for phrase in SPECIAL)]:
        for phrase in listed.split(","):
            key = tuple(stem(word) for word in words(phrase))
            assert seen.setdefault(key, name) == name, phrase
    for listed in TRAITS:
        for phrase in listed.split(","):
            assert tuple(stem(word) for word in words(phrase)) not in seen or "broken glass" in phrase, phrase
    assert set(FAINT) <= set(FAMILIES)
    assert {layer.family for scene in SPECIAL.values() for layer in scene} <= set(FAMILIES)


def test_at_most_four_sounds_play_at_once() -> None:
    assert len(parse("rain, wind, thunder, fire, birds, crickets")) == 4


@pytest.mark.parametrize(
    "prompt",
    ["piano music", "雨", "дождь", "مطر", "🌧️", "...", "no rain", "distant", "\x00\x01", "", "the", "terrain", "bellow"],
)
def test_a_prompt_that_matches_nothing_is_refused_with_all_that_is_known(prompt) -> None:
    with pytest.raises(InvalidInput) as refused:
        known(prompt)
    assert refused.value.field == "prompt"
    assert all(family in refused.value.message for family in FAMILIES)
    assert "`bernie models pull sfx`" in refused.value.message
    assert len(refused.value.message) < 1000  # a Discord message has room for 2000


@pytest.mark.parametrize(
    "prompt", ["rain and wind " * 700, "rain " + "not " * 2500, "rain " + "x" * 10_000, "rain" + "," * 10_000]
)
def test_ten_thousand_characters_are_read(prompt) -> None:
    assert parse(prompt)[0].family == "rain"


@given(st.text(max_size=500))
def test_any_text_is_understood_or_refused(prompt) -> None:
    try:
        scene = parse(prompt)
    except InvalidInput:
        return
    assert 1 <= len(scene) <= 4


SAID = [*(phrase.strip() for listed in [*FAMILIES.values(), *TRAITS] for phrase in listed.split(",")), *SPECIAL]


@given(st.lists(st.sampled_from([*SAID, ",", "and", "with", "on", "in", "no", "not", "very", "or", "the", "qwerty"])))
def test_any_order_of_known_words_is_understood_or_refused(said) -> None:
    try:
        scene = parse(" ".join(said))
    except InvalidInput:
        return
    assert 1 <= len(scene) <= 4
    families = [layer.family for layer in scene]
    assert len(set(families)) == len(families)
    for layer in scene:
        assert layer.family in FAMILIES
        degrees = (layer.traits.distance, layer.traits.size, layer.traits.speed, layer.traits.force)
        assert all(-2 <= degree <= 2 for degree in degrees)
