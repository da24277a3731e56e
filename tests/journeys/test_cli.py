"""The `bernie` command: a sentence to a file, with and without a service, and what an operator does beside it.

What starts, stops and refuses runs as a process of its own; the many small commands run in this one, because each
process would cost two seconds of importing.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bernie.cli import app
from engine import assemble
from engine.clock import now
from engine.codecs import FORMATS, decode
from engine.selection import offers
from engine.signals import Signals
from store import Database, begin, connect, jobs, ledger, schema
from store.columns import new_id
from store.folder import Folder
from store.records import Job
from tests.service import Service, environment, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that no service works on."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command sets up the logging of its process, which here is that of the tests."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


def call(data: Path, *arguments: str, **variables: str) -> Result:
    """The command in this process. Only an exit status may come out of it, no exception."""
    names = [name for name in os.environ if name.startswith("BERNIE_")]
    env = dict.fromkeys(names) | {"BERNIE_DATA": str(data)} | variables
    result = CliRunner().invoke(app, arguments, env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer_of(data: Path, *arguments: str) -> object:
    """What the command prints as JSON, and nothing else."""
    result = call(data, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def process(data: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bernie", *arguments],
        check=False,
        env=environment(data),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )


def assert_refused(found: Result | subprocess.CompletedProcess[str], status: int, sentence: str) -> None:
    code = found.returncode if isinstance(found, subprocess.CompletedProcess) else found.exit_code
    said = " ".join(found.stderr.split())
    assert (code, found.stdout) == (status, ""), said
    assert sentence in said
    assert said.endswith(".")
    assert "Traceback" not in said


@pytest.mark.parametrize("name", FORMATS)
def test_a_sentence_is_spoken_into_a_file_of_the_format_that_its_ending_names(
    home: Path, tmp_path: Path, name: str
) -> None:
    output = tmp_path / f"hello.{name}"
    done = call(home, "say", "Hello, this is Bernie.", "-o", str(output))
    assert done.exit_code == 0, done.stderr
    assert "22 credits, hibari" in done.stdout
    data = output.read_bytes()
    seconds = len(data) / 2 / 24_000 if name == "pcm" else decode(data, max_seconds=60).seconds
    assert 0.8 < seconds < 4


def test_standard_input_is_read_and_two_commands_at_once_share_the_folder(home: Path, tmp_path: Path) -> None:
    """Whoever comes second waits for the folder, and works on what the first has left."""
    found: dict[str, subprocess.CompletedProcess[str]] = {}

    def say(name: str) -> None:
        path = str(tmp_path / name)
        found[name] = process(home, "say", "-", "-o", path, "--json", typed=f"This came through a pipe: {name}.\n")

    threads = [threading.Thread(target=say, args=(name,)) for name in ("one.wav", "two.ogg")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, done in found.items():
        assert done.returncode == 0, done.stderr
        status = json.loads(done.stdout)
        assert status["job"]["params"]["text"] == f"This came through a pipe: {name}."
        assert status["job"]["attempt"] == 1
        assert (tmp_path / name).stat().st_size == status["clip"]["bytes"]


def test_beside_a_running_service_the_service_does_the_work(service: Service, tmp_path: Path) -> None:
    output = tmp_path / "hello.mp3"
    done = call(service.data, "say", "Hello from the side.", "-o", str(output), "--seed", "7", "--speed", "1.2")
    assert done.exit_code == 0, done.stderr
    assert decode(output.read_bytes(), max_seconds=60).seconds > 0.5
    with service.client() as http:
        [job] = http.get("/jobs").json()["jobs"]
    assert (job["state"], job["attempt"], job["params"]["seed"]) == ("succeeded", 1, 7)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("Hello", "-o", "hello.aiff"), "hello.aiff must end in one of: .ogg, .mp3, .wav, .flac, .m4a, .pcm."),
        (("Hello", "-o", "hello"), "must end in one of"),
        (("Hello", "-o", "no/such/hello.ogg"), "There is no folder no/such."),
        (("Hello", "-o", "folder.ogg"), "cannot be written: Is a directory."),
        (("Hello", "-o", "hello.ogg", "--voice", "nobody"), "There is no voice called 'nobody' for this."),
        (("Hello", "-o", "hello.ogg", "--speed", "9"), "`speed` must be at most 2."),
        (("", "-o", "hello.ogg"), "`text` is empty."),
        (("日本語", "-o", "hello.ogg"), "an English voice can say. Write English words."),
        (("Hello", "-o", "hello.ogg", "--user", "x@example.org"), "Nobody here has the email x@example.org."),
    ],
)
def test_what_cannot_be_spoken_is_refused_in_a_sentence_and_writes_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.ogg").mkdir()
    assert_refused(call(home, "say", *arguments), 1, sentence)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.ogg"]


def test_a_user_is_made_with_exactly_an_id_and_a_key_that_works(service: Service) -> None:
    made = answer_of(service.data, "users", "create", "--email", " New@Example.org ", "--credits", "50")
    assert isinstance(made, dict)
    assert made.keys() == {"user_id", "api_key"}
    with service.client(made["api_key"]) as http:
        account = http.get("/account").json()
    assert (account["id"], account["name"], account["credits"]) == (made["user_id"], "new@example.org", 50)

    taken = call(service.data, "users", "create", "--email", "new@example.org", "--json")
    assert_refused(taken, 1, "new@example.org is known already on password.")
    assert_refused(call(service.data, "users", "create", "--email", "nobody"), 1, "must have an @-sign.")
    listed = answer_of(service.data, "users", "list")
    assert isinstance(listed, list)
    assert [user["credits"] for user in listed if user["user_id"] == made["user_id"]] == [50]
    # Standard error is a usage message, by Typer: the exit status is what a script sees.
    assert call(service.data, "users", "create", "--email", "a@b.c", "--credits", "9" * 30).exit_code == 2


def test_a_link_of_the_command_signs_a_browser_in(service: Service) -> None:
    printed = call(service.data, "users", "link").stdout.strip()
    token = printed.partition("/enter?token=")[2]
    with service.client() as http:
        entered = http.get(f"{service.url}/enter", params={"token": token})
        assert entered.headers["location"] == "/"
        assert "bernie_session" in entered.headers["set-cookie"]


def test_credits_are_granted_once_per_key_and_shown(home: Path) -> None:
    call(home, "users", "create", "--email", "rich@example.org", "--credits", "0")
    mine = ("--user", "rich@example.org")
    grant = ("credits", "grant", "500", *mine, "--key", "invoice 1", "--note", "paid")
    assert answer_of(home, *grant) == {"granted": True, "balance": 500}
    assert answer_of(home, *grant) == {"granted": False, "balance": 500}
    assert "Granted before" in call(home, *grant).stdout
    assert answer_of(home, "credits", "grant", "1", *mine) == {"granted": True, "balance": 501}
    shown = answer_of(home, "credits", "show", *mine)
    assert isinstance(shown, dict)
    assert shown["balance"] == 501
    assert [(entry["credits"], entry["note"]) for entry in shown["entries"]] == [(1, ""), (500, "paid")]
    assert "501 credits" in call(home, "credits", "show", *mine).stdout
    assert call(home, "credits", "grant", "0", *mine).exit_code == 2


def test_jobs_are_listed_and_shown_with_their_clips(service: Service, tmp_path: Path) -> None:
    call(service.data, "say", "For the list.", "-o", str(tmp_path / "x.ogg"))
    listed = answer_of(service.data, "jobs", "list")
    assert isinstance(listed, list)
    job = listed[0]["job"]
    assert (job["state"], job["params"]["text"]) == ("succeeded", "For the list.")
    assert answer_of(service.data, "jobs", "show", job["id"]) == listed[0]
    assert job["id"] in call(service.data, "jobs", "list").stdout
    assert "For the list." in call(service.data, "jobs", "show", job["id"]).stdout
    assert_refused(call(service.data, "jobs", "show", "job_unknown"), 1, "You have no such job.")
    assert_refused(call(service.data, "jobs", "cancel", job["id"]), 1, "This job has succeeded already.")


def test_a_key_is_made_for_less_than_its_user_may_and_rotated(service: Service) -> None:
    limits = ("--scope", "clips:read", "--scope", "account", "--monthly-credits", "50", "--expires", "90d")
    made = answer_of(service.data, "keys", "create", "shop", *limits)
    assert isinstance(made, dict)
    listed = answer_of(service.data, "keys", "list")
    assert isinstance(listed, list)
    assert (listed[0]["scopes"], listed[0]["monthly_credits"]) == (["account", "clips:read"], 50)
    assert 89 < (datetime.fromisoformat(listed[0]["expires_at"]) - datetime.now(UTC)).days + 1 <= 90
    assert "account clips:read" in call(service.data, "keys", "list").stdout
    with service.client(made["api_key"]) as http:
        assert [http.get(path).status_code for path in ("/credits", "/voices")] == [200, 403]
        rotated = answer_of(service.data, "keys", "rotate", made["id"], "--overlap-hours", "0")
        assert isinstance(rotated, dict)
        assert http.get("/credits").status_code == 401
    with service.client(rotated["api_key"]) as http:
        assert http.get("/credits").status_code == 200
    assert_refused(call(service.data, "keys", "create", "--scope", "all"), 1, "There is no scope `all`.")
    assert_refused(call(service.data, "keys", "create", "--expires", "soon"), 1, "soon is no time")
    assert_refused(call(service.data, "keys", "create", "--expires", "2020-01-31"), 1, "revoke it")


def test_hooks_are_made_tried_listed_and_deleted(service: Service, tmp_path: Path) -> None:
    made = answer_of(
        service.data, "hooks", "create", "text=New sale: {/name}", "--option", "speed=1.2", "--sign", "sha256"
    )
    assert "/hooks/hook_" in made["url"]
    assert made["secret"].startswith("whsec_")
    sale = tmp_path / "sale.json"
    sale.write_text('{"name": "Ann"}')
    tried = json.loads(call(service.data, "hooks", "test", made["id"], str(sale)).stdout)
    assert tried == {"params": {"speed": "1.2", "text": "New sale: Ann"}, "price": 13}
    [listed] = answer_of(service.data, "hooks", "list")
    assert (listed["id"], listed["accepted"]) == (made["id"], 0)
    assert call(service.data, "hooks", "delete", made["id"]).exit_code == 0
    assert answer_of(service.data, "hooks", "list") == []
    assert_refused(call(service.data, "hooks", "create", "no template"), 1, "NAME=VALUE")


def test_keys_are_made_listed_and_revoked(service: Service) -> None:
    made = answer_of(service.data, "keys", "create", "laptop")
    assert isinstance(made, dict)
    with service.client(made["api_key"]) as http:
        assert http.get("/account").status_code == 200
        listed = call(service.data, "keys", "list").stdout
        assert "laptop" in listed
        assert made["api_key"] not in listed
        assert call(service.data, "keys", "revoke", made["id"]).exit_code == 0
        assert http.get("/account").status_code == 401
    assert_refused(call(service.data, "keys", "revoke", made["id"]), 1, "You have no such key.")


def test_the_models_that_answer_and_those_that_could_are_listed(home: Path) -> None:
    listed = answer_of(home, "models", "list")
    assert isinstance(listed, list)
    answering = {row["model"]: row["licence"] for row in listed if row["answers"]}
    assert answering == {"hibari": "Apache-2.0", "world": "MIT", "foley": "MIT"}
    assert {"kokoro", "seed-vc", "make-an-audio"} <= {row["model"] for row in listed if not row["here"]}


def test_names_from_outside_cannot_break_a_table(home: Path) -> None:
    async def make(db: Database) -> None:
        engine = assemble(db, Folder(home / "objects", "http://x", b"x" * 32), offers(), Signals())
        await engine.users.create("telegram", "1", name="[/red] [bold]Ann")

    on_the_database(home, make)
    assert "[/red] [bold]Ann" in call(home, "users", "list").stdout


def on_the_database(data: Path, work: object) -> None:
    async def main() -> None:
        db = connect(f"sqlite:///{data / 'bernie.db'}")
        try:
            await schema.upgrade(db)  # this test may be the first on its folder
            await work(db)  # type: ignore[operator]
        finally:
            await db.close()

    asyncio.run(main())


def test_the_doctor_is_content_and_says_what_is_wrong_and_mends_it(home: Path) -> None:
    assert answer_of(home, "doctor") == []
    assert call(home, "doctor").stdout.startswith("All is well")
    orphan = home / "objects" / "clips" / "job_[gone]" / "1.ogg"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"sound")
    os.utime(orphan, (0, 0))
    sick = call(home, "doctor")
    assert sick.exit_code == 1
    assert "clips/job_[gone]/1.ogg belongs to no clip" in " ".join(sick.stdout.split())
    assert call(home, "doctor", "--fix").exit_code == 0
    assert not orphan.exists()


def test_a_second_service_on_the_same_folder_is_refused(service: Service) -> None:
    second = process(service.data, "serve", "--json")
    assert_refused(second, 1, f"Another Bernie runs on {service.data}.")
    with service.client() as http:
        assert http.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("variables", "status", "sentence"),
    [
        ({"BERNIE_HTTP_PORT": "80"}, 2, "BERNIE_HTTP_PORT is not a setting of Bernie"),
        ({"BERNIE_HTTP__PORT": "many"}, 2, "BERNIE_HTTP__PORT: "),
        ({"BERNIE_DISCORD__TOKEN": "t0ken", "BERNIE_DISCORD__PUBLIC_KEY": "k"}, 2, "BERNIE_DISCORD__PUBLIC_KEY: "),
    ],
)
def test_settings_that_cannot_be_are_refused_by_their_name(
    home: Path, variables: dict[str, str], status: int, sentence: str
) -> None:
    refused = call(home, "serve", "--json", **variables)
    assert_refused(refused, status, sentence)
    assert "t0ken" not in refused.stderr


@pytest.mark.parametrize("name", ["discord", "telegram"])
def test_a_bot_without_a_token_is_refused_with_what_to_set(home: Path, name: str) -> None:
    assert_refused(call(home, name, "--json"), 1, f"There is no bot to run. Set BERNIE_{name.upper()}__TOKEN")


def test_a_port_in_use_is_refused_with_what_to_set(service: Service, home: Path) -> None:
    port = service.url.rpartition(":")[2]
    refused = call(home, "serve", "--json", BERNIE_HTTP__PORT=port)
    assert_refused(refused, 1, f"Cannot listen on 127.0.0.1:{port}: Address already in use.")
    assert "BERNIE_HTTP__PORT" in refused.stderr


async def hold_a_job_that_never_starts(db: Database, user_id: str) -> str:
    """In a line without a slot: no worker takes it."""
    job = Job(
        id=new_id("job"),
        user_id=user_id,
        capability="tts",
        params={"text": "Never.", "format": "ogg", "voice": "heart", "speed": 1.0, "seed": None},
        batch_key="tts:",
        price=6,
        state="queued",
        turn=0,
        slot=None,
        attempt=0,
        cancel_requested=False,
        progress=0.0,
        idempotency_key=None,
        reply_to=None,
        error_code=None,
        error_message=None,
        created_at=now(),
        started_at=None,
        finished_at=None,
    )
    async with begin(db) as tx:
        assert await ledger.hold(tx, user_id=user_id, job_id=job.id, credits=job.price, now=now())
        await jobs.insert_job(tx, job)
    return job.id


def test_the_stop_signal_ends_the_service_within_five_seconds_though_somebody_still_listens(service: Service) -> None:
    """Last: it ends the service of this file."""
    made = answer_of(service.data, "users", "create", "--email", "listener@example.org")
    assert isinstance(made, dict)
    waiting: list[str] = []

    async def hold(db: Database) -> None:
        waiting.append(await hold_a_job_that_never_starts(db, made["user_id"]))

    on_the_database(service.data, hold)
    with service.client(made["api_key"]) as http, http.stream("GET", f"/jobs/{waiting[0]}/events") as events:
        assert next(events.iter_lines()) == "event: job"
        before = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(10) == 0
        assert time.monotonic() - before < 5
    log = service.data.with_suffix(".log").read_text()
    assert "Traceback" not in log
