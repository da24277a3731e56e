"""`bernie doctor`: is everything as it should be?"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from bernie.terminal import AsJson, out, print_json, with_engine
from engine import Engine
from engine.audit import Problem, examine, remove_orphans


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Delete objects that no clip refers to.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the books, the object store and every stored clip. Exit status 1 when something is wrong."""

    async def work(engine: Engine) -> list[Problem]:
        await engine.check()
        if fix:
            await remove_orphans(engine)
        return await examine(engine)

    problems = with_engine(work)
    if as_json:
        print_json(problems)
    for problem in problems if not as_json else ():
        out.print(f"[red]{escape(problem.about)}[/] {problem.message}")
    if not problems and not as_json:
        out.print("All is well: the books are exact, and every clip has its file.")
    raise typer.Exit(1 if problems else 0)
