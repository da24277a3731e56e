"""Errors as JSON: `{"error": {"code", "message", "field"?, "request_id"}}`, rendered here and nowhere else.

Routes that another service's SDK reads answer in that service's shape: see `webhooks.compat.errors`.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from engine import (
    DatabaseUnavailable,
    ObjectsUnavailable,
    QueueFull,
    ServiceError,
    TooManyRequests,
    Unauthorized,
    UserError,
    sentence_about,
)
from webhooks.compat.errors import RETRY_SECONDS, shape_of
from webhooks.compat.heard import ClientGone
from webhooks.requests import add_headers

log = logging.getLogger(__name__)

# Instead of Starlette's own words, which are no sentences.
SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take requests of this method.",
}

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class ErrorDetail(BaseModel):
    code: str
    message: str
    request_id: str
    field: str | None = None


class ErrorBody(BaseModel):
    error: ErrorDetail


def install(app: FastAPI) -> None:
    app.add_exception_handler(UserError, _user_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]
    app.add_exception_handler(ServiceError, _service_error)
    for unavailable in (DatabaseUnavailable, ObjectsUnavailable):
        app.add_exception_handler(unavailable, _service_error)
    app.add_exception_handler(ClientGone, _nobody_reads)
    app.add_exception_handler(Exception, _unexpected)


def _answer(request: Request, status: int, code: str, message: str, field: str | None = None) -> JSONResponse:
    request_id = getattr(request.state, "request_id", "")
    detail = ErrorDetail(code=code, message=message, field=field, request_id=request_id)
    if shape := shape_of(request):
        return shape(status, detail.code, detail.message, detail.field, request_id)
    headers = {"www-authenticate": "Bearer"} if status == Unauthorized.status else {}
    return JSONResponse({"error": detail.model_dump(exclude_none=True)}, status, headers=headers)


async def _user_error(request: Request, error: UserError) -> JSONResponse:
    answer = _answer(request, error.status, error.code, error.message, error.field)
    if isinstance(error, TooManyRequests):
        answer.headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, QueueFull):
        answer.headers["retry-after"] = str(RETRY_SECONDS)
    return answer


async def _nobody_reads(request: Request, error: Exception) -> Response:
    return Response(status_code=499)


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    first = dict(error.errors()[0])
    if first["type"] == "json_invalid":
        return _answer(request, 422, "invalid_input", "The body is not valid JSON.")
    # `loc` begins with where it was: body, query, path, header.
    sentence, field = sentence_about([first | {"loc": first["loc"][1:]}])
    return _answer(request, 422, "invalid_input", sentence, field)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    sentence = SENTENCES.get(status, f"{str(error.detail).rstrip('.')}.")
    answer = _answer(request, status, status.name.lower(), sentence)
    answer.headers.update(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["allow"] = ", ".join(_methods_of(request))
    return answer


def _methods_of(request: Request) -> list[str]:
    """Of all routes at this address: Starlette names those of the first one only."""
    routes, asked = request.app.router.routes, dict(request.scope)
    return [
        method
        for method in METHODS
        if any(route.matches(asked | {"method": method})[0] is Match.FULL for route in routes)
    ]


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed", extra={"request_id": request.state.request_id, "error": str(error)})
    return _answer(request, 503, "unavailable", _sorry(request))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # Starlette answers with this and raises the error again, so the log has it too. It answers outside of our
    # middleware, which would otherwise add the headers.
    answer = _answer(request, 500, "internal", _sorry(request))
    add_headers(answer.headers, getattr(request.state, "request_id", ""))
    return answer


def _sorry(request: Request) -> str:
    request_id = getattr(request.state, "request_id", "unknown")
    return f"Something went wrong on our side. Try again, and quote {request_id} if it stays."
