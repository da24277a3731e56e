"""A real `bernie serve`, as a subprocess on a free port, stopped by its own process id."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

STOP_SECONDS = 30


@dataclass
class Service:
    """`owner_link` and `api_key` only at the first start on a data folder."""

    process: subprocess.Popen[str]
    data: Path
    url: str
    owner_link: str | None
    api_key: str | None

    def client(self, api_key: str | None = None) -> httpx.Client:
        key = api_key or self.api_key
        return httpx.Client(
            base_url=self.url + "/api/v1", headers={"authorization": f"Bearer {key}"} if key else {}, timeout=30
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Its exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


def environment(data: Path, extra_env: Mapping[str, str] | None = None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BERNIE_")}
    return clean | {
        "BERNIE_DATA": str(data),
        "BERNIE_HTTP__PORT": "0",
        "HF_HUB_OFFLINE": "1",  # no test fetches a model from anywhere but its own server
        **(extra_env or {}),
    }


def start(
    data: Path, *, extra_env: Mapping[str, str] | None = None, command: tuple[str, ...] = ("-m", "bernie", "serve")
) -> Service:
    """Raises `AssertionError` with the log when it does not become ready."""
    log = data.with_suffix(".log")
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, *command, "--json"],
            env=environment(data, extra_env),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(STOP_SECONDS)
        raise AssertionError(f"no ready line, exit status {process.returncode}: {log.read_text()[-3000:]}")
    ready = json.loads(line)
    assert ready["event"] == "ready"
    return Service(process, data, ready["url"], ready.get("owner_link"), ready.get("api_key"))


@contextmanager
def running_service(data_folder: Path, *, extra_env: Mapping[str, str] | None = None) -> Iterator[Service]:
    service = start(data_folder, extra_env=extra_env)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()
        assert service.process.stdout is not None
        service.process.stdout.close()
