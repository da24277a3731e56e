"""`bernie credits`: balances, the ledger, grants."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from bernie.terminal import AsJson, Who, out, person, print_json, print_table, with_engine
from engine import Engine

app = typer.Typer(name="credits", help="Show and grant credits.", no_args_is_help=True)


@app.command()
def show(user: Who = None, as_json: AsJson = False) -> None:
    """A user's balance and the newest twenty entries of their ledger."""

    async def work(engine: Engine) -> None:
        who = await person(engine, user)
        balance, entries = await engine.credits.balance(who), await engine.credits.entries(who, limit=20)
        if as_json:
            print_json({"balance": balance, "entries": entries})
            return
        out.print(f"{escape(who.name)} has {balance:,} credits.\n")
        rows = [(entry.created_at, entry.kind, entry.credits, entry.job_id or entry.note) for entry in entries]
        print_table(("when", "what", "credits", "for"), rows)

    with_engine(work)


@app.command()
def grant(
    credits: Annotated[int, typer.Argument(min=1, max=10**12)],
    user: Who = None,
    key: Annotated[str | None, typer.Option(help="The same key grants once, however often it is given.")] = None,
    note: Annotated[str, typer.Option(help="Why; stands in the ledger.")] = "",
    as_json: AsJson = False,
) -> None:
    """Give a user credits."""

    async def work(engine: Engine) -> None:
        who = await person(engine, user)
        done = await engine.credits.grant(who, credits, key=key, note=note)
        balance = await engine.credits.balance(who)
        if as_json:
            print_json({"granted": done, "balance": balance})
        else:
            has = f"{escape(who.name)} now has {balance:,} credits."
            out.print(has if done else f"Granted before; {balance:,} credits.")

    with_engine(work)
