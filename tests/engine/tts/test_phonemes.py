"""Text to phonemes for both alphabets, with the words that they say."""

from __future__ import annotations

import builtins
import importlib.util
import json
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hibari.tts import ASSETS
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput, ModelUnavailable
from engine.tts.alignment import shares
from engine.tts.normalise import normalise
from engine.tts.phonemes import EspeakPhonemiser, KokoroPhonemiser
from engine.tts.pronunciations import Pronunciation
from engine.tts.sentences import chunks
from engine.tts.symbols import INDEX, for_kokoro, for_styletts2

FRONTEND = Path(__file__).resolve().parents[4] / "shared" / "parity" / "styletts2" / "frontend"
VOCABULARY = json.loads((Path(ASSETS) / "vocab.json").read_text())
INSTALLED = all(importlib.util.find_spec(name) for name in ("espeakng_loader", "phonemizer"))
needs_espeak = pytest.mark.skipif(not INSTALLED, reason='espeak-ng is not installed: pip install "bernie[espeak]"')


@pytest.fixture(scope="module")
def espeak():
    return EspeakPhonemiser()


@pytest.fixture(scope="module")
def american():
    return KokoroPhonemiser()


@pytest.fixture(params=["kokoro", pytest.param("espeak", marks=needs_espeak)])
def phonemiser(request, american):
    return american if request.param == "kokoro" else request.getfixturevalue("espeak")


def words_of(phonemiser, text, pronunciations=()):
    spoken = phonemiser.spoken(text, pronunciations)
    return [(text[word.start : word.end], spoken.phonemes[word.first : word.stop]) for word in spoken.words]


def fixture_cases():
    if not FRONTEND.is_dir():
        return []
    cases = json.loads((FRONTEND / "text_cases.json").read_text())["cases"]
    # The others hold what is put into words first: a time, dots in a row.
    return [case for case in cases if normalise(case["text"]) == case["text"].strip()]


@needs_espeak
@pytest.mark.skipif(not FRONTEND.is_dir(), reason="the shared parity cases are not beside this checkout")
@pytest.mark.parametrize("case", fixture_cases(), ids=lambda case: case["text"])
def test_espeak_says_the_worked_examples_as_recorded(case, espeak):
    assert espeak.phonemes(case["text"]) == case["espeak"].strip()


def test_kokoro_says_hello(american):
    assert american.phonemes("Hello there.") == "həlˈO ðˈɛɹ."


def test_the_first_letter_of_a_voice_decides_the_accent():
    assert KokoroPhonemiser.for_voice("af_heart").phonemes("No boat.") == "nˈO bˈOt."
    assert KokoroPhonemiser.for_voice("bm_george").phonemes("No boat.") == "nˈQ bˈQt."
    with pytest.raises(ModelUnavailable, match="jf_alpha"):
        KokoroPhonemiser.for_voice("jf_alpha")


def test_words_point_at_what_was_written(phonemiser):
    text = "It costs $9.99, Dr. Who (ok)."
    said = words_of(phonemiser, text)
    assert [word for word, _ in said] == ["It", "costs", "$9.99", "Dr.", "Who", "ok"]
    assert dict(said)["$9.99"].count(" ") == 4


def test_words_point_at_emoji_and_links_too(phonemiser):
    assert [word for word, _ in words_of(phonemiser, "Go 🚀 to x.com now")] == ["Go", "🚀", "to", "x.com", "now"]


@needs_espeak
def test_words_that_espeak_says_in_one_breath_are_told_apart(espeak):
    assert words_of(espeak, "one of the best in the world") == [
        ("one", "wˈʌn"),
        ("of", "ʌv"),
        ("the", "ðə"),
        ("best", "bˈɛst"),
        ("in", "ɪn"),
        ("the", "ðə"),
        ("world", "wˈɜːld"),
    ]


@pytest.mark.parametrize(
    ("alone", "together", "expected"),
    [
        (["a", "b"], ["a", "b"], [(0, 1), (2, 3)]),
        (["ʌv", "ðə"], ["ʌvðə"], [(0, 2), (2, 4)]),
        (["wʌn", "ʌv", "ðə"], ["wʌn", "ʌvðə"], [(0, 3), (4, 6), (6, 8)]),
        (["ɛksjɛs", "noʊ"], ["ɛks", "jɛs", "noʊ"], [(0, 7), (8, 11)]),
        (["hiː"], [], [(0, 0)]),
        ([], [], []),
    ],
)
def test_a_phrase_is_divided_among_its_words(alone, together, expected):
    assert shares(alone, together) == expected


