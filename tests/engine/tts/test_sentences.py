"""Where one sentence ends and the next begins, and chunks that a network can say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tts.sentences import Limits, chunks, sentences

SENTENCES = [
    ["One. ", "Two! ", "Three? ", "Four"],
    ["Dr. Smith met Mrs. Jones. ", "They talked."],
    ["He works for the U.S. Congress in Washington D.C. today. ", "She does too."],
    ["J. K. Rowling wrote it. ", "I read it."],
    ["This is plan B. ", "Then comes plan C."],
    ["So do I. ", "You too?"],
    ["It costs $3.50 or 1.5 euros. ", "Really."],
    ["See https://a.b/c.d?e=f. ", "Or not."],
    ["e.g. This one, i.e. That one. ", "Good."],
    ["Bring pens, paper, etc. ", "The rest is there."],
    ["No. 5 is on p. 7 of vol. 2. ", "No. ", "Yes."],
    ["It was Jan. 5. ", "He left at 5 p.m. ", "She stayed."],
    ["We live on Main St. ", "The shop is near St. Paul's."],
    ["Wait... and then. ", "Wait… ", "What?"],
    ['"Really?" she asked. ', '"Yes." ', "He left."],
    ["(It was late.) ", "Very late."],
    ["“Stop!” ", "“Why?”"],
    ["What?! ", "No!!! ", "Yes."],
    ["First paragraph\n\n", "second paragraph"],
    ["Things:\n", "- one\n", "- two\n", "1. three\n", "2. four"],
    ["A line\nthat is wrapped. ", "Another."],
    ["[Dr. No](/dˈɑktɚ nˈoʊ/) came. ", "Hello."],
    ["[A. He](/x/) came. ", "Hello."],
    ["你好。", "再见！", "ok"],
    ["\n\n"],
    ["   "],
]


@pytest.mark.parametrize("expected", SENTENCES, ids=lambda expected: "".join(expected)[:30])
def test_a_text_falls_into_its_sentences(expected):
    text = "".join(expected)
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_an_empty_text_has_no_sentence_and_no_chunk():
    assert sentences("") == []
    assert list(chunks("", len)) == []


def texts(text, limits):
    return [chunk.text for chunk in chunks(text, len, limits)]


def test_short_sentences_are_joined_until_they_are_long_enough_to_sound_well():
    limits = Limits(longest=80, best=40, shortest=10)
    assert texts("Yes. No. Maybe so. And then they all went home. The end.", limits) == [
        "Yes. No. Maybe so. ",
        "And then they all went home. The end.",
    ]


def test_a_paragraph_break_keeps_its_pause():
    limits = Limits(longest=200, best=100, shortest=5)
    assert texts("It was late.\n\nIt was dark.", limits) == ["It was late.\n\n", "It was dark."]


def test_a_long_sentence_is_split_after_a_clause_near_its_middle():
    limits = Limits(longest=50, best=40, shortest=5)
    text = "The first part, with a comma, is here; the second, no longer, is there."
    assert texts(text, limits) == ["The first part, with a comma, is here; ", "the second, no longer, is there."]


def test_without_clauses_it_is_split_at_commas_then_words_then_letters():
    limits = Limits(longest=20, best=20, shortest=2)
    assert texts("one two three, four five six", limits) == ["one two three, ", "four five six"]
    assert texts("one two three four five six", limits) == ["one two three ", "four five six"]
    assert texts("x" * 30, limits) == ["x" * 15, "x" * 15]


def test_a_date_is_not_split_at_its_comma():
    limits = Limits(longest=24, best=20, shortest=2)
    assert texts("it was on March 3, 2024 that", limits) == ["it was on March ", "3, 2024 that"]


def test_a_pronunciation_in_the_text_is_never_split():
    limits = Limits(longest=30, best=30, shortest=2)
    text = "said to [New York City](/nuː jˈɔɹk sˈɪɾi/) by all"
    assert any("[New York City](/nuː jˈɔɹk sˈɪɾi/)" in chunk for chunk in texts(text, limits))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=3000) | st.text(alphabet="aB. ,;:!?…\n-\"'()[]/5", max_size=3000))
def test_every_character_is_in_exactly_one_chunk_and_in_order(text):
    limits = Limits(longest=60, best=40, shortest=8)
    found = list(chunks(text, len, limits))
    assert "".join(chunk.text for chunk in found) == text
    assert [chunk.start for chunk in found[1:]] == [chunk.end for chunk in found[:-1]]
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in found)
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='aB. ,;:!?\n-"5', min_size=1, max_size=3000))
def test_no_chunk_is_beyond_the_limit(text):
    limits = Limits(longest=60, best=40, shortest=8)
    assert all(0 < chunk.size == len(chunk.text) <= limits.longest for chunk in chunks(text, len, limits))
