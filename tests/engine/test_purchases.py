"""Credits that were paid for: counted once, taken back once, wherever they are by then."""

from __future__ import annotations

import asyncio

import pytest

from engine import Conflict, InvalidInput, NotFound, User
from tests.house import House
from tests.people import everything_stored, spoken

WELCOME = 10_000


async def test_a_payment_counts_once_however_often_it_is_told(house: House, alice: User) -> None:
    buy = house.engine.credits.purchase
    counted = await asyncio.gather(*(buy(alice, 500, key="charge 1", note="50 stars") for _ in range(10)))
    assert sorted(counted) == [*[False] * 9, True]
    assert await buy(alice, 500, key="charge 2")
    assert await house.engine.credits.balance(alice) == WELCOME + 1000
    kinds = [(entry.kind, entry.note) for entry in await house.engine.credits.entries(alice)]
    assert kinds == [("purchase", ""), ("purchase", "50 stars"), ("grant", "welcome")]
    await house.assert_books_exact()


async def test_a_payment_told_again_after_its_payer_was_linked_or_deleted_counts_no_more(house: House) -> None:
    known_as, credits = house.engine.users.known_as, house.engine.credits
    ann, anna = await known_as("telegram", "1"), await known_as("discord", "2")
    await credits.purchase(ann, 500, key="charge")
    await house.engine.linking.redeem(ann, await house.engine.linking.link_code(anna))
    with pytest.raises(NotFound, match="linked"):
        await credits.purchase(ann, 500, key="another")
    assert not await credits.purchase(await known_as("telegram", "1"), 500, key="charge")
    assert await credits.balance(anna) == 2 * WELCOME + 500

    await house.engine.privacy.delete(anna)
    again = await known_as("telegram", "1")
    assert not await credits.purchase(again, 500, key="charge")
    assert await credits.balance(again) == 0
    await house.assert_books_exact()


async def test_what_was_paid_is_taken_back_whole_once_and_told_again_the_same(house: House, alice: User) -> None:
    credits = house.engine.credits
    await credits.purchase(alice, 500, key="charge")
    assert await asyncio.gather(*(credits.refund("charge") for _ in range(5))) == [500] * 5
    assert await credits.balance(alice) == WELCOME
    assert [entry.kind for entry in await credits.entries(alice)] == ["refund", "purchase", "grant"]
    assert not await credits.purchase(alice, 500, key="charge"), "and does not count again"
    await house.assert_books_exact()


async def test_what_is_spent_is_not_taken_back_unless_the_rest_will_do(house: House) -> None:
    credits = house.engine.credits
    ann = await house.user("ann", credits=0)
    await credits.purchase(ann, 10, key="charge")
    await spoken(house, ann, "four")
    with pytest.raises(Conflict, match=r"Of the 10 credits of this payment 6 are left"):
        await credits.refund("charge")
    assert await credits.balance(ann) == 6
    assert await credits.refund("charge", only_what_is_left=True) == 6
    assert await credits.refund("charge") == 6
    assert await credits.balance(ann) == 0
    await house.assert_books_exact()


async def test_a_payment_of_a_linked_user_is_taken_back_from_where_it_is_now(house: House) -> None:
    ann, anna = await house.user("ann", credits=0), await house.user("anna", credits=0)
    await house.engine.credits.purchase(ann, 500, key="charge")
    await house.engine.linking.redeem(ann, await house.engine.linking.link_code(anna))
    assert await house.engine.credits.refund("charge") == 500
    assert await house.engine.credits.balance(anna) == 0
    await house.assert_books_exact()


async def test_a_payment_that_makes_no_sense_is_refused(house: House, alice: User) -> None:
    for credits, key in ((0, "charge"), (-5, "charge"), (5, ""), (5, "x" * 181)):
        with pytest.raises(InvalidInput):
            await house.engine.credits.purchase(alice, credits, key=key)
    with pytest.raises(NotFound, match="No payment"):
        await house.engine.credits.refund("charge")
    assert await house.engine.credits.balance(alice) == WELCOME


async def test_nothing_that_names_a_payment_stays_when_its_payer_is_deleted(house: House, alice: User) -> None:
    await house.engine.credits.purchase(alice, 500, key="charge of Alice", note="from Alice")
    await house.engine.privacy.delete(alice)
    stored = await everything_stored(house.engine.db)
    assert "Alice" not in stored
    assert "alice@example.org" not in stored
    assert await house.engine.credits.refund("charge of Alice") == 500, "and can still be paid back"
    await house.assert_books_exact()
