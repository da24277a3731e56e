"""`bernie keys`: API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from bernie.terminal import AsJson, Who, out, person, print_json, print_table, with_engine
from engine import Engine

app = typer.Typer(name="keys", help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")] = "key", user: Who = None, as_json: AsJson = False
) -> None:
    """Make an API key. It is shown this once."""

    async def work(engine: Engine) -> None:
        key, token = await engine.users.create_key(await person(engine, user), name)
        if as_json:
            print_json({"id": key.id, "api_key": token})
        else:
            out.print(f"{key.id}\n\n  [bold]{token}[/]\n")

    with_engine(work)


@app.command("list")
def list_keys(user: Who = None, as_json: AsJson = False) -> None:
    """A user's keys, newest first."""

    async def work(engine: Engine) -> None:
        found = await engine.users.keys(await person(engine, user))
        if as_json:
            print_json(found)
        else:
            rows = [(key.id, key.name, key.hint + "...", key.last_used_at, key.revoked_at) for key in found]
            print_table(("id", "name", "begins with", "last used", "revoked"), rows)

    with_engine(work)


@app.command()
def revoke(key_id: str, user: Who = None) -> None:
    """End a key at once."""

    async def work(engine: Engine) -> None:
        await engine.users.revoke_key(await person(engine, user), key_id)

    with_engine(work)
