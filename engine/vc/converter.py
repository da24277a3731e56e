"""Voice conversion with a loaded network: many requests at once, each as it would sound alone.

All pieces of all sources share batches; those of a source are joined when its last one is vocoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.audio import Audio
from engine.vc.chunks import OVERLAP_FRAMES, context_frames, joined, pieces_of
from engine.vc.content import Answer, ContentEncoder, content_of
from engine.vc.flow import Piece, sampled
from engine.vc.mel import frames_of, to_encoder_rate
from engine.vc.network import VcNetwork
from engine.vc.pitch import f0_of
from engine.vc.pitch_shift import shifted
from engine.vc.recordings import SHORTEST_SOURCE_SECONDS
from engine.vc.voices import Voice, Voices, wave_of
from engine.vc.weights import Variant, content_encoder, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One request. `length_adjust` below 1 speaks faster; pitch options count only where the model sings."""

    source: Audio
    reference: Audio
    seed: int
    steps: int = 25
    guidance: float = 0.7
    length_adjust: float = 1.0
    semitones: int = 0
    auto_pitch: bool = False
    on_step: Callable[[float], None] = lambda fraction: None
    """What is done, 0 to 1. An exception of it becomes this request's result."""


@dataclass
class _Line:
    """A conversion on its way."""

    conversion: Conversion
    pieces: list[Piece]
    waves: dict[int, Tensor] = field(default_factory=dict)
    steps_done: int = 0
    error: Exception | None = None

    def advance(self, steps: int) -> None:
        self.steps_done += steps
        if self.error is not None:
            return  # the rest of the batch goes on without it
        try:
            self.conversion.on_step(self.steps_done / (self.conversion.steps * len(self.pieces)))
        except Exception as error:
            self.error = error


Share = tuple[_Line, int]
"""A piece of a line, by its number."""


class _Abandoned(Exception):
    """Nobody waits any more for any piece of the batch."""


class Converter:
    """`precision` is that of the estimator and of the content encoder; of the rest, the vocoder has the network's."""

    def __init__(
        self,
        network: VcNetwork,
        encoder: ContentEncoder,
        *,
        model: str,
        folder: Path | None,
        pieces_at_once: int = 1,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self._network, self._encoder = network, encoder
        self._voices = Voices(network, self._hear, model, folder)
        self._at_once, self._precision = pieces_at_once, precision

    @classmethod
    def open(
        cls,
        variant: Variant,
        folders: Mapping[str, Path],
        device: str | torch.device,
        *,
        precision: torch.dtype = torch.float32,
        **options: Any,
    ) -> Self:
        """`folders`: where each of the variant's models lies. Raises CheckpointMismatch."""
        config, tree = opened(variant, folders)
        encoder = content_encoder(folders[variant.content], device)
        return cls(VcNetwork.load(config, tree, device, precision), encoder, precision=precision, **options)

    @torch.inference_mode()
    def convert(self, conversions: Sequence[Conversion]) -> list[Audio | Exception]:
        """As many results as conversions, in order; one does not harm the others."""
        lines: list[_Line | Exception] = []
        for conversion in conversions:
            try:
                conversion.on_step(0.0)
                lines.append(_Line(conversion, self._pieces(conversion)))
            except Exception as error:
                lines.append(error)
        for batch in self._batches([line for line in lines if isinstance(line, _Line)]):
            self._render(batch)
        return [self._finished(line) if isinstance(line, _Line) else line for line in lines]

    def _pieces(self, conversion: Conversion) -> list[Piece]:
        """All that precedes the sampling."""
        config = self._network.config.mel
        wave = wave_of(
            conversion.source,
            config.sample_rate,
            self._network.device,
            what="clip",
            shortest_seconds=SHORTEST_SOURCE_SECONDS,
        )
        voice = self._voices.of(conversion.reference)
        heard = to_encoder_rate(wave.unsqueeze(0), config.sample_rate)[0]
        content = content_of(self._hear, heard, at_once=self._at_once)
        frames = int(frames_of(len(wave), config) * conversion.length_adjust)
        cond = self._network.condition(content, frames, self._melody(conversion, heard, voice))
        # Drawn for the whole source: where two pieces overlap, they start from the same noise and agree better.
        generator = torch.Generator().manual_seed(conversion.seed)
        noise = torch.randn(config.bands, frames, generator=generator).to(wave.device)
        longest = context_frames(config) - voice.prompt.frames
        return pieces_of(cond, voice.prompt, longest, lambda start, end: noise[:, start:end])

    def _melody(self, conversion: Conversion, heard: Tensor, voice: Voice) -> Tensor | None:
        if self._network.pitch is None or voice.f0 is None:
            return None
        f0 = f0_of(self._network.pitch, heard)
        return shifted(f0, voice.f0, auto=conversion.auto_pitch, semitones=conversion.semitones)

    def _batches(self, lines: Sequence[_Line]) -> Iterator[list[Share]]:
        """Of equal steps and guidance, the longest first, so that little is padded."""

        def manner(share: Share) -> tuple[int, float]:
            return share[0].conversion.steps, share[0].conversion.guidance

        shares = [(line, number) for line in lines for number in range(len(line.pieces))]
        shares.sort(key=lambda share: (*manner(share), -share[0].pieces[share[1]].frames))
        for _, group in groupby(shares, key=manner):
            waiting = list(group)
            for start in range(0, len(waiting), self._at_once):
                yield waiting[start : start + self._at_once]

    def _render(self, batch: Sequence[Share]) -> None:
        batch = [(line, number) for line, number in batch if line.error is None]
        if not batch:
            return
        options, lines = batch[0][0].conversion, [line for line, _ in batch]

        def on_step(done: int, total: int) -> None:
            for line in lines:
                line.advance(1)
            if all(line.error for line in lines):
                raise _Abandoned

        try:
            with self._half():
                mels = sampled(
                    self._network.estimator,
                    [line.pieces[number] for line, number in batch],
                    steps=options.steps,
                    guidance=options.guidance,
                    on_step=on_step,
                )
        except _Abandoned:
            return
        for (line, number), wave in zip(batch, self._network.vocode(mels), strict=True):
            line.waves[number] = wave

    def _finished(self, line: _Line) -> Audio | Exception:
        if line.error is not None:
            return line.error
        config = self._network.config.mel
        waves = [line.waves[number] for number in range(len(line.pieces))]
        wave = joined(waves, OVERLAP_FRAMES * config.hop_samples)
        return Audio(wave.float().cpu().numpy(), config.sample_rate)

    def _hear(self, input_features: Tensor, /) -> Answer:
        with self._half():
            return self._encoder(input_features)

    def _half(self) -> AbstractContextManager[None]:
        enabled = self._precision != torch.float32
        return torch.autocast(self._network.device.type, self._precision if enabled else torch.bfloat16, enabled)
