"""Signatures of what is posted: Standard Webhooks and the ElevenLabs header at once, from one `whsec_` secret.

    webhook-id, webhook-timestamp    the delivery, the same on every attempt; seconds since 1970 of this attempt
    webhook-signature                `v1,BASE64` per secret: HMAC-SHA256 of `id.timestamp.body` under the bytes that
                                     stand in base64 after `whsec_`
    elevenlabs-signature             `t=TIMESTAMP,v0=HEX`: HMAC-SHA256 of `timestamp.body` under the secret as text

The second has room for one signature, so while a secret is being replaced the new one makes it: a receiver that does
not know it yet refuses, and accepts a later attempt.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime


def signatures(delivery_id: str, body: bytes, secrets: Sequence[str], moment: datetime) -> dict[str, str]:
    """Headers for these bytes of UTF-8. `secrets`: the newest first."""
    from standardwebhooks import Webhook

    moment = moment.astimezone(UTC)
    seconds, text = str(int(moment.timestamp())), body.decode()
    signed = hmac.new(secrets[0].encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(Webhook(secret).sign(delivery_id, moment, text) for secret in secrets),
        "elevenlabs-signature": f"t={seconds},v0={signed.hexdigest()}",
    }
