"""A real browser for tests of the pages: Debian's Chromium. Only imported where playwright is installed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(context: BrowserContext) -> AsyncIterator[Page]:
    """A page. Whatever the browser complains about meanwhile, a breach of the CSP too, fails the test."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # The console lists every request that failed too, and the page says those to people itself.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await page.close()
    assert complaints == []


async def speak(page: Page, text: str) -> None:
    await page.get_by_label("What to say").fill(text)
    await page.get_by_role("button", name="Speak", exact=True).click()


async def hear(page: Page, text: str) -> None:
    """Until the page plays the clip of this text."""
    # The first one loads the voice, and may share the machine with other tests.
    await expect(page.locator("#playing")).to_have_text(text, timeout=20_000)
    await page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")


async def scrolls_sideways(page: Page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
