"""Passwords: which are good enough, and their hashes.

Rules as in NIST SP 800-63B: a length, a list of what everybody tries first, and nothing about digits or signs. Hashes
are argon2id with the parameters that argon2-cffi recommends (RFC 9106, second choice: 64 MiB, three passes); a hash of
older ones is made anew at the next sign-in.
"""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.common_passwords import COMMON
from engine.errors import InvalidInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 128
AT_ONCE = 2
"""Each hash that is made or compared takes 64 MiB and a tenth of a second: the others wait in line."""
FEW_LETTERS = 2


def check_password(password: str, *names: str) -> None:
    """Raises `InvalidInput`. `names`: what it may not be, such as the email that it is for."""
    plain = _normal(password).casefold()
    if len(plain) < SHORTEST:
        raise InvalidInput(f"A password has at least {SHORTEST} characters. A few words make a good one.", field=FIELD)
    if len(plain) > LONGEST:
        raise InvalidInput(f"A password has at most {LONGEST} characters.", field=FIELD)
    if plain in {part for name in names for part in (name.casefold(), name.casefold().partition("@")[0])}:
        raise InvalidInput("Your name or email is the first that somebody would try. Take another one.", field=FIELD)
    if plain in COMMON or len(set(plain)) <= FEW_LETTERS or _counts(plain):
        raise InvalidInput("This password is one that everybody tries first. Take another one.", field=FIELD)


FIELD = "password"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes in threads of its own, so that nothing else waits for one."""

    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "passwords"))

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self.threads, _hash, password)

    async def match(self, secret_hash: str | None, password: str) -> bool:
        """False, after the same time, when there is no hash: who asks does not learn whether there is one."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, _match, secret_hash, password)


def is_dated(secret_hash: str) -> bool:
    """Made with parameters that are not today's."""
    return _hasher().check_needs_rehash(secret_hash)


def _hash(password: str) -> str:
    return _hasher().hash(_bytes(password))


def _match(secret_hash: str | None, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(secret_hash or _nobodys(), _bytes(password)) and secret_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    # Imported here: the service starts without it, and most installations never hash a password.
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's password")


def _normal(password: str) -> str:
    """The same password is the same on every keyboard: one may type é as a letter, another as a letter and a sign."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode(errors="surrogatepass")


def _counts(plain: str) -> bool:
    """Each character follows the one before, up or down: 23456789, hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps in ({1}, {-1})