def test_spelled_letters_are_never_taken_for_words(phonemiser):
    said = dict(words_of(phonemiser, "It is 5 a.m. at the AI lab."))
    names = ("ˌA", "ˈeɪ")
    assert any(name in said["5 a.m."] for name in names)
    assert any(name in said["AI"] for name in names)


def test_an_inline_pronunciation_is_said_verbatim(phonemiser):
    text = "The [Kokoro](/kˈOkəɹO/) model 5"
    assert ("Kokoro", "kˈOkəɹO") in words_of(phonemiser, text)
    assert phonemiser.phonemes("[x](/ZZ 77/)") == "ZZ 77"


def test_a_list_of_pronunciations_replaces_words_and_phonemes(phonemiser):
    rules = [Pronunciation(word="SQL", alias="sequel"), Pronunciation(word="nginx", phonemes="ˈɛnʤɪnˌɛks")]
    said = words_of(phonemiser, "My sql and Nginx, not nginxed", rules)
    assert said[1] == ("sql", phonemiser.phonemes("sequel"))
    assert said[3] == ("Nginx", "ˈɛnʤɪnˌɛks")
    assert said[5][1] != "ˈɛnʤɪnˌɛks"


def test_case_and_word_boundaries_are_options(american):
    exact = Pronunciation(word="US", alias="America", case_sensitive=True)
    inside = Pronunciation(word="x", phonemes="ˈɛks", whole_word=False)
    assert american.phonemes("to us", [exact]) == american.phonemes("to us")
    assert american.phonemes("to US", [exact]) == american.phonemes("to America")
    assert american.phonemes("axa", [inside]).count("ˈɛks") == 1


def test_of_two_pronunciations_the_longer_word_wins(american):
    rules = [Pronunciation(word="New", alias="old"), Pronunciation(word="New York", alias="Boston")]
    assert american.phonemes("New York", rules) == american.phonemes("Boston")


@pytest.mark.parametrize("given", [{}, {"alias": "a", "phonemes": "b"}, {"word": " ", "alias": "a"}])
def test_a_pronunciation_is_one_word_said_in_one_way(given):
    with pytest.raises(InvalidInput):
        Pronunciation(**{"word": "x", **given})


def test_without_espeak_the_user_is_told_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith(("espeakng_loader", "phonemizer")):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ModelUnavailable, match=r'pip install "bernie\[espeak\]"'):
        EspeakPhonemiser().phonemes("Hello")


@needs_espeak
def test_espeak_is_safe_to_share_between_threads(espeak):
    sentences = ["One of the best.", "I am at the end of the road.", "He said so, did he not?", "Never again!"]
    alone = [espeak.phonemes(sentence) for sentence in sentences]
    found: list[bool] = []

    def repeat():
        found.extend([espeak.phonemes(sentence) for sentence in sentences] == alone for _ in range(20))

    threads = [threading.Thread(target=repeat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 80


def check(spoken, text):
    assert all(
        0 <= w.start < w.end <= len(text) and 0 <= w.first < w.stop <= len(spoken.phonemes) for w in spoken.words
    )
    assert all(one.stop <= other.first and one.end <= other.start for one, other in pairwise(spoken.words))


TEXTS = st.text(max_size=300) | st.text(alphabet="aAzé1.,:;!?'\"-—/$%°@#&+=()[]*_ \nк你😂❤\ufe0f\u0301", max_size=300)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_any_text_becomes_kokoro_phonemes(american, text):
    spoken = american.spoken(text)
    check(spoken, text)
    assert set(spoken.phonemes) <= set(VOCABULARY) | {"-"}
    assert spoken.phonemes == spoken.phonemes.strip()


@needs_espeak
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_any_text_becomes_espeak_phonemes(espeak, text):
    spoken = espeak.spoken(text)
    check(spoken, text)
    try:
        encoded = for_styletts2(spoken)
    except InvalidInput:
        return
    assert set(encoded.ids) <= set(INDEX.values())


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.text(alphabet="abc de fg. ,;:!?\n-\"'()$5%é", min_size=500, max_size=2000))
def test_chunks_measured_in_phonemes_fit_the_network(american, text):
    def measure(part):
        return len(american.phonemes(part))

    for chunk in chunks(text, measure):
        assert len(for_kokoro(american.spoken(chunk.text), VOCABULARY).ids) <= 512


@pytest.mark.slow
def test_a_long_text_of_many_scripts_is_phonemised_in_seconds(phonemiser):
    text = ("Dr. Who paid $1.50 for 5 km of кирпич 你好 😂, one of the best in 1984! " * 1500)[:100_000]
    started = time.process_time()
    check(phonemiser.spoken(text), text)
    assert time.process_time() - started < 20
