"""What a line of the log has in it, for programs and for people."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from bernie import logs


def record(error: BaseException | None = None, **carried: Any) -> logging.LogRecord:
    about = (type(error), error, None) if error else None
    made = logging.LogRecord("engine.worker", logging.WARNING, __file__, 1, "%s took long", ("job_1",), about)
    made.__dict__.update(carried)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    text = logs._for_programs().format(made)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_program_reads_the_event_its_level_its_logger_and_what_it_carries() -> None:
    found = line(record(job="job_1", path=Path("clips/a\nb")))
    assert found.pop("timestamp").endswith("+00:00")
    carried = {"job": "job_1", "path": "clips/a\nb"}
    assert found == {"event": "job_1 took long", "level": "warning", "logger": "engine.worker"} | carried


def test_a_program_reads_why_it_went_wrong() -> None:
    assert line(record(ValueError("no such voice")))["exception"] == "ValueError: no such voice"


def test_a_person_reads_the_event_and_what_it_carries() -> None:
    assert logs.Readable().format(record(job="job_1", seconds=4)) == "job_1 took long  job=job_1  seconds=4"
