"""The synthesizer on networks small enough for every test: order, batches, seeds, joins, timings, errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine import InvalidInput, JobCancelled
from engine.audio import Audio, join
from engine.tts.network import TtsNetwork
from engine.tts.pronunciations import Pronunciation
from engine.tts.spoken import WordSpan
from engine.tts.styles import SampledStyles
from engine.tts.synthesizer import Manner, Synthesizer
from engine.tts.utterance import Chunk, Utterance
from tests.engine.tts.tiny import HIFIGAN, ISTFTNET, tiny_network


class Letters:
    """A front end that says each sentence letter by letter, a word per word."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def chunks(self, text: str, voice: str, pronunciations: Sequence[Pronunciation]) -> Iterator[Chunk]:
        if not text.strip():
            raise InvalidInput("There is nothing to say.")
        start = 0
        for sentence in text.split("."):
            if sentence.strip():
                self.read.append(sentence)
                yield replace(self._chunk(sentence, start), reached=min(1, (start + len(sentence) + 1) / len(text)))
            start += len(sentence) + 1

    def _chunk(self, sentence: str, start: int) -> Chunk:
        tokens = [0, *(1 + ord(character) % 170 for character in sentence)]
        words, position = [], 0
        for word in sentence.split(" "):
            if word:
                first = 1 + position
                words.append(WordSpan(start + position, start + position + len(word), first, first + len(word)))
            position += len(word) + 1
        return Chunk(tuple(tokens), len(tokens) - 1, tuple(words))


def reference(seconds: float = 1.5, pitch: float = 180) -> Audio:
    time = np.arange(round(seconds * 24_000)) / 24_000
    return Audio((np.sin(2 * np.pi * pitch * time) / 3).astype(np.float32), 24_000)


@pytest.fixture(scope="module", params=[HIFIGAN, ISTFTNET], ids=lambda config: config.kind)
def network(request: pytest.FixtureRequest) -> TtsNetwork:
    return tiny_network(request.param)


@pytest.fixture
def synthesizer(network: TtsNetwork) -> Synthesizer:
    manner = Manner(tail_samples=50, pause_seconds=0.1)
    return Synthesizer(network, Letters(), SampledStyles(network), manner, max_batch=3)


def utterance(text: str, **options: object) -> Utterance:
    return Utterance(text=text, reference=reference(), **{"seed": 5, "steps": 3, **options})  # type: ignore[arg-type]


def said(synthesizer: Synthesizer, *utterances: Utterance) -> list[np.ndarray]:
    made = []
    for pieces in synthesizer.generate(utterances):
        assert isinstance(pieces, list), pieces
        made.append(join([piece.audio for piece in pieces]).samples)
    return made


MANY = (
    utterance("one two. three four five. six"),
    utterance("seven", seed=6),
    utterance("eight nine ten. eleven", alpha=0, beta=0),
    utterance("twelve. thirteen", guidance=2.0, seed=9),
    utterance("fourteen fifteen", steps=4),
)


def test_in_any_batch_an_utterance_sounds_as_it_does_alone(synthesizer: Synthesizer) -> None:
    together = said(synthesizer, *MANY)
    for one, batched in zip(MANY, together, strict=True):
        [alone] = said(synthesizer, one)
        assert len(alone) == len(batched)
        # As tests/engine/tts/test_batching.py: angles of the iSTFT may jump, everything else agrees.
        assert np.sqrt(np.mean((alone - batched) ** 2)) < 0.02 * max(1e-3, float(np.abs(alone).max()))


