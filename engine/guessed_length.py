"""How long a sound effect should be when nobody says: known from its prompt before anything is priced.

What the prompt states ("5 seconds of rain") is taken. Else what goes on, such as rain, gets ten seconds, and what
happens in a moment, such as a knock, two; where both are named the longer one decides.
"""

from __future__ import annotations

import re

SHORTEST_SECONDS, LONGEST_SECONDS = 0.5, 30.0
MOMENT_SECONDS, SCENE_SECONDS = 2.0, 10.0

STATED = re.compile(r"\b(\d{1,3}(?:\.\d{1,3})?)[\s-]*(?:s|secs?|seconds?)\b", re.ASCII)
ENDING = r"(?:s|es|d|ed|ing|ming|ping|ging|ting|ped|med|ged|ted)?"


def _any_of(words: str) -> re.Pattern[str]:
    """Each by its stem, with what can follow one."""
    return re.compile(rf"\b(?:{'|'.join(words.split())}){ENDING}\b")


MOMENTS = _any_of(
    "knock slam bang boom blast explosion explode gunshot shot shoot punch kick hit smack slap thud thump click clack "
    "snap pop crack crash smash shatter break drop splash drip plop beep ding ping blip zap laser coin whoosh swoosh "
    "swish whip bark woof meow moo quack honk cough sneeze gasp burp clap stab impact hiccup switch power-up whistle "
    "creak chime gulp kiss button camera"
)
SCENES = _any_of(
    "rain drizzle storm thunderstorm wind breeze ocean sea wave surf beach river stream brook waterfall fountain "
    "forest jungle swamp night bird birdsong cricket cicada crowd applause audience cheer traffic city street cafe "
    "restaurant office station engine motor train plane helicopter fire campfire siren alarm machine hum drone "
    "ambience ambient ambiance atmosphere background music melody loop continuous constant endless footstep walk run "
    "typing typewriter clock heartbeat bubble purr snor"
)


def guessed_seconds(prompt: str) -> float:
    """0.5 to 30, for any text."""
    said = prompt.casefold()
    if stated := STATED.search(said):
        return min(max(float(stated[1]), SHORTEST_SECONDS), LONGEST_SECONDS)
    return MOMENT_SECONDS if MOMENTS.search(said) and not SCENES.search(said) else SCENE_SECONDS
