"""`/files/...`: the signed links of an installation without a bucket. With one, links point to the bucket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from webhooks.requests import TheEngine


async def file(
    key: str,
    engine: TheEngine,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query(max_length=200)],
    name: Annotated[str | None, Query(max_length=200)] = None,
) -> FileResponse:
    """No account is needed: the signature is the permission. 403 when it is wrong or has expired."""
    found = engine.clips.open_link(key, expires=expires, name=name, signature=signature)
    # The link is as secret as the clip, and it expires: caches may keep the file no longer than its reader does.
    headers = {"cache-control": "private, max-age=3600"}
    return FileResponse(found.path, media_type=found.content_type, filename=name, headers=headers)


def routes() -> APIRouter:
    router = APIRouter(tags=["files"])
    router.add_api_route("/files/{key:path}", file, methods=["GET"], response_class=FileResponse)
    router.add_api_route("/files/{key:path}", file, methods=["HEAD"], include_in_schema=False)
    return router