def test_the_same_seed_gives_the_same_clip_and_another_seed_another(synthesizer: Synthesizer) -> None:
    first, again, other = (said(synthesizer, utterance("one two", seed=seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.allclose(first, other, atol=1e-3)


def test_the_first_pieces_of_all_come_before_the_second_of_any(synthesizer: Synthesizer) -> None:
    order = [index for index, _ in synthesizer.run(MANY[:3])]
    assert order == [0, 1, 2, 0, 2, 0]


def test_a_stream_gives_its_first_piece_for_the_work_of_the_first_sentence(
    network: TtsNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(name: str) -> None:
        original = getattr(TtsNetwork, name)

        def counting(self: TtsNetwork, *given: object, **options: object) -> object:
            calls.append(name)
            return original(self, *given, **options)

        monkeypatch.setattr(TtsNetwork, name, counting)

    work = ["read", "sample", "plan", "speak"]
    for name in work:
        counted(name)
    letters, steps = Letters(), []  # type: ignore[var-annotated]
    synthesizer = Synthesizer(network, letters, SampledStyles(network), Manner(), max_batch=3)
    stream = synthesizer.stream(utterance("one. two. three. four.", on_step=steps.append))
    next(stream)
    assert (letters.read, calls, steps) == (["one"], work, [0.0])
    assert len(list(stream)) == 3
    assert calls == 4 * work
    assert steps == [0.0, *(pytest.approx(len(said) / 22) for said in ("one.", "one. two.", "one. two. three."))]


def test_a_cancelled_utterance_ends_and_the_others_go_on(synthesizer: Synthesizer) -> None:
    def cancel(fraction: float) -> None:
        if fraction > 0:
            raise JobCancelled

    made = synthesizer.generate([utterance("one. two. three", on_step=cancel), utterance("four. five")])
    assert isinstance(made[0], JobCancelled)
    assert isinstance(made[1], list)
    assert len(made[1]) == 2


def test_one_with_nothing_to_say_is_refused_and_the_others_go_on(synthesizer: Synthesizer) -> None:
    made = synthesizer.generate([utterance("  "), utterance("four")])
    assert isinstance(made[0], InvalidInput)
    assert isinstance(made[1], list)
    with pytest.raises(InvalidInput):
        list(synthesizer.stream(utterance("")))


def test_words_are_timed_in_order_within_the_clip_and_name_their_characters(synthesizer: Synthesizer) -> None:
    text = "one two. three four five. six"
    [pieces] = synthesizer.generate([utterance(text)])
    assert isinstance(pieces, list)
    words = [word for piece in pieces for word in piece.words]
    assert [text[word.start : word.end] for word in words] == ["one", "two", "three", "four", "five", "six"]
    times = [time for word in words for time in (word.start_seconds, word.end_seconds)]
    assert times == sorted(times)
    assert times[-1] <= sum(piece.audio.seconds for piece in pieces) + 0.03


def test_pieces_begin_and_end_in_silence_so_that_no_join_clicks(synthesizer: Synthesizer) -> None:
    [pieces] = synthesizer.generate([utterance("one two. three four")])
    assert isinstance(pieces, list)
    for piece in pieces:
        assert piece.audio.samples[0] == 0
        assert piece.audio.samples[-1] == 0
    assert not pieces[1].audio.samples[:2400].any(), "a pause of 0.1 s between the sentences"
    assert pieces[0].audio.samples[:2400].any(), "and none at the beginning"
    assert pieces[1].audio.samples[-2400:].any(), "and none at the end"


def test_faster_is_shorter(synthesizer: Synthesizer) -> None:
    slow, fast = said(synthesizer, utterance("one two three", speed=0.6), utterance("one two three", speed=1.9))
    assert len(fast) < len(slow)


def test_a_reference_is_encoded_once(network: TtsNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    if not network.config.multispeaker:
        pytest.skip("this network has one speaker")
    encoded, original = [], TtsNetwork.style_of

    def counted(self: TtsNetwork, mel: object) -> object:
        encoded.append(mel)
        return original(self, mel)  # type: ignore[arg-type]

    monkeypatch.setattr(TtsNetwork, "style_of", counted)
    made = Synthesizer(network, Letters(), SampledStyles(network), Manner(), max_batch=3)
    said(made, utterance("one. two"), utterance("three"))
    said(made, utterance("four"))
    assert len(encoded) == 1


def test_a_reference_that_is_too_short_is_refused_and_the_others_go_on(synthesizer: Synthesizer) -> None:
    if not synthesizer._network.config.multispeaker:
        pytest.skip("this network has one speaker")
    short = Utterance(text="one", reference=reference(0.3), steps=3)
    made = synthesizer.generate([short, utterance("two")])
    assert isinstance(made[0], InvalidInput)
    assert isinstance(made[1], list)
