"""What a local Discord knows: people, servers, channels, messages and interactions."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from discord import Permissions

EPOCH_MS = 1_420_070_400_000
TOKEN_SECONDS = 15 * 60
CALLBACK_SECONDS = 3.0
MEGABYTE = 2**20
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)  # members, presences, message content
MESSAGE_CONTENT_FLAG = 1 << 19  # of an application: the limited message content intent was switched on
EVERYTHING = Permissions.all().value
TEXT, DM, VOICE, GROUP, THREAD, STAGE, FORUM = 0, 1, 2, 3, 11, 13, 15
VOICES = (VOICE, STAGE)

_counter = itertools.count()


def snowflake() -> int:
    return (int(time.time() * 1000) - EPOCH_MS) << 22 | (next(_counter) & 0x3FFFFF)


class Refused(Exception):
    """What Discord answers: status, its own code, its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(eq=False)
class Account:
    name: str
    locale: str = "en-US"
    bot: bool = False
    takes_dms: bool = True
    id: int = field(default_factory=snowflake)

    def data(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "bot": self.bot,
        }


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: Account
    content: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    only_for: Account | None = None
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)  # of the bot
    past: list[str] = field(default_factory=list)  # contents it had before

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [part for row in self.components for part in row["components"]]

    def data(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": 0,
            "author": self.author.data(),
            "content": self.content,
            "attachments": self.attachments,
            "embeds": self.embeds,
            "components": self.components,
            "flags": self.flags,
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
        }


@dataclass(eq=False)
class Guild:
    name: str
    owner: Account
    id: int = field(default_factory=snowflake)
    members: list[Account] = field(default_factory=list)
    has_bot: bool = True
    voice_states: dict[int, int] = field(default_factory=dict)  # account -> channel


@dataclass(eq=False)
class Channel:
    name: str
    type: int = TEXT
    guild: Guild | None = None
    parent: Channel | None = None
    people: list[Account] = field(default_factory=list)
    bot_permissions: int = EVERYTHING
    id: int = field(default_factory=snowflake)
    exists: bool = True
    user_limit: int = 0
    messages: dict[int, Message] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        common: dict[str, Any] = {"id": str(self.id), "type": self.type, "last_message_id": None, "flags": 0}
        if self.guild is None:
            return common | {"recipients": [person.data() for person in self.people]}
        common |= {"name": self.name, "guild_id": str(self.guild.id), "position": 0, "permission_overwrites": []}
        if self.type == THREAD:
            assert self.parent is not None
            dates = {"archived": False, "auto_archive_duration": 60, "archive_timestamp": "2026-01-01T00:00:00+00:00"}
            common |= {"parent_id": str(self.parent.id), "owner_id": str(self.guild.owner.id), "thread_metadata": dates}
            common |= {"message_count": 1, "member_count": 1}
        if self.type in VOICES:
            common |= {"bitrate": 64000, "user_limit": self.user_limit}
        return common | ({"parent_id": None} if self.type != THREAD else {})


def member_of(account: Account, guild: Guild) -> dict[str, Any]:
    rights = Permissions.all() if account is guild.owner else Permissions(send_messages=True, view_channel=True)
    return {
        "user": account.data(),
        "roles": [],
        "flags": 0,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "permissions": str(rights.value),
        "deaf": False,
        "mute": False,
    }


@dataclass(eq=False)
class Interaction:
    """`kind` 2 command, 3 component, 4 autocomplete, 5 modal. `response`: the type of the callback, once it came."""

    kind: int
    user: Account
    channel: Channel
    payload: dict[str, Any]
    source: Message | None = None
    installed_for_user_only: bool = False
    id: int = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(40))
    born: float = field(default_factory=time.monotonic)
    response: int | None = None
    answered_after: float | None = None  # seconds
    thinking: bool = False
    ephemeral: bool = False
    expired: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None

    def age(self) -> float:
        return time.monotonic() - self.born


@dataclass(eq=False)
class Fault:
    """What the next requests that match get instead of an answer."""

    method: str
    path: str
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and method == self.method and re.search(self.path, path) is not None


@dataclass(eq=False)
class Halt:
    """Holds the first request that matches, before it has any effect or after it had all of it, until let go."""

    method: str
    path: str
    after: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, method: str, path: str, *, after: bool) -> None:
        fits = method == self.method and re.search(self.path, path) is not None
        if fits and after is self.after and not self.reached.is_set():
            self.reached.set()
            await self.let_go.wait()


@dataclass(eq=False)
class World:
    """`changed` wakes whoever waits for something to happen."""

    token: str = "a token of the tests"
    size_limit: int = 10 * MEGABYTE
    intents_allowed: bool = True  # the privileged ones
    bot: Account = field(default_factory=lambda: Account("bernie", bot=True))
    guilds: list[Guild] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)  # by token
    commands: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes | None] = field(default_factory=dict)  # by path on the CDN; None: expired
    faults: list[Fault] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, status
    intents: int = 0
    syncs: int = 0
    url: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self.changed.set()

    async def until(self, found: Callable[[], Any], seconds: float = 20.0) -> Any:
        """The first true answer of `found`, asked whenever something happened. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not (answer := found()):
                self.changed.clear()
                await self.changed.wait()
        return answer

    def person(self, name: str, locale: str = "en-US") -> Account:
        account = Account(name, locale)
        self.accounts[account.id] = account
        return account

    def guild(self, name: str, owner: Account) -> Guild:
        guild = Guild(name, owner, members=[owner])
        self.guilds.append(guild)
        return guild

    def channel(self, name: str, guild: Guild, type: int = TEXT, parent: Channel | None = None) -> Channel:
        channel = Channel(name, type, guild, parent)
        self.channels[channel.id] = channel
        return channel

    def dm(self, account: Account) -> Channel:
        for channel in self.channels.values():
            if channel.type == DM and channel.people == [account]:
                return channel
        channel = Channel("", DM, people=[account])
        self.channels[channel.id] = channel
        return channel

    def post(self, channel: Channel, author: Account, **fields: Any) -> Message:
        message = Message(snowflake(), channel, author, **fields)
        channel.messages[message.id] = message
        self.tell()
        return message

    def upload(self, channel: Channel, name: str, data: bytes, content_type: str, **more: Any) -> dict[str, Any]:
        """A file on the CDN, as the attachment that tells of it."""
        attachment_id = snowflake()
        path = f"/attachments/{channel.id}/{attachment_id}/{name}"
        self.files[path] = data
        return {
            "id": str(attachment_id),
            "filename": name,
            "size": len(data),
            "url": self.url + path,
            "proxy_url": self.url + path,
            "content_type": content_type,
            **more,
        }

    def file_of(self, attachment: dict[str, Any]) -> bytes:
        data = self.files[attachment["url"].removeprefix(self.url)]
        assert data is not None, "this attachment has expired"
        return data
