"""Secrets that we hand out: made here, shown once, stored as a hash.

SHA-256 without salt is right for those of 256 random bits: there is nothing to guess or to look up. A code that people
type has less than 40 and is protected by its ten minutes.
"""

from __future__ import annotations

import hashlib
import secrets

API_KEY_PREFIX = "bn_"
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without those that look alike
CODE_LENGTH = 8


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """64 hex digits. Comparing two of them tells nothing about the token, so a lookup by index is safe."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_code() -> str:
    """For people to type: 39 bits."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def typed_code(text: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(letter for letter in text.upper() if letter in CODE_LETTERS)


def identity_hash(surface: str, subject: str) -> str:
    """What is kept of somebody who left. It hides a name, not from one who tries every number there is."""
    return digest(f"{surface}\0{subject}")
