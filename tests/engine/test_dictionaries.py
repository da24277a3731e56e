"""Pronunciation dictionaries: kept, versioned, limited, private, and read when the job runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

import store.dictionaries
from engine import (
    Conflict,
    DictionaryChange,
    InvalidInput,
    NotFound,
    PronunciationRule,
    User,
)
from engine.dictionaries import MOST_DICTIONARIES, MOST_RULES
from engine.generation import Task
from store import begin
from tests.house import House

NATO = PronunciationRule(word="NATO", alias="the alliance")
GIF = PronunciationRule(word="GIF", phonemes="ʤˈɪf")
CAFE = PronunciationRule(word="Café \0 日本 '\"\\", phonemes="K AE0 F EY1", alphabet="cmu-arpabet", case_sensitive=True)


def heard_rules(house: House) -> list[list[str]]:
    """The aliases and phonemes that each run from now on is given."""
    given: list[list[str]] = []

    def note(task: Task) -> None:
        given.append([rule.alias or rule.phonemes or "" for rule in task.pronunciations])

    house.runner.behave = note
    return given


async def said(house: House, user: User, **options: object) -> None:
    await house.engine.jobs.submit(user, "tts", {"text": "Hello", **options})
    await house.worker.run_until_idle()


async def test_rules_come_back_as_they_were_given(house: House, alice: User) -> None:
    added = await house.engine.dictionaries.add(alice, name=" Work ", rules=[NATO, GIF, CAFE], description="names")
    assert (added.name, added.version, added.rule_count, added.always) == ("Work", 1, 3, False)
    assert await house.engine.dictionaries.get(alice, added.id) == (added, [NATO, GIF, CAFE])
    assert await house.engine.dictionaries.mine(alice) == [added]


async def test_a_version_counts_changes_of_the_rules_and_of_nothing_else(house: House, alice: User) -> None:
    dictionaries = house.engine.dictionaries
    work = await dictionaries.add(alice, name="Work", rules=[NATO, GIF])
    other = PronunciationRule(word="NATO", alias="nay toe")
    added = await dictionaries.change(alice, work.id, DictionaryChange(add=[other, CAFE]))
    assert (added.version, added.rule_count) == (2, 3)
    assert (await dictionaries.get(alice, work.id))[1] == [other, GIF, CAFE], "a word's rule keeps its place"
    removed = await dictionaries.change(alice, work.id, DictionaryChange(remove=["GIF", "not there"]))
    assert (removed.version, removed.rule_count) == (3, 2)
    renamed = await dictionaries.change(
        alice, work.id, DictionaryChange(name="Play", always=True, description="fun", remove=["GIF"], add=[other])
    )
    assert (renamed.name, renamed.always, renamed.description, renamed.version) == ("Play", True, "fun", 3)
    replaced = await dictionaries.change(alice, work.id, DictionaryChange(rules=[GIF], add=[NATO]))
    assert (replaced.version, (await dictionaries.get(alice, work.id))[1]) == (4, [GIF, NATO])
    assert replaced.changed_at >= work.changed_at
    assert replaced.created_at == work.created_at


async def test_changes_at_once_are_all_kept(house: House, alice: User) -> None:
    work = await house.engine.dictionaries.add(alice, name="Work")
    rules = [PronunciationRule(word=f"word{number}", alias="x") for number in range(8)]
    changes = (house.engine.dictionaries.change(alice, work.id, DictionaryChange(add=[rule])) for rule in rules)
    await asyncio.gather(*changes)
    after, kept = await house.engine.dictionaries.get(alice, work.id)
    assert (after.version, {rule.word for rule in kept}) == (9, {rule.word for rule in rules})


async def test_a_job_is_given_the_rules_of_the_dictionaries_that_it_names_in_that_order(
    house: House, alice: User
) -> None:
    given = heard_rules(house)
    first = await house.engine.dictionaries.add(alice, name="B", rules=[NATO])
    second = await house.engine.dictionaries.add(alice, name="A", rules=[GIF], always=True)
    await said(house, alice)
    await said(house, alice, dictionaries=[second.id, first.id])
    await said(house, alice, dictionaries=[first.id, second.id])
    await said(house, alice, dictionaries=[])
    assert given == [["ʤˈɪf"], ["ʤˈɪf", "the alliance"], ["the alliance", "ʤˈɪf"], []]


async def test_nobody_is_given_the_rules_of_somebody_else(house: House, alice: User, bob: User) -> None:
    given = heard_rules(house)
    await house.engine.dictionaries.add(alice, name="Work", rules=[NATO], always=True)
    await said(house, bob)
    assert given == [[]]


async def test_the_rules_are_those_of_when_the_job_runs_and_a_repeated_request_is_the_same_job(
    house: House, alice: User
) -> None:
    given = heard_rules(house)
    work = await house.engine.dictionaries.add(alice, name="Work", rules=[NATO])
    request = {"text": "Hello", "dictionaries": [work.id]}
    job = await house.engine.jobs.submit(alice, "tts", request, idempotency_key="k")
    await house.engine.dictionaries.change(alice, work.id, DictionaryChange(rules=[GIF]))
    again = await house.engine.jobs.submit(alice, "tts", request, idempotency_key="k")
    assert again.id == job.id
    await house.worker.run_until_idle()
    assert given == [["ʤˈɪf"]]


async def test_a_dictionary_that_is_not_theirs_is_refused_before_any_credit_moves(
    house: House, alice: User, bob: User
) -> None:
    work = await house.engine.dictionaries.add(alice, name="Work", rules=[NATO])
    for dictionary_id in (work.id, "dictionary_of_nobody", "'; DROP TABLE users"):
        with pytest.raises(NotFound, match=r"You have no pronunciation dictionary .*Leave it out") as refused:
            await house.engine.jobs.submit(bob, "tts", {"text": "Hello", "dictionaries": [dictionary_id]})
        assert refused.value.field == "dictionaries"
    assert await house.engine.credits.balance(bob) == 10_000
    assert await house.engine.jobs.page(bob) == []


async def test_a_job_whose_dictionary_was_deleted_meanwhile_fails_with_a_sentence_and_is_not_charged(
    house: House, alice: User
) -> None:
    work = await house.engine.dictionaries.add(alice, name="Work", rules=[NATO])
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello", "dictionaries": [work.id]})
    await house.engine.dictionaries.delete(alice, work.id)
    await house.worker.run_until_idle()
    failed = (await house.engine.jobs.get(alice, job.id)).job
    assert (failed.state, failed.error_code) == ("failed", "invalid_input")
    assert failed.error_message == "A pronunciation dictionary of this request was deleted. Send it again without."
    assert await house.engine.credits.balance(alice) == 10_000
    await house.assert_books_exact()


async def test_what_belongs_to_another_user_is_not_there(house: House, alice: User, bob: User) -> None:
    dictionaries = house.engine.dictionaries
    work = await dictionaries.add(alice, name="Work", rules=[NATO])
    for attempt in (
        dictionaries.get(bob, work.id),
        dictionaries.change(bob, work.id, DictionaryChange(rules=[])),
        dictionaries.delete(bob, work.id),
    ):
        with pytest.raises(NotFound, match=r"You have no such pronunciation dictionary\."):
            await attempt
    assert await dictionaries.mine(bob) == []
    assert await dictionaries.get(alice, work.id) == (work, [NATO])


async def test_two_dictionaries_of_a_user_have_two_names_and_two_users_may_have_the_same(
    house: House, alice: User, bob: User
) -> None:
    dictionaries = house.engine.dictionaries
    await dictionaries.add(alice, name="Work")
    play = await dictionaries.add(alice, name="Play")
    await dictionaries.add(bob, name="Work")
    for attempt in (
        dictionaries.add(alice, name="Work"),
        dictionaries.change(alice, play.id, DictionaryChange(name="Work")),
    ):
        with pytest.raises(Conflict, match="called 'Work' already"):
            await attempt
    assert [each.name for each in await dictionaries.mine(alice)] == ["Play", "Work"]


async def test_limits_are_told_in_sentences(house: House, alice: User) -> None:
    dictionaries = house.engine.dictionaries
    many = [PronunciationRule(word=f"word {number}", alias="x") for number in range(MOST_RULES + 1)]
    full = await dictionaries.add(alice, name="full", rules=many[:MOST_RULES])
    refusals = [
        (dictionaries.add(alice, name="more", rules=many), "at most 1,000 rules, and this one would have 1,001"),
        (dictionaries.change(alice, full.id, DictionaryChange(add=many[MOST_RULES:])), "would have 1,001"),
        (dictionaries.add(alice, name=" "), "needs a name of 1 to 60 characters"),
        (dictionaries.change(alice, full.id, DictionaryChange(name="x" * 61)), "needs a name of 1 to 60 characters"),
    ]
    for attempt, sentence in refusals:
        with pytest.raises(InvalidInput, match=sentence):
            await attempt
    await dictionaries.change(alice, full.id, DictionaryChange(remove=["word 0"], add=many[MOST_RULES:]))
    async with begin(house.engine.db) as tx:
        for number in range(MOST_DICTIONARIES - 1):
            await store.dictionaries.insert_dictionary(tx, replace(full, id=f"{number}", name=f"{number}"), [])
    with pytest.raises(InvalidInput, match=r"You have 100 pronunciation dictionaries.*Delete one first\."):
        await dictionaries.add(alice, name="one more")
