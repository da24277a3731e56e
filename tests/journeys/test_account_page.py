"""The account page in a real browser: in by invitation and by password, and all that a person has there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.receiver import LOOPBACK, Receiver
from tests.service import Service, running_service

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
from playwright.async_api import Browser, Page, expect

from tests.browser import CHROMIUM, browser, hear, opened, scrolls_sideways, speak

__all__ = ["browser"]

PASSWORD = "four boats and a kettle"
OTHER = "another kettle of boats"
PHONE = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    chosen = {"BERNIE_ACCOUNTS__SIGN_UP": "invitation", "BERNIE_EGRESS__ALLOW": LOOPBACK}
    with running_service(tmp_path_factory.mktemp("account") / "data", extra_env=chosen) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(browser: Browser, service: Service) -> AsyncIterator[Page]:
    """A browser that keeps its cookies from test to test: they are one journey, in their order."""
    context = await browser.new_context(base_url=service.url)
    async with opened(context) as page:
        yield page
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def owner(browser: Browser, service: Service) -> AsyncIterator[Page]:
    assert service.owner_link is not None
    context = await browser.new_context(base_url=service.url)
    async with opened(context) as page:
        await page.goto(service.owner_link)
        yield page
    await context.close()


def part(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


async def done(page: Page, sentence: str | re.Pattern[str]) -> None:
    await expect(page.locator("#done")).to_have_text(sentence)


async def open_account(page: Page) -> None:
    await page.get_by_role("link", name="Account", exact=True).click()
    await expect(page.get_by_role("heading", name="Account", exact=True)).to_be_focused()


async def test_the_owner_invites_on_the_page_and_the_link_is_shown_once(owner: Page, pages: Page) -> None:
    await open_account(owner)
    inviting = part(owner, "Invitations")
    await inviting.get_by_label("Credits each").fill("900")
    await inviting.get_by_role("button", name="Invite").click()
    link = await inviting.locator(".once code").inner_text()
    assert "/join?invitation=" in link
    await expect(inviting.locator("#invitations")).to_contain_text("0 of 1 used · 900 credits")
    await owner.reload()
    await expect(inviting.locator("#invitations")).to_contain_text("0 of 1 used")
    await expect(inviting.locator(".once")).to_have_count(0)

    await pages.goto(link)
    joining = part(pages, "Make an account")
    await joining.get_by_label("Name (as you like)").fill("Ann")
    await joining.get_by_label("Email, to sign in by").fill("ann@example.org")
    await joining.get_by_label("Password", exact=True).fill("password")
    await pages.get_by_role("button", name="Make the account").click()
    await expect(pages.get_by_role("alert")).to_contain_text("everybody tries first")
    await joining.get_by_label("Password", exact=True).fill(PASSWORD)
    await pages.keyboard.press("Enter")
    await expect(pages.locator("#credits")).to_have_text("900 credits")
    await expect(pages.get_by_label("What to say")).to_be_focused()
    assert pages.url.endswith("/")


async def test_who_signed_up_speaks_signs_out_and_comes_back_by_the_password(pages: Page) -> None:
    await speak(pages, "Hello, I am new.")
    await hear(pages, "Hello, I am new.")
    await pages.get_by_role("button", name="Sign out").click()
    panel = part(pages, "Sign in")
    await expect(panel.get_by_label("Email")).to_be_focused()
    await expect(panel).to_contain_text("New here? Open the link of your invitation.")

    await panel.get_by_label("Email").fill("ann@example.org")
    await panel.get_by_label("Password").fill("wrong password")
    await panel.get_by_role("button", name="Sign in").click()
    await expect(pages.get_by_role("alert")).to_contain_text("do not go together")
    await panel.get_by_label("Password").fill(PASSWORD)
    await pages.keyboard.press("Enter")
    await expect(pages.locator(".job").first).to_contain_text("Hello, I am new.")


async def status_with(service: Service, key: str) -> int:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}) as client:
        return (await client.get(f"{service.url}/api/v1/credits")).status_code


async def test_a_key_is_made_used_and_revoked(pages: Page, service: Service) -> None:
    await open_account(pages)
    keys = part(pages, "API keys")
    await keys.get_by_label("What a new key is for").fill("my backend")
    await keys.get_by_text("Limits").click()
    await keys.get_by_label(re.compile("^account ")).check()
    await keys.get_by_label("Credits a month").fill("500")
    await keys.get_by_role("button", name="Make a key").click()
    await expect(keys.locator(".once")).to_be_focused()
    token = await keys.locator(".once code").inner_text()
    await expect(keys.locator(".thing")).to_contain_text("may only account · 0 of 500 credits this month")
    assert await status_with(service, token) == 200

    revoke = keys.get_by_role("button", name="Revoke: my backend")
    await revoke.click()
    assert await status_with(service, token) == 200, "asked once more first"
    await keys.get_by_role("button", name="Press again to be sure: Revoke: my backend").click()
    await expect(keys.locator("#keys")).to_have_text("No keys yet.")
    await expect(keys.locator("#keys")).to_be_focused()
    await expect(keys.locator(".once")).to_have_count(0)
    assert await status_with(service, token) == 401


async def test_a_webhook_is_added_tested_and_disabled(pages: Page) -> None:
    hooks = part(pages, "Webhooks")
    await hooks.get_by_label("Where events are posted").fill("http://10.0.0.1/inside")
    await hooks.get_by_role("button", name="Add a webhook").click()
    await expect(pages.get_by_role("alert")).to_be_visible()
    async with Receiver().listening() as receiver:
        await hooks.get_by_label("Where events are posted").fill(receiver.url)
        await hooks.get_by_role("button", name="Add a webhook").click()
        assert (await hooks.locator(".once code").inner_text()).startswith("whsec_")
        await hooks.get_by_role("button", name="Send a test").click()
        await done(pages, "A test is on its way.")
        log = hooks.get_by_role("list", name=re.compile("^Last deliveries"))
        for _ in range(50):
            await hooks.get_by_role("button", name="Deliveries").click()
            if "delivered" in await log.inner_text():
                break
            await asyncio.sleep(0.1)
        await expect(log).to_contain_text("test.ping · delivered")
        assert [json.loads(one.body)["type"] for one in receiver.received] == ["test.ping"]
    await hooks.get_by_role("button", name="Disable").click()
    await done(pages, "Disabled: nothing is sent there.")
    await hooks.get_by_role("button", name="Enable").click()
    await done(pages, "Enabled.")


async def test_a_word_is_taught_and_taken_out_again(pages: Page, service: Service) -> None:
    words = part(pages, "Pronunciations")
    await words.get_by_label("Name of a new dictionary").fill("places")
    await words.get_by_role("button", name="Make a dictionary").click()
    await words.get_by_role("button", name="Words: places").click()
    await words.get_by_label("Word", exact=True).fill("Leicester")
    await words.get_by_label("Said like").fill("Lester")
    await pages.keyboard.press("Enter")
    await expect(words).to_contain_text("said “Lester”")
    await expect(words).to_contain_text("1 word · applies to all")
    await words.get_by_role("button", name="Take out: Leicester").click()
    await expect(words).to_contain_text("No words yet.")
    await words.get_by_role("button", name="Delete: places").click()
    await words.get_by_role("button", name=re.compile("Press again")).click()
    await expect(words.locator("#dictionaries")).to_have_text("No dictionaries yet.")


async def test_a_new_password_signs_every_other_browser_out(pages: Page, service: Service) -> None:
    there = httpx.AsyncClient(base_url=service.url + "/api/v1")
    await there.post("/session", json={"email": "ann@example.org", "password": PASSWORD})
    assert (await there.get("/account")).status_code == 200
    await pages.reload()
    signed_in = part(pages, "Where you are signed in")
    await expect(signed_in.locator(".thing")).to_have_count(2)
    await expect(signed_in).to_contain_text("Chrome on Linux (this one)")
    own = part(pages, "Password")
    await own.get_by_label("New password").fill(OTHER)
    await own.get_by_role("button", name="Set the password").click()
    await expect(pages.get_by_role("alert")).to_contain_text("current password")
    await own.get_by_label("Current password").fill(PASSWORD)
    await own.get_by_role("button", name="Set the password").click()
    await done(pages, "The password is set. 1 other session ended.")
    await expect(signed_in.locator(".thing")).to_have_count(1)
    assert (await there.get("/account")).status_code == 401
    await there.aclose()


async def test_a_code_for_the_bots_is_shown_and_a_wrong_one_is_refused(pages: Page) -> None:
    linking = part(pages, "Discord and Telegram")
    await linking.get_by_role("button", name="Make a code").click()
    await expect(linking.locator(".once code")).to_have_text(re.compile("^[2-9A-Z]{8}$"))
    await linking.get_by_label("A code that was made there").fill("WRONGONE")
    await linking.get_by_role("button", name="Move in").click()
    await expect(pages.get_by_role("alert")).to_contain_text("This code is not good")


async def test_a_name_is_changed_and_the_ledger_says_where_credits_went(pages: Page) -> None:
    await part(pages, "You").get_by_label("Name").fill("Ann of the boats")
    await part(pages, "You").get_by_role("button", name="Rename").click()
    await done(pages, "Renamed.")
    await pages.reload()
    await expect(part(pages, "You").get_by_label("Name")).to_have_value("Ann of the boats")
    await expect(part(pages, "You")).to_contain_text("Known as ann@example.org.")
    await expect(part(pages, "Credits")).to_contain_text("−16 · Set aside for a request")
    await expect(part(pages, "Credits")).to_contain_text("+900 · Given")


async def test_on_a_phone_and_in_the_dark_nothing_scrolls_sideways(pages: Page) -> None:
    await pages.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await pages.emulate_media(color_scheme="dark")
    await expect(part(pages, "Credits")).to_contain_text("Given")
    assert not await scrolls_sideways(pages)
    ground = await pages.evaluate("getComputedStyle(document.querySelector('.part')).backgroundColor")
    assert ground == "rgb(22, 30, 27)"


async def test_everything_that_is_asked_for_has_a_label(pages: Page) -> None:
    unnamed = await pages.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea")]
            .filter((one) => !one.labels?.length && !one.getAttribute("aria-label")).map((one) => one.id)"""
    )
    assert unnamed == []
