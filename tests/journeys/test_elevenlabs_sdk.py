"""The official ElevenLabs SDK, unmodified, against a running service; its answers checked against its own models."""

from __future__ import annotations

import base64
import io
import typing
import wave
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from engine.audio import Audio
from engine.codecs import decode, encode
from tests.listening import transcribe, word_error_rate
from tests.service import Service, running_service

sdk = pytest.importorskip("elevenlabs", reason="needs the extra 'test'")

from elevenlabs import VoiceSettings  # noqa: E402
from elevenlabs.client import AsyncElevenLabs, ElevenLabs  # noqa: E402
from elevenlabs.core.api_error import ApiError  # noqa: E402

SAID = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."
FORMATS = {
    "mp3_22050_32": ("mp3", 22_050),
    "mp3_44100_128": ("mp3", 44_100),
    "mp3_44100_192": ("mp3", 44_100),
    "wav_16000": ("wav", 16_000),
    "wav_48000": ("wav", 48_000),
    "opus_48000_64": ("ogg", 48_000),
}
RAW = {"pcm_8000": 8_000, "pcm_16000": 16_000, "pcm_24000": 24_000, "pcm_44100": 44_100}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> ElevenLabs:
    return ElevenLabs(api_key=service.api_key, base_url=service.url)


@pytest.fixture(scope="module")
def recording() -> bytes:
    """Four seconds that sound like a voice."""
    time = np.arange(4 * 24_000) / 24_000
    voice = sum(np.sin(2 * np.pi * 120 * k * time + k) / k for k in range(1, 12))
    return encode(Audio((0.2 * voice * (1 + np.sin(2 * np.pi * 3 * time)) / 2).astype(np.float32), 24_000), "wav")


def strict(answer: Any) -> Any:
    """Checks that every required field is there: the SDK itself lets a missing one become None (trap 6)."""
    for name, field in type(answer).model_fields.items():
        value = getattr(answer, name)
        optional = type(None) in typing.get_args(field.annotation) or not field.is_required()
        assert value is not None or optional, f"{type(answer).__name__}.{name} is missing"
        for part in value if isinstance(value, list) else [value]:
            if hasattr(type(part), "model_fields"):
                strict(part)
    return answer


def joined(parts: Iterator[bytes]) -> bytes:
    return b"".join(parts)


def test_a_whole_clip_is_spoken_and_understood(client: ElevenLabs) -> None:
    sound = joined(client.text_to_speech.convert("heart", text=SAID, model_id="eleven_multilingual_v2"))
    assert 4 < decode(sound, max_seconds=60).seconds < 9
    assert word_error_rate(SAID, transcribe(sound)) <= 0.15


@pytest.mark.parametrize("name", FORMATS)
def test_every_container_has_the_rate_that_its_name_says(client: ElevenLabs, name: str) -> None:
    import av

    kind, rate = FORMATS[name]
    sound = joined(client.text_to_speech.convert("heart", text="Hello there.", output_format=name))
    with av.open(io.BytesIO(sound)) as file:
        assert kind in file.format.name
        assert file.streams.audio[0].rate == rate
    assert 0.5 < decode(sound, max_seconds=60).seconds < 3


@pytest.mark.parametrize("name", RAW)
def test_raw_samples_have_no_header(client: ElevenLabs, name: str) -> None:
    sound = joined(client.text_to_speech.convert("heart", text="Hello there.", seed=7, output_format=name))
    wav = joined(client.text_to_speech.convert("heart", text="Hello there.", seed=7, output_format=f"wav_{RAW[name]}"))
    samples = np.frombuffer(sound, "<i2")
    np.testing.assert_array_equal(samples, np.frombuffer(wav, np.uint8)[44:].view("<i2"))
    assert 0.5 < len(samples) / RAW[name] < 3


@pytest.mark.parametrize("name", ["ulaw_8000", "alaw_8000"])
def test_telephone_formats_are_one_byte_a_sample(client: ElevenLabs, name: str) -> None:
    pcm = joined(client.text_to_speech.convert("heart", text="Hello there.", seed=7, output_format="pcm_8000"))
    sound = joined(client.text_to_speech.convert("heart", text="Hello there.", seed=7, output_format=name))
    assert len(sound) == len(pcm) // 2


