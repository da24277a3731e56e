"""Sizes of a Make-An-Audio network. The defaults are those of the published checkpoints; the tests use smaller ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

SAMPLE_RATE = 16_000
HOP_SAMPLES = 256
MEL_BANDS = 80
MELS_PER_COLUMN = 8  # the autoencoder halves three times
COLUMN_SAMPLES = HOP_SAMPLES * MELS_PER_COLUMN  # 128 ms of sound in one column of the latent
LATENT_ROWS = MEL_BANDS // MELS_PER_COLUMN
GROUPS = 32  # of every group norm


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """BERT base, uncased, and the projection behind it."""

    vocabulary: int = 30_522
    width: int = 768
    layers: int = 12
    heads: int = 12
    inner: int = 3072
    positions: int = 512
    token_types: int = 2
    projected: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """One entry of the UNet's way down or up; a `sampler` without residual block is a step of the stack, too."""

    inputs: int
    outputs: int
    residual: bool = True
    transformer: bool = False
    sampler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetConfig:
    latent_channels: int = 4
    width: int = 320
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 2  # residual blocks of a level on the way down; one more on the way up
    transformer_factors: tuple[int, ...] = (1, 2)  # down-sampling factors at which blocks carry a transformer
    heads: int = 8
    context: int = 1024

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.width * multiplier for multiplier in self.multipliers)

    def down(self) -> list[BlockPlan]:
        """What follows the first convolution. The output of each entry is kept for the way up."""
        plans, inputs = [], self.width
        for level, outputs in enumerate(self.widths):
            attends = 2**level in self.transformer_factors
            for _ in range(self.blocks):
                plans.append(BlockPlan(inputs=inputs, outputs=outputs, transformer=attends))
                inputs = outputs
            if level < len(self.widths) - 1:
                plans.append(BlockPlan(inputs=outputs, outputs=outputs, residual=False, sampler=True))
        return plans

    def up(self) -> list[BlockPlan]:
        """Each entry takes the last kept output that none took before it."""
        kept = [self.width, *(plan.outputs for plan in self.down())]
        plans, inputs = [], self.widths[-1]
        for level, outputs in reversed(list(enumerate(self.widths))):
            attends = 2**level in self.transformer_factors
            for block in range(self.blocks + 1):
                last = block == self.blocks and level > 0
                joined = inputs + kept.pop()
                plans.append(BlockPlan(inputs=joined, outputs=outputs, transformer=attends, sampler=last))
                inputs = outputs
        return plans


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoencoderConfig:
    latent_channels: int = 4
    width: int = 128
    multipliers: tuple[int, ...] = (1, 2, 2, 4)
    blocks: int = 2  # residual blocks of a level in the encoder; the decoder has one more
    attention_levels: tuple[int, ...] = (2, 3)  # fixed by the training width, whatever the width of the input

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.width * multiplier for multiplier in self.multipliers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClapAudioConfig:
    """CNN14, whose widths the paper fixes, and the projection behind it."""

    widths: tuple[int, ...] = (64, 128, 256, 512, 1024, 2048)
    projected: int = 1024

    def pairs(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each block."""
        return list(pairwise((1, *self.widths)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SfxConfig:
    text: TextConfig = field(default_factory=TextConfig)
    unet: UNetConfig = field(default_factory=UNetConfig)
    autoencoder: AutoencoderConfig = field(default_factory=AutoencoderConfig)
