"""Settings: read once, refused in sentences, never shown when they are secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from bernie import settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings._names(settings.Settings):
        monkeypatch.delenv(name, raising=False)


def test_without_any_variable_everything_has_its_default(tmp_path: Path) -> None:
    found = settings.load()
    assert found.embedded
    assert found.public_url == "http://127.0.0.1:8080"
    assert found.database_url.endswith("/data/bernie.db")
    assert found.users.credits == 10_000


def test_nested_variables_are_read_and_the_rest_keeps_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERNIE_HTTP__PORT", "9000")
    monkeypatch.setenv("BERNIE_EGRESS__ALLOW", "10.0.0.0/8, fd00::/8")
    found = settings.load()
    assert (found.http.host, found.http.port) == ("127.0.0.1", 9000)
    assert found.egress.allow == "10.0.0.0/8, fd00::/8"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BERNIE_HTPP__PORT", "80"),
        ("BERNIE_HTTP__PRT", "80"),
        ("BERNIE_HTTP__PORT", "eighty"),
        ("BERNIE_HTTP__PORT", "70000"),
        ("BERNIE_TTS__MODEL", "parrot"),
        ("BERNIE_CLIP_DAYS", "0"),
        ("BERNIE_EGRESS__ALLOW", "10.0.0.0/99"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.BadSettings, match=name):
        settings.load()


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://localhost:8080"), ("::", "http://localhost:8080"), ("::1", "http://[::1]:8080")],
)
def test_links_lead_to_an_address_that_exists(monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    monkeypatch.setenv("BERNIE_HTTP__HOST", host)
    assert settings.load().public_url == url


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERNIE_DATABASE__URL", "postgresql://bernie:hunter2@db/bernie")
    monkeypatch.setenv("BERNIE_DISCORD__TOKEN", "hunter2")
    found = settings.load()
    assert "hunter2" not in repr(found) + str(found.model_dump())
    assert "hunter2" in found.database_url