def test_a_stream_is_the_same_sound_in_parts(client: ElevenLabs) -> None:
    options = {"text": SAID, "seed": 3, "output_format": "pcm_24000"}
    parts = list(client.text_to_speech.stream("heart", **options))
    assert len(parts) > 1
    assert b"".join(parts) == joined(client.text_to_speech.convert("heart", **options))


def test_times_rise_with_the_text_and_end_with_the_sound(client: ElevenLabs) -> None:
    answer = strict(client.text_to_speech.convert_with_timestamps("heart", text=SAID, output_format="wav_24000"))
    seconds = decode(base64.b64decode(answer.audio_base_64), max_seconds=60).seconds
    times = answer.alignment
    assert "".join(times.characters) == SAID
    starts, ends = times.character_start_times_seconds, times.character_end_times_seconds
    assert len(starts) == len(ends) == len(SAID)
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    assert starts == sorted(starts)
    assert ends[-1] == pytest.approx(seconds, abs=0.1)


def test_a_timed_stream_comes_in_lines_whose_times_go_on(client: ElevenLabs) -> None:
    lines = [
        strict(line)
        for line in client.text_to_speech.stream_with_timestamps("heart", text=SAID, output_format="pcm_24000", seed=3)
    ]
    timed = [line.alignment for line in lines if line.alignment]
    assert "".join("".join(times.characters) for times in timed).replace(" ", "") == SAID.replace(" ", "")
    assert timed[1].character_start_times_seconds[0] >= timed[0].character_end_times_seconds[-1] > 1
    whole = joined(client.text_to_speech.convert("heart", text=SAID, output_format="pcm_24000", seed=3))
    assert b"".join(base64.b64decode(line.audio_base_64) for line in lines) == whole


def test_voice_settings_and_unknown_fields_are_taken(client: ElevenLabs, service: Service) -> None:
    slow, fast = (
        joined(client.text_to_speech.convert("heart", text=SAID, voice_settings=VoiceSettings(speed=speed)))
        for speed in (0.7, 1.2)
    )
    assert decode(slow, max_seconds=60).seconds > 1.3 * decode(fast, max_seconds=60).seconds
    answer = httpx.post(
        f"{service.url}/v1/text-to-speech/heart?enable_logging=true&optimize_streaming_latency=3",
        headers={"xi-api-key": service.api_key or ""},
        json={"text": "Hello.", "audio_effects": {"reverb": 1}, "next_text": "World.", "nonsense": [1]},
        timeout=30,
    )
    assert answer.status_code == 200


def test_the_answer_says_what_it_cost_and_where_it_is_kept(client: ElevenLabs) -> None:
    with client.text_to_speech.with_raw_response.convert("heart", text="Hello there.") as answer:
        sound = joined(answer.data)
        headers = answer.headers
    assert headers["character-cost"] == headers["x-character-count"] == "12"
    assert headers["request-id"].startswith("req_")
    assert headers["content-type"] == "audio/mpeg"
    item = strict(client.history.get(headers["history-item-id"]))
    assert (item.text, item.voice_name, item.source, item.state) == ("Hello there.", "Heart", "TTS", "created")
    assert decode(joined(client.history.get_audio(item.history_item_id)), max_seconds=60).seconds == pytest.approx(
        decode(sound, max_seconds=60).seconds, abs=0.1
    )


def test_history_is_listed_downloaded_and_deleted(client: ElevenLabs) -> None:
    for text in ("First.", "Second.", "Third."):
        joined(client.text_to_speech.convert("heart", text=text))
    page = strict(client.history.list(page_size=2))
    assert [item.text for item in page.history] == ["Third.", "Second."]
    assert page.has_more
    rest = client.history.list(page_size=2, start_after_history_item_id=page.last_history_item_id)
    assert rest.history[0].text == "First."
    assert [item.text for item in client.history.list(search="seco").history] == ["Second."]
    ids = [item.history_item_id for item in page.history]
    one = joined(client.history.download(history_item_ids=ids[:1]))
    assert decode(one, max_seconds=60).seconds > 0.2
    with zipfile.ZipFile(io.BytesIO(joined(client.history.download(history_item_ids=ids)))) as both:
        assert len(both.namelist()) == 2
    assert strict(client.history.delete(ids[0])).status == "ok"
    with pytest.raises(ApiError) as gone:
        client.history.get(ids[0])
    assert (gone.value.status_code, gone.value.body["detail"]["status"]) == (404, "history_item_not_found")


