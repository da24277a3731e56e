"""`bernie keys`: API keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bernie.terminal import AsJson, Who, out, person, print_json, print_table, with_engine
from engine import OVERLAP_HOURS, SCOPES, ApiKey, Engine, InvalidInput, KeyLimits
from engine.clock import now

app = typer.Typer(name="keys", help="Make, list, rotate and revoke API keys.", no_args_is_help=True)

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", help=f"Limits it to this, once or more: {', '.join(scope.name for scope in SCOPES)}."),
]
MonthlyCredits = Annotated[
    int | None, typer.Option("--monthly-credits", help="What it may spend in a calendar month.", min=1)
]
Expires = Annotated[
    str | None, typer.Option("--expires", metavar="WHEN", help="After `12h`, `90d` or `8w`, or at `2027-01-31`.")
]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")] = "key",
    scope: Scope = None,
    monthly_credits: MonthlyCredits = None,
    expires: Expires = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown this once."""

    async def work(engine: Engine) -> None:
        limits = KeyLimits(scope or None, monthly_credits, _moment(expires) if expires else None)
        _show(*await engine.keys.create(await person(engine, user), name, limits), as_json)

    with_engine(work)


@app.command("list")
def list_keys(user: Who = None, as_json: AsJson = False) -> None:
    """A user's keys, newest first."""

    async def work(engine: Engine) -> None:
        found = await engine.keys.mine(await person(engine, user))
        if as_json:
            print_json(found)
            return
        spent = await engine.keys.spent(found)
        titles = ("id", "name", "begins with", "scopes", "spent", "of monthly", "last used", "expires", "revoked")
        print_table(titles, [_row(key, spent[key.id]) for key in found])

    with_engine(work)


@app.command()
def rotate(
    key_id: str,
    overlap_hours: Annotated[
        float, typer.Option(help="So long the present token stays good; 0: it ends at once.", min=0)
    ] = OVERLAP_HOURS,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Give a key another token, which is shown this once. What it may do, and what it has spent, stays."""

    async def work(engine: Engine) -> None:
        _show(*await engine.keys.rotate(await person(engine, user), key_id, overlap_hours=overlap_hours), as_json)

    with_engine(work)


@app.command()
def revoke(key_id: str, user: Who = None) -> None:
    """End a key at once."""

    async def work(engine: Engine) -> None:
        await engine.keys.revoke(await person(engine, user), key_id)

    with_engine(work)


def _show(key: ApiKey, token: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": key.id, "api_key": token})
    else:
        out.print(f"{key.id}\n\n  [bold]{token}[/]\n")


def _row(key: ApiKey, spent: int) -> tuple[object, ...]:
    scopes = "all" if key.scopes is None else " ".join(key.scopes)
    times = (key.last_used_at, key.expires_at, key.revoked_at)
    return (key.id, key.name, key.hint + "...", scopes, spent, key.monthly_credits, *times)


def _moment(text: str) -> datetime:
    """Raises `InvalidInput`."""
    try:
        if age := re.fullmatch(r"(\d{1,5})([hdw])", text.strip()):
            return now() + int(age[1]) * UNITS[age[2]]
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text[:40]} is no time: write 12h, 90d, 8w or 2027-01-31.", field="expires") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
