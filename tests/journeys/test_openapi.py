"""What the service says of itself, taken at its word: schemathesis over every operation of a running one.

BERNIE_TEST_EXAMPLES makes it look longer: 200 examples an operation take some minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from tests.service import Service, running_service

EXAMPLES = os.environ.get("BERNIE_TEST_EXAMPLES", "4")
STREAMS = "/api/v1/jobs/{job_id}/events"  # ends with its job, not with the request
# A text or a prompt may fit its schema and still be nothing that can be said: those rules are no JSON Schema.
BEYOND_SCHEMAS = "positive_data_acceptance"
METHODS = "unsupported_method,allow_header_conformance"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    plenty = {"BERNIE_USERS__CREDITS": "100000000", "BERNIE_USERS__QUEUE_LIMIT": "100000"}
    plenty |= {"BERNIE_RATES__REQUESTS_PER_MINUTE": "0"}
    with running_service(tmp_path_factory.mktemp("bernie"), extra_env=plenty) as running:
        yield running


def examine(service: Service, *options: str) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        pytest.skip("schemathesis is not installed: install the extra 'test'")
    key = f"xi-api-key: {service.api_key}"
    found = subprocess.run(
        [program, "run", f"{service.url}/openapi.json", "-H", key, "--no-color", "--seed", "1", *options],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        cwd=service.data,
    )
    assert found.returncode == 0, found.stdout[:6000] + found.stderr


def overlapping(paths: Sequence[str]) -> list[str]:
    """Addresses that another one with an id in it would fit too, as `/voices/add` fits `/voices/{voice_id}`."""
    patterns = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in paths}
    return [one for one in paths if any(other != one and patterns[other].fullmatch(one) for other in paths)]


def test_no_operation_fails_or_answers_what_it_did_not_announce(service: Service) -> None:
    examine(
        service,
        *("--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing"),
        *("--exclude-checks", f"{BEYOND_SCHEMAS},{METHODS}", "--exclude-path", STREAMS),
    )
    with service.client() as client:
        assert client.get("/account").status_code == 200
    assert httpx.get(f"{service.url}/readyz").status_code == 200


def test_no_operation_takes_a_method_that_it_did_not_announce(service: Service) -> None:
    paths = list(httpx.get(f"{service.url}/openapi.json").json()["paths"])
    left_out = [option for path in [STREAMS, *overlapping(paths)] for option in ("--exclude-path", path)]
    examine(service, "--phases", "coverage", "--checks", METHODS, *left_out)
