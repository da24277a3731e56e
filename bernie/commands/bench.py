"""`bernie bench`: measurements that can be run again, each with its yardstick in the same run."""

from __future__ import annotations

import typer

app = typer.Typer(name="bench", help="Measure this installation.", no_args_is_help=True)
