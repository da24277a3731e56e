"""`bernie users`: make them, list them, let them in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from bernie import compose
from bernie.settings import Settings
from bernie.terminal import AsJson, Who, out, person, print_json, print_table, run, with_engine
from engine import Engine
from engine.emails import normal_email
from engine.invitations import DEFAULT_DAYS, MOST_CREDITS, MOST_DAYS, MOST_USES

app = typer.Typer(name="users", help="Make users, list them, let them in.", no_args_is_help=True)


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Their email address.")],
    credits: Annotated[int | None, typer.Option(help="Credits to start with.", min=0, max=10**12)] = None,
    as_json: AsJson = False,
) -> None:
    """Make a user and their first API key, which is shown this once."""

    async def work(engine: Engine) -> None:
        subject = normal_email(email)
        user = await engine.users.create("password", subject, credits=credits)
        _, api_key = await engine.keys.create(user, "first key")
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
            token = await engine.sessions.create_link(await person(engine, user))
        print(f"{settings.public_url}/enter?token={token}")  # noqa: T201

    run(main)


@app.command()
def invite(
    credits: Annotated[
        int | None, typer.Option(help="What each starts with; the welcome credits by default.", min=0, max=MOST_CREDITS)
    ] = None,
    uses: Annotated[int, typer.Option(help="How many people it lets in.", min=1, max=MOST_USES)] = 1,
    days: Annotated[int, typer.Option(help="How long it is good.", min=1, max=MOST_DAYS)] = DEFAULT_DAYS,
    as_json: AsJson = False,
) -> None:
    """A link by which new people sign up. It is shown this once."""

    async def main(settings: Settings) -> None:
        async with compose.opened(settings) as engine:
            owner = await engine.users.owner()
            made, token = await engine.invitations.create(owner, credits=credits, uses=uses, days=days)
        url = f"{settings.public_url}/join?invitation={token}"
        if as_json:
            print_json({"id": made.id, "url": url, "expires_at": made.expires_at})
        else:
            print(url)  # noqa: T201

    run(main)


@app.command()
def invitations(as_json: AsJson = False) -> None:
    """All invitations, newest first."""

    async def work(engine: Engine) -> None:
        found = await engine.invitations.mine(await engine.users.owner())
        if as_json:
            print_json([asdict(one) for one in found])
        else:
            rows = [
                (one.id, f"{one.used} of {one.uses}", one.credits, one.expires_at, one.withdrawn_at) for one in found
            ]
            print_table(("id", "used", "credits", "good until", "withdrawn"), rows)

    with_engine(work)


@app.command()
def withdraw(invitation_id: str) -> None:
    """End an invitation: nobody gets in by it any more."""

    async def work(engine: Engine) -> None:
        await engine.invitations.withdraw(await engine.users.owner(), invitation_id)

    with_engine(work)
