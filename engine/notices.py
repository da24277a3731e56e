"""What a user is told with a clip: what the model made of the request, and once per model, what it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.capabilities import capability_named
from engine.errors import UserError
from engine.offers import Model, Offers
from store import clips
from store.records import Clip, Job


@dataclass(frozen=True, slots=True)
class Notices:
    offers: Offers

    async def about(self, tx: AsyncConnection, job: Job, clip: Clip) -> str:
        """Sentences, or nothing to say."""
        model = self._model(clip)
        if model is None:
            return ""
        once = model.note if model.note and await clips.is_first_of_model(tx, clip) else ""
        return " ".join(filter(None, (_heard(model, job), once)))

    def _model(self, clip: Clip) -> Model | None:
        offer = self.offers.get(clip.capability)
        return next((model for model in offer.models if model.name == clip.model), None) if offer else None


def _heard(model: Model, job: Job) -> str:
    try:
        heard = model.heard(capability_named(job.capability).parse(job.params))
    except UserError:
        return ""  # made by an earlier version that understood more
    return f"Heard: {heard}." if heard else ""