def test_voices_are_listed_searched_and_described(client: ElevenLabs) -> None:
    found = strict(client.voices.search(search="hear"))
    assert [voice.voice_id for voice in found.voices] == ["heart"]
    assert (found.has_more, found.total_count) == (False, 1)
    assert "heart" in [voice.voice_id for voice in strict(client.voices.get_all()).voices]
    voice = strict(client.voices.get("heart"))
    assert (voice.name, voice.category) == ("Heart", "premade")
    settings = strict(client.voices.settings.get_default())
    assert (settings.stability, settings.similarity_boost, settings.speed) == (0.5, 0.75, 1.0)
    strict(client.voices.settings.get("heart"))


@pytest.mark.parametrize("labels", [None, {"accent": "none"}, '{"accent": "none"}'])
def test_a_voice_is_added_edited_and_deleted(client: ElevenLabs, recording: bytes, labels: Any) -> None:
    added = strict(client.voices.ivc.create(name="My voice", files=[io.BytesIO(recording)], labels=labels))
    assert added.requires_verification is False
    assert client.voices.get(added.voice_id).name == "My voice"
    assert client.voices.update(added.voice_id, name="Other", description="deep").status == "ok"
    voice = client.voices.get(added.voice_id)
    assert (voice.name, voice.description, voice.category) == ("Other", "deep", "cloned")
    assert voice.labels == {"language": "en"} | ({} if labels is None else {"accent": "none"})
    assert strict(client.voices.delete(added.voice_id)).status == "ok"
    with pytest.raises(ApiError) as gone:
        client.voices.get(added.voice_id)
    assert (gone.value.status_code, gone.value.body["detail"]["status"]) == (404, "voice_not_found")


def test_labels_settings_and_the_recording_of_a_voice_are_kept(client: ElevenLabs, recording: bytes) -> None:
    labels = {"language": "de", "accent": "swabian"}
    voice_id = client.voices.ivc.create(name="Kept", files=[io.BytesIO(recording)], labels=labels).voice_id
    try:
        assert strict(client.voices.get(voice_id)).labels == labels
        assert [found.voice_id for found in client.voices.search(search="swabian").voices] == [voice_id]
        client.voices.update(voice_id, name="Kept", labels={"accent": "none"})
        assert client.voices.get(voice_id).labels == {"language": "de", "accent": "none"}
        client.voices.update(voice_id, name="Kept")
        assert client.voices.get(voice_id).labels["accent"] == "none", "not given is not none"
        default = strict(client.voices.settings.get_default())
        assert strict(client.voices.settings.get(voice_id)) == default
        assert strict(client.voices.settings.update(voice_id, request=VoiceSettings(speed=0.8))).status == "ok"
        client.voices.settings.update(voice_id, request=VoiceSettings(stability=0.1, use_speaker_boost=False))
        settings = client.voices.settings.get(voice_id)
        assert (settings.speed, settings.stability, settings.use_speaker_boost) == (0.8, 0.1, False)
        assert settings.similarity_boost == default.similarity_boost
        assert client.voices.get(voice_id).settings == settings
        [sample] = client.voices.get(voice_id).samples
        sound = joined(client.voices.samples.audio.get(voice_id, sample.sample_id))
        assert decode(sound, max_seconds=60).seconds == pytest.approx(4, abs=0.1) == sample.duration_secs
        for call in (
            lambda: client.voices.settings.update("heart", request=VoiceSettings(speed=0.8)),
            lambda: client.voices.update(voice_id, name="Kept", files=[io.BytesIO(recording)]),
            lambda: joined(client.voices.samples.audio.get(voice_id, "other")),
        ):
            with pytest.raises(ApiError) as refused:
                call()
            assert refused.value.body["detail"]["message"].endswith(".")
    finally:
        client.voices.delete(voice_id)


def test_a_sound_is_made_from_its_description(client: ElevenLabs) -> None:
    sound = joined(client.text_to_sound_effects.convert(text="rain with distant thunder", duration_seconds=2.5))
    assert decode(sound, max_seconds=60).seconds == pytest.approx(2.5, abs=0.1)


def test_the_account_and_the_models_are_whole(client: ElevenLabs) -> None:
    subscription = strict(client.user.subscription.get())
    before = subscription.character_limit - subscription.character_count
    joined(client.text_to_speech.convert("heart", text="Ten chars."))
    after = client.user.subscription.get()
    assert before - (after.character_limit - after.character_count) == 10
    strict(client.user.get())
    models = [strict(model) for model in client.models.list()]
    assert {"hibari", "world", "foley", "eleven_multilingual_v2"} <= {model.model_id for model in models}


