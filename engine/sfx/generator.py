"""Sound effects with a loaded network: many at once, each as it would sound alone.

Effects that take the same steps over the same width share every call of the network, all candidates included. On a CPU
each effect goes alone, since a batch gains nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.audio import Audio, resample
from engine.errors import InvalidInput, ModelUnavailable
from engine.sfx.config import LATENT_ROWS, SAMPLE_RATE
from engine.sfx.effect import Effect, draw
from engine.sfx.finishing import finished
from engine.sfx.guidance import GuidedNoise
from engine.sfx.mel import log_mel
from engine.sfx.network import SfxNetwork
from engine.sfx.ranking import Ranking
from engine.sfx.sampler import dpm_solver
from engine.sfx.schedule import TIMESTEPS, Schedule, solver_timesteps
from engine.sfx.text_encoder import CONDITION_TOKENS
from engine.sfx.tokens import PromptTokenizer

DECODE_STEPS = 10
"""What decoder and vocoder together take, in steps of the sampler: for the progress, measured on a CPU."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What effects must have in common to share a batch."""

    columns: int
    steps: int
    first: int  # timestep


@dataclass(slots=True)
class _Order:
    """An effect on its way. `ended`: the clip, or what was wrong."""

    effect: Effect
    ended: Audio | Exception | None = None

    def reach(self, fraction: float) -> None:
        """Tells the fraction; what the listener raises ends this effect and no other."""
        if self.ended is None:
            try:
                self.effect.on_step(fraction)
            except Exception as error:
                self.ended = error


