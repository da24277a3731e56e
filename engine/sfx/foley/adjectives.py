"""Words that change a sound, and the small words between."""

from __future__ import annotations

from collections.abc import Mapping

from engine.sfx.foley.traits import Traits

TRAITS: Mapping[str, Traits] = {
    "distant, far, far away, faraway, far off, in distance, off in distance, from afar, remote, background": Traits(
        distance=1
    ),
    "close, nearby, up close, close up, overhead": Traits(distance=-1),
    "big, large, deep, low, low pitched, huge, bass, tall": Traits(size=1),
    "giant, enormous, gigantic, massive, vast": Traits(size=1.5, force=0.3),
    "small, little, high pitched, baby, miniature, thin": Traits(size=-1),
    "tiny, minuscule": Traits(size=-1.5),
    "fast, quick, quickly, rapid, rapidly, hurried, brisk, frantic, hectic, sprint": Traits(speed=1),
    "run": Traits(speed=0.8),
    "slow, slowly, leisurely, lazy, lazily, sleepy": Traits(speed=-1),
    "heavy, heavily, hard, strong, strongly, violent, intense, powerful, fierce, raging, torrential": Traits(force=1),
    "loud, loudly, forceful, aggressive, dense": Traits(force=0.8),
    "light, lightly, gentle, gently, soft, softly, quiet, quietly, faint, calm, weak, mild, delicate": Traits(force=-1),
    "echo, reverberant, reverb, hall, church, corridor, hallway, stairwell": Traits(echo=1),
    "cave, tunnel, cavernous, canyon, cathedral": Traits(echo=1.6),
    "room, indoors, inside, bathroom, kitchen": Traits(echo=0.35),
    "muffled, through wall, behind wall, behind door, next door, underwater": Traits(muffle=1),
    "once, single, one, 1": Traits(count=1),
    "twice, two, double, couple, 2": Traits(count=2),
    "three, 3": Traits(count=3),
    "four, 4": Traits(count=4),
    "five, 5": Traits(count=5),
    "six, 6": Traits(count=6),
    "seven, 7": Traits(count=7),
    "eight, 8": Traits(count=8),
    "nine, 9": Traits(count=9),
    "ten, 10": Traits(count=10),
    # "5 seconds of rain" counts nothing.
    ", ".join(f"{n} second, {n} sec, {n} minute" for n in range(1, 11)): Traits(),
    "wood, wooden, oak, timber, parquet, floorboard, table": Traits(material="wood"),
    "metal, metallic, steel, iron, tin, tin roof, metal roof, aluminium, roof": Traits(material="metal"),
    "glass, window, windowpane, broken glass": Traits(material="glass"),
    "stone, concrete, pavement, marble, tile, asphalt, cobblestone, street, brick": Traits(material="stone"),
    "plastic": Traits(material="plastic"),
    "carpet, carpeted, cloth, tent, umbrella, rug, canvas, fabric": Traits(material="cloth"),
    "gravel, pebble, sand": Traits(material="gravel"),
    "snow, snowy, ice": Traits(material="snow"),
    "leaves, leaf, dry leaves, foliage, grass, undergrowth": Traits(material="leaves"),
    "water, puddle, mud, wet, shallow water": Traits(material="water"),
}

DEGREES: Mapping[str, float] = {
    "very": 1.5, "extremely": 1.8, "really": 1.5, "super": 1.5, "incredibly": 1.8, "too": 1.3,
    "slightly": 0.5, "somewhat": 0.5, "bit": 0.5, "fairly": 0.8, "quite": 1.0, "rather": 1.0,
}  # fmt: skip

NOT = frozenset(("not", "never", "don't", "isn't"))
"""Takes back the next word that says something, be it a sound or a trait."""

NOTHING_OF = frozenset(("no", "without", "minus", "except", "excluding", "lacking"))
"""Takes back the next sound, and what is said of it."""

PARTS = frozenset(
    ("and", "with", "while", "plus", "then", "but", "as", "followed", "accompanied", "also", "when", "&", "+")
)
ONTO = frozenset(
    ("on", "onto", "against", "in", "into", "through", "over", "across", "upon", "under", "at", "behind", "from")
)
"""What follows belongs to the sound before."""

# "Firing" is what a gun does: nothing burns.
SKIPPED = frozenset(
    ("a", "an", "the", "of", "some", "my", "his", "her", "their", "its", "this", "that", "which", "there", "is",
     "are", "was", "were", "be", "being", "someone", "somebody", "sound", "sounds", "noise", "noises", "type",
     "kind", "firing")
)  # fmt: skip
"""Left out before phrases are looked for: "sound of a drop of water" is "drop water"."""
