"""Which scope of an API key opens which route: the one table, by address. Cookies have no scopes.

What it does not name is open only to keys without limits, so a route that is forgotten here is closed, not open.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine import SCOPES

Needs = frozenset[str]
"""Any one of these suffices."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

ANY: Needs = frozenset(scope.name for scope in SCOPES)
UNLIMITED: Needs = frozenset()
"""Only a key without limits, which is as good as its user."""
GENERATE: Needs = frozenset({"generate"})
ACCOUNT: Needs = frozenset({"account"})
KEYS: Needs = frozenset({"keys"})
WEBHOOKS: Needs = frozenset({"webhooks"})
HOOKS: Needs = frozenset({"hooks"})
READ_CLIPS: Needs = frozenset({"clips:read"})
WRITE_CLIPS: Needs = frozenset({"clips:write"})
READ_VOICES: Needs = frozenset({"voices:read"})
WRITE_VOICES: Needs = frozenset({"voices:write"})

# Address and all below it: what reading takes, what writing takes. The longest address that fits counts.
RULES: tuple[tuple[str, Needs, Needs], ...] = (
    ("/api/v1/jobs", READ_CLIPS, GENERATE),
    ("/api/v1/jobs/{id}", READ_CLIPS | GENERATE, GENERATE),
    ("/api/v1/clips", READ_CLIPS, WRITE_CLIPS),
    ("/api/v1/uploads", GENERATE, GENERATE),
    ("/api/v1/voices", READ_VOICES, WRITE_VOICES),
    ("/api/v1/pronunciations", READ_VOICES, WRITE_VOICES),
    ("/api/v1/capabilities", ANY, UNLIMITED),
    ("/api/v1/scopes", ANY, UNLIMITED),
    ("/api/v1/account", ACCOUNT, UNLIMITED),
    ("/api/v1/credits", ACCOUNT, UNLIMITED),
    ("/api/v1/keys", KEYS, KEYS),
    ("/api/v1/webhooks", WEBHOOKS, WEBHOOKS),
    ("/api/v1/hooks", HOOKS, HOOKS),
    ("/api/v1/session", UNLIMITED, UNLIMITED),
    ("/api/v1/sessions", UNLIMITED, UNLIMITED),
    ("/api/v1/accounts", UNLIMITED, UNLIMITED),
    ("/api/v1/invitations", UNLIMITED, UNLIMITED),
    # ElevenLabs
    ("/v1/text-to-speech", GENERATE, GENERATE),
    ("/v1/voice-changer", GENERATE, GENERATE),
    ("/v1/speech-to-speech", GENERATE, GENERATE),
    ("/v1/sound-generation", GENERATE, GENERATE),
    ("/v1/voices", READ_VOICES, WRITE_VOICES),
    ("/v2/voices", READ_VOICES, WRITE_VOICES),
    ("/v1/pronunciation-dictionaries", READ_VOICES, WRITE_VOICES),
    ("/v1/history", READ_CLIPS, WRITE_CLIPS),
    ("/v1/history/download", READ_CLIPS, READ_CLIPS),
    ("/v1/user", ACCOUNT, UNLIMITED),
    ("/v1/models", ANY, UNLIMITED),
    ("/v1/workspace/webhooks", WEBHOOKS, WEBHOOKS),
    # OpenAI
    ("/v1/audio", GENERATE, GENERATE),
    ("/v1/audio/voices", READ_VOICES, WRITE_VOICES),
)
BY_ADDRESS = {tuple(address.split("/")): (reads, writes) for address, reads, writes in RULES}


def needed_for(method: str, path: str) -> Needs:
    found = rule_for(path) or (UNLIMITED, UNLIMITED)
    return found[0] if method in SAFE_METHODS else found[1]


def rule_for(path: str) -> tuple[Needs, Needs] | None:
    """What reading and writing takes there; None for an address that nobody has thought of."""
    return next((BY_ADDRESS[address] for address in _addresses(path) if address in BY_ADDRESS), None)


def _addresses(path: str) -> Iterator[tuple[str, ...]]:
    """The longest first: the address, what lies above it, and each with an id in its last place."""
    parts = tuple(path.rstrip("/").split("/"))
    for length in range(len(parts), 1, -1):
        yield parts[:length]
        yield (*parts[: length - 1], "{id}")
