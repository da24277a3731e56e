"""Every command of the README works, and every setting is listed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bernie import settings
from tests.service import environment, running_service

ROOT = Path(__file__).parents[1]
BY_CI = {"make run", "make test", "make lint"}
"""Run by .ci/run, or by the test that starts the service."""


def commands(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_command_of_the_readme_works(tmp_path: Path) -> None:
    with running_service(tmp_path / "data") as service:
        assert service.api_key is not None
        paths = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        shell = environment(tmp_path / "data") | {"PATH": paths, "KEY": service.api_key, "URL": service.url}
        for command in commands("README.md"):
            if command in BY_CI:
                continue
            strict = command.replace("curl -s ", "curl -sf ")
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", strict], cwd=tmp_path, env=shell, capture_output=True, check=False
            )
            assert done.returncode == 0, f"{command}: {done.stderr.decode()[-2000:]}"
            assert done.stdout, command
    assert (tmp_path / "hello.mp3").stat().st_size > 5000
    assert (tmp_path / "longer.ogg").read_bytes()[:4] == b"OggS"


@pytest.mark.slow
def test_every_example_in_python_works(tmp_path: Path) -> None:
    for package in ("elevenlabs", "openai"):
        pytest.importorskip(package, reason="needs the extra 'test'")
    examples = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert examples
    with running_service(tmp_path / "data") as service:
        assert service.api_key is not None
        shell = environment(tmp_path / "data") | {"KEY": service.api_key, "URL": service.url}
        for example in examples:
            done = subprocess.run(
                [sys.executable, "-c", example], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[-2000:]


def test_the_page_of_settings_lists_exactly_what_there_is() -> None:
    listed = re.findall(r"^\| `(BERNIE_\w+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(settings._names(settings.Settings))


def test_every_setting_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"BERNIE_\w+", (ROOT / "README.md").read_text() + (ROOT / "docs/operating.md").read_text()))
    assert named - {"BERNIE_"} <= set(settings._names(settings.Settings))


def test_make_has_the_targets_that_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for command in BY_CI:
        assert re.search(rf"^{command.removeprefix('make ')}:", makefile, re.MULTILINE)
