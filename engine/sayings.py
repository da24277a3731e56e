"""What people are told in a chat when something cannot be, as an id and its values, so that it can be said in their
language.

As in gettext the English sentence is the key: an error keeps its plain words, for the API and the command line, and
what a row kept of a failed job can be translated as well. A test holds these sentences and those in the code together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Saying:
    """`values`: numbers where the sentence has numbers, else text."""

    id: str
    values: Mapping[str, Any]


SAYINGS: Mapping[str, str] = {
    # a request
    "credits-short": "This costs {price:,} credits and you have {have:,}. Ask for something shorter.",
    "credits-short-pool": "This costs {price:,} credits and you have {have:,}. The shared credits here are {pool:,}. "
    "Ask for something shorter.",
    "queue-full": "You have {waiting:,} requests waiting, which is the limit. Wait for one to finish.",
    "too-often": "That is too often: {amount:,} are allowed in {per}. Try again in {wait}.",
    "text-too-long": "`text` is too long: at most {most:,} characters.",
    "text-empty": "`text` is empty.",
    "text-unspeakable": "There is nothing in this text that can be spoken. Write some words.",
    "text-not-english": "There is nothing in this text that an English voice can say. Write English words.",
    "text-not-for-this-voice": "There is nothing in this text that this voice can say. Write English words.",
    "text-embedded-voice": "The embedded voice found nothing it can say in this text: it speaks English. "
    "Write English words.",
    "sentence-too-long": "A sentence of this text is too long to be said in one breath: {sounds:,} sounds, "
    "at most {most:,}. Divide it.",
    "option-missing": "`{field}` is missing.",
    "option-empty": "`{field}` is empty.",
    "option-too-long": "`{field}` is too long: at most {most:,} characters.",
    "option-at-least": "`{field}` must be at least {least}.",
    "option-at-most": "`{field}` must be at most {most}.",
    "option-one-of": "`{field}` must be one of {choices}.",
    "option-number": "`{field}` must be a number.",
    "option-whole": "`{field}` must be a whole number.",
    "option-unknown": "`{field}` is not an option here. Leave it out.",
    "model-needs-packages": "The model {model} needs more packages. Run `make install EXTRAS={extras}`.",
    "model-by-hand": "The model {model} is not on this machine: `bernie models pull {pulled}` says how to get it.",
    "model-on-its-way": "The model {model} is not on this machine yet. It is being fetched; "
    "or run `bernie models pull {pulled}`.",
    "sound-unknown": "The built-in sound effects know none of the sounds in this prompt. "
    "They know: {known} and {last}. Use one of these words, or ask whoever runs this service to install "
    "the full model, which takes any prompt: "
    "`bernie models pull sfx`. Nothing was charged.",
    "idempotency-reused": "This idempotency key was used for another request. Take a new one.",
    # a place
    "place-channel": "Bernie may not be used in this channel. Ask in another one, or in a direct message.",
    "place-capability": "`{capability}` is switched off here. Use it in a direct message.",
    "place-text": "This text has {characters:,} characters; here at most {most:,} are allowed.",
    "place-daily": "This costs {price:,} credits, and you have {left:,} of your {limit:,} for today left here. "
    "Wait until tomorrow, or use a direct message and your own credits.",
    # a job
    "job-failed": "Something went wrong on our side, and you were not charged. Please try again. (job {job})",
    "job-unknown": "You have no such job.",
    "job-succeeded": "This job has succeeded already.",
    "job-failed-already": "This job has failed already.",
    "job-cancelled-already": "This job has cancelled already.",
    "job-withdrawn": "This request was cancelled.",
    "clip-unknown": "You have no such clip.",
    "clip-gone": "This clip is no longer kept. Make it again.",
    "source-gone": "The clip that this request was about is no longer kept. Send it again.",
    # a clip that somebody brings
    "clip-unreadable": "This file cannot be read as audio: it is damaged, cut off or of another kind. "
    "Please send it as MP3, OGG, WAV, FLAC, M4A or a video with sound.",
    "clip-unreadable-slow": "This file cannot be read as audio: decoding it takes more than it should. "
    "Please send it as MP3, OGG, WAV or FLAC.",
    "clip-cut-off": "This file is cut off: parts of the sound are missing. Please send it again, complete.",
    "clip-without-sound": "There is no sound in this file. Please send an audio file, or a video with an audio track.",
    "clip-sample-rate": "The sample rate must lie between 4 and 192 kHz. Please convert the file first.",
    "clip-too-long-minute": "This clip lasts more than 1 minute. Please send a shorter one.",
    "clip-too-long-minutes": "This clip lasts more than {minutes:,} minutes. Please send a shorter one.",
    "clip-too-long-seconds": "This clip lasts more than {seconds} seconds. Please send a shorter one.",
    "clip-too-quiet": "There is too little to hear in this clip: it needs {seconds} s of sound.",
    "clip-too-short": "The clip lasts {seconds} seconds and at least {least} are needed. Use a longer recording.",
    "clip-silent": "The clip is silent. Use a recording in which somebody speaks.",
    "file-too-large": "This file is too large: at most {megabytes:,} MB.",
    "upload-unknown": "You have no such upload: they are kept for a day. Send the file again.",
    # voices
    "voice-unknown": "There is no voice called {name!r} for this. Choose one of: {known}.",
    "voice-unknown-anywhere": "There is no voice called {name!r}. Look through the list of voices.",
    "voice-not-yours": "You have no such voice.",
    "voice-deleted": "This voice was deleted.",
    "voice-needed": "This model has no voice of its own: name one of yours, or add one.",
    "voice-consent": "A voice can only be added when its speaker agreed. Confirm that first.",
    "voice-too-quiet": "There is too little to hear in this clip ({heard}): it needs {seconds} s.",
    "voice-name": "A voice needs a name of 1 to 60 characters.",
    "voice-name-taken": "There is a voice called {name!r} already. Choose another name.",
    "voice-name-yours": "You have a voice called {name!r} already.",
    "voice-limit": "You have {most:,} voices, which is the limit. Delete one first.",
    "voice-recording-gone": "The recording of this voice is no longer there. Add the voice again.",
    "voice-sample-silent": "The voice sample is silent. Use a recording in which somebody speaks.",
    "voice-sample-short": "The voice sample lasts {seconds} seconds and at least {least} are needed. "
    "Use a longer recording.",
    # an account
    "credits-to-oneself": "You cannot give credits to yourself.",
    "credits-cannot-give": "You have {have:,} credits and cannot give {credits:,}.",
    "code-own": "This is your own code. Enter it where you are still somebody else.",
    "code-not-good": "This code is not good: mistyped, used before, or older than ten minutes. Make a new one.",
    "code-too-many": "You have {most:,} codes that are still good. Use one, or wait ten minutes.",
    "code-attempts": "You have tried too many codes. Wait an hour.",
    "code-owner": "The owner's account cannot move. Make the code there, and enter it here.",
    "code-unfinished": "You have requests that are not finished. Wait for them or cancel them, then try again.",
    "account-gone": "This account was deleted or linked to another.",
    "account-changed": "This account was deleted or linked to another just now. Try again.",
    "owner-stays": "The owner's account belongs to the installation and cannot be deleted.",
}
"""By id, with what differs from case to case in braces."""


def saying_of(sentence: str) -> Saying | None:
    """None for a sentence that has no id, which stays as it is."""
    for name, (pattern, numbers) in _patterns().items():
        if found := pattern.fullmatch(sentence):
            given = found.groupdict()
            return Saying(name, {key: _number(text) if key in numbers else text for key, text in given.items()})
    return None


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], frozenset[str]]]:
    """By id: what such a sentence looks like, and which of its values are numbers."""
    return {name: _pattern(template) for name, template in SAYINGS.items()}


def _pattern(template: str) -> tuple[re.Pattern[str], frozenset[str]]:
    parts, numbers = [], set()
    for literal, field, spec, conversion in Formatter().parse(template):
        parts.append(re.escape(literal))
        if field is None:
            continue
        if spec == ",":
            numbers.add(field)
            parts.append(rf"(?P<{field}>\d[\d,]*)")
        else:
            quote = "['\"]" if conversion == "r" else ""
            parts.append(f"{quote}(?P<{field}>.+?){quote}")
    return re.compile("".join(parts), re.DOTALL), frozenset(numbers)


def _number(text: str) -> int:
    return int(text.replace(",", ""))
