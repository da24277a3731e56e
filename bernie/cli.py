"""The `bernie` command."""

from __future__ import annotations

import json

import typer

from bernie import serve as service
from bernie.chats import CannotStart
from bernie.commands import bench, convert, credits, doctor, hooks, jobs, keys, models, say, sfx, users
from bernie.settings import Settings
from bernie.terminal import AsJson, err, out, run

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
app.command("say")(say.say)
app.command("convert")(convert.convert)
app.command("sfx")(sfx.sfx)
app.command("doctor")(doctor.doctor)
for group in (jobs, credits, users, keys, hooks, models, bench):
    app.add_typer(group.app)


@app.command()
def serve(as_json: AsJson = False) -> None:
    """Run everything that is configured, in one process: studio, API, engine, its worker, and bots with a token."""
    _serve(as_json, api=True, jobs=True, discord=True, telegram=True)


@app.command()
def api(as_json: AsJson = False) -> None:
    """Run the HTTP face only; `bernie worker` processes work on the jobs."""
    _serve(as_json, api=True, jobs=False, discord=False, telegram=False)


@app.command()
def worker(as_json: AsJson = False) -> None:
    """Work on jobs only."""
    _serve(as_json, api=False, jobs=True, discord=False, telegram=False)


@app.command()
def discord(as_json: AsJson = False) -> None:
    """Run the Discord bot only; `bernie worker` processes work on the jobs."""
    _serve(as_json, api=False, jobs=False, discord=True, telegram=False)


@app.command()
def telegram(as_json: AsJson = False) -> None:
    """Run the Telegram bot only, by polling; `bernie worker` processes work on the jobs."""
    _serve(as_json, api=False, jobs=False, discord=False, telegram=True)


def _serve(as_json: bool, *, api: bool, jobs: bool, discord: bool, telegram: bool) -> None:
    def announce(ready: service.Ready) -> None:
        if as_json:
            seen = {name: value for name in ready.__slots__ if (value := getattr(ready, name)) is not None}
            print(json.dumps({"event": "ready", **seen}), flush=True)  # noqa: T201
        elif ready.owner_link:
            out.print(f"\nBernie is ready. Open this link, it signs you in:\n\n  [bold]{ready.owner_link}[/]\n")
            out.print(f"Your API key, shown this once:\n\n  [bold]{ready.api_key}[/]\n", soft_wrap=True)
        else:
            out.print(f"\nBernie is ready at [bold]{ready.url}[/]  (signed out? `bernie users link`)\n")

    async def main(settings: Settings) -> None:
        await service.run(settings, announce, api=api, jobs=jobs, discord=discord, telegram=telegram)

    try:
        run(main)
    except CannotStart as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


def main() -> None:
    app()
