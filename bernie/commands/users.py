"""`bernie users`: make them, list them, let them in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from bernie import compose
from bernie.settings import Settings
from bernie.terminal import AsJson, Who, out, person, print_json, print_table, run, with_engine
from engine import Engine, InvalidInput

app = typer.Typer(name="users", help="Make users, list them, let them in.", no_args_is_help=True)


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Their email address.")],
    credits: Annotated[int | None, typer.Option(help="Credits to start with.", min=0, max=10**12)] = None,
    as_json: AsJson = False,
) -> None:
    """Make a user and their first API key, which is shown this once."""

    async def work(engine: Engine) -> None:
        subject = email.strip().lower()
        if "@" not in subject or len(subject) > 190:
            raise InvalidInput(f"{email[:100]} is not an email address.")
        user = await engine.users.create("password", subject, credits=credits)
        _, api_key = await engine.users.create_key(user, "first key")
        if as_json:
            print_json({"user_id": user.id, "api_key": api_key})
        else:
            out.print(f"{escape(subject)} is {user.id}. Their API key, shown this once:\n\n  [bold]{api_key}[/]\n")

    with_engine(work)


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """The newest hundred users with their balances."""

    async def work(engine: Engine) -> None:
        found = await engine.users.page(limit=100)
        rows = [(user.id, user.name, await engine.credits.balance(user), user.created_at) for user in found]
        if as_json:
            print_json([dict(zip(("user_id", "name", "credits", "created_at"), row, strict=True)) for row in rows])
        else:
            print_table(("id", "name", "credits", "since"), rows)

    with_engine(work)


@app.command()
def link(user: Who = None) -> None:
    """A link that signs a browser in, good until tomorrow."""

    async def main(settings: Settings) -> None:
        async with compose.opened(settings) as engine:
            token = await engine.users.create_link(await person(engine, user))
        print(f"{settings.public_url}/enter?token={token}")  # noqa: T201

    run(main)
