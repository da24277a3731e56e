"""A local Bot API server that is as strict as Telegram: what the tests and `bernie bench telegram` run the bot against.

It keeps the limits of https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq ("My bot is hitting
limits"): lengths, file sizes, rates with 429 and `retry_after`, which files are voice notes, which buttons fit.
"""

from bernie.bench.botapi.people import Place, Posted
from bernie.bench.botapi.people import TelegramPerson as Person
from bernie.bench.botapi.server import BotApi, running
from bernie.bench.botapi.world import Refusal

__all__ = ["BotApi", "Person", "Place", "Posted", "Refusal", "running"]
