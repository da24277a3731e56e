"""The sounds by the words for them.

Words are compared by their stems, so plurals and -ing and -ed need no entry, and articles are left out: "slam door"
stands for "slamming the doors". Longer phrases win over shorter ones. `FAINT` words name a sound only where nothing
else in their part of the prompt does: a door that is knocked on does not slam as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.sfx.foley.traits import Layer, Scene, Traits

FAMILIES: Mapping[str, str] = {
    "airplane": "airplane, aeroplane, aircraft, plane, jet, jet engine, airliner, plane engine",
    "alarm": "alarm, alarm clock, smoke alarm, fire alarm, car alarm, smoke detector, beep, beeper, alarm bell, timer",
    "applause": "applause, applaud, clap, clap hand, hand clap, audience clap, ovation, audience, "
    "crowd clap, crowd cheer, cheer, standing ovation",
    "bees": "bee, beehive, hive, swarm, wasp, hornet, bumblebee, fly buzz, buzz insect",
    "bell": "bell, church bell, toll, bell ring, ring bell, bell tower, gong, carillon, school bell",
    "birds": "bird, birdsong, songbird, bird song, bird chirp, chirp bird, tweet, sparrow, robin, nightingale, canary",
    "bubbles": "bubble, bubble water, boil, boil water, gurgle, cauldron, underwater bubble, aquarium",
    "car horn": "car horn, horn, honk, honk horn, truck horn, klaxon",
    "cat": "cat, meow, miaow, cat meow, mew",
    "clock": "clock, clock tick, tick, tick tock, tick clock, tock, watch tick, wall clock, metronome",
    "coin": "coin, coin drop, penny, drop coin, coin spin, coin flip",
    "crickets": "cricket, cricket chirp, chirp cricket, cicada, grasshopper, insect, night insect, katydid",
    "dog": "dog, dog bark, bark, bark dog, hound, woof",
    "door creak": "creak, creak door, door creak, squeak door, door squeak, rusty hinge, hinge, door open, open door, "
    "creak floorboard, squeak, creak gate",
    "door knock": "knock, knock door, door knock, rap door, bang on door, pound on door, tap on door, knock on door, "
    "tap on window, tap on table",
    "door slam": "slam, door slam, slam door, door close, close door, door shut, shut door, door bang, bang door, "
    "car door, slam shut",
    "doorbell": "doorbell, door bell, door chime, ding dong, doorbell ring",
    "drill": "drill, power drill, electric drill, power tool, drill machine, drill wall",
    "drip": "drip, water drip, drip water, drip tap, drip faucet, leaky tap, leaky faucet, water drop, drop of water, "
    "droplet, water droplet, leak",
    "engine": "engine, car engine, engine idle, motor, car, car idle, vehicle, generator, idle engine, engine rev, "
    "engine run, run engine, boat engine",
    "explosion": "explosion, explode, explosive, bomb, blast, detonation, detonate, boom, grenade, dynamite",
    "fire": "fire, fireplace, flame, campfire, bonfire, fire crackle, crackle fire, wood fire, burn, blaze",
    "footsteps": "footstep, footfall, foot step, step, walk, stride, stroll, tread, pace, walker, heel",
    "frog": "frog, frog croak, croak, toad, ribbit, croak frog, tree frog",
    "glass breaking": "glass break, break glass, broken glass, shatter, glass shatter, shatter glass, smash glass, "
    "glass smash, window break, break window, smash window, shatter window, bottle break, break bottle",
    "gunshot": "gunshot, gun shot, gun, gunfire, gun fire, shot, pistol, rifle, pistol shot, rifle shot, revolver, "
    "fire gun, gun firing, shoot",
    "heartbeat": "heartbeat, heart beat, heart, beat heart, pulse heart",
    "helicopter": "helicopter, chopper, helicopter rotor, helicopter blade, rotor, rotor blade",
    "laser": "laser, laser gun, laser shot, laser blast, laser beam, laser fire, blaster, phaser, ray gun, "
    "raygun, zap, sci fi gun, space gun",
    "owl": "owl, owl hoot, hoot, hoot owl",
    "power-up": "power up, powerup, level up, arcade, video game, 8 bit, game, retro game, game coin, "
    "coin pickup, bonus, collect coin",
    "rain": "rain, rainfall, raindrop, rain drop, rain fall, fall rain, shower, rainy, hail, sprinkler",
    "siren": "siren, police siren, ambulance siren, ambulance, police, police car, fire truck, fire engine, air raid, "
    "fire brigade, emergency vehicle",
    "splash": "splash, water splash, splash water, plunge, dive, dive into water, jump into water, splash into water",
    "stream": "stream, brook, creek, water flow, flow water, water run, run water, trickle, water trickle, "
    "babble brook, fountain, pour water, water pour, rivulet",
    "telephone": "telephone, phone, phone ring, ring phone, telephone ring, ring telephone, phone call, ringtone",
    "thunder": "thunder, thunder clap, thunderclap, clap of thunder, lightning, lightning strike, thunder roll, "
    "thunder rumble, rumble thunder, thunder crack",
    "train": "train, steam train, locomotive, railway, railroad, subway, metro, rail, tram, train track, train engine",
    "typewriter": "typewriter, typing, typing machine, typewriter key, typist",
    "waves": "wave, ocean wave, sea wave, surf, sea, seaside, shore, beach, wave crash, crash wave, wave break, coast",
    "whistle": "whistle, referee, referee whistle, whistle blow, blow whistle, police whistle, sports whistle",
    "whoosh": "whoosh, swoosh, swish, whip, sword swing, swing sword, whizz",
    "wind": "wind, windy, wind blow, blow wind, gust, wind gust, gust wind",
    "wind chimes": "chime, wind chime, windchime, bell chime, tubular bell",
}
"""A family and its words, parted by commas."""

FAINT: Mapping[str, str] = {
    "door slam": "door, gate",
    "stream": "water, liquid",
    "glass breaking": "glass, bottle, smash, crash",
    "footsteps": "run, foot, jog",
    "door knock": "tap, pound, rap",
    "telephone": "ring",
    "wind": "howl, blow",
    "gunshot": "bang, fire shot",
    "fire": "crackle",
    "birds": "chirp",
    "bees": "buzz",
    "whoosh": "swing, fly by, flyby, pass by",
}


def one(family: str, **traits: float) -> Scene:
    return (Layer(family, Traits(**traits)),)  # type: ignore[arg-type]


SPECIAL: Mapping[str, Scene] = {
    "drizzle": one("rain", force=-1),
    "downpour": one("rain", force=1.2),
    "pour rain": one("rain", force=1.2),
    "hailstorm": one("rain", force=1.2, size=-0.4),
    "rainstorm": one("rain", force=1) + one("wind", force=0.3),
    "thunderstorm": one("rain", force=0.8) + one("thunder"),
    "thunder storm": one("rain", force=0.8) + one("thunder"),
    "storm": one("rain", force=0.8) + one("thunder") + one("wind", force=0.5),
    "stormy": one("rain", force=0.8) + one("wind", force=0.5),
    "blizzard": one("wind", force=1.2),
    "hurricane": one("wind", force=1.5),
    "howl wind": one("wind", force=1),
    "wind howl": one("wind", force=1),
    "whistle wind": one("wind", force=1),
    "wind whistle": one("wind", force=1),
    "breeze": one("wind", force=-1),
    "leaves rustle": one("wind", force=-1, size=-1),
    "rustle leaves": one("wind", force=-1, size=-1),
    "ocean": one("waves", size=0.5),
    "river": one("stream", size=1, force=0.4),
    "waterfall": one("stream", size=1.5, force=1.5),
    "forest": one("birds") + one("wind", force=-1),
    "jungle": one("birds") + one("crickets") + one("frog", distance=0.5),
    "rainforest": one("birds") + one("crickets") + one("rain", force=-0.5),
    "swamp": one("frog") + one("crickets"),
    "pond": one("frog"),
    "summer night": one("crickets"),
    "firework": one("explosion", size=-0.6, distance=0.4, speed=1),
    "cannon": one("explosion", size=0.2, speed=0.4),
    "machine gun": one("gunshot", speed=2),
    "machine gun fire": one("gunshot", speed=2),
    "cannon fire": one("explosion", size=0.2, speed=0.4),
    "shotgun": one("gunshot", size=0.7),
    "truck": one("engine", size=1),
    "lorry": one("engine", size=1),
    "bus": one("engine", size=0.9),
    "tractor": one("engine", size=0.8),
    "diesel engine": one("engine", size=0.8),
    "motorcycle": one("engine", size=-0.6),
    "motorbike": one("engine", size=-0.6),
    "moped": one("engine", size=-1),
    "lawn mower": one("engine", size=-0.8, speed=0.5),
    "chainsaw": one("engine", size=-1, speed=1),
    "race car": one("engine", size=-0.6, speed=1.4),
    "foghorn": one("car horn", size=1.8),
    "fog horn": one("car horn", size=1.8),
    "ship horn": one("car horn", size=1.8),
    "train horn": one("car horn", size=0.6),
    "train whistle": one("car horn", size=0.3),
    "bicycle bell": one("bell", size=-1.8),
    "bike bell": one("bell", size=-1.8),
    "hand bell": one("bell", size=-1.2),
    "jingle": one("bell", size=-2, speed=1),
    "jingle bell": one("bell", size=-2, speed=1),
    "grandfather clock": one("clock", size=1),
    "pocket watch": one("clock", size=-1, speed=1),
    "wristwatch": one("clock", size=-1, speed=1),
    "computer keyboard": (Layer("typewriter", Traits(material="plastic")),),
    "keyboard": (Layer("typewriter", Traits(material="plastic")),),
    "mosquito": one("bees", size=-1.5, force=-1),
    "kitten": one("cat", size=-0.7),
    "puppy": one("dog", size=-0.9),
    "high heel": one("footsteps", size=-0.5, force=0.3),
    "footstep run": one("footsteps", speed=0.8),
    "run footstep": one("footsteps", speed=0.8),
}
"""Phrases that say more than a family, and places that are several."""
