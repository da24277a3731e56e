"""Whatever is sent to be converted comes back converted, or is refused in a sentence, and a refusal costs nothing.

Through the front door: the file is uploaded, decoded in the sandbox, and converted by the model without weights.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from engine import ClipTooLong, ClipUnreadable, InvalidInput, UserError
from engine.audio import Audio, resample
from engine.batcher import Batcher
from engine.codecs import encode
from engine.inputs import Inputs
from engine.passing import Passing
from engine.runners import LocalRunners, embedded
from engine.sandbox import Sandbox
from engine.selection import offers
from engine.worker import Worker, WorkerOptions
from tests.engine.sounds import file
from tests.engine.vc.speakers import hissed, speaker
from tests.house import House, fresh_house

RATE = 16_000


def still(seconds: float) -> Audio:
    return Audio(np.zeros(round(seconds * RATE), np.float32), RATE)


def noise() -> Audio:
    return Audio((0.1 * np.random.default_rng(1).standard_normal(3 * RATE)).astype(np.float32), RATE)


def chords() -> Audio:
    """Three of them, each struck and fading, with a bass below: no voice."""
    time = np.arange(RATE) / RATE
    struck = [
        sum(np.sin(2 * np.pi * root * step * time) / (1 + n) for n, step in enumerate((0.5, 1, 1.26, 1.5, 2)))
        for root in (262, 349, 392)
    ]
    return Audio((0.1 * np.concatenate([chord * np.exp(-2 * time) for chord in struck])).astype(np.float32), RATE)


def spoken(seconds: float = 3.0, **more: object) -> Audio:
    return speaker(seconds, 110.0, seed=1, **more)


def bomb() -> bytes:
    """FLAC says "65,535 times the same sample" in a dozen bytes."""
    packed = io.BytesIO()
    with av.open(packed, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=4_000, layout="mono", format="s16", options={"frame_size": "65535"})
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 7_200 * 4_000), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 4_000, 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert len(packed.getvalue()) < 20_000
    return packed.getvalue()


@dataclass(frozen=True)
class Sent:
    data: Callable[[], bytes]
    seconds: float | None = None
    """Of the converted clip."""
    refusal: type[UserError] | None = None
    sentence: str = ""


TABLE = {
    "noise": Sent(lambda: encode(noise(), "wav"), seconds=3),
    "music": Sent(lambda: encode(chords(), "mp3"), seconds=3),
    "a whisper": Sent(lambda: encode(hissed(3, rate=RATE), "flac"), seconds=3),
    "stereo": Sent(lambda: file("wav", "pcm_s16le", "s16", audio=spoken(), layout="stereo"), seconds=3),
    "a telephone": Sent(lambda: file("au", "pcm_mulaw", "s16", audio=spoken(), sample_rate=8_000), seconds=3),
    "a film": Sent(lambda: file("mp4", "aac", audio=spoken(), pictures=30), seconds=3),
    "a word in long silence": Sent(
        lambda: encode(Audio(np.concatenate([still(2).samples, spoken(0.7).samples]), RATE), "ogg"), seconds=2.7
    ),
    "silence": Sent(lambda: encode(still(3), "wav"), refusal=InvalidInput, sentence="There is too little to hear"),
    "0.3 s": Sent(lambda: encode(spoken(0.3), "wav"), refusal=InvalidInput, sentence="it needs 0.5 s of sound"),
    "cut off": Sent(lambda: encode(spoken(), "wav")[:40_000], refusal=ClipUnreadable, sentence="This file is cut off"),
    "a text called .mp3": Sent(
        lambda: b"Dear Bernie, please say this in another voice.\n" * 40,
        refusal=ClipUnreadable,
        sentence="Please send it as MP3, OGG, WAV, FLAC, M4A or a video with sound.",
    ),
    "two hours of silence in 15 kB": Sent(
        bomb,
        refusal=ClipTooLong,
        sentence="This clip lasts more than 5 minutes. Please send a shorter one.",
    ),
    "6 minutes": Sent(
        lambda: encode(Audio(np.tile(spoken().samples, 120), RATE), "ogg"),
        refusal=ClipTooLong,
        sentence="This clip lasts more than 5 minutes",
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture(scope="module")
def runners() -> Iterator[LocalRunners]:
    made = LocalRunners(["tts", "vc"], embedded())
    yield made
    made.close()


@pytest.fixture
async def house(tmp_path: Path, sandbox: Sandbox, runners: LocalRunners) -> AsyncIterator[House]:
    async with fresh_house("sqlite", tmp_path / "house", offers=offers({"vc": "world"}), sandbox=sandbox) as made:
        engine = made.engine
        inputs, passing = Inputs(engine.db, made.objects), Passing(engine.db, engine.signals)
        batcher = Batcher(runners, inputs, made.objects, engine.signals, passing, clip_days=30)
        made.worker = Worker(engine.db, engine.signals, engine.settlement, batcher, WorkerOptions(lanes=1))
        yield made


@pytest.mark.parametrize("name", TABLE)
async def test_what_is_sent_is_converted_or_refused_in_a_sentence(house: House, name: str) -> None:
    sent, ann = TABLE[name], await house.user("ann")
    before = await house.engine.credits.balance(ann)
    if sent.refusal is not None:
        with pytest.raises(sent.refusal) as refused:
            await house.engine.uploads.add(ann, sent.data())
        assert sent.sentence in refused.value.message
        assert refused.value.message.endswith((".", "!"))
        assert await house.engine.credits.balance(ann) == before
        return
    upload = await house.engine.uploads.add(ann, sent.data())
    async with house.working():
        job = await house.engine.jobs.submit(ann, "vc", {"source": upload.id, "voice": "heart", "format": "wav"})
        status = [each async for each in house.engine.jobs.watch(ann, job.id)][-1]
    assert (status.job.state, status.job.error_message) == ("succeeded", None)
    assert status.clip is not None
    assert status.clip.model == "world"
    assert status.clip.seconds == pytest.approx(sent.seconds, abs=0.06)
    assert await house.engine.credits.balance(ann) == before - 15 * -(-upload.seconds // 1)
    await house.assert_books_exact()


async def test_what_turns_out_to_hold_no_voice_gives_its_credits_back(house: House) -> None:
    """So faint that only the conversion notices: the job fails in a sentence, the hold is released."""
    ann = await house.user("ann")
    before = await house.engine.credits.balance(ann)
    faint = Audio(spoken().samples * np.float32(0.003), RATE)
    upload = await house.engine.uploads.add(ann, encode(resample(faint, 24_000), "flac"))
    async with house.working():
        job = await house.engine.jobs.submit(ann, "vc", {"source": upload.id, "voice": "heart"})
        assert await house.engine.credits.balance(ann) < before
        status = [each async for each in house.engine.jobs.watch(ann, job.id)][-1]
    assert status.job.state == "failed"
    assert status.job.error_message == "The clip is silent. Use a recording in which somebody speaks."
    assert await house.engine.credits.balance(ann) == before
    await house.assert_books_exact()
