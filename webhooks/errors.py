"""Errors as JSON: `{"error": {"code", "message", "field"?, "request_id"}}`, rendered here and nowhere else."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from engine import ServiceError, Unauthorized, UserError, sentence_about

log = logging.getLogger(__name__)


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
    app.add_exception_handler(ServiceError, _service_error)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _unexpected)


def _answer(request: Request, status: int, code: str, message: str, field: str | None = None) -> JSONResponse:
    request_id = getattr(request.state, "request_id", "")
    detail = ErrorDetail(code=code, message=message, field=field, request_id=request_id)
    headers = {"www-authenticate": "Bearer"} if status == Unauthorized.status else {}
    return JSONResponse({"error": detail.model_dump(exclude_none=True)}, status, headers=headers)


async def _user_error(request: Request, error: UserError) -> JSONResponse:
    return _answer(request, error.status, error.code, error.message, error.field)


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    first = dict(error.errors()[0])
    if first["type"] == "json_invalid":
        return _answer(request, 422, "invalid_input", "The body is not valid JSON.")
    # `loc` begins with where it was: body, query, path, header.
    sentence, field = sentence_about([first | {"loc": first["loc"][1:]}])
    return _answer(request, 422, "invalid_input", sentence, field)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    code = HTTPStatus(error.status_code).name.lower()
    answer = _answer(request, error.status_code, code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _service_error(request: Request, error: ServiceError) -> JSONResponse:
    log.error("request failed", extra={"request_id": request.state.request_id, "error": str(error)})
    return _answer(request, 503, "unavailable", _sorry(request))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # Starlette answers with this and raises the error again, so the log has it too.
    return _answer(request, 500, "internal", _sorry(request))


def _sorry(request: Request) -> str:
    request_id = getattr(request.state, "request_id", "unknown")
    return f"Something went wrong on our side. Try again, and quote {request_id} if it stays."
