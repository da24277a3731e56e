"""`bernie hooks`: addresses that other services post to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bernie.terminal import AsJson, Who, out, person, print_json, print_table, with_engine
from engine import Engine, InvalidInput

app = typer.Typer(name="hooks", help="Make, list, try and delete inbound hooks.", no_args_is_help=True)
Pairs = Annotated[list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="The same each time.")]


@app.command()
def create(
    template: Annotated[
        list[str], typer.Argument(metavar="NAME=TEMPLATE", help="Such as 'text=New sale: {/customer/name}'.")
    ],
    option: Pairs = None,
    capability: Annotated[str, typer.Option(help="tts, vc or sfx.")] = "tts",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    url: Annotated[str | None, typer.Option(help="Where outcomes are posted, beside your webhooks.")] = None,
    sign: Annotated[str | None, typer.Option(help="Take only posts signed so: standard or sha256.")] = None,
    secret: Annotated[str | None, typer.Option(help="The secret of the signatures; left out, one is made.")] = None,
    user: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make a hook. Its address, and its secret where it has one, are shown this once."""

    async def work(engine: Engine) -> None:
        hook, token = await engine.hooks.create(
            await person(engine, user),
            capability=capability,
            template=_pairs(template),
            options=_pairs(option or []),
            name=name,
            to="url" if url else "webhook",
            url=url,
            scheme=sign,
            secret=secret,
        )
        address = engine.hooks.address(token)
        if as_json:
            print_json({"id": hook.id, "url": address, "secret": hook.secret})
        else:
            out.print(f"{hook.id}\n\n  [bold]{address}[/]\n", soft_wrap=True)
            if hook.secret:
                out.print(f"Signed with:\n\n  [bold]{hook.secret}[/]\n", soft_wrap=True)

    with_engine(work)


@app.command("list")
def list_hooks(user: Who = None, as_json: AsJson = False) -> None:
    """A user's hooks, oldest first."""

    async def work(engine: Engine) -> None:
        found = await engine.hooks.mine(await person(engine, user))
        if as_json:
            shown = ("id", "name", "hint", "capability", "options", "template", "enabled", "accepted", "refused")
            print_json([{field: getattr(hook, field) for field in shown} for hook in found])
        else:
            rows = [(one.id, one.name, one.hint + "...", one.accepted, one.refused, one.last_used_at) for one in found]
            print_table(("id", "name", "begins with", "accepted", "refused", "last used"), rows)

    with_engine(work)


@app.command()
def delete(hook_id: str, user: Who = None) -> None:
    """End a hook at once."""

    async def work(engine: Engine) -> None:
        await engine.hooks.delete(await person(engine, user), hook_id)

    with_engine(work)


@app.command("test")
def preview(
    hook_id: str,
    body: Annotated[Path, typer.Argument(help="A file with what would be posted.", exists=True, dir_okay=False)],
    content_type: Annotated[str, typer.Option(help="What it is.")] = "application/json",
    user: Who = None,
) -> None:
    """What such a post would become, as JSON. Nothing is made."""

    async def work(engine: Engine) -> None:
        who = await person(engine, user)
        found = await engine.inbound.preview(who, hook_id, body.read_bytes(), content_type)
        print_json({"params": found.options, "price": found.price})

    with_engine(work)


def _pairs(given: list[str]) -> dict[str, Any]:
    """Raises `InvalidInput` for one without a name."""
    pairs = [one.partition("=") for one in given]
    if wrong := [name for name, sign, _ in pairs if not sign or not name]:
        raise InvalidInput(f"Write {wrong[0]!r} as NAME=VALUE.")
    return {name: value for name, _, value in pairs}
