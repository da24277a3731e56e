"""Signing up, in and out over HTTP, and the commands around it, with one real `bernie serve`."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from bernie.cli import app
from tests.service import Service, running_service

PASSWORD = "four boats and a kettle"
OTHER = "another kettle of boats"
BY_INVITATION = {"BERNIE_ACCOUNTS__SIGN_UP": "invitation"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("accounts") / "data", extra_env=BY_INVITATION) as running:
        yield running


@pytest.fixture
def owner(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


def browser(service: Service) -> httpx.Client:
    """As a page of ours sends."""
    headers = {"origin": service.url, "user-agent": "Firefox"}
    return httpx.Client(base_url=service.url + "/api/v1", headers=headers, timeout=30)


def command(service: Service, *arguments: str) -> Result:
    """`bernie users`, in this process: one of its own would cost two seconds of importing."""
    return run(BY_INVITATION | {"BERNIE_DATA": str(service.data), "BERNIE_HTTP__URL": service.url}, *arguments)


def run(variables: dict[str, str], *arguments: str) -> Result:
    ours = dict.fromkeys(name for name in os.environ if name.startswith("BERNIE_"))
    return CliRunner().invoke(app, ["users", *arguments], env=ours | variables)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command sets up the logging of its process, which here is that of the tests."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


def invitation(owner: httpx.Client, **options: Any) -> str:
    made = owner.post("/invitations", json=options)
    assert made.status_code == 201, made.text
    assert made.json()["path"] == f"/join?invitation={made.json()['token']}"
    return str(made.json()["token"])


def join(http: httpx.Client, email: str, token: str | None, password: str = PASSWORD) -> httpx.Response:
    return http.post("/accounts", json={"email": email, "password": password, "invitation": token})


def said(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"]["message"])


def test_who_is_invited_signs_up_out_and_in_again_and_changes_the_password(
    service: Service, owner: httpx.Client
) -> None:
    token = invitation(owner, credits=700)
    with browser(service) as here, browser(service) as there:
        assert here.get("/accounts").json() == {"sign_up": "invitation"}
        joined = join(here, "Ann@example.org", token)
        assert joined.status_code == 201
        account = joined.json()
        assert (account["credits"], account["is_owner"], account["has_password"]) == (700, False, True)
        assert account["identities"] == [{"surface": "password", "subject": "ann@example.org"}]
        assert here.get("/account").json() == account
        stolen = here.cookies["bernie_session"]
        assert here.delete("/session").status_code == 204
        here.cookies.set("bernie_session", stolen)
        assert here.get("/account").status_code == 401

        for http in (here, there):
            http.cookies.clear()
            signed_in = http.post("/session", json={"email": " ANN@example.org", "password": PASSWORD})
            assert signed_in.json()["id"] == account["id"]
        changed = here.put("/account/password", json={"password": OTHER, "current": PASSWORD})
        assert changed.json() == {"ended": 1}
        assert "signed out" in said(there.get("/account"), 401)
        assert "do not go together" in said(
            there.post("/session", json={"email": "ann@example.org", "password": PASSWORD}), 401
        )
        assert here.get("/account").status_code == 200


def test_sessions_are_listed_with_the_one_that_asks_and_ended(service: Service, owner: httpx.Client) -> None:
    token = invitation(owner)
    with browser(service) as here, browser(service) as there:
        join(here, "carl@example.org", token)
        there.post("/session", json={"email": "carl@example.org", "password": PASSWORD})
        listed = here.get("/sessions").json()["sessions"]
        assert [(one["kind"], one["opened_by"], one["browser"], one["current"]) for one in listed] == [
            ("browser", "password", "Firefox", False),
            ("browser", "password", "Firefox", True),
        ]
        assert here.cookies["bernie_session"] not in json.dumps(listed)
        assert here.delete(f"/sessions/{listed[0]['id']}").status_code == 204
        assert there.get("/account").status_code == 401
        assert here.delete("/sessions").json() == {"ended": 0}
        assert here.get("/account").status_code == 200


def test_an_invitation_is_for_as_many_as_it_says_however_many_come_at_once(
    service: Service, owner: httpx.Client
) -> None:
    command_line = command(service, "invite", "--credits", "5", "--uses", "2", "--json")
    made = json.loads(command_line.stdout)
    assert made["url"].startswith(f"{service.url}/join?")
    token = parse_qs(urlsplit(made["url"]).query)["invitation"][0]

    def come(number: int) -> int:
        with browser(service) as http:
            return join(http, f"guest{number}@example.org", token).status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(come, range(5))) == [201, 201, 403, 403, 403]
    [listed] = [one for one in owner.get("/invitations").json()["invitations"] if one["id"] == made["id"]]
    assert (listed["used"], listed["uses"], listed["credits"]) == (2, 2, 5)
    assert token not in owner.get("/invitations").text


def test_an_invitation_that_is_withdrawn_lets_nobody_in(service: Service, owner: httpx.Client) -> None:
    made = json.loads(command(service, "invite", "--json").stdout)
    token = parse_qs(urlsplit(made["url"]).query)["invitation"][0]
    assert command(service, "withdraw", made["id"]).exit_code == 0
    assert "There is no such invitation." in command(service, "withdraw", made["id"]).stderr
    assert made["id"] in command(service, "invitations").stdout
    with browser(service) as http:
        assert "not good any more" in said(join(http, "late@example.org", token), 403)
        assert "needs an invitation" in said(join(http, "late@example.org", None), 403)
        assert not http.cookies


def test_only_the_owner_invites(service: Service, owner: httpx.Client) -> None:
    with browser(service) as http:
        join(http, "dora@example.org", invitation(owner))
        for answer in (http.get("/invitations"), http.post("/invitations", json={}), http.delete("/invitations/inv_1")):
            assert "Only the owner" in said(answer, 403)


def test_the_owner_opens_a_link_and_sets_a_password_without_one_before(service: Service) -> None:
    link = command(service, "link").stdout.strip()
    with browser(service) as http:
        http.get(f"{service.url}/enter", params=parse_qs(urlsplit(link).query))
        first = {"password": PASSWORD, "email": "owner@example.org"}
        assert http.put("/account/password", json=first).status_code == 200
        assert http.put("/account/password", json={"password": OTHER}).status_code == 200, "the link was just opened"
        assert http.get("/account").json()["is_owner"]
    with browser(service) as http:
        assert http.post("/session", json={"email": "owner@example.org", "password": OTHER}).json()["is_owner"]
        assert "current password" in said(http.put("/account/password", json={"password": PASSWORD}), 403)


def test_guessing_is_stopped_with_the_time_to_wait(service: Service) -> None:
    """Last: from here on this address signs in no more."""
    with browser(service) as http:
        guesses = [http.post("/session", json={"email": "ann@example.org", "password": "guess"}) for _ in range(11)]
    assert {answer.status_code for answer in guesses[:5]} == {401}
    assert guesses[-1].status_code == 429
    assert 0 < int(guesses[-1].headers["retry-after"]) <= 900


def test_the_log_says_who_came_and_no_secret(service: Service) -> None:
    log = service.data.with_suffix(".log").read_text()
    assert log.count('"signed up"') >= 4
    assert "password set" in log
    for secret in (PASSWORD, OTHER, "argon2", "invitation=", "ann@example.org"):
        assert secret not in log
    assert "Traceback" not in log


def test_where_sign_up_is_closed_the_command_says_what_to_set(tmp_path: Path) -> None:
    refused = run({"BERNIE_DATA": str(tmp_path)}, "invite")
    assert refused.exit_code == 1
    assert "BERNIE_ACCOUNTS__SIGN_UP" in refused.stderr
