"""A word of a prompt changes what it says, in every family it applies to; two sounds are both there."""

from __future__ import annotations

import numpy as np
import pytest

from engine.sfx.foley.families.catalogue import FAMILIES
from engine.sfx.foley.parts.levels import active_level
from engine.sfx.foley.prompt import parse
from engine.sfx.foley.scene import mixed, rendered
from engine.sfx.foley.traits import Layer, Traits
from tests.engine.sfx_foley.measures import RATE, centre_hz, made, onsets, share_above

EVENTS = ("bell", "bubbles", "car horn", "cat", "clock", "coin", "dog", "door knock", "door slam", "drip", "footsteps",
          "gunshot", "heartbeat", "laser", "power-up", "whistle", "whoosh")  # fmt: skip
DULL_ALREADY = ("coin", "crickets", "birds", "glass breaking")
"""All that they have lies above 3 kHz: the share of it cannot fall."""


def prompted(prompt, seconds=4.0, seed=2):
    return mixed(parse(prompt), round(seconds * RATE), seed)


@pytest.mark.parametrize("family", FAMILIES)
def test_far_away_is_softer_and_duller(family) -> None:
    near, far = made(family), made(family, distance=1)
    assert active_level(far) < active_level(near) - 3
    if family in DULL_ALREADY:
        assert centre_hz(far) < centre_hz(near)
    else:
        assert share_above(far, 3000) < share_above(near, 3000) - 3


@pytest.mark.parametrize(
    "family", ["rain", "fire", "applause", "train", "typewriter", "door slam", "car horn", "drill"]
)
def test_through_a_wall_the_top_is_gone(family) -> None:
    assert share_above(made(family, muffle=1), 1500) < share_above(made(family), 1500) - 8


@pytest.mark.parametrize("family", FAMILIES)
def test_small_is_higher_than_big(family) -> None:
    assert centre_hz(made(family, size=-1)) > 1.12 * centre_hz(made(family, size=1))


@pytest.mark.parametrize("family", EVENTS)
def test_fast_happens_more_often_than_slow(family) -> None:
    slow = sum(onsets(made(family, 6.0, seed=seed, speed=-1)) for seed in range(2))
    fast = sum(onsets(made(family, 6.0, seed=seed, speed=1)) for seed in range(2))
    assert fast >= 1.5 * slow


@pytest.mark.parametrize("family", FAMILIES)
def test_heavy_is_louder_than_light(family) -> None:
    assert active_level(made(family, force=1)) > active_level(made(family, force=-1)) + 2


def test_an_echo_fills_the_pauses() -> None:
    dry, hall = prompted("footsteps"), prompted("footsteps in a cave")
    quiet = [np.percentile(np.abs(samples), 30) for samples in (dry, hall)]
    assert quiet[1] > 10 * quiet[0]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("three knocks on a door", 3), ("a single gunshot", 1), ("two gunshots", 2), ("dog barks twice", 2),
     ("5 lasers", 5), ("five coughing lasers", 5), ("a door slams three times", 3), ("cat meows once", 1)],
)  # fmt: skip
def test_what_is_counted_happens_so_often(prompt, count) -> None:
    assert onsets(prompted(prompt, 10.0), rise_db=12) == count


def test_materials_are_told_apart() -> None:
    knocks = {material: centre_hz(prompted(f"knock on {material}")) for material in ("wood", "metal", "glass")}
    assert knocks["wood"] < knocks["metal"] < knocks["glass"]
    steps = {ground: centre_hz(prompted(f"footsteps in {ground}")) for ground in ("snow", "gravel", "leaves")}
    assert steps["snow"] < steps["gravel"] < steps["leaves"]
    assert centre_hz(prompted("footsteps on wood")) < 0.5 * steps["snow"]


@pytest.mark.parametrize(
    ("prompt", "families"),
    [
        ("rain with distant thunder", ("rain", "thunder")),
        ("footsteps in the snow and a howling wind", ("footsteps", "wind")),
        ("birds by a stream", ("birds", "stream")),
        ("a dog barking while a siren passes", ("dog", "siren")),
        ("fire, crickets and an owl", ("fire", "crickets", "owl")),
    ],
)
def test_a_mix_contains_each_of_its_sounds_as_it_is_alone(prompt, families) -> None:
    scene = parse(prompt)
    assert tuple(layer.family for layer in scene) == families
    alone = np.stack([rendered(layer, 4 * RATE, 9) for layer in scene], axis=1)
    mix = mixed(scene, 4 * RATE, 9)
    gains = np.linalg.lstsq(alone, mix, rcond=None)[0]
    rest = mix - alone @ gains
    assert np.sum(rest**2) < 0.02 * np.sum(mix**2)
    assert gains.min() > 0.8 * gains.max()


def test_in_a_mix_the_distant_sound_stays_behind() -> None:
    rain, thunder = (rendered(layer, 4 * RATE, 9) for layer in parse("rain with distant thunder"))
    assert active_level(thunder) < active_level(rain) - 3


def test_more_layers_are_no_louder() -> None:
    for prompt in ("rain", "rain and wind", "rain, wind, thunder and fire"):
        assert active_level(prompted(prompt)) == pytest.approx(-18, abs=1)


def test_traits_add_up_within_bounds() -> None:
    assert Traits(size=1.5).plus(Traits(size=1.5, count=3)).plus(Traits(count=2)) == Traits(size=2, count=3)
    assert Layer("rain").traits == Traits()
