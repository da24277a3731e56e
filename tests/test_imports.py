"""What is heavy is imported where it is used: the front of the house starts without it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.service import running_service

HEAVY = (
    *("torch", "transformers", "discord", "aiogram", "boto3", "av", "onnxruntime", "alembic"),
    *("num2words", "prometheus_client", "limits"),
)
IDLE_MEGABYTES = 150


def test_the_command_and_the_http_face_start_without_what_only_some_jobs_need() -> None:
    program = (
        "import sys, bernie.cli, bernie.serve, webhooks.app;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert "fastapi" in loaded
    assert not set(HEAVY) & set(loaded)


@pytest.mark.slow
def test_an_idle_service_takes_at_most_150_megabytes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with running_service(data) as service:
        time.sleep(2)
        resident = psutil.Process(service.process.pid).memory_info().rss / 1e6
    assert resident <= IDLE_MEGABYTES
