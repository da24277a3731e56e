"""The database goes away under a running service: a sentence and 503, and all is well when it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import DatabaseUnavailable, ServiceError, assemble
from engine.signals import Signals
from store import begin, connect, read
from store.folder import Folder
from tests.house import OFFERS


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:9/nothing", "mysql://nobody@127.0.0.1:9/nothing", "sqlite:////nowhere/x.db"]
)
async def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path, url: str) -> None:
    db = connect(url)
    engine = assemble(db, Folder(tmp_path, "", b"a secret of the tests"), OFFERS, Signals())
    with pytest.raises(ServiceError, match="The database does not answer"):
        await engine.check()
    with pytest.raises(DatabaseUnavailable):
        async with begin(db):
            pass
    with pytest.raises(DatabaseUnavailable):
        async with read(db):
            pass
    await db.close()
