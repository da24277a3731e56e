"""A StyleTTS 2 or Kokoro network: its parts, loaded strictly, and the four steps from tokens to waveforms.

B batch, T tokens, F frames of 600 samples (25 ms), S style width, L samples. In order:
    text = network.read(tokens)
    styles = network.shape(style)      a voice's row, a sample of the diffusion, or a mixture; can be kept
    prosody = network.plan(text, styles, ...)
    waves = network.speak(prosody, styles, noise)
Batches of mixed lengths give what each item gives alone. Call under `torch.inference_mode()`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.nn.checkpoint import State, load_strictly
from engine.nn.convolution import make_ready
from engine.nn.padding import Mask, mask_of
from engine.tts.adain import StyleMap
from engine.tts.config import TtsConfig
from engine.tts.decoder import Decoder
from engine.tts.denoiser import Denoiser
from engine.tts.generator import SnakeConv
from engine.tts.padding import padded
from engine.tts.plbert import PLBert
from engine.tts.precision import lower
from engine.tts.prosody import ProsodyPredictor, stretched, whole_frames
from engine.tts.style_diffusion import guided_network, sampled
from engine.tts.style_encoder import StyleEncoder
from engine.tts.text_encoder import TextEncoder
from engine.tts.weights import states


@dataclass(frozen=True, slots=True)
class Text:
    """Tokens after both encoders."""

    t_en: Tensor  # [B, H, T], for the decoder
    embedding: Tensor  # [B, T, E], for the diffusion
    d_en: Tensor  # [B, H, T], for the prosody
    lengths: list[int]
    mask: Mask


@dataclass(frozen=True, slots=True)
class Styles:
    """A style with the scales and shifts it gives to every norm: all that depends on the voice, to be kept with it."""

    style: Tensor  # [B, 2S], acoustic then prosodic
    decoder: Tensor  # [B, A]
    prosody: Tensor  # [B, A']

    @classmethod
    def together(cls, items: Sequence[Self]) -> Self:
        """One batch of several."""
        return cls(*(torch.cat([getattr(item, f.name) for item in items]) for f in fields(cls)))

    def item(self, index: int) -> Styles:
        """One of a batch."""
        return Styles(*(getattr(self, part.name)[index : index + 1] for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Prosody:
    """When and how each token sounds."""

    counts: list[Tensor]  # int64 [T_i]: frames of each token, the timestamps
    frames: list[int]
    asr: Tensor  # [B, H, F]
    f0: Tensor  # [B, 2F] Hz
    energy: Tensor  # [B, 2F]

    def item(self, index: int) -> Prosody:
        """One of a batch, without its padding."""
        frames = self.frames[index]
        curves = (curve[index : index + 1, : 2 * frames] for curve in (self.f0, self.energy))
        return Prosody([self.counts[index]], [frames], self.asr[index : index + 1, :, :frames], *curves)


@dataclass(frozen=True, slots=True, kw_only=True)
class TtsNetwork:
    config: TtsConfig
    plbert: PLBert
    from_bert: nn.Linear
    text_encoder: TextEncoder
    prosody: ProsodyPredictor
    decoder: Decoder
    acoustic_encoder: StyleEncoder | None = None
    prosodic_encoder: StyleEncoder | None = None
    denoiser: Denoiser | None = None

    @classmethod
    def load(
        cls,
        config: TtsConfig,
        tree: Mapping[str, Any],
        device: str | torch.device = "cpu",
        precision: torch.dtype = torch.float32,
    ) -> Self:
        """From a checkpoint's sections. Raises CheckpointMismatch unless every tensor of every part fits.

        precision: of the products in decoder and denoiser, see engine/tts/precision.py.
        """
        found = states(tree, config)
        config = _with_widths(config, found["decoder"])
        with torch.device("meta"):  # shapes only: the checkpoint's tensors become the parameters
            network = cls.build(config)
        for name, state in found.items():
            part = getattr(network, name)
            _fill(part, state)
            part.to(device)
        network.make_ready(precision)
        return network

    @classmethod
    def build(cls, config: TtsConfig) -> Self:
        """The parts, their parameters not yet set."""
        return cls(config=config, **_parts(config))

    def make_ready(self, precision: torch.dtype) -> None:
        """Once the weights are there: their precision (engine/tts/precision.py), and what calls would else repeat."""
        for part in (getattr(self, part.name) for part in fields(self)):
            if isinstance(part, nn.Module):
                make_ready(part, precision if part in (self.decoder, self.denoiser) else torch.float32)
        if self.denoiser is not None:
            lower(self.denoiser, precision)

    @property
    def device(self) -> torch.device:
        return self.from_bert.weight.device

    def read(self, tokens: Sequence[Sequence[int]]) -> Text:
        """Token ids with the zeros their model wants around them, at most `config.plbert.positions`."""
        lengths = [len(item) for item in tokens]
        ids = padded([torch.tensor(item) for item in tokens]).to(self.device)
        mask = mask_of(lengths, self.device)
        embedding = self.plbert(ids, mask)
        return Text(self.text_encoder(ids, lengths, mask), embedding, self.from_bert(embedding).mT, lengths, mask)

    def style_of(self, mel: Tensor) -> Tensor:
        """mel [B, 80, F] of references -> their styles [B, 2S], acoustic then prosodic. Once for each voice."""
        assert self.acoustic_encoder is not None
        assert self.prosodic_encoder is not None
        return torch.cat([self.acoustic_encoder(mel), self.prosodic_encoder(mel)], dim=1)

    def sample(self, text: Text, reference: Tensor | None, noise: Tensor, scale: Tensor) -> Iterator[Tensor]:
        """noise [n, B, 2S], scale [B] of the guidance -> the style [B, 2S] after each of n - 1 steps; the last counts.

        Skip it where the mixing takes nothing of its result (alpha = beta = 0).
        """
        assert self.denoiser is not None
        assert self.config.diffusion is not None
        features = reference if self.config.multispeaker else None
        conditions = self.denoiser.conditions(text.embedding, features, text.mask)
        network = guided_network(self.denoiser, conditions, scale)
        return sampled(network, noise.to(self.device), self.config.diffusion.sigma_data)

    def shape(self, style: Tensor) -> Styles:
        """style [B, 2S], acoustic then prosodic."""
        acoustic, prosodic = style.chunk(2, dim=1)
        return Styles(style, self.decoder.styles(acoustic), self.prosody.styles(prosodic))

    def plan(self, text: Text, styles: Styles, *, speed: Tensor | float = 1.0, last_extra: int = 0) -> Prosody:
        """speed: a factor, or one for each item [B, 1]. last_extra: frames that the last token gets on top."""
        d = self.encode_durations(text, styles)
        duration = self.prosody.durations(d, text.lengths) / speed
        counts = whole_frames(duration, text.lengths, last_extra)
        return self.align(text, d, styles, counts)

    def encode_durations(self, text: Text, styles: Styles) -> Tensor:
        """-> d [B, T, H + S]."""
        prosodic = styles.style.chunk(2, dim=1)[1]
        d: Tensor = self.prosody.text_encoder(text.d_en, prosodic, styles.prosody, text.lengths, text.mask)
        return d

    def align(self, text: Text, d: Tensor, styles: Styles, counts: list[Tensor]) -> Prosody:
        """d and the text stretched to `counts` frames, and the curves over them."""
        delayed = self.config.delays_frames
        frames = [int(count.sum()) for count in counts]
        en = stretched(d.mT, counts, delayed=delayed)
        f0, energy = self.prosody.curves(en, styles.prosody, frames)
        return Prosody(counts, frames, stretched(text.t_en, counts, delayed=delayed), f0, energy)

    def samples(self, prosody: Prosody) -> list[int]:
        """Length of each waveform to come: what the source's noise must be drawn for."""
        return [n * self.config.samples_per_frame for n in prosody.frames]

    def speak(self, prosody: Prosody, styles: Styles, noise: Tensor) -> list[Tensor]:
        """noise [B, L, 9], standard normal -> float32 [L_i] at 24 kHz for each item, about [-1, 1]."""
        noise = noise.to(self.device)
        waves = self.decoder(prosody.asr, prosody.f0, prosody.energy, styles.decoder, noise, prosody.frames)
        return [wave[:n] for wave, n in zip(waves, self.samples(prosody), strict=True)]


