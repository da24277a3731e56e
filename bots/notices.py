"""What the service tells a person of its own accord, as words of their language."""

from __future__ import annotations

from bots.phrases import Phrases
from engine import Delivery, DeliveryFailed


def notice(phrases: Phrases, delivery: Delivery) -> str:
    """Raises `DeliveryFailed`, for good, for an event that there are no words for."""
    language = phrases.language(delivery.address.get("language"))
    facts = delivery.payload or {}
    if delivery.event == "webhook.disabled":
        endpoint = facts["endpoint"]
        name = endpoint["name"] or endpoint["url"]
        return phrases(language, "webhook-disabled", name=name, reason=facts["reason"])
    raise DeliveryFailed(f"there are no words for {delivery.event}", final=True)
