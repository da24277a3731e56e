"""Logging: one line per event, readable on a terminal and JSON elsewhere, with what `extra` carries."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

# Their own lines say what ours say, or more than an operator wants to read.
QUIET = ("apscheduler", "uvicorn.error", "uvicorn.access", "alembic", "botocore", "urllib3", "httpx", "httpx2")


def configure(level: str) -> None:
    """Everything goes to standard error: standard output belongs to the command's answer."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    after: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not terminal:
        after.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[*after, renderer]))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
