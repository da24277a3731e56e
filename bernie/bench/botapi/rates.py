"""How often a bot may post: Telegram's figures, with the short bursts that it lets pass."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bernie.bench.botapi.world import Chat, Refusal

CHAT_BURST, CHAT_PER_SECOND = 3, 1.0
GROUP_PER_MINUTE = 20
ALL_PER_SECOND = 30


@dataclass
class Rates:
    """Posts and edits count, chat actions and answers to queries do not. `refused`: how often 429 was said."""

    refused: int = 0
    closed: dict[int, float] = field(default_factory=dict)  # chats that a test closed for a while
    _tokens: dict[int, tuple[float, float]] = field(default_factory=dict)
    _minutes: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _second: deque[float] = field(default_factory=deque)

    def count(self, chat: Chat) -> None:
        """Raises `Refusal` 429 for the post that is one too many."""
        moment = time.monotonic()
        wait = max(self._chat_wait(chat, moment), self._group_wait(chat, moment), self._all_wait(moment))
        wait = max(wait, self.closed.get(chat.id, 0) - moment)
        if wait > 0:
            self.refused += 1
            seconds = math.ceil(wait)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        tokens, at = self._tokens.get(chat.id, (float(CHAT_BURST), moment))
        self._tokens[chat.id] = (min(CHAT_BURST, tokens + (moment - at) * CHAT_PER_SECOND) - 1, moment)
        self._second.append(moment)
        if chat.is_group:
            self._minutes[chat.id].append(moment)

    def _chat_wait(self, chat: Chat, moment: float) -> float:
        tokens, at = self._tokens.get(chat.id, (float(CHAT_BURST), moment))
        return (1 - min(CHAT_BURST, tokens + (moment - at) * CHAT_PER_SECOND)) / CHAT_PER_SECOND

    def _group_wait(self, chat: Chat, moment: float) -> float:
        return _over(self._minutes[chat.id], GROUP_PER_MINUTE, 60.0, moment) if chat.is_group else 0.0

    def _all_wait(self, moment: float) -> float:
        return _over(self._second, ALL_PER_SECOND, 1.0, moment)


def _over(times: deque[float], most: int, window: float, moment: float) -> float:
    """Seconds until another one fits into the window; at most 0 when it does now."""
    while times and times[0] <= moment - window:
        times.popleft()
    return times[0] + window - moment if len(times) >= most else 0.0
