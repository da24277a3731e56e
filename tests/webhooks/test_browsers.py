"""Cookies and the pages that may use them: what a browser sends, on http and on https, and what becomes of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from engine import Engine, KeyLimits, User
from tests.house import House, fresh_house
from webhooks.app import create_app

HOSTS = {"http": "http://bernie.test:8080", "https": "https://bernie.test"}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Home:
    """One service as seen by http and by https, and a number for each person who comes."""

    house: House
    apps: dict[str, FastAPI]
    numbers: Iterator[int]

    @property
    def engine(self) -> Engine:
        return self.house.engine

    async def user(self, name: str) -> User:
        return await self.house.user(f"{name}{next(self.numbers)}")

    def visited(self, scheme: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.apps[scheme]), base_url=HOSTS[scheme])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    async with fresh_house("sqlite", tmp_path_factory.mktemp("home")) as house:
        apps = {scheme: create_app(house.engine, secure_cookies=scheme == "https") for scheme in HOSTS}
        yield Home(house, apps, itertools.count())


# scheme, origin, Sec-Fetch-Site, whether a write with the cookie is let through, whether a sign-in is
TABLE = [
    ("http", "http://bernie.test:8080", None, True, True),
    ("http", "http://bernie.test:8080", "same-origin", True, True),
    ("http", "https://bernie.test:8080", None, True, True),  # a proxy that we know nothing of ended the https
    ("http", None, None, False, True),  # a program may sign in, and keeps its cookie to itself
    ("http", None, "same-origin", False, True),
    ("http", "null", None, False, False),
    ("http", "", None, False, False),
    ("http", "http://bernie.test", None, False, False),
    ("http", "http://bernie.test:8081", None, False, False),
    ("http", "http://bernie.test:80801", None, False, False),
    ("http", "http://evil.example", None, False, False),
    ("http", "http://bernie.test:8080.evil.example", None, False, False),
    ("http", "http://evil.example/bernie.test:8080", None, False, False),
    ("http", "http://bernie.test:8080@evil.example", None, False, False),
    ("http", "ftp://bernie.test:8080", None, False, False),
    ("http", "bernie.test:8080", None, False, False),
    ("http", "http://bernie.test:8080", "cross-site", False, False),
    ("http", "http://bernie.test:8080", "same-site", False, False),
    ("http", None, "cross-site", False, False),
    ("http", None, "same-site", False, False),
    ("http", None, "none", False, True),
    ("https", "https://bernie.test", "same-origin", True, True),
    ("https", "http://bernie.test", None, False, False),  # somebody on the way could have written that page
    ("https", "https://other.bernie.test", "same-site", False, False),
    ("https", "https://bernie.test:8443", None, False, False),
    ("https", "https://bernie.test", "cross-site", False, False),
    ("https", "null", "cross-site", False, False),
]


@pytest.mark.parametrize(("scheme", "origin", "site", "may_write", "may_sign_in"), TABLE)
async def test_only_a_page_of_ours_writes_with_a_cookie_and_no_other_site_signs_anybody_in(
    home: Home, scheme: str, origin: str | None, site: str | None, may_write: bool, may_sign_in: bool
) -> None:
    user = await home.user("ann")
    _, key = await home.engine.keys.create(user, "key")
    said = {"origin": origin, "sec-fetch-site": site}
    headers = {name: value for name, value in said.items() if value is not None}
    async with home.visited(scheme) as browser:
        signed_in = await browser.post("/api/v1/session", json={"api_key": key}, headers=headers)
        assert (signed_in.status_code, "set-cookie" in signed_in.headers) == (
            (200, True) if may_sign_in else (403, False)
        )
        signed_up = await browser.post(
            "/api/v1/accounts", json={"email": "x@example.org", "password": "four boats"}, headers=headers
        )
        refusal = "Nobody can sign up here" if may_sign_in else "another site"
        assert refusal in signed_up.json()["error"]["message"]

        await browser.post("/api/v1/session", json={"api_key": key})
        written = await browser.patch("/api/v1/account", json={"name": "Ann"}, headers=headers)
        assert written.status_code == (200 if may_write else 403)
        assert (await browser.get("/api/v1/account", headers=headers)).status_code == 200, "reading changes nothing"
        by_key = {"authorization": f"Bearer {key}"}
        assert (await browser.patch("/api/v1/account", json={"name": "Ann"}, headers=headers | by_key)).is_success


async def test_on_https_the_cookie_is_of_this_host_alone_and_no_other_is_taken(home: Home) -> None:
    user = await home.user("ann")
    _, key = await home.engine.keys.create(user, "key")
    async with home.visited("https") as browser:
        answer = await browser.post("/api/v1/session", json={"api_key": key})
        name, _, rest = answer.headers["set-cookie"].partition("=")
        token, *marks = [part.strip() for part in rest.split(";")]
        assert name == "__Host-bernie_session"
        assert {mark.lower() for mark in marks} == {"httponly", "secure", "path=/", "samesite=lax", "max-age=2592000"}
        planted = {"cookie": f"bernie_session={token}"}
        browser.cookies.clear()
        assert (await browser.get("/api/v1/account", headers=planted)).status_code == 401
        kept = {"cookie": f"{name}={token}", "origin": HOSTS["https"]}
        out = await browser.delete("/api/v1/session", headers=kept)
        assert out.status_code == 204
        assert out.headers["set-cookie"].startswith(f'{name}=""')
        assert "Secure" in out.headers["set-cookie"]


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before(home: Home) -> None:
    user = await home.user("ann")
    _, key = await home.engine.keys.create(user, "key")
    link = await home.engine.sessions.create_link(user)
    async with home.visited("http") as browser:
        seen = set()
        for _ in range(2):
            await browser.post("/api/v1/session", json={"api_key": key})
            seen.add(browser.cookies["bernie_session"])
            await browser.get(f"/enter?token={link}")
            seen.add(browser.cookies["bernie_session"])
        assert len(seen) == 4
    assert [one.kind for one in await home.engine.sessions.mine(user)] == ["cookie", "link"]


async def test_a_link_does_not_take_a_browser_from_whoever_is_signed_in(home: Home) -> None:
    ann, eve = await home.user("ann"), await home.user("eve")
    links = [await home.engine.sessions.create_link(user) for user in (ann, eve)]
    async with home.visited("http") as browser:
        await browser.get(f"/enter?token={links[0]}")
        refused = await browser.get(f"/enter?token={links[1]}")
        assert (refused.status_code, refused.headers["location"]) == (303, "/?link=other")
        assert (await browser.get("/api/v1/account")).json()["id"] == ann.id
        await browser.delete("/api/v1/session", headers={"origin": HOSTS["http"]})
        assert (await browser.get(f"/enter?token={links[1]}")).headers["location"] == "/"
        assert (await browser.get("/api/v1/account")).json()["id"] == eve.id


@pytest.mark.parametrize("limits", [{"scopes": ["account"]}, {"monthly_credits": 5}])
async def test_a_key_with_limits_opens_no_browser_that_has_none(home: Home, limits: dict[str, object]) -> None:
    user = await home.user("ann")
    _, key = await home.engine.keys.create(user, "key", KeyLimits(**limits))  # type: ignore[arg-type]
    async with home.visited("http") as browser:
        answer = await browser.post("/api/v1/session", json={"api_key": key})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_who_enters_the_code_of_a_bot_is_one_person_with_it_in_the_same_browser(home: Home) -> None:
    anna = await home.engine.users.known_as("discord", "815", name="Anna")
    ann = await home.user("ann")
    _, key = await home.engine.keys.create(ann, "key")
    ours = {"origin": HOSTS["http"]}
    async with home.visited("http") as browser:
        await browser.post("/api/v1/session", json={"api_key": key})
        code = await home.engine.linking.link_code(anna)
        refused = await browser.post(
            "/api/v1/account/link", json={"code": code}, headers={"origin": "http://evil.example"}
        )
        assert refused.status_code == 403
        assert (await browser.post("/api/v1/account/link", json={"code": "WRONG"}, headers=ours)).status_code == 422
        linked = await browser.post("/api/v1/account/link", json={"code": code.lower()}, headers=ours)
        assert (linked.status_code, linked.json()["id"], linked.json()["credits"]) == (200, anna.id, 20_000)
        account = (await browser.get("/api/v1/account")).json()
        assert [one["surface"] for one in account["identities"]] == ["discord", "password"]

        made = await browser.post("/api/v1/account/link-code", headers=ours)
        assert made.status_code == 201
        tom = await home.engine.users.known_as("telegram", "4711", name="Tom")
        assert (await home.engine.linking.redeem(tom, made.json()["code"])).id == anna.id
