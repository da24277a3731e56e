"""Endpoints and deliveries of the first version, brought to this one: what was promised is still delivered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from engine import Answer, Delivery, Outcome, Post
from engine.endpoints import new_secret
from store import begin, connect, deliveries, endpoints, read, schema, tables
from tests.databases import KINDS
from tests.house import build
from tests.store.test_migrated_rows import ANN, MOMENT, at_the_first_version
from tests.store.test_schema import empty_database


class Everybody:
    """A courier and a poster that keep what they are given."""

    kind = "chat"

    def __init__(self) -> None:
        self.replies: list[Delivery] = []
        self.posts: list[Post] = []

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        self.replies.append(delivery)

    async def tell(self, delivery: Delivery) -> None:
        raise AssertionError("there were no notices then")

    async def post(self, post: Post) -> Answer:
        self.posts.append(post)
        return Answer(status=200, milliseconds=1, error=None)

    async def aclose(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_promised_before_is_delivered_after(kind: str, tmp_path: Path) -> None:
    secret = new_secret()
    endpoint = {"id": "ep_1", "user_id": ANN, "url": "https://example.org/hook", "secret": secret, "events": []}
    endpoint |= {"description": "", "enabled": True, "created_at": MOMENT}
    row = {"user_id": ANN, "job_id": "job_1", "event": "job.succeeded", "created_at": MOMENT, "due_at": MOMENT}
    reply = row | {"id": "msg_1", "courier": "chat", "address": {"courier": "chat"}, "key": "1", "attempt": 3}
    hook = row | {"id": "msg_2", "courier": "webhook", "address": {"endpoint_id": "ep_1"}, "key": "2", "attempt": 0}
    async with empty_database(kind, tmp_path) as url:
        db = connect(url)
        try:
            await at_the_first_version(db)
            async with begin(db) as tx:
                await tx.execute(insert(tables.endpoints).values(endpoint))
                for delivery in (reply, hook):
                    await tx.execute(insert(tables.deliveries).values(delivery))
            await schema.upgrade(db)
            async with read(db) as tx:
                [kept] = await endpoints.of_user(tx, ANN)
                first, _ = await deliveries.of_job(tx, "job_1")
            assert (kept.secret, kept.events, kept.headers, kept.failures, kept.one_off) == (secret, [], None, 0, False)
            assert (first.attempt, first.tries, first.lane, first.payload) == (3, 3, ANN, None)

            everybody = Everybody()
            house = build(db, tmp_path, couriers=[everybody], poster=everybody)
            assert await house.outbox.deliver_due() == 2
            assert [delivery.tries for delivery in everybody.replies] == [4], "it goes on where it was"
            [post] = everybody.posts
            assert post.secrets == (secret,)
            assert json.loads(post.body)["data"]["job"]["id"] == "job_1"
        finally:
            await db.close()