REFUSED: list[tuple[Callable[[ElevenLabs], Any], int, str]] = [
    (lambda it: joined(it.text_to_speech.convert("nobody", text="Hello.")), 404, "voice_not_found"),
    (lambda it: joined(it.text_to_speech.convert("heart", text="\u2603")), 400, "invalid_text"),
    (lambda it: joined(it.text_to_speech.stream("heart", text="x " * 3000)), 400, "invalid_text"),
    (
        lambda it: joined(it.text_to_speech.convert("heart", text="Hi.", output_format="mp3_1")),
        400,
        "invalid_output_format",
    ),
    (lambda it: it.history.get("nothing"), 404, "history_item_not_found"),
    (lambda it: it.voices.ivc.create(name="X", files=[b"this is no sound"]), 400, "invalid_audio"),
    (lambda it: joined(it.text_to_sound_effects.convert(text="quantum entanglement")), 400, "invalid_input"),
]


@pytest.mark.parametrize(("call", "status", "code"), REFUSED)
def test_what_is_wrong_is_said_in_their_shape_and_costs_nothing(
    client: ElevenLabs, call: Callable[[ElevenLabs], Any], status: int, code: str
) -> None:
    before = client.user.subscription.get()
    with pytest.raises(ApiError) as refused:
        call(client)
    detail = refused.value.body["detail"]
    assert (refused.value.status_code, detail["status"], detail["code"]) == (status, code, code)
    assert detail["message"].endswith(".")
    assert client.user.subscription.get() == before


def test_a_wrong_key_is_401_in_their_shape(service: Service) -> None:
    with pytest.raises(ApiError) as refused:
        ElevenLabs(api_key="bn_wrong", base_url=service.url).models.list()
    assert (refused.value.status_code, refused.value.body["detail"]["status"]) == (401, "invalid_api_key")


async def test_the_async_client_works_alike(service: Service) -> None:
    client = AsyncElevenLabs(api_key=service.api_key, base_url=service.url)
    sound = b"".join([part async for part in client.text_to_speech.stream("heart", text="Hello there.")])
    assert decode(sound, max_seconds=60).seconds > 0.5
    assert "heart" in [voice.voice_id for voice in (await client.voices.search()).voices]


def test_a_recording_is_converted_on_both_paths(client: ElevenLabs, service: Service, tmp_path: Path) -> None:
    said = joined(client.text_to_speech.convert("heart", text=SAID, output_format="wav_16000"))
    changed = joined(client.speech_to_speech.convert("heart", audio=io.BytesIO(said), output_format="wav_24000"))
    assert decode(changed, max_seconds=60).seconds == pytest.approx(decode(said, max_seconds=60).seconds, abs=0.2)
    with wave.open(io.BytesIO(said)) as file:
        raw = file.readframes(file.getnframes())
    streamed = joined(client.speech_to_speech.stream("heart", audio=raw, file_format="pcm_s16le_16", seed=1))
    assert decode(streamed, max_seconds=60).seconds > 4
    old = httpx.post(
        f"{service.url}/v1/speech-to-speech/heart",
        headers={"xi-api-key": service.api_key or ""},
        files={"audio": ("upload", said, "application/octet-stream")},
        data={"voice_settings": '{"stability": 0.3}', "remove_background_noise": "false"},
        timeout=60,
    )
    assert old.status_code == 200


def realtime(service: Service, sentences: list[str], **options: Any) -> bytes:
    """The SDK insists on TLS here (trap 7): as users put one in front, tests point it at the plain address."""
    client = ElevenLabs(api_key=service.api_key, base_url=service.url)
    client.text_to_speech._ws_base_url = service.url.replace("http://", "ws://")
    return joined(client.text_to_speech.convert_realtime("heart", text=iter(sentences), **options))


def test_text_that_is_still_being_written_is_spoken_sentence_by_sentence(service: Service) -> None:
    words = [f"{word} " for word in SAID.split()]
    sound = realtime(service, words)
    assert word_error_rate(SAID, transcribe(sound)) <= 0.2
    raw = realtime(service, words, output_format="pcm_16000")
    assert len(raw) / 2 / 16_000 == pytest.approx(decode(sound, max_seconds=60).seconds, abs=0.3)


