"""Pronunciation dictionaries: how a user wants words to be said, kept for all that they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotFound
from engine.pronunciations import PronunciationRule
from store import Database, begin, dictionaries, ledger, read
from store.columns import new_id, storable
from store.dictionaries import Rules
from store.records import Dictionary, User

MOST_DICTIONARIES, MOST_RULES = 100, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DictionaryChange:
    """What becomes of a dictionary; None leaves it. First `rules` takes the place of all, then the rules for the words
    in `remove` go, then those of `add` come: each in the place of the rule for the same word, or at the end."""

    name: str | None = None
    description: str | None = None
    always: bool | None = None
    rules: Sequence[PronunciationRule] | None = None
    remove: Sequence[str] = ()
    add: Sequence[PronunciationRule] = ()


@dataclass(frozen=True, slots=True)
class Dictionaries:
    db: Database

    async def mine(self, user: User) -> list[Dictionary]:
        async with read(self.db) as tx:
            return await dictionaries.of_user(tx, user.id)

    async def get(self, user: User, dictionary_id: str) -> tuple[Dictionary, list[PronunciationRule]]:
        """With its rules in their order. Raises `NotFound`, also for somebody else's."""
        async with read(self.db) as tx:
            dictionary, rules = await _found(tx, user, dictionary_id)
        return dictionary, [PronunciationRule.model_validate(rule) for rule in rules]

    async def add(
        self,
        user: User,
        *,
        name: str,
        rules: Iterable[PronunciationRule] = (),
        always: bool = False,
        description: str = "",
    ) -> Dictionary:
        """Of two rules for the same word the later one counts. Raises `InvalidInput`, and `Conflict` for a name in use.

        `always`: applied to all that the user says from now on.
        """
        kept, moment = _merged([], rules), now()
        dictionary = Dictionary(
            id=new_id("dictionary"),
            user_id=user.id,
            name=_checked(name),
            description=_described(description),
            always=always,
            version=1,
            rule_count=len(kept),
            created_at=moment,
            changed_at=moment,
        )
        try:
            async with begin(self.db) as tx:
                await ledger.lock(tx, user.id)
                if await dictionaries.count(tx, user.id) >= MOST_DICTIONARIES:
                    raise InvalidInput(
                        f"You have {MOST_DICTIONARIES} pronunciation dictionaries: that is the limit. Delete one first."
                    )
                await dictionaries.insert_dictionary(tx, dictionary, kept)
        except IntegrityError as error:
            raise _taken(dictionary.name) from error
        return dictionary

    async def change(self, user: User, dictionary_id: str, change: DictionaryChange) -> Dictionary:
        """The version counts up when its rules are others than before. Raises `NotFound`, else as `add` does."""
        try:
            async with begin(self.db) as tx:
                before, rules = await _found(tx, user, dictionary_id, lock=True)
                kept = _changed(rules, change)
                after = replace(
                    before,
                    name=before.name if change.name is None else _checked(change.name),
                    description=before.description if change.description is None else _described(change.description),
                    always=before.always if change.always is None else change.always,
                    version=before.version + (kept != rules),
                    rule_count=len(kept),
                    changed_at=now(),
                )
                await dictionaries.update_dictionary(tx, after, kept)
        except IntegrityError as error:
            raise _taken(change.name or "") from error
        return after

    async def delete(self, user: User, dictionary_id: str) -> None:
        """Raises `NotFound`, also for somebody else's."""
        async with begin(self.db) as tx:
            gone = await dictionaries.delete_dictionary(tx, user.id, dictionary_id)
        if not gone:
            raise NotFound("You have no such pronunciation dictionary.")

    async def require(self, user: User, ids: Sequence[str] | None) -> None:
        """Raises `NotFound` unless all of them are the user's."""
        if not ids:
            return
        async with read(self.db) as tx:
            known = await dictionaries.known(tx, user.id, ids)
        for dictionary_id in ids:
            if dictionary_id not in known:
                raise NotFound(
                    f"You have no pronunciation dictionary {dictionary_id!r}. Leave it out, or make it first.",
                    field="dictionaries",
                )


async def rules_for(tx: AsyncConnection, user_id: str, ids: Sequence[str] | None) -> tuple[PronunciationRule, ...]:
    """Of the named dictionaries, in the order of their names in the request; None: of all that are always applied.

    Raises `InvalidInput` when one has been deleted since the request came.
    """
    if ids is not None and not ids:
        return ()
    found = await dictionaries.rules_of(tx, user_id, ids)
    if any(dictionary_id not in found for dictionary_id in ids or ()):
        raise InvalidInput("A pronunciation dictionary of this request was deleted. Send it again without.")
    ordered = found if ids is None else dict.fromkeys(ids)
    return tuple(PronunciationRule.model_validate(rule) for each in ordered for rule in found[each])


async def _found(
    tx: AsyncConnection, user: User, dictionary_id: str, *, lock: bool = False
) -> tuple[Dictionary, Rules]:
    found = await dictionaries.get(tx, user.id, dictionary_id, lock=lock)
    if found is None:
        raise NotFound("You have no such pronunciation dictionary.")
    return found


def _changed(rules: Rules, change: DictionaryChange) -> Rules:
    kept = rules if change.rules is None else _merged([], change.rules)
    unwanted = set(change.remove)
    return _merged([rule for rule in kept if rule["word"] not in unwanted], change.add)


def _merged(rules: Rules, added: Iterable[PronunciationRule]) -> Rules:
    """Raises `InvalidInput` for too many."""
    by_word = {rule["word"]: rule for rule in rules}
    by_word |= {rule.word: rule.model_dump(mode="json", exclude_defaults=True) for rule in added}
    if len(by_word) > MOST_RULES:
        raise InvalidInput(
            f"A pronunciation dictionary has at most {MOST_RULES:,} rules, and this one would have {len(by_word):,}. "
            "Put some of them into another one.",
            field="rules",
        )
    return list(by_word.values())


def _checked(name: str) -> str:
    name = storable(name.strip())
    if not 1 <= len(name) <= 60:
        raise InvalidInput("A pronunciation dictionary needs a name of 1 to 60 characters.", field="name")
    return name


def _described(description: str) -> str:
    return storable(description.strip())[:500]


def _taken(name: str) -> Conflict:
    return Conflict(f"You have a pronunciation dictionary called {name.strip()!r} already.", field="name")
