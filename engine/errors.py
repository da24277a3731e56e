"""What can go wrong, and how it is said.

UserError      a finished sentence the user can act on; every surface shows it as it is
  InvalidInput, Unauthorized, NotEnoughCredits, KeyCapReached, NotAllowed (MissingScope), NotFound, Conflict,
  ClipTooLong, ClipUnreadable, QueueFull, TooManyRequests, ModelUnavailable
ServiceError   ours, for the log; `retryable` says whether another attempt may succeed
  CheckpointMismatch
JobCancelled   raised by `on_step` inside a run whose job was cancelled
"""

from __future__ import annotations

from typing import ClassVar

from engine.sayings import Saying, saying_of


class UserError(Exception):
    """A sentence fit for a chat bubble. `code` is for programs, `status` for HTTP."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def saying(self) -> Saying | None:
        """The message as facts, for who would say it in another language."""
        return saying_of(self.message)


class InvalidInput(UserError):
    code, status = "invalid_input", 422


class Unauthorized(UserError):
    code, status = "unauthorized", 401


class NotEnoughCredits(UserError):
    code, status = "not_enough_credits", 402


class NotAllowed(UserError):
    code, status = "not_allowed", 403


class MissingScope(NotAllowed):
    """The API key may not do this, its user may."""

    code = "missing_scope"


class KeyCapReached(UserError):
    """The user has the credits, the API key may not spend them."""

    code, status = "key_cap_reached", 402


class NotFound(UserError):
    code, status = "not_found", 404


class Conflict(UserError):
    code, status = "conflict", 409


class ClipTooLong(UserError):
    code, status = "clip_too_long", 413


class ClipUnreadable(UserError):
    code, status = "clip_unreadable", 422


class QueueFull(UserError):
    code, status = "queue_full", 429


class TooManyRequests(UserError):
    """`retry_after`: seconds until asking makes sense again."""

    code, status = "rate_limited", 429

    def __init__(self, message: str, *, field: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, field=field)
        self.retry_after = retry_after


class ModelUnavailable(UserError):
    code, status = "model_unavailable", 503


class ServiceError(Exception):
    """A failure of ours. The user reads a fixed sentence with the job's id instead."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class CheckpointMismatch(ServiceError):
    """A weights file that is not the one its network was written for; another attempt reads the same file."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class JobCancelled(Exception):
    """The user withdrew the job while it ran."""


def failure_of(code: str, message: str) -> UserError | ServiceError:
    """What ended a job, from what its row says of it."""
    for kind in UserError.__subclasses__():
        if kind.code == code:
            return kind(message)
    return ServiceError(message, retryable=False)
