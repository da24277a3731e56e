"""Runs a StyleTTS 2 or Kokoro network over a case and keeps every tensor that cases record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.tts.network import Styles, Text, TtsNetwork
from engine.tts.prosody import stretched, whole_frames
from engine.tts.style_diffusion import guided_network, karras_sigmas, sampled
from tests.parity.recorded import Case, Check


@dataclass(frozen=True)
class Options:
    """What case.json asks of a sentence beyond its inputs."""

    speed: float = 1.0
    last_extra: int = 0
    drop_tail: int = 0


@contextmanager
def watched(network: TtsNetwork, found: dict[str, Tensor]) -> Iterator[None]:
    """Keeps what inner modules return, under the names the cases use."""
    decoder, generator = network.decoder, network.decoder.generator
    modules: dict[str, nn.Module] = {
        "duration_lstm": network.prosody.lstm,
        "dec_encode": decoder.encode,
        "dec_asr_res": decoder.asr_res,
        "har_source": decoder.source,
        "gen_post": generator.conv_post,
    }
    for i, block in enumerate(decoder.decode):
        modules[f"dec_decode{i}"] = block
    for i, stage in enumerate(generator.stages):
        modules[f"gen_stage{i}"] = stage
        modules[f"gen_source{i}"] = stage.get_submodule("source_block")

    def keep(name: str) -> Any:
        def hook(_module: nn.Module, _given: Any, result: Any) -> None:
            # Blocks add in place to what they return, so a copy.
            found[name] = (result[0] if isinstance(result, tuple) else result).clone()

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def read(network: TtsNetwork, tokens: Tensor, found: dict[str, Tensor]) -> Text:
    text = network.read(tokens.tolist())
    found |= {"t_en": text.t_en, "bert_dur": text.embedding, "d_en": text.d_en}
    return text


def sample(
    network: TtsNetwork, text: Text, reference: Tensor | None, noise: Tensor, scale: float, found: dict[str, Tensor]
) -> Tensor:
    """noise [n, B, 2S] -> the sampled style, with every call of the denoiser kept."""
    assert network.denoiser is not None
    assert network.config.diffusion is not None
    features = reference if network.config.multispeaker else None
    conditions = network.denoiser.conditions(text.embedding, features, text.mask)
    denoise = guided_network(network.denoiser, conditions, torch.full((noise.shape[1],), scale))
    calls: list[tuple[Tensor, Tensor, Tensor]] = []

    def recording(x: Tensor, time: Tensor) -> Tensor:
        calls.append((x, time, denoise(x, time)))
        return calls[-1][-1]

    states = list(sampled(recording, noise, network.config.diffusion.sigma_data))
    xs, times, outs = zip(*calls, strict=True)
    found |= {
        "sigmas": torch.tensor([*karras_sigmas(len(noise)), 0.0]),
        "diffusion_x": torch.stack(states).unsqueeze(2),
        "denoiser_in_x": torch.stack(xs).unsqueeze(2),
        "denoiser_in_time": torch.stack(times),
        "denoiser_out": torch.stack(outs).unsqueeze(2),
        "s_sampled": states[-1],
    }
    return states[-1]


def speak(
    network: TtsNetwork, text: Text, style: Tensor, noise: Tensor, options: Options, found: dict[str, Tensor]
) -> None:
    """From the style to the waveform of one sentence."""
    with watched(network, found):
        styles = network.shape(style)
        d = network.encode_durations(text, styles)
        duration = network.prosody.durations(d, text.lengths) / options.speed
        counts = whole_frames(duration, text.lengths, options.last_extra)
        prosody = network.align(text, d, styles, counts)
        wave = network.speak(prosody, styles, noise)[0]
    found |= {"style_used": style, "d": d, "duration": duration, "pred_dur": counts[0]}
    found |= {"asr": prosody.asr, "F0": prosody.f0, "N": prosody.energy, "en": stretched_d(network, d, counts)}
    found["har"] = network.decoder.generator.excitation(found["har_source"], network.samples(prosody))
    found["waveform"] = wave[: wave.numel() - options.drop_tail]


def stretched_d(network: TtsNetwork, d: Tensor, counts: list[Tensor]) -> Tensor:
    return stretched(d.mT, counts, delayed=network.config.delays_frames)


def parts_alone(case: Case, network: TtsNetwork, styles: Styles, drop_tail: int = 0) -> list[Check]:
    """Frame-level decoder, source and generator, each from recorded inputs: the tight tolerances."""
    given, decoder = case.tensors, network.decoder
    frames = [given["F0"].shape[1] // 2]
    f0, energy = given["F0"], given["N"]
    checks: list[Check] = []
    if case.limits("tolerance_given_frames"):
        features = decoder.features(given["asr"], f0, energy, styles.decoder, frames)
        checks += case.compare({"dec_decode3": features}, "tolerance_given_frames")
    source = decoder.source(f0, given["source_noise"], frames)
    checks += case.compare({"har_source": source}, "tolerance_given_F0")
    found: dict[str, Tensor] = {}
    with watched(network, found):
        excitation = given["har"] if "har" in given else given["har_source"].unsqueeze(1)
        wave = decoder.generator(given["dec_decode3"], excitation, styles.decoder, [2 * frames[0]])[0]
    found["waveform"] = wave[: wave.numel() - drop_tail]
    return checks + case.compare(found, "tolerance_given_source")