def test_a_socket_is_refused_with_a_sentence(service: Service) -> None:
    with pytest.raises(ApiError) as refused:
        realtime(replace(service, api_key="bn_wrong"), ["Hello. "])
    assert refused.value.body["message"].startswith("This API key is not valid")
    with pytest.raises(ApiError) as refused:
        realtime(service, ["Hello. "], output_format="midi")
    assert "output format" in refused.value.body["message"]


ALIAS = {"type": "alias", "string_to_replace": "UN", "alias": "United Nations"}
PHONEME = {"type": "phoneme", "string_to_replace": "NATO", "phoneme": "N EY1 T OW0", "alphabet": "cmu-arpabet"}
LEXICON = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en">
  <lexeme><grapheme>tomato</grapheme><phoneme>təˈmɑːtoʊ</phoneme></lexeme>
  <lexeme><grapheme>BBC</grapheme><alias>British Broadcasting Corporation</alias></lexeme>
</lexicon>""".encode()
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><lexicon>&b;</lexicon>"""


def test_a_pronunciation_dictionary_is_made_changed_used_and_put_away(client: ElevenLabs) -> None:
    them = client.pronunciation_dictionaries
    made = strict(them.create_from_rules(name="Ours", rules=[ALIAS, PHONEME]))
    assert made.version_rules_num == 2
    kept = strict(them.get(made.id))
    assert [(rule.string_to_replace, rule.type) for rule in kept.rules] == [("UN", "alias"), ("NATO", "phoneme")]
    locator = {"pronunciation_dictionary_id": made.id, "version_id": made.version_id}
    long, short = (
        decode(joined(client.text_to_speech.convert("heart", text="The UN met.", **more)), max_seconds=60).seconds
        for more in ({"pronunciation_dictionary_locators": [locator]}, {})
    )
    assert long > short + 0.3, "two words instead of two letters"
    after = strict(them.rules.remove(made.id, rule_strings=["NATO"]))
    assert (after.version_rules_num, after.version_id != made.version_id) == (1, True)
    assert them.rules.set(made.id, rules=[PHONEME]).version_rules_num == 1
    assert them.rules.add(made.id, rules=[ALIAS]).version_rules_num == 2
    assert them.update(made.id, name="Renamed").name == "Renamed"
    page = strict(them.list())
    assert [one.name for one in page.pronunciation_dictionaries] == ["Renamed"]
    them.update(made.id, archived=True)
    assert them.list().pronunciation_dictionaries == []


def test_a_lexicon_file_is_read_and_written(client: ElevenLabs) -> None:
    them = client.pronunciation_dictionaries
    made = strict(them.create_from_file(name="From a file", file=io.BytesIO(LEXICON)))
    assert made.version_rules_num == 2
    written = joined(them.download(made.id, made.version_id))
    again = them.create_from_file(name="Again", file=io.BytesIO(written))
    assert [rule.string_to_replace for rule in them.get(again.id).rules] == ["tomato", "BBC"]
    for wrong in (b"no xml", BOMB):
        with pytest.raises(ApiError) as refused:
            them.create_from_file(name="Wrong", file=io.BytesIO(wrong))
        assert refused.value.status_code == 400
        assert "PLS" in refused.value.body["detail"]["message"]


def test_webhooks_are_managed_by_their_names(client: ElevenLabs) -> None:
    settings = {"auth_type": "hmac", "name": "CI", "webhook_url": "https://1.1.1.1/hook"}
    made = strict(client.webhooks.create(settings=settings))
    assert made.webhook_secret.startswith("whsec_")
    assert client.webhooks.update(made.webhook_id, is_disabled=True, name="CI 2").status == "ok"
    [listed] = strict(client.webhooks.list()).webhooks
    assert (listed.name, listed.webhook_url, listed.is_disabled) == ("CI 2", "https://1.1.1.1/hook", True)
    assert (listed.is_auto_disabled, listed.auth_type) == (False, "hmac")
    assert client.webhooks.delete(made.webhook_id).status == "ok"
    assert client.webhooks.list().webhooks == []
    with pytest.raises(ApiError) as refused:
        client.webhooks.create(settings={**settings, "webhook_url": "http://127.0.0.1/"})
    assert "not a public address" in refused.value.body["detail"]["message"]
