"""Checkpoints come by the real huggingface_hub client from a hub on loopback that does what real ones do at times."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from huggingface_hub import constants

from engine.errors import ModelUnavailable, ServiceError
from engine.nn import hub, transfer
from engine.nn.catalogue import CATALOGUE, MODELS
from engine.nn.published import MARKER
from tests.hub import COMMIT, TOKEN, Fault, LocalHub, running_hub

REPO = "someone/voice"
WEIGHTS = random.Random(1).randbytes(400_000)  # large: redirected, tagged with its sha256
CONFIG = b'{"hop": 300}\n'  # small: tagged with its git id
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
MODEL = hub.Published(
    name="voice",
    repo=REPO,
    revision="main",
    files=(hub.PublishedFile("config.json"), hub.PublishedFile("parts/weights.pth")),
    licence="MIT",
    terms="Say that it is a machine.",
    homepage="https://hub.test/someone/voice",
)
PINNED = replace(
    MODEL,
    revision=COMMIT,
    files=(hub.PublishedFile("config.json"), hub.PublishedFile("parts/weights.pth", len(WEIGHTS), SHA256)),
)
PATH = "parts/weights.pth"


class Moment(NamedTuple):
    have: int
    total: int


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    monkeypatch.setattr(transfer, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.5)
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.5)
    with running_hub() as local:
        local.publish(REPO, {"config.json": CONFIG, PATH: WEIGHTS})
        yield local


def fetch(remote: LocalHub, folder: Path, model: hub.Published = MODEL, source: str | None = None) -> Path:
    return hub.fetch(model, folder, source=source, endpoint=remote.url)


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".parts/*") if path.is_file()]


def in_a_process(remote: LocalHub, folder: Path, largest_file: int | None = None) -> subprocess.Popen[str]:
    """Says where the model is, or which error it met."""
    program = (
        "import sys, resource\n"
        "from pathlib import Path\n"
        "from engine.errors import ServiceError\n"
        "from engine.nn import hub, transfer\n"
        "from engine.nn.published import Published, PublishedFile\n"
        "transfer.PAUSES = (0.01,)\n"
        f"limit = {largest_file}\n"
        "limit and resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "try:\n"
        f"    print(hub.fetch({MODEL!r}, Path({str(folder)!r})))\n"
        "except ServiceError as error:\n"
        "    print(error)\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    command = [sys.executable, "-c", program]
    variables = clean | remote.environment(folder)
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def answer(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=30)[0].strip()


def test_a_fetched_model_is_whole_and_is_not_fetched_again(remote: LocalHub, tmp_path: Path) -> None:
    assert hub.present(MODEL, tmp_path) is None
    moments: list[Moment] = []
    home = hub.fetch(MODEL, tmp_path, lambda *now: moments.append(Moment(*now)), endpoint=remote.url)
    assert home == tmp_path / "voice" == hub.present(MODEL, tmp_path)
    assert ((home / "config.json").read_bytes(), (home / PATH).read_bytes()) == (CONFIG, WEIGHTS)
    assert moments[-1] == (len(CONFIG) + len(WEIGHTS),) * 2
    assert not (home / ".parts").exists()
    asked = len(remote.seen)
    assert fetch(remote, tmp_path) == home
    assert len(remote.seen) == asked


def test_all_files_come_from_the_commit_that_the_branch_had_at_first(remote: LocalHub, tmp_path: Path) -> None:
    fetch(remote, tmp_path)
    revisions = [seen.path.split("/")[4] for seen in remote.seen if "/resolve/" in seen.path]
    assert revisions == ["main", COMMIT, COMMIT, COMMIT]


@pytest.mark.parametrize("model", [MODEL, PINNED])
def test_a_cut_download_goes_on_where_it_was(remote: LocalHub, tmp_path: Path, model: hub.Published) -> None:
    remote.fail(PATH, Fault(cut_after=150_000))
    fetch(remote, tmp_path, model)
    assert [seen.range for seen in remote.gets(PATH)] == [None, "bytes=150000-"]
    assert remote.sent[PATH] == len(WEIGHTS)
    assert (tmp_path / "voice" / PATH).read_bytes() == WEIGHTS


def test_a_line_that_is_cut_again_and_again_gets_there_as_long_as_bytes_come(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(cut_after=50_000, times=7))
    fetch(remote, tmp_path)
    assert (len(remote.gets(PATH)), remote.sent[PATH]) == (8, len(WEIGHTS))


def test_what_a_failed_fetch_has_got_is_kept_for_the_next(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(cut_after=100_000))
    remote.fail(PATH, Fault(status=503, times=3))
    with pytest.raises(ServiceError, match=r"busy \(status 503\).*bernie models pull voice") as caught:
        fetch(remote, tmp_path)
    assert caught.value.retryable
    assert hub.present(MODEL, tmp_path) is None
    fetch(remote, tmp_path)
    assert (remote.gets(PATH)[-1].range, remote.sent[PATH]) == ("bytes=100000-", len(WEIGHTS))


def test_a_server_without_ranges_sends_it_from_the_start(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(cut_after=100_000))
    remote.fail(PATH, Fault(ranges=False))
    fetch(remote, tmp_path)
    assert (tmp_path / "voice" / PATH).read_bytes() == WEIGHTS


def test_what_a_changed_file_has_left_is_not_gone_on_with(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(cut_after=100_000))
    remote.fail(PATH, Fault(status=503, times=3))
    with pytest.raises(ServiceError):
        fetch(remote, tmp_path)
    newer = WEIGHTS[::-1]
    remote.publish(REPO, {"config.json": CONFIG, PATH: newer})
    fetch(remote, tmp_path)
    assert remote.gets(PATH)[-1].range is None
    assert (tmp_path / "voice" / PATH).read_bytes() == newer


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_busy_hub_is_asked_again(remote: LocalHub, tmp_path: Path, status: int, method: str) -> None:
    remote.fail("config.json", Fault(method=method, status=status, times=2))
    fetch(remote, tmp_path)
    assert hub.present(MODEL, tmp_path)


@pytest.mark.parametrize("fault", [Fault(method="HEAD", stall_after=0, times=3), Fault(stall_after=0, times=3)])
def test_a_hub_that_falls_silent_is_left_in_time(remote: LocalHub, tmp_path: Path, fault: Fault) -> None:
    remote.fail(PATH, fault)
    began = time.monotonic()
    with pytest.raises(ServiceError, match="did not answer in time") as caught:
        fetch(remote, tmp_path)
    assert caught.value.retryable
    assert time.monotonic() - began < 4


def test_a_machine_without_a_network_is_told_what_to_do(remote: LocalHub, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"cannot be reached.*again later.*copy the files.*/voice by hand") as caught:
        hub.fetch(MODEL, tmp_path, endpoint="http://127.0.0.1:1")
    assert caught.value.retryable


@pytest.mark.parametrize("sent", [WEIGHTS[:-1], WEIGHTS + b"!", b""])
def test_a_file_of_the_wrong_size_is_refused_and_deleted(remote: LocalHub, tmp_path: Path, sent: bytes) -> None:
    remote.fail(PATH, Fault(content=sent))
    with pytest.raises(ServiceError, match=r"parts/weights.pth is not the file.*bytes instead of 400,000") as caught:
        fetch(remote, tmp_path)
    assert not caught.value.retryable
    assert not parts(tmp_path)
    assert hub.present(MODEL, tmp_path) is None


def test_a_large_file_shorter_than_announced_is_refused_when_gone_on_with(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(method="HEAD", announce=len(WEIGHTS) + 5))
    remote.fail(PATH, Fault(cut_after=100_000))
    with pytest.raises(ServiceError, match="bytes instead of 400,005"):
        fetch(remote, tmp_path)
    assert not parts(tmp_path)


@pytest.mark.parametrize("path", [PATH, "config.json"])
def test_a_file_of_the_wrong_content_is_refused_and_deleted(remote: LocalHub, tmp_path: Path, path: str) -> None:
    right = WEIGHTS if path == PATH else CONFIG
    remote.fail(path, Fault(content=right[:-1] + b"?"))
    with pytest.raises(ServiceError, match=f"{path} is not the file that it should be: its content"):
        fetch(remote, tmp_path)
    assert not parts(tmp_path)
    assert not (tmp_path / "voice" / path).exists()
    fetch(remote, tmp_path)
    assert (tmp_path / "voice" / path).read_bytes() == right


def test_another_file_than_the_pinned_one_is_refused_before_it_is_fetched(remote: LocalHub, tmp_path: Path) -> None:
    remote.publish(REPO, {"config.json": CONFIG, PATH: WEIGHTS[::-1]})
    with pytest.raises(ServiceError, match="the hub announces the sha256"):
        fetch(remote, tmp_path, PINNED)
    remote.publish(REPO, {"config.json": CONFIG, PATH: WEIGHTS[1:]})
    with pytest.raises(ServiceError, match="the hub announces 399,999 bytes instead of 400,000"):
        fetch(remote, tmp_path, PINNED)
    assert not remote.sent.get(PATH)


def test_what_is_not_there_is_named(remote: LocalHub, tmp_path: Path) -> None:
    elsewhere = replace(MODEL, repo="someone/else")
    with pytest.raises(ModelUnavailable, match="no repository someone/else, or it is private"):
        fetch(remote, tmp_path, elsewhere)
    with pytest.raises(ModelUnavailable, match="someone/voice has no revision v9"):
        fetch(remote, tmp_path, replace(MODEL, revision="v9"))
    more = replace(MODEL, files=(*MODEL.files, hub.PublishedFile("more.pt")))
    with pytest.raises(ModelUnavailable, match=r"not all files of voice.*more\.pt is not there"):
        fetch(remote, tmp_path, more)


@pytest.mark.parametrize("token", ["", "hf_not_accepted"])
def test_a_gated_model_wants_its_terms_accepted_and_a_token(
    remote: LocalHub, tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.publish(REPO, remote.files[REPO], gated=True)
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(ModelUnavailable, match=r"Accept them at https://hub\.test/someone/voice.*set HF_TOKEN and run"):
        fetch(remote, tmp_path)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert fetch(remote, tmp_path) == tmp_path / "voice"


def test_the_token_goes_to_the_hub_only_and_nothing_is_told_about_this_machine(
    remote: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(remote, tmp_path)
    assert {seen.token for seen in remote.seen if seen.host in remote.url} == {TOKEN}
    assert {seen.token for seen in remote.seen if seen.host in remote.other_host} == {None}
    assert not [seen for seen in remote.seen if seen.path.startswith("/api/") or "torch" in seen.agent]


def test_offline_what_is_here_is_used_and_what_is_not_is_said(
    remote: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as offline:
        offline.setattr(constants, "HF_HUB_OFFLINE", True)
        with pytest.raises(ModelUnavailable, match=r"voice is not on this machine, and HF_HUB_OFFLINE is set\. Unset"):
            fetch(remote, tmp_path)
        assert not remote.seen
    fetch(remote, tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetch(remote, tmp_path) == tmp_path / "voice"


def test_a_full_disk_is_said_and_gets_its_room_back(remote: LocalHub, tmp_path: Path) -> None:
    said = answer(in_a_process(remote, tmp_path, largest_file=100_000))
    assert said.startswith("There is no room for voice: more must fit on the disk of ")
    assert not parts(tmp_path)


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(
    remote: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=hub.SPARE_BYTES + 399_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ServiceError, match="no room for voice: 200 MB more must fit"):
        fetch(remote, tmp_path)
    assert not remote.sent


def test_a_folder_that_cannot_be_written_is_said(remote: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "voice").write_text("a file where the folder should be")
    with pytest.raises(ServiceError, match=r"voice cannot be stored in .*Check the folder"):
        fetch(remote, tmp_path)


def test_two_processes_at_once_end_with_one_copy_that_came_once(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(cut_after=200_000))
    both = [in_a_process(remote, tmp_path) for _ in range(2)]
    assert [answer(process) for process in both] == [str(tmp_path / "voice")] * 2
    assert (tmp_path / "voice" / PATH).read_bytes() == WEIGHTS
    assert remote.sent == {"config.json": len(CONFIG), PATH: len(WEIGHTS)}


def test_a_killed_fetch_is_gone_on_with(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(PATH, Fault(stall_after=180_000))
    process = in_a_process(remote, tmp_path)
    until = time.monotonic() + 20
    while time.monotonic() < until and sum(path.stat().st_size for path in parts(tmp_path)) < 180_000:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert hub.present(MODEL, tmp_path) is None
    fetch(remote, tmp_path)
    assert remote.gets(PATH)[-1].range == "bytes=180000-"
    assert remote.sent[PATH] == len(WEIGHTS)
    assert (tmp_path / "voice" / PATH).read_bytes() == WEIGHTS


def test_whoever_watches_may_end_a_fetch(remote: LocalHub, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def watch(have: int, total: int) -> None:
        if have > 100_000:
            raise Enough

    with pytest.raises(Enough):
        hub.fetch(MODEL, tmp_path, watch, endpoint=remote.url)
    fetch(remote, tmp_path)
    assert remote.gets(PATH)[-1].range is not None


def test_files_that_were_copied_by_hand_are_as_good_as_fetched_ones(tmp_path: Path) -> None:
    home = tmp_path / "voice"
    (home / "parts").mkdir(parents=True)
    (home / "config.json").write_bytes(CONFIG)
    (home / PATH).write_bytes(WEIGHTS)
    assert hub.present(PINNED, tmp_path) == home
    (home / PATH).write_bytes(WEIGHTS[:-1] + b"?")
    assert hub.present(PINNED, tmp_path) is None
    (home / PATH).write_bytes(WEIGHTS[:-1])
    assert hub.present(PINNED, tmp_path) is None


def test_a_digest_is_taken_once_and_again_when_the_file_or_the_marker_changes(
    remote: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fetch(remote, tmp_path, PINNED)
    taken: list[str] = []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, kind: taken.append(file.name) or real(file, kind))
    assert hub.present(PINNED, tmp_path)
    assert not taken
    (home / PATH).touch()
    assert hub.present(PINNED, tmp_path)
    assert len(taken) == 1
    (home / MARKER).write_text('{"parts/weights.pth": 1}')
    assert hub.present(PINNED, tmp_path)
    assert len(taken) == 2
    assert json.loads((home / MARKER).read_text())[PATH]["sha256"] == SHA256


def test_a_folder_or_a_file_of_ones_own_takes_the_place_of_the_published_one(remote: LocalHub, tmp_path: Path) -> None:
    own = tmp_path / "my own"
    (own / "parts").mkdir(parents=True)
    (own / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"my own is not a whole voice: it has no parts/weights\.pth"):
        fetch(remote, tmp_path, PINNED, source=str(own))
    (own / PATH).write_text("tuned")
    assert fetch(remote, tmp_path, PINNED, source=str(own)) == own
    assert hub.present(PINNED, tmp_path, source=str(own / PATH)) == own
    with pytest.raises(ModelUnavailable, match="is no file of voice"):
        hub.present(PINNED, tmp_path, source=__file__)
    assert not remote.seen


def test_another_repository_takes_its_place_in_a_folder_of_its_own(remote: LocalHub, tmp_path: Path) -> None:
    remote.publish("me/tuned", {"config.json": CONFIG, PATH: WEIGHTS[::-1]})
    home = fetch(remote, tmp_path, PINNED, source=f"me/tuned@{COMMIT}")
    assert (home / PATH).read_bytes() == WEIGHTS[::-1]
    assert home == tmp_path / f"voice-from-me--tuned-{COMMIT}" == hub.present(PINNED, tmp_path, f"me/tuned@{COMMIT}")
    assert hub.present(PINNED, tmp_path) is None


@pytest.mark.parametrize("source", ["nothing", "/no/such/folder", "./here", "a/b/c", "a/b@", "../b"])
def test_a_source_that_is_none_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be taken from"):
        hub.present(MODEL, tmp_path, source)


def test_the_catalogue_is_well_formed() -> None:
    assert list(CATALOGUE) == ["tts", "vc", "sfx"]
    assert len(MODELS) == sum(len(models) for models in CATALOGUE.values())
    for model in MODELS.values():
        assert model.licence
        assert model.terms.endswith(".")
        assert model.homepage.endswith(model.repo)
        assert len({file.path for file in model.files}) == len(model.files)
        assert all(file.sha256 is None or transfer.SHA256.fullmatch(file.sha256) for file in model.files)
        assert not any(file.path.startswith(("/", ".")) for file in model.files)


def test_nothing_of_the_hub_is_imported_before_something_is_fetched() -> None:
    program = "import sys; from engine import background_fetch; from engine.nn import hub; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert not {"torch", "huggingface_hub", "httpx2"} & set(loaded)
