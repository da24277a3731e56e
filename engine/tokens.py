"""Secrets that we hand out: made here, shown once, stored as a hash.

SHA-256 without salt is right for them: they carry 256 random bits, so there is nothing to guess or to look up.
"""

from __future__ import annotations

import hashlib
import secrets

API_KEY_PREFIX = "bn_"


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """64 hex digits. Comparing two of them tells nothing about the token, so a lookup by index is safe."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
