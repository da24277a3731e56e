"""`bernie jobs`: what was asked for and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from bernie.terminal import AsJson, Who, out, person, print_json, print_table, with_engine
from engine import Engine, Status

app = typer.Typer(name="jobs", help="List, show and cancel jobs.", no_args_is_help=True)


@app.command("list")
def list_jobs(
    user: Who = None, limit: Annotated[int, typer.Option(min=1, max=1000)] = 20, as_json: AsJson = False
) -> None:
    """A user's jobs, newest first."""

    async def work(engine: Engine) -> None:
        found = await engine.jobs.page(await person(engine, user), limit=limit)
        if as_json:
            print_json(found)
        else:
            print_table(("id", "what", "state", "credits", "seconds", "made"), [_row(status) for status in found])

    with_engine(work)


def _row(status: Status) -> tuple[object, ...]:
    job, clip = status.job, status.clip
    seconds = f"{clip.seconds:.1f}" if clip else None
    return job.id, job.capability, job.state, job.price, seconds, job.created_at


@app.command()
def show(job_id: str, user: Who = None, as_json: AsJson = False) -> None:
    """One job with its clip."""

    async def work(engine: Engine) -> None:
        status = await engine.jobs.get(await person(engine, user), job_id)
        if as_json:
            print_json(status)
            return
        out.print(f"{status.job.id}: {status.job.state}", escape(status.job.error_message or ""))
        out.print(status.job.params)
        if status.clip:
            out.print(status.clip)

    with_engine(work)


@app.command()
def cancel(job_id: str, user: Who = None) -> None:
    """Withdraw a job; what it held is given back."""

    async def work(engine: Engine) -> None:
        status = await engine.jobs.cancel(await person(engine, user), job_id)
        stops = status.job.state == "running"
        out.print("It stops at its next step." if stops else f"{status.job.id}: {status.job.state}")

    with_engine(work)
