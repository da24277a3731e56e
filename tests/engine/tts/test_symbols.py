"""Phonemes to token ids, against the published symbol table and worked examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.tts.spoken import Spoken, WordSpan
from engine.tts.symbols import INDEX, SYMBOLS, for_kokoro, for_styletts2, spaced

SHARED = Path(__file__).resolve().parents[4] / "shared"
FRONTEND = SHARED / "parity" / "styletts2" / "frontend"
KOKORO_CONFIG = SHARED / "weights" / "kokoro" / "config.json"
VOCABULARY = {";": 1, ",": 3, ".": 4, " ": 16, "a": 43, "b": 44, "ˈ": 156}

needs_frontend = pytest.mark.skipif(
    not FRONTEND.is_dir(), reason="the shared parity cases are not beside this checkout"
)


def cases():
    return json.loads((FRONTEND / "text_cases.json").read_text())["cases"] if FRONTEND.is_dir() else []


@needs_frontend
def test_the_symbol_table_is_the_published_one():
    published = json.loads((FRONTEND / "symbols.json").read_text())
    assert list(SYMBOLS) == published["symbols"]
    assert dict(INDEX.items()) == published["index"]
    assert len(SYMBOLS) == published["n_token"]


@needs_frontend
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["text"])
def test_each_worked_example_gives_its_ids_with_quotes_restored(case):
    assert spaced(case["espeak"]) == case["joined_with_quotes_restored"]
    assert list(for_styletts2(Spoken(case["espeak"], ())).ids) == case["ids_with_quotes_restored"]


def test_the_later_apostrophe_wins():
    assert INDEX["'"] == 176
    assert len(SYMBOLS) == 178
    assert len(INDEX) == 177


@pytest.mark.parametrize(
    ("phonemes", "apart"),
    [
        ("hˈaɪ.", "hˈaɪ ."),
        ("wˈʌn. tˈuː.", "wˈʌn . tˈuː ."),
        ("ɛks.jˈɛs", "ɛks.jˈɛs"),
        ("wˈeɪt... nˈoʊ", "wˈeɪt ... nˈoʊ"),
        ("wˈeɪt… nˈoʊ", "wˈeɪt … nˈoʊ"),
        ("jˈɛs—nˈoʊ", "jˈɛs — nˈoʊ"),
        ('"hˈaɪ," sˈɛd', '" hˈaɪ , " sˈɛd'),
        ("(hˈaɪ)", "( hˈaɪ )"),
        ("wˈɑt?!", "wˈɑt ? !"),
        ("", ""),
    ],
)
def test_punctuation_stands_apart_for_styletts2(phonemes, apart):
    assert spaced(phonemes) == apart


def test_unknown_characters_are_dropped_and_words_keep_their_tokens():
    spoken = Spoken("a7b, (b)", (WordSpan(0, 3, 0, 3), WordSpan(5, 8, 6, 7)))
    encoded = for_styletts2(spoken)
    said = ["".join(SYMBOLS[token] for token in encoded.ids[word.first : word.stop]) for word in encoded.words]
    assert said == ["ab", "b"]


def test_the_ljspeech_voice_hears_no_double_quotes():
    assert INDEX['"'] not in for_styletts2(Spoken('"a"', ()), quotes=False).ids
    assert INDEX['"'] in for_styletts2(Spoken('"a"', ())).ids


def test_kokoro_has_a_zero_at_both_ends_and_no_spaces_put_in():
    encoded = for_kokoro(Spoken("ˈab-, a.", (WordSpan(0, 3, 0, 4), WordSpan(5, 6, 6, 7))), VOCABULARY)
    assert encoded.ids == (0, 156, 43, 44, 3, 16, 43, 4, 0)
    assert encoded.words == (WordSpan(0, 3, 1, 4), WordSpan(5, 6, 6, 7))


def test_a_text_of_exactly_the_limit_passes_and_one_more_is_refused():
    assert len(for_styletts2(Spoken("a" * 511, ())).ids) == 512
    assert len(for_kokoro(Spoken("a" * 510, ()), VOCABULARY).ids) == 512
    assert len(for_kokoro(Spoken("a7" * 510, ()), VOCABULARY).ids) == 512
    with pytest.raises(InvalidInput, match="512"):
        for_styletts2(Spoken("a" * 512, ()))
    with pytest.raises(InvalidInput, match="512"):
        for_kokoro(Spoken("a" * 511, ()), VOCABULARY)


@pytest.mark.skipif(not KOKORO_CONFIG.is_file(), reason="Kokoro's config is not beside this checkout")
def test_kokoros_own_vocabulary_encodes_its_phonemes():
    vocabulary = json.loads(KOKORO_CONFIG.read_text())["vocab"]
    assert for_kokoro(Spoken("həlˈO.", ()), vocabulary).ids == (0, 50, 83, 54, 156, 31, 4, 0)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=2000))
def test_any_string_gives_known_ids_or_a_refusal(phonemes):
    try:
        ids = for_styletts2(Spoken(phonemes, ())).ids
    except InvalidInput:
        return
    assert ids[0] == 0
    assert all(0 < token < 178 or (token == 0 and "$" in phonemes) for token in ids[1:])
