"""The studio in a real browser: Debian's Chromium against a real `bernie serve`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.service import Service, running_service

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser import CHROMIUM, browser, hear, opened, scrolls_sideways, speak

__all__ = ["browser"]

CREDITS = 4400
SENTENCE = "The tide comes in quietly, and the boats turn to meet it."
LONG = "A boat came in with the tide and left again before it was light. " * 55

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("studio") / "data"
    with running_service(folder, extra_env={"BERNIE_USERS__CREDITS": str(CREDITS)}) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(browser: Browser, service: Service) -> AsyncIterator[BrowserContext]:
    """A browser signed in by the link that Bernie printed."""
    assert service.owner_link is not None
    context = await browser.new_context(base_url=service.url)
    await context.request.get(service.owner_link)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def studio(owner: BrowserContext) -> AsyncIterator[Page]:
    async with opened(owner) as page:
        await page.goto("/")
        await expect(page.get_by_label("What to say")).to_be_visible()
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(browser: Browser, service: Service) -> AsyncIterator[Page]:
    """A browser nobody is signed in with."""
    context = await browser.new_context(base_url=service.url)
    async with opened(context) as page:
        yield page
    await context.close()


async def credits_on(page: Page) -> int:
    return int(re.sub(r"\D", "", await page.locator("#credits").inner_text()))


async def test_a_sentence_that_was_typed_is_heard_without_another_click(studio: Page):
    await speak(studio, SENTENCE)
    await hear(studio, SENTENCE)

    audio = await studio.evaluate("""async () => {
        const { muted, volume, paused, duration, src } = document.querySelector("audio");
        const file = await (await fetch(src)).arrayBuffer();
        const samples = (await new OfflineAudioContext(1, 1, 44100).decodeAudioData(file)).getChannelData(0);
        const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
        return { muted, volume, paused, duration, loudness };
    }""")
    assert (audio["muted"], audio["volume"], audio["paused"]) == (False, 1, False)
    assert 2 < audio["duration"] < 8
    assert audio["loudness"] > 0.01


async def test_speaking_costs_a_credit_per_character_and_stays_in_the_history(studio: Page, service: Service):
    before = await credits_on(studio)
    await speak(studio, f"  {SENTENCE}\n")
    await hear(studio, SENTENCE)

    await expect(studio.locator("#credits")).to_have_text(f"{before - len(SENTENCE):,} credits")
    with service.client() as client:
        assert client.get("/credits").json()["balance"] == before - len(SENTENCE)
    await studio.reload()
    newest = studio.locator(".job").first
    await expect(newest).to_contain_text(SENTENCE)
    await expect(newest).to_contain_text(re.compile(rf"Heart · \d\.\d s · {len(SENTENCE)} credits"))


async def test_an_old_clip_is_played_by_a_fresh_link_and_saved_under_a_name(
    studio: Page, service: Service, tmp_path: Path
):
    with service.client() as client:
        body = {"capability": "tts", "params": {"text": "Ask for this one again.", "format": "mp3"}}
        job_id = client.post("/jobs", json=body).json()["id"]
    await studio.reload()
    row = studio.locator(".job").first
    await expect(row.get_by_role("link", name="Download")).to_be_visible()

    async with studio.expect_response(f"**/api/v1/jobs/{job_id}") as looked:
        await row.get_by_role("button", name="Play").click()
    assert (await looked.value).ok
    await hear(studio, "Ask for this one again.")
    await row.get_by_role("button", name="Pause").click()
    assert await studio.evaluate("document.querySelector('audio').paused")

    async with studio.expect_download() as started:
        await row.get_by_role("link", name="Download").click()
    saved = await started.value
    assert re.fullmatch(r"bernie-tts-\w+\.mp3", saved.suggested_filename)
    await saved.save_as(tmp_path / saved.suggested_filename)
    assert (tmp_path / saved.suggested_filename).stat().st_size > 5000


async def test_a_clip_whose_link_leads_nowhere_is_played_by_way_of_the_api(studio: Page):
    await studio.route("**/files/**", lambda route: route.abort())
    await speak(studio, SENTENCE)
    await hear(studio, SENTENCE)
    assert (await studio.evaluate("document.querySelector('audio').src")).endswith("/audio")


async def test_speak_again_puts_the_request_back_into_the_form(studio: Page, service: Service):
    with service.client() as client:
        params = {"text": "Once more, but slower.", "speed": 0.75, "format": "wav"}
        client.post("/jobs", json={"capability": "tts", "params": params})
    await studio.reload()
    await studio.locator(".job").first.get_by_role("button", name="Again").click()

    await expect(studio.get_by_label("What to say")).to_be_focused()
    await expect(studio.get_by_label("What to say")).to_have_value("Once more, but slower.")
    await expect(studio.get_by_label("Speed")).to_have_value("0.75")
    await expect(studio.get_by_role("combobox", name="Format")).to_have_value("wav")


async def test_a_job_that_runs_can_be_cancelled_and_costs_nothing(studio: Page):
    before = await credits_on(studio)
    await speak(studio, LONG)
    await expect(studio.locator("#credits")).to_have_text(f"{before - len(LONG.strip()):,} credits")
    await studio.locator("#under-way").get_by_role("button", name="Cancel").click()

    await expect(studio.locator("#standing")).to_have_text("Cancelled, nothing was charged")
    await expect(studio.locator(".job").first).to_contain_text("Cancelled, nothing was charged")
    await expect(studio.locator("#credits")).to_have_text(f"{before:,} credits")


async def test_a_job_that_waits_says_its_place_in_line_and_is_heard_when_its_turn_has_come(
    studio: Page, service: Service
):
    with service.client() as client:
        ahead = client.post("/jobs", json={"capability": "tts", "params": {"text": LONG}}).json()["id"]
        await speak(studio, SENTENCE)
        await expect(studio.locator("#standing")).to_have_text("Queued, next in line")
        client.delete(f"/jobs/{ahead}")
    await hear(studio, SENTENCE)


async def test_a_job_that_failed_says_why(studio: Page):
    await speak(studio, "[hello](/日本/)")  # phonemes that no voice has: seen only when it is to be said
    sentence = re.compile("it speaks English. Write English words.")
    await expect(studio.get_by_role("alert")).to_have_text(sentence)
    await expect(studio.locator(".job").first.locator(".error")).to_have_text(sentence)
    await expect(studio.locator(".job").first).to_contain_text("This did not work")


async def test_an_empty_text_is_not_spoken_and_the_page_says_why(studio: Page):
    sent: list[str] = []
    studio.on("request", lambda request: sent.append(request.method))
    await speak(studio, "   ")

    await expect(studio.get_by_role("alert")).to_have_text("There is nothing to speak yet. Write a sentence first.")
    await expect(studio.get_by_label("What to say")).to_be_focused()
    assert "POST" not in sent


async def test_a_text_over_the_limit_is_counted_and_not_spoken(studio: Page):
    await speak(studio, "é" * 5003)
    await expect(studio.locator("#count")).to_have_text("5,003 of 5,000 characters: 3 too many")
    await expect(studio.get_by_role("alert")).to_contain_text("3 characters too long. The limit is 5,000.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("word " * 900, r"This costs 4,499 credits and you have [\d,]+\. Ask for something shorter\."),
        ("?!", r"There is nothing in this text that can be spoken\. Write some words\."),
    ],
)
async def test_an_error_of_the_api_is_shown_as_its_own_sentence(studio: Page, text: str, sentence: str):
    await speak(studio, text)
    await expect(studio.get_by_role("alert")).to_have_text(re.compile(sentence))


async def test_the_keyboard_alone_is_enough(studio: Page):
    keyboard = studio.keyboard
    while await studio.evaluate("document.activeElement.id") != "text":
        await keyboard.press("Tab")
    await keyboard.type("No mouse here.")
    await keyboard.press("Tab")  # voice
    await keyboard.press("Tab")  # speed
    await keyboard.press("ArrowRight")
    await expect(studio.locator("#pace")).to_have_text("1.05×")
    await keyboard.press("Shift+Tab")
    await keyboard.press("Shift+Tab")
    await keyboard.press("Control+Enter")
    await hear(studio, "No mouse here.")

    while await studio.evaluate("document.activeElement.id") != "toggle":
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    assert await studio.evaluate("document.querySelector('audio').paused")
    await keyboard.press("Tab")
    await keyboard.press("Home")
    assert await studio.evaluate("document.querySelector('audio').currentTime") == 0


async def test_who_is_not_signed_in_reads_how_to_get_in_and_a_pasted_key_does_it(stranger: Page, service: Service):
    await stranger.goto("/")
    panel = stranger.get_by_role("region", name="Sign in")
    await expect(panel).to_contain_text("Open the link that Bernie printed when it first started")
    await expect(panel).to_contain_text("bernie users link")

    await panel.get_by_label("Or paste an API key").fill("bn_of_nobody")
    await panel.get_by_role("button", name="Use the key").click()
    await expect(stranger.get_by_role("alert")).to_contain_text("This API key is not valid.")
    assert service.api_key is not None
    await panel.get_by_label("Or paste an API key").fill(service.api_key)
    await stranger.keyboard.press("Enter")
    await expect(stranger.get_by_label("What to say")).to_be_focused()
    await expect(panel).to_be_hidden()

    await stranger.get_by_role("button", name="Sign out").click()
    await stranger.reload()
    await expect(panel).to_be_visible()


async def test_a_link_that_has_expired_says_how_to_get_another(stranger: Page):
    await stranger.set_viewport_size({"width": 360, "height": 740})
    await stranger.goto("/enter?token=long-gone")
    await expect(stranger.get_by_role("alert")).to_contain_text("That link has expired.")
    assert stranger.url.endswith("/")
    assert not await scrolls_sideways(stranger)


async def test_on_a_phone_nothing_scrolls_sideways(studio: Page):
    await studio.set_viewport_size({"width": 360, "height": 740})
    await speak(studio, "Small screens are fine, andwordsthatareverylongindeedarebrokenwheretheydonotfitanymore.")
    await studio.wait_for_function("() => document.querySelector('audio').currentTime > 0")
    await speak(studio, "")
    await expect(studio.get_by_role("alert")).to_be_visible()
    assert not await scrolls_sideways(studio)


async def test_the_link_that_bernie_printed_opens_a_page_that_asks_nobody_else(stranger: Page, service: Service):
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.url))
    assert service.owner_link is not None
    await stranger.goto(service.owner_link)
    await speak(stranger, "Nobody else hears this.")
    await hear(stranger, "Nobody else hears this.")
    assert [url for url in asked if not url.startswith(service.url)] == []


async def test_a_sound_is_described_priced_made_and_heard(studio: Page):
    before = await credits_on(studio)
    await studio.get_by_role("tab", name="Sound").click()
    await studio.get_by_label("What it sounds like").fill("rain with distant thunder")
    await studio.get_by_label("Length").fill("2")
    await studio.get_by_label("Length").blur()
    await expect(studio.locator("#sound-price")).to_have_text("80 credits")
    await studio.get_by_role("button", name="Make").click()
    await hear(studio, "rain with distant thunder")
    await expect(studio.locator("#credits")).to_have_text(f"{before - 80:,} credits")
    await expect(studio.locator(".job").first).to_contain_text("Heard: rain")


async def test_a_recording_is_converted_to_a_voice(studio: Page, service: Service):
    with service.client() as client:
        job = client.post("/jobs", json={"capability": "tts", "params": {"text": SENTENCE, "format": "mp3"}}).json()
        with client.stream("GET", f"/jobs/{job['id']}/events") as events:
            events.read()
        said = client.get(f"/jobs/{job['id']}/audio").content
    await studio.get_by_role("tab", name="Speak").press("ArrowRight")
    await studio.get_by_role("button", name="Convert").click()
    await expect(studio.get_by_role("alert")).to_have_text("Choose a recording first.")
    recording = {"name": "said.mp3", "mimeType": "audio/mpeg", "buffer": said}
    await studio.get_by_label("A recording of somebody speaking").set_input_files([recording])
    await expect(studio.locator("#convert-price")).to_have_text(re.compile(r"^\d+ credits$"))
    await studio.get_by_role("button", name="Convert").click()
    # The first conversion loads the vocoder and the voice that is converted to.
    await expect(studio.locator("#playing")).to_have_text("Voice conversion", timeout=30_000)
    newest = studio.locator(".job").first
    await expect(newest).to_contain_text("Heart")
    await newest.get_by_role("button", name="Again").click()
    await expect(studio.get_by_role("tab", name="Convert")).to_have_attribute("aria-selected", "true")
