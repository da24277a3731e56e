"""`/files/...`: the signed links of an installation without a bucket. With one, links point to the bucket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from engine import MAX_UPLOAD_BYTES, PutLink
from webhooks.compat.heard import ClientGone
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


async def put(
    key: str,
    request: Request,
    engine: TheEngine,
    expires: Annotated[int, Query()],
    bytes: Annotated[int, Query(ge=1, le=MAX_UPLOAD_BYTES)],
    signature: Annotated[str, Query(max_length=200)],
) -> None:
    """The file of an upload, to the link that `POST /api/v1/uploads/link` gave. No account is needed here either."""
    try:
        await engine.uploads.receive(key, PutLink(expires, bytes, signature), request.stream())
    except ClientDisconnect as error:
        raise ClientGone from error


def routes() -> APIRouter:
    router = APIRouter(tags=["files"])
    router.add_api_route("/files/{key:path}", file, methods=["GET"], response_class=FileResponse)
    router.add_api_route("/files/{key:path}", file, methods=["HEAD"], include_in_schema=False)
    router.add_api_route(
        "/files/{key:path}",
        put,
        methods=["PUT"],
        max_body_size=MAX_UPLOAD_BYTES,
        openapi_extra={"requestBody": {"content": {"*/*": {}}, "required": True}},
    )
    return router
