"""`bernie models`: which networks answer here."""

from __future__ import annotations

from dataclasses import asdict

import typer

from bernie.terminal import AsJson, out, print_json, print_table
from engine import runners

app = typer.Typer(name="models", help="Which networks answer here, and on what terms.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Each capability with its model, revision and licence, or with what to do to get one."""
    offers = runners.offers()
    if as_json:
        print_json([asdict(offer) for offer in offers.values()])
        return
    rows = [(name, offer.model or "none", offer.revision, offer.licence) for name, offer in offers.items()]
    print_table(("capability", "model", "revision", "licence"), rows)
    for name, offer in offers.items():
        if offer.unavailable:
            out.print(f"\n{name}: {offer.unavailable}")
