"""What the answers of these routes have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel

from engine import Format, Stream

AUDIO: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/mpeg": {}}, "description": "The clip."}}
OutputFormat = Annotated[str | None, Query(max_length=40)]
AnyId = Annotated[str, Path(min_length=1, max_length=100)]


class Done(BaseModel):
    status: str = "ok"


def headers_of(made: Stream, *, form: Format | None) -> dict[str, str]:
    """`form`: of a clip; None for JSON. The SDK reads these through `with_raw_response`."""
    job = made.job
    return {
        "content-type": form.content_type if form else "application/json",
        "character-cost": str(job.price),
        "x-character-count": str(job.price),
        "history-item-id": job.id,
        "cache-control": "no-store",
    }
