"""A database with people in it, from the first version to this one: everybody still has what they had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert

from engine import User
from engine.clock import now
from engine.tokens import digest
from store import Database, begin, clips, connect, jobs, ledger, read, schema, tables, users
from store.records import Preferences
from tests.databases import KINDS
from tests.house import build
from tests.store.test_schema import empty_database, to_the_first

MOMENT = now()
ANN = "user_ann"


def rows_of_the_first_version() -> list[tuple[Table, dict[str, Any]]]:
    """A user with an identity, a key, a clip that was made and a job that still waits; only columns that 0001 had."""
    job = {"user_id": ANN, "capability": "tts", "params": {"text": "Hello", "voice": "heart", "format": "ogg"}}
    job |= {"batch_key": "tts:tone:5", "price": 5, "turn": 0, "attempt": 0, "cancel_requested": False, "progress": 0.0}
    held = {"user_id": ANN, "outcome": "held", "kind": "hold", "credits": -5, "note": "", "created_at": MOMENT}
    user = {"id": ANN, "name": "Ann", "is_owner": False, "slots": 1, "queue_limit": 20, "created_at": MOMENT}
    known = {"id": "id_ann", "user_id": ANN, "surface": "telegram", "subject": "4711", "created_at": MOMENT}
    grant = {"user_id": ANN, "kind": "grant", "credits": 100, "note": "welcome", "created_at": MOMENT}
    clip = {"id": "clip_1", "user_id": ANN, "job_id": "job_1", "capability": "tts", "model": "tone"}
    clip |= {"model_revision": "1", "object_key": "clips/job_1/1.ogg", "format": "ogg", "content_type": "audio/ogg"}
    clip |= {"bytes": 1, "seconds": 1.0, "sample_rate": 24_000, "created_at": MOMENT, "expires_at": MOMENT}
    key = {"id": "key_1", "user_id": ANN, "name": "laptop", "token_hash": digest("bn_old"), "hint": "bn_old"}
    key |= {"created_at": MOMENT}
    return [
        (tables.users, user),
        (tables.identities, known),
        (tables.balances, {"user_id": ANN, "credits": 90}),
        (tables.ledger, grant),
        (tables.ledger, held | {"job_id": "job_1"}),
        (tables.ledger, held | {"job_id": "job_1", "outcome": "settled", "kind": "capture", "credits": 0}),
        (tables.ledger, held | {"job_id": "job_2"}),
        (tables.jobs, job | {"id": "job_1", "state": "succeeded", "created_at": MOMENT, "finished_at": MOMENT}),
        (tables.jobs, job | {"id": "job_2", "state": "queued", "slot": 0, "ready_turn": 0, "created_at": MOMENT}),
        (tables.clips, clip),
        (tables.api_keys, key),
    ]


async def at_the_first_version(db: Database) -> None:
    async with begin(db) as tx:
        await tx.run_sync(to_the_first)
    async with begin(db) as tx:
        for table, row in rows_of_the_first_version():
            await tx.execute(insert(table).values(row))


@pytest.mark.parametrize("kind", KINDS)
async def test_people_keep_what_they_have_and_can_do_what_is_new(kind: str, tmp_path: Path) -> None:
    async with empty_database(kind, tmp_path) as url:
        db = connect(url)
        try:
            await at_the_first_version(db)
            await schema.upgrade(db)
            async with read(db) as tx:
                ann = await users.get(tx, ANN)
                waiting, made = await jobs.get(tx, "job_2"), await clips.of_jobs(tx, ["job_1"])
                assert await ledger.audit(tx) == []
                assert await ledger.balance(tx, ANN) == 90
            assert ann == User(
                id=ANN, name="Ann", is_owner=False, slots=1, queue_limit=20, created_at=MOMENT, kind="person"
            )
            assert waiting is not None
            assert (waiting.state, waiting.paid_by, waiting.payer) == ("queued", None, ANN)
            assert made["job_1"].id == "clip_1"

            house = build(db, tmp_path)
            with_key = await house.engine.keys.with_token("bn_old")
            assert with_key == ann
            assert with_key.key is not None
            assert not with_key.key.is_limited
            await house.worker.run_until_idle()
            assert (await house.engine.jobs.get(ann, "job_2")).job.state == "succeeded"
            assert await house.engine.preferences.get(ann) == Preferences(user_id=ANN)
            anna = await house.user("anna")
            await house.engine.linking.redeem(ann, await house.engine.linking.link_code(anna))
            assert await house.engine.users.find("telegram", "4711") == anna
            assert {status.job.id for status in await house.engine.jobs.page(anna)} == {"job_1", "job_2"}
            await house.assert_books_exact()
        finally:
            await db.close()
