"""What of a post fills an option: pointers and words, whatever is posted, and sentences where it does not fit."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from engine import Unauthorized, UserError
from engine.clock import now
from engine.endpoints import new_secret
from engine.hook_bodies import MOST_BYTES, document_of
from engine.hook_rules import checked_order, checked_signing
from engine.hook_signatures import require_signed
from engine.hook_templates import LONGEST_TEMPLATE, LONGEST_TEXT, parse
from store.records import Hook

SALE = {
    "customer": {"name": "Ann", "a/b": "slash", "m~n": "tilde", "": "empty"},
    "amount": 12.0,
    "lines": [{"title": "Tea"}, {"title": "Milk"}],
    "paid": True,
    "note": None,
    "evil": "{/customer/name} {{0.__class__}}",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def assert_sentence(words: str, *, without: str | None = None) -> None:
    assert words.endswith(".")
    assert without is None or without not in words


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("New sale: {/customer/name} paid {/amount} euros", "New sale: Ann paid 12 euros"),
        ("{/lines/1/title}, then {/lines/0/title}", "Milk, then Tea"),
        ("{/customer/a~1b} {/customer/m~0n} {/customer/}", "slash tilde empty"),
        ("Hello {/nobody|whoever you are}!", "Hello whoever you are!"),
        ("{/note|}nothing", "nothing"),
        ("{{/amount}} is {/amount}", "{/amount} is 12"),
        ("{/paid}?", "true?"),
        ("/customer/name", "Ann"),
        ("/amount", 12.0),
        ("{/paid}", True),
        ("{/evil}!", "{/customer/name} {{0.__class__}}!"),
    ],
)
def test_a_template_takes_values_from_where_it_points(template: str, filled: Any) -> None:
    assert parse(template, "text").fill(SALE, "text") == filled


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{/nobody}", "There is nothing at /nobody"),
        ("{/note}", "There is nothing at /note"),
        ("{/lines/2/title}", "There is nothing at /lines/2/title"),
        ("{/lines/00/title}", "There is nothing"),
        ("{/lines/-1/title}", "There is nothing"),
        ("{/customer/name/__class__}", "There is nothing"),
        ("All: {/lines}", "At /lines there is a list"),
        ("/customer", "At /customer there is an object"),
        ("", "At the top there is an object"),
        ("{name}", "write it as /name"),
        ("{/a", "has no partner"),
        ("a } b {/c}", "has no partner"),
        ("{/a{/b}}", "has no partner"),
        ("{/a~2}", "no JSON pointer that can be used"),
        ("{" + "/a" * 200 + "}", "no JSON pointer that can be used"),
        ("no value at all", "takes nothing from what is posted"),
        ("{/a}" * 51, "more than 50 values"),
        ("x" * LONGEST_TEMPLATE + "{/a}", "too long"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence_that_names_it(template: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as refused:
        parse(template, "text").fill(SALE, "text")
    assert refused.value.field == "text"
    assert refused.value.message.endswith(".")


def test_a_text_that_grows_beyond_measure_is_refused() -> None:
    with pytest.raises(UserError, match="too long"):
        parse("{/a} " * 50, "text").fill({"a": "x" * (LONGEST_TEXT // 49)}, "text")


@settings(max_examples=150, deadline=None)
@given(document=JSON, template=st.text(alphabet="{}/|~01ab ", max_size=24))
def test_no_template_and_no_document_raises_anything_but_a_sentence(document: Any, template: str) -> None:
    try:
        filled = parse(template, "text").fill(document, "text")
    except UserError as error:
        filled = error.message
        assert_sentence(filled)
    assert isinstance(filled, str | int | float | bool)


@settings(max_examples=100, deadline=None)
@given(
    body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    kind=st.sampled_from(["application/json", "", "text/plain", "application/x-www-form-urlencoded", "x/y", "a;b=c"]),
)
def test_no_body_raises_anything_but_a_sentence(body: bytes, kind: str) -> None:
    try:
        document_of(body, kind)
    except UserError as error:
        assert_sentence(error.message)


@pytest.mark.parametrize(
    ("body", "kind", "document"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b'{"a": 1}', "application/vnd.shop+json; charset=utf-8", {"a": 1}),
        (b"a=1&b=two+words&a=3", "application/x-www-form-urlencoded", {"a": ["1", "3"], "b": "two words"}),
        (b"payload=%7B%22a%22%3A1%7D", "application/x-www-form-urlencoded", {"a": 1}),
        ("Grüße\n".encode(), "text/plain; charset=utf-8", "Grüße"),
        (b"  ", "text/plain", None),
    ],
)
def test_a_body_is_what_its_content_type_says(body: bytes, kind: str, document: Any) -> None:
    assert document_of(body, kind) == document


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"not json", "application/json"),
        (b"a=1", "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"[" * 60_000, "application/json"),
        (b"9" * 10_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"", "application/json"),
        (b"a=1&" * 1000, "application/x-www-form-urlencoded"),
        (b"RIFF", "audio/wav"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b'"' + b"x" * MOST_BYTES + b'"', "application/json"),
    ],
)
def test_a_body_that_is_none_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UserError):
        document_of(body, kind)


@pytest.mark.parametrize(
    ("capability", "options", "template", "says"),
    [
        ("song", {}, {"text": "/t"}, "no capability"),
        ("tts", {}, {}, "`text` is missing"),
        ("tts", {"tempo": 1}, {"text": "/t"}, "no option 'tempo'"),
        ("tts", {}, {"text": "/t", "tempo": "/x"}, "no option 'tempo'"),
        ("tts", {"text": "a"}, {"text": "/t"}, "Leave one out"),
        ("tts", {"speed": 9}, {"text": "/t"}, "`speed` must be at most 2"),
        ("sfx", {"candidates": 9}, {"prompt": "/t"}, "`candidates` must be at most 4"),
        ("vc", {"source": "upload_1", "voice": "heart"}, {}, "comes from the post"),
        ("vc", {}, {"source": "/url"}, "`voice` is missing"),
        ("tts", {"pronunciations": ["x" * 30_000]}, {"text": "/t"}, "too long"),
    ],
)
def test_a_hook_that_could_never_work_is_refused_when_it_is_made(
    capability: str, options: dict[str, Any], template: dict[str, str], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        checked_order(capability, options, template)


def test_a_hook_that_can_work_is_taken() -> None:
    assert checked_order("tts", {"speed": 1.2, "format": "mp3"}, {"text": "{/t}", "voice": "/v"}).name == "tts"
    assert checked_order("sfx", {"loop": True}, {"prompt": "{}"}).name == "sfx"
    assert checked_order("vc", {"voice": "heart"}, {"source": "/url"}).name == "vc"


# Signatures

BODY = '{"text": "Grüße"}'.encode()
HOOK = Hook(
    id="hk_1", user_id="user_1", name="", hint="", capability="tts", options={}, template={}, reply={}, per_minute=60,
    created_at=now(),
)  # fmt: skip


def signed(secret: str, *, body: bytes = BODY, age: timedelta = timedelta(0), id: str = "msg_1") -> dict[str, str]:
    moment = datetime.now(UTC) - age
    signature = Webhook(secret).sign(id, moment, body.decode())
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": f"v2,other {signature}",
    }


def accepts(hook: Hook, headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        require_signed(hook, body, headers)
    except Unauthorized as error:
        assert_sentence(error.message, without=hook.secret)
        return False
    return True


def test_standard_webhooks_are_taken_only_fresh_whole_and_under_the_secret_of_this_hook() -> None:
    hook = replace(HOOK, **checked_signing("standard", None, None))
    assert hook.secret is not None
    good = signed(hook.secret)
    assert accepts(hook, good)
    assert accepts(hook, {name.replace("webhook", "svix"): value for name, value in good.items()})
    assert not accepts(hook, {})
    assert not accepts(hook, signed(new_secret()))
    assert not accepts(hook, signed(hook.secret, age=timedelta(minutes=6)))
    assert not accepts(hook, signed(hook.secret, age=timedelta(minutes=-6)))
    assert not accepts(hook, good, BODY + b" ")
    assert not accepts(hook, good | {"webhook-id": "msg_2"})
    for garbage in ("v1", "v1,", "v1,ö", ",", "nothing", "v1,a,b"):
        assert not accepts(hook, good | {"webhook-signature": garbage})
    assert not accepts(hook, good | {"webhook-timestamp": "nan"})
    assert not accepts(hook, good, b"\xff")


@pytest.mark.parametrize("header", [None, "X-Shop-Hmac"])
def test_a_hash_in_a_header_is_taken_in_every_usual_form(header: str | None) -> None:
    hook = replace(HOOK, **checked_signing("sha256", header, "a secret of sixteen letters"))
    assert hook.secret is not None
    name = header.lower() if header else "x-hub-signature-256"
    mac = hmac.new(hook.secret.encode(), BODY, hashlib.sha256)
    for form in (mac.hexdigest(), f"sha256={mac.hexdigest()}", base64.b64encode(mac.digest()).decode()):
        assert accepts(hook, {name: form})
        assert not accepts(hook, {name: form}, BODY + b" ")
        assert not accepts(replace(hook, secret="another secret of letters"), {name: form})
    for garbage in ("", "sha256=", "ö", "0" * 64):
        assert not accepts(hook, {name: garbage})
    assert not accepts(hook, {"x-other": mac.hexdigest()})


@pytest.mark.parametrize(
    ("scheme", "header", "secret"),
    [("md5", None, None), ("sha256", "no header", None), ("sha256", None, "short"), ("standard", None, "whsec_YQ==")],
)
def test_a_way_to_sign_that_is_none_is_refused(scheme: str, header: str | None, secret: str | None) -> None:
    with pytest.raises(UserError):
        checked_signing(scheme, header, secret)
