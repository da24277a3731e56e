"""Logging: one line per event, readable on a terminal and JSON elsewhere, with what `extra` carries."""

from __future__ import annotations

import logging
import sys
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS, merge_record_extra
from pythonjsonlogger.json import JsonFormatter

# Their own lines say what ours say, or more than an operator wants to read.
QUIET = ("apscheduler", "uvicorn.error", "uvicorn.access", "alembic", "botocore", "urllib3", "httpx", "httpx2")
NAMES = {"message": "event", "levelname": "level", "name": "logger", "exc_info": "exception"}


class Readable(logging.Formatter):
    """The event, and what it carries as `key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        carried = merge_record_extra(record, {}, reserved=RESERVED_ATTRS)
        return "  ".join((record.getMessage(), *(f"{key}={value}" for key, value in carried.items())))


class Lines(JsonFormatter):
    """JSON with the level in small letters."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return log_data | {"level": log_data["level"].lower()}


def configure(level: str) -> None:
    """Everything goes to standard error: standard output belongs to the command's answer."""
    handler = _on_a_terminal() if sys.stderr.isatty() else _for_programs()
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _on_a_terminal() -> logging.Handler:
    from rich.console import Console
    from rich.logging import RichHandler  # 3 MB, which a service that logs to a file or a pipe does not need

    handler = RichHandler(console=Console(stderr=True), show_path=False, rich_tracebacks=True)
    handler.setFormatter(Readable())
    return handler


def _for_programs() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines("{message}{levelname}{name}", style="{", rename_fields=NAMES, timestamp=True))
    return handler
