"""Models that another process brings to this disk: a process that works on no jobs offers them from then on."""

from __future__ import annotations

import asyncio
import logging

from bernie import compose
from bernie.settings import Settings
from engine import Engine, selection
from engine.signals import wait

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0


async def follow(settings: Settings, engine: Engine, stop: asyncio.Event, *, every: float = LOOK_SECONDS) -> None:
    """Until `stop` is set. A look costs some file system calls, and reads a new file once, to check it."""
    here: set[str] | None = None  # what the offers say is as old as the start
    while not stop.is_set():
        await wait(stop, every)
        try:
            found = await asyncio.to_thread(compose.models_here, settings)
        except Exception:
            log.exception("did not see which models are here")
            continue
        if found != here:
            log.info("models on this disk", extra={"models": sorted(found)})
            here = found
            engine.offers.update(selection.offers(settings.models, here))