class SoundGenerator:
    """`ranking` may be absent; then only single candidates can be had."""

    def __init__(
        self, network: SfxNetwork, tokenizer: PromptTokenizer, ranking: Ranking | None = None, *, max_rows: int = 1
    ) -> None:
        """`max_rows`: candidates of all effects in one batch; an effect of more goes alone."""
        self._network, self._tokenizer, self._ranking = network, tokenizer, ranking
        self._max_rows = max_rows
        with torch.inference_mode():
            self._empty = self._contexts([""])

    def _contexts(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """[77, D] of each text."""
        tokens = self._tokenizer(texts, CONDITION_TOKENS)
        return dict(zip(texts, self._network.read(tokens.ids), strict=True))

    def check(self, effect: Effect) -> None:
        """Raises a `UserError` for what cannot be made."""
        if not self._tokenizer.knows(effect.prompt):
            raise InvalidInput(
                "The model understands none of these words. Describe the sound in English.", field="prompt"
            )
        if effect.candidates > 1 and self._ranking is None:
            raise ModelUnavailable("Choosing among candidates needs CLAP: bernie models pull sfx, or ask for one only.")

    @torch.inference_mode()
    def generate(self, effects: Sequence[Effect]) -> list[Audio | Exception]:
        """The clip of each, float32 [S] at 16 kHz, or what was wrong with it; one does not harm the others."""
        orders = [_Order(effect) for effect in effects]
        for order in orders:
            try:
                self.check(order.effect)
            except Exception as error:
                order.ended = error
        for plan, batch in _batches(orders, self._max_rows):
            self._make(plan, batch)
        return [order.ended or RuntimeError("An effect was forgotten.") for order in orders]

    def _make(self, plan: Plan, batch: list[_Order]) -> None:
        latent = self._sample(plan, batch)
        if latent is None:
            return
        each = torch.split(latent, [order.effect.candidates for order in batch])
        for order, latents in zip(batch, each, strict=True):
            if order.ended is None:
                order.ended = finished(self._best(order.effect, self._sound(latents)), order.effect)

    def _sample(self, plan: Plan, batch: list[_Order]) -> Tensor | None:
        """Latents of all candidates [rows, 4, 10, W]; None if everybody left."""
        schedule = Schedule.through(solver_timesteps(plan.steps, plan.first))
        guided = self._guided(schedule, [order.effect for order in batch])
        start = torch.cat([self._start(order.effect, plan, schedule) for order in batch])
        latent, total = start, plan.steps + DECODE_STEPS
        for order in batch:
            order.reach(0.0)
        for done, step in enumerate(dpm_solver(guided, start, schedule), start=1):
            latent = step.latent
            for order in batch:
                order.reach(done / total)
            if all(order.ended is not None for order in batch):
                return None
        return latent

    def _guided(self, schedule: Schedule, effects: Sequence[Effect]) -> GuidedNoise:
        texts = {text for effect in effects for text in (effect.prompt, effect.without)}
        contexts = self._empty | self._contexts(sorted(texts - self._empty.keys()))
        rows = [effect for effect in effects for _ in range(effect.candidates)]
        return GuidedNoise(
            self._network.unet,
            schedule,
            torch.stack([contexts[effect.prompt] for effect in rows]),
            torch.stack([contexts[effect.without] for effect in rows]),
            torch.tensor([effect.guidance for effect in rows], device=self._network.device),
        )

    def _start(self, effect: Effect, plan: Plan, schedule: Schedule) -> Tensor:
        """Noise for each candidate, or the source under noise [candidates, 4, 10, W]."""
        channels = self._network.unet.config.latent_channels
        drawn = [
            draw(effect.seed, candidate, plan.columns, rows=LATENT_ROWS, channels=channels)
            for candidate in range(effect.candidates)
        ]
        noise = torch.stack([start for start, _ in drawn]).to(self._network.device)
        if effect.source is None:
            return noise
        mel = self._mel(effect.source, plan.columns).expand(len(drawn), -1, -1)
        clean = self._network.encode(mel, torch.stack([posterior for _, posterior in drawn]).to(noise.device))
        return schedule.noised(clean, noise, len(schedule) - 1)

    def _mel(self, source: Audio, columns: int) -> Tensor:
        """[1, 80, 8W], the source cut, or continued by silence."""
        samples = columns * self._network.column_samples
        wave = torch.from_numpy(resample(source, SAMPLE_RATE).samples)[:samples].to(self._network.device)
        return log_mel(functional.pad(wave, (0, samples - len(wave))).unsqueeze(0))

    def _sound(self, latents: Tensor) -> Tensor:
        """[candidates, 4, 10, W] -> waves [candidates, 2048 W]; one by one where a batch only costs memory."""
        size = 1 if latents.device.type == "cpu" else len(latents)
        parts = [latents[start : start + size] for start in range(0, len(latents), size)]
        return torch.cat([self._network.speak(self._network.decode(part)) for part in parts])

    def _best(self, effect: Effect, waves: Tensor) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """The candidate that CLAP finds nearest to the prompt, the first of equals."""
        best = 0
        if len(waves) > 1:
            assert self._ranking is not None
            best = int(self._ranking.scores(effect.prompt, waves).argmax())
        wave: np.ndarray[tuple[int], np.dtype[np.float32]] = waves[best].cpu().numpy()
        return wave


def plan_of(effect: Effect) -> Plan:
    first = TIMESTEPS - 1
    if effect.source is not None:
        first = max(1, min(first, round(effect.strength * first)))
    return Plan(effect.columns, effect.own_steps, first)


def _batches(orders: Sequence[_Order], max_rows: int) -> Iterator[tuple[Plan, list[_Order]]]:
    """Effects of the same plan, together up to `max_rows` candidates."""
    by_plan: dict[Plan, list[_Order]] = {}
    for order in orders:
        if order.ended is None:
            by_plan.setdefault(plan_of(order.effect), []).append(order)
    for plan, alike in by_plan.items():
        batch: list[_Order] = []
        for order in alike:
            if batch and sum(each.effect.candidates for each in (*batch, order)) > max_rows:
                yield plan, batch
                batch = []
            batch.append(order)
        yield plan, batch
