"""How a command runs and speaks: one event loop, errors as sentences, tables for people, JSON for scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bernie import compose, logs, settings
from bernie.settings import Settings
from engine import Engine, ServiceError, User, UserError
from store import DatabaseUnavailable
from store.schema import SchemaTooNew

T = TypeVar("T")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
# For tables: where a row does not fit the terminal breaks it, while rich would cut its id short.
wide = Console(highlight=False, width=1000)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Who = Annotated[str | None, typer.Option("--user", metavar="EMAIL", help="Act for this user; the owner by default.")]


def run(main: Callable[[Settings], Coroutine[Any, Any, T]]) -> T:
    """Exit status 1 for what the user can mend, said in a sentence; 2 for wrong settings."""
    try:
        found = settings.load()
        logs.configure(found.log_level)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(main(found))
    except settings.BadSettings as error:
        raise _stop(str(error), 2) from error
    except (UserError, ServiceError, SchemaTooNew, compose.CannotOpen, DatabaseUnavailable) as error:
        raise _stop(str(error), 1) from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows
        return None
    return uvloop.new_event_loop


def _stop(message: str, status: int) -> typer.Exit:
    err.print(message, style="red", markup=False, soft_wrap=True)
    return typer.Exit(status)


def with_engine(work: Callable[[Engine], Awaitable[T]]) -> T:
    """Runs `work` with the engine of the configured installation."""

    async def main(found: Settings) -> T:
        async with compose.opened(found) as engine:
            return await work(engine)

    return run(main)


async def person(engine: Engine, email: str | None) -> User:
    """The user of that email; without one the owner."""
    return await engine.users.by_email(email) if email else await engine.users.owner()


def print_json(value: Any) -> None:
    print(json.dumps(value, default=_plain))  # noqa: T201  rich would wrap it


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    wide.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return f"{value:,}" if isinstance(value, int) else str(value)
