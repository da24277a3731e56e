"""Errors in the shapes that the ElevenLabs and the OpenAI SDK read."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from webhooks.auth import key_is_openai

Shape = Callable[[int, str, str, str | None, str], JSONResponse]


class ElevenLabsDetail(BaseModel):
    status: str
    code: str
    type: str
    message: str
    request_id: str
    param: str | None = None


class ElevenLabsError(BaseModel):
    detail: ElevenLabsDetail


class OpenAIDetail(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(BaseModel):
    error: OpenAIDetail


# Ours, and what each is called there: status, code, type.
ELEVENLABS = {
    "unauthorized": (401, "invalid_api_key", "authentication_error"),
    "not_enough_credits": (401, "quota_exceeded", "quota_error"),
    "queue_full": (429, "too_many_concurrent_requests", "rate_limit_error"),
    "key_cap_reached": (401, "quota_exceeded", "quota_error"),
    "missing_scope": (401, "missing_permissions", "authentication_error"),
    "rate_limited": (429, "rate_limit_exceeded", "rate_limit_error"),
    "clip_unreadable": (400, "invalid_audio", "validation_error"),
    "clip_too_long": (400, "audio_too_long", "validation_error"),
    "model_unavailable": (503, "model_unavailable", "server_error"),
}
ELEVENLABS_FIELDS = {
    ("not_found", "voice"): (404, "voice_not_found", "not_found"),
    ("not_found", "job"): (404, "history_item_not_found", "not_found"),
    ("invalid_input", "text"): (400, "invalid_text", "validation_error"),
    ("invalid_input", "output_format"): (400, "invalid_output_format", "validation_error"),
}
OPENAI = {
    401: ("authentication_error", "invalid_api_key"),
    402: ("insufficient_quota", "insufficient_quota"),
    404: ("invalid_request_error", None),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}
NAMES = {"voice": "voice_id", "text": "text"}
RETRY_SECONDS = 2


def shape_of(request: Request) -> Shape | None:
    """None for our own routes."""
    path = request.url.path
    if path.startswith("/v1/audio/") or (path == "/v1/models" and key_is_openai(request)):
        return openai
    return elevenlabs if path.startswith(("/v1/", "/v2/")) else None


def elevenlabs(status: int, code: str, message: str, field: str | None, request_id: str) -> JSONResponse:
    """`status` and `code` say the same, for readers of two generations."""
    known = ELEVENLABS_FIELDS.get((code, field or "")) or ELEVENLABS.get(code)
    status, name, kind = known or (400 if status == 422 else status, code, "error")
    param = NAMES.get(field, field) if field else None
    detail = ElevenLabsDetail(status=name, code=name, type=kind, message=message, request_id=request_id, param=param)
    body = ElevenLabsError(detail=detail).model_dump(exclude_none=True)
    return JSONResponse(body, status, headers=_retry(status))


def openai(status: int, code: str, message: str, field: str | None, request_id: str) -> JSONResponse:
    status = 400 if status == 422 else status
    kind, name = OPENAI.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
    body = OpenAIError(error=OpenAIDetail(message=message, type=kind, param=field, code=name or code))
    return JSONResponse(body.model_dump(), status, headers={"x-request-id": request_id, **_retry(status)})


def _retry(status: int) -> dict[str, str]:
    return {"retry-after": str(RETRY_SECONDS)} if status in (429, 503) else {}
