"""Somebody at a Discord client: runs commands, types, presses, fills in, and reads what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.discord.server import Discord
from tests.discord.world import Account, Channel, Interaction, Message, member_of

SUBCOMMAND, SUBGROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 6, 7, 10, 11


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(eq=False)
class Asked:
    """An interaction under way, as the person sees it."""

    discord: Discord
    interaction: Interaction

    @property
    def original(self) -> Message | None:
        message = self.interaction.original
        return message if message and not message.deleted else None

    def answers(self) -> list[Message]:
        messages = [*([self.original] if self.original else []), *self.interaction.followups]
        return [message for message in messages if not message.deleted]

    async def until(self, wanted: Callable[[Message], Any], seconds: float = 20) -> Message:
        """The first answer of which this is true."""

        def found() -> Message | None:
            return next((message for message in self.answers() if wanted(message)), None)

        try:
            return await self.discord.world.until(found, seconds)  # type: ignore[no-any-return]
        except TimeoutError:
            seen = [(message.content, len(message.attachments)) for message in self.answers()]
            raise AssertionError(f"never came; there is {seen}, callback {self.interaction.response}") from None

    async def clip(self, seconds: float = 20) -> Message:
        return await self.until(lambda message: message.attachments, seconds)

    async def words(self, *wanted: str) -> Message:
        """The answer that says all of this; any words when none are given."""
        return await self.until(lambda message: _says(message, wanted))

    async def refusal(self, *wanted: str) -> str:
        """What only the one who asked can read."""
        user = self.interaction.user
        return (await self.until(lambda message: message.only_for is user and _says(message, wanted))).content

    async def modal(self) -> dict[str, Any]:
        return await self.discord.world.until(lambda: self.interaction.modal)  # type: ignore[no-any-return]


def _says(message: Message, wanted: tuple[str, ...]) -> bool:
    text = " ".join([message.content, *(str(embed) for embed in message.embeds)])
    return bool(text.strip()) and all(word in text for word in wanted)


@dataclass(eq=False)
class Person:
    discord: Discord
    account: Account
    channel: Channel
    installed_for_user_only: bool = False

    def elsewhere(self, channel: Channel) -> Person:
        return Person(self.discord, self.account, channel, self.installed_for_user_only)

    async def run(self, command: str, **options: Any) -> Asked:
        """`command` with spaces for subcommands; options as its client would send them, or refuse to."""
        payload = self._command(command, options)
        return await self._ask(2, payload)

    async def complete(self, command: str, option: str, typed: str, **options: Any) -> list[str]:
        """The values that are offered."""
        payload = self._command(command, {**options, option: typed}, focused=option)
        asked = await self._ask(4, payload)
        choices = await self.discord.world.until(lambda: asked.interaction.choices is not None and asked.interaction)
        return [choice["value"] for choice in choices.choices]

    async def menu(self, name: str, message: Message) -> Asked:
        command = next(c for c in self.discord.world.commands if c["name"] == name and c["type"] == 3)
        resolved = {"messages": {str(message.id): message.data()}}
        payload = {"id": command["id"], "name": name, "type": 3, "target_id": str(message.id), "resolved": resolved}
        return await self._ask(2, payload)

    async def press(self, message: Message, name: str) -> Asked:
        """The button of this label or emoji, or whose id begins so."""
        for part in message.buttons:
            if name in (part.get("label"), (part.get("emoji") or {}).get("name")) or part.get(
                "custom_id", ""
            ).startswith(name):
                payload = {"custom_id": part["custom_id"], "component_type": part["type"]}
                return await self._ask(3, payload, source=message)
        raise AssertionError(f"no button {name!r} among {[part.get('custom_id') for part in message.buttons]}")

    async def choose(self, message: Message, *values: str) -> Asked:
        part = next(part for part in message.buttons if part["type"] == 3)
        assert set(values) <= {option["value"] for option in part["options"]}, part["options"]
        payload = {"custom_id": part["custom_id"], "component_type": 3, "values": list(values)}
        return await self._ask(3, payload, source=message)

    async def fill_in(self, modal: dict[str, Any], **values: str) -> Asked:
        rows = []
        for row in modal["components"]:
            inner = row["components"][0] if row["type"] == 1 else row["component"]
            value = values.pop(inner["custom_id"], inner.get("value") or "")
            assert value or not inner.get("required", True), f"{inner['custom_id']} must be filled in"
            assert len(value) <= inner.get("max_length", 4000)
            filled = {"type": inner["type"], "custom_id": inner["custom_id"], "value": value}
            rows.append({"type": 1, "components": [filled]} if row["type"] == 1 else {"type": 18, "component": filled})
        assert not values, f"the modal does not ask for {list(values)}"
        return await self._ask(5, {"custom_id": modal["custom_id"], "components": rows})

    async def say(self, content: str = "", *files: File) -> Message:
        given = [(file.name, file.data, file.content_type) for file in files]
        return await self.discord.say(self.account, self.channel, content, *given)

    async def _ask(self, kind: int, payload: dict[str, Any], source: Message | None = None) -> Asked:
        only_user = self.installed_for_user_only
        asked = Interaction(kind, self.account, self.channel, payload, source, installed_for_user_only=only_user)
        await self.discord.ask(asked)
        return Asked(self.discord, asked)

    def _command(self, path: str, options: dict[str, Any], focused: str | None = None) -> dict[str, Any]:
        first, *rest = path.split()
        command = next(c for c in self.discord.world.commands if c["name"] == first and c.get("type", 1) == 1)
        payload: dict[str, Any] = {"id": command["id"], "name": first, "type": 1, "resolved": {}}
        declared, here = command, payload
        for name in rest:
            declared = next(option for option in declared["options"] if option["name"] == name)
            inner = {"name": name, "type": declared["type"]}
            here["options"], here = [inner], inner
        known = {option["name"]: option for option in declared.get("options") or []}
        assert set(options) <= set(known), f"/{path} has no option {set(options) - set(known)}"
        missing = {name for name, option in known.items() if option.get("required")} - set(options)
        assert not missing or focused, f"/{path} needs {missing}"
        here["options"] = [
            self._option(known[name], value, name == focused, payload["resolved"]) for name, value in options.items()
        ]
        return payload

    def _option(self, declared: dict[str, Any], value: Any, focused: bool, resolved: dict[str, Any]) -> dict[str, Any]:
        kind = declared["type"]
        if kind == ATTACHMENT:
            attachment = self.discord.world.upload(self.channel, value.name, value.data, value.content_type)
            resolved.setdefault("attachments", {})[attachment["id"]] = attachment
            value = attachment["id"]
        elif kind == USER:
            resolved.setdefault("users", {})[str(value.id)] = value.data()
            if self.channel.guild is not None:
                member = member_of(value, self.channel.guild)
                del member["user"]
                resolved.setdefault("members", {})[str(value.id)] = member
            value = str(value.id)
        elif kind == CHANNEL:
            resolved.setdefault("channels", {})[str(value.id)] = value.data() | {
                "permissions": str(value.bot_permissions)
            }
            value = str(value.id)
        elif not focused:
            self._allowed(declared, value)
        return {"name": declared["name"], "type": kind, "value": value} | ({"focused": True} if focused else {})

    @staticmethod
    def _allowed(declared: dict[str, Any], value: Any) -> None:
        """What a client does not let through."""
        if declared.get("choices"):
            assert value in [choice["value"] for choice in declared["choices"]]
        if declared["type"] == STRING:
            assert declared.get("min_length", 0) <= len(value) <= declared.get("max_length", 6000), "length"
        if declared["type"] in (INTEGER, NUMBER):
            assert declared.get("min_value", value) <= value <= declared.get("max_value", value), "range"
