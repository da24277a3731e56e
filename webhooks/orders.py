"""What `POST /api/v1/jobs` takes: JSON, or a form whose files become uploads of the job, all in one request."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from engine import CAPABILITIES, Engine, InvalidInput, User, capability_named, sentence_about
from webhooks.auth import CurrentUser
from webhooks.compat.heard import ClientGone
from webhooks.requests import MAX_BODY_BYTES, TheEngine

FORM = "multipart/form-data"
MOST_PARTS = 10
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=190)]


class NewJob(BaseModel):
    model_config = ConfigDict(extra="forbid")
    capability: str = Field(description="tts, vc or sfx", max_length=20)
    params: dict[str, Any] = Field(default={}, description="Options of the capability: see /api/v1/capabilities")
    webhook_url: str | None = Field(
        default=None,
        max_length=4000,
        description="Where to post the outcome, beside your endpoints. See /webhooks/one-off",
    )


def body_schema() -> dict[str, Any]:
    """For the OpenAPI document, which cannot read it off a function that looks at the request itself."""
    text = {"type": "string"}
    files = {name: text | {"format": "binary"} for one in CAPABILITIES for name in one.upload_fields()}
    form = {
        "type": "object",
        "required": ["capability"],
        "properties": {
            "capability": text | {"maxLength": 20},
            "params": text | {"description": "A JSON object"},
            "webhook_url": text | {"maxLength": 4000},
            **files,
        },
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": NewJob.model_json_schema()}, FORM: {"schema": form}}
    return {"requestBody": {"content": content, "required": True}}


async def new_job(
    request: Request, user: CurrentUser, engine: TheEngine, idempotency_key: IdempotencyKey = None
) -> NewJob:
    """Raises `InvalidInput`, and what uploading raises."""
    try:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return _checked(_json(await _body(request)))
        async with request.form(max_files=MOST_PARTS, max_fields=MOST_PARTS, max_part_size=MAX_BODY_BYTES) as form:
            return await _from_form(engine, user, _once_each(form.multi_items()), idempotency_key)
    except ClientDisconnect as error:
        raise ClientGone from error


Ordered = Annotated[NewJob, Depends(new_job)]


async def _body(request: Request) -> bytes:
    """The route lets a file pass: what has none may be no longer than elsewhere."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, "Content Too Large")
    return body


def _json(text: bytes | str, field: str | None = None) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{f'`{field}`' if field else 'The body'} is not valid JSON.", field=field) from error


def _checked(given: Any) -> NewJob:
    try:
        return NewJob.model_validate(given)
    except ValidationError as error:
        sentence, field = sentence_about(error.errors(include_url=False))
        raise InvalidInput(sentence, field=field) from error


def _once_each(parts: list[tuple[str, UploadFile | str]]) -> dict[str, UploadFile | str]:
    found = dict(parts)
    if len(found) < len(parts):
        raise InvalidInput("Each field of the form may be there once.")
    return found


async def _from_form(engine: Engine, user: User, parts: dict[str, UploadFile | str], key: str | None) -> NewJob:
    texts = {name: part for name, part in parts.items() if isinstance(part, str)}
    job = _checked(texts | {"params": _json(texts.get("params", "{}"), "params")})
    taken = capability_named(job.capability).upload_fields()
    files = {name: part for name, part in parts.items() if isinstance(part, UploadFile)}
    if unknown := sorted(set(files) - set(taken)):
        raise InvalidInput(f"`{unknown[0][:60]}` is no file that {job.capability} takes.", field=unknown[0][:60])
    for name, file in files.items():
        job.params[name] = await _uploaded(engine, user, await file.read(), key)
    return job


async def _uploaded(engine: Engine, user: User, data: bytes, key: str | None) -> str:
    # Sent again with the same key, the same file is the same upload: else it would not be the same job.
    name = hashlib.sha256(b"\0".join((key.encode(), data))).hexdigest() if key else None
    return (await engine.uploads.add(user, data, name=name)).id