def _with_widths(config: TtsConfig, decoder: State) -> TtsConfig:
    """The two widths that no config states."""
    wide, narrow = decoder.get("encode.conv2.weight"), decoder.get("asr_res.weight")
    return replace(
        config,
        decoder_width=config.decoder_width if wide is None else wide.shape[0],
        asr_width=config.asr_width if narrow is None else narrow.shape[0],
    )


def _parts(config: TtsConfig) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "plbert": PLBert(config.plbert),
        "from_bert": nn.Linear(config.plbert.width, config.width),
        "text_encoder": TextEncoder(config.symbols, config.width, config.layers, config.text_kernel),
        "prosody": ProsodyPredictor(config),
        "decoder": Decoder(config),
    }
    if config.style_encoder_width is not None:
        for name in ("acoustic_encoder", "prosodic_encoder"):
            parts[name] = StyleEncoder(config.style_encoder_width, config.width, config.style_width)
    if config.diffusion is not None:
        parts["denoiser"] = Denoiser(
            config.diffusion, config.style_width, config.plbert.width, multispeaker=config.multispeaker
        )
    return parts


def _fill(part: nn.Module, state: State) -> None:
    for name, module in part.named_modules():
        if isinstance(module, StyleMap):
            state = module.stacked(state, prefix=f"{name}.")
        elif isinstance(module, SnakeConv):
            state = module.folded(state, prefix=f"{name}.")
    load_strictly(part, state)
