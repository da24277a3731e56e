"""Signed posts to a hook: whether a post comes from who knows the secret.

standard    Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`; five minutes old at most.
            Also under Svix's own names, `svix-id` and so on.
sha256      HMAC-SHA256 of the body in a header, in hexadecimal, with `sha256=` before it or not, or in base64: as
            GitHub, Shopify and many others do. There is no time in it: what was overheard can be sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from engine.endpoints import SECRET_PREFIX, new_secret
from engine.errors import InvalidInput, Unauthorized
from store.records import Hook

STANDARD, SHA256 = "standard", "sha256"
SCHEMES = (STANDARD, SHA256)
GITHUB_HEADER = "x-hub-signature-256"
SHORTEST_SECRET, LONGEST_SECRET = 16, 190


def checked_secret(scheme: str, secret: str | None) -> str:
    """A new one where none is given. Raises `InvalidInput` for one that cannot be."""
    if secret is None:
        return new_secret()
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET or not secret.isascii() or not secret.isprintable():
        raise InvalidInput(
            f"A secret has {SHORTEST_SECRET} to {LONGEST_SECRET} letters, digits and signs.", field="secret"
        )
    if scheme == STANDARD:
        try:
            decoded = base64.b64decode(secret.removeprefix(SECRET_PREFIX) + "==")
        except ValueError:
            decoded = b""
        if len(decoded) < SHORTEST_SECRET:
            raise InvalidInput(f"A secret of Standard Webhooks is {SECRET_PREFIX} and base64.", field="secret")
    return secret


def require_signed(hook: Hook, body: bytes, headers: Mapping[str, str]) -> None:
    """`headers` by names in lower case. Raises `Unauthorized` where the hook wants a signature and this has none."""
    if hook.scheme is None:
        return
    assert hook.secret is not None
    good = _standard if hook.scheme == STANDARD else _sha256
    if not good(hook, hook.secret, body, headers):
        raise Unauthorized(_refusal(hook))


def _standard(hook: Hook, secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    from standardwebhooks import Webhook, WebhookVerificationError

    names = ("id", "timestamp", "signature")
    given = {f"webhook-{name}": headers.get(f"webhook-{name}") or headers.get(f"svix-{name}", "") for name in names}
    try:
        Webhook(secret).verify(body, given, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a header that is no signature at all
        return False
    return True


def _sha256(hook: Hook, secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    given = headers.get(hook.signature_header or GITHUB_HEADER, "").strip().removeprefix("sha256=")
    expected = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    forms = ((expected.hex(), given.lower()), (base64.b64encode(expected).decode(), given))
    return any(hmac.compare_digest(ours.encode(), theirs.encode(errors="replace")) for ours, theirs in forms)


def _refusal(hook: Hook) -> str:
    if hook.scheme == STANDARD:
        return (
            "This hook takes only what is signed as Standard Webhooks says, with its secret, in the last five minutes."
        )
    header = hook.signature_header or GITHUB_HEADER
    return f"This hook takes only what is signed: `{header}` must be the HMAC-SHA256 of the body under its secret."
