"""Pronunciation dictionaries over HTTP: made, read, changed, applied to what is said, deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service import running_service

NATO = {"word": "NATO", "alias": "the alliance of the North Atlantic"}
TEXT = "NATO met."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("bernie") / "data") as service, service.client() as client:
        yield client


@pytest.fixture
def work(client: httpx.Client) -> Iterator[dict[str, Any]]:
    made = client.post("/pronunciations", json={"name": "Work", "rules": [NATO]})
    assert made.status_code == 201, made.text
    yield made.json()
    client.delete(f"/pronunciations/{made.json()['id']}")


def test_a_dictionary_is_made_listed_read_changed_and_deleted(client: httpx.Client) -> None:
    made = client.post("/pronunciations", json={"name": "Play", "description": "games", "rules": [NATO]}).json()
    assert (made["name"], made["description"], made["version"], made["rule_count"]) == ("Play", "games", 1, 1)
    assert client.get("/pronunciations").json()["dictionaries"] == [made]
    [rule] = client.get(f"/pronunciations/{made['id']}").json()["rules"]
    assert rule == NATO | {"phonemes": None, "alphabet": "voice", "case_sensitive": False, "whole_word": True}
    gif = {"word": "GIF", "phonemes": "JH IH1 F", "alphabet": "cmu-arpabet"}
    changed = client.patch(f"/pronunciations/{made['id']}", json={"add": [gif], "remove": ["NATO"], "always": True})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["version"], changed.json()["always"]) == (2, True)
    assert [rule["word"] for rule in client.get(f"/pronunciations/{made['id']}").json()["rules"]] == ["GIF"]
    assert client.delete(f"/pronunciations/{made['id']}").status_code == 204
    assert client.get("/pronunciations").json()["dictionaries"] == []
    gone = client.get(f"/pronunciations/{made['id']}")
    assert (gone.status_code, gone.json()["error"]["message"]) == (404, "You have no such pronunciation dictionary.")


@pytest.mark.parametrize(
    ("body", "status", "field", "sentence"),
    [
        ({"rules": []}, 422, "name", "`name` is missing."),
        ({"name": " "}, 422, "name", "A pronunciation dictionary needs a name of 1 to 60 characters."),
        ({"name": "Work"}, 409, "name", "You have a pronunciation dictionary called 'Work' already."),
        ({"name": "x", "rules": [{"word": "GIF"}]}, 422, "rules.0", "A pronunciation is either other words or"),
        ({"name": "x", "rules": [NATO | {"word": str(n)} for n in range(1001)]}, 422, "rules", "at most 1,000 rules"),
        ({"name": "x", "words": []}, 422, "words", "`words` is not an option here."),
    ],
    ids=["no name", "empty name", "same name", "half a rule", "too many", "unknown option"],
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    client: httpx.Client, work: dict[str, Any], body: dict[str, Any], status: int, field: str, sentence: str
) -> None:
    answer = client.post("/pronunciations", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert sentence in error["message"]
    assert client.get("/pronunciations").json()["dictionaries"] == [work]


def test_a_thousand_of_the_longest_rules_fit_into_a_request(client: httpx.Client) -> None:
    rules = [{"word": f"{n:04}" + "語" * 96, "alias": "語" * 200, "case_sensitive": True} for n in range(1000)]
    made = client.post("/pronunciations", json={"name": "long", "rules": rules})
    assert made.status_code == 201
    assert len(client.get(f"/pronunciations/{made.json()['id']}").json()["rules"]) == 1000
    client.delete(f"/pronunciations/{made.json()['id']}")


def seconds(client: httpx.Client, **params: Any) -> float:
    """Of the clip that comes of TEXT."""
    job = client.post("/jobs", json={"capability": "tts", "params": {"text": TEXT, "seed": 1, **params}}).json()
    give_up = time.monotonic() + 60
    while (found := client.get(f"/jobs/{job['id']}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    assert found["state"] == "succeeded", found["error"]
    return float(found["clip"]["seconds"])


def test_what_is_said_follows_the_dictionaries(client: httpx.Client, work: dict[str, Any]) -> None:
    short = seconds(client)
    long = seconds(client, dictionaries=[work["id"]])
    assert long > short + 0.5, "eight more words"
    client.patch(f"/pronunciations/{work['id']}", json={"always": True})
    assert seconds(client) == long
    assert seconds(client, dictionaries=[]) == short
    own = [{"word": "NATO", "phonemes": "nˈAtO"}]
    assert seconds(client, pronunciations=own) < long, "a request's own rules come first"


def test_a_dictionary_that_is_not_there_is_refused_before_any_credit_moves(client: httpx.Client) -> None:
    before = client.get("/credits").json()
    params = {"text": TEXT, "dictionaries": ["dictionary_of_nobody"]}
    refused = client.post("/jobs", json={"capability": "tts", "params": params})
    assert (refused.status_code, refused.json()["error"]["field"]) == (404, "dictionaries")
    assert client.get("/credits").json() == before
