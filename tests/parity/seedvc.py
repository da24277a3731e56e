"""Cases of Seed-VC: front ends, each network alone and in batches, and conversions from recordings to a waveform."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from engine.nn.bigvgan import BigVGAN, bigvgan_config, bigvgan_state
from engine.nn.checkpoint import State, load_strictly, read
from engine.nn.convolution import make_ready
from engine.nn.snake import RUN_UP, doubled
from engine.vc import fbank, mel, pitch, weights
from engine.vc.chunks import joined, pieces_of
from engine.vc.config import MelConfig, VcConfig, dit_config, regulator_config
from engine.vc.content import windows
from engine.vc.dit import DiT
from engine.vc.flow import Piece, Prompt, context_of, sampled
from engine.vc.length_regulator import LengthRegulator, pitch_bins
from engine.vc.network import VcNetwork
from engine.vc.pitch import RMVPE
from engine.vc.pitch_shift import shifted
from engine.vc.speaker import CAMPlusPlus
from tests.parity import seedvc_taps as taps
from tests.parity.recorded import SHARED, Case, Check, Skipped, difference
from tests.parity.seedvc_taps import Found, watched

Network = TypeVar("Network", bound=nn.Module)


def checks(case: Case) -> Iterator[Check]:
    """Every recorded tensor, and again what a padded batch of the items gives. One that was not computed fails."""
    found = RUNS[case.document["kind"]](case)
    for name, about in case.document["outputs"].items():
        limit, recorded = {"atol": about.get("atol", 0)}, case.tensors[name]
        yield difference(name, found.get(name), recorded, limit)
        if (batched := f"{name} (batch)") in found:
            yield difference(batched, found[batched], recorded, limit)


def mel_front_end(case: Case) -> Found:
    found: Found = {}
    for name, document in case.document["config"].items():
        config = mel_config(document["sr"], document["n_fft"], document["hop"], document["n_mels"])
        wave = wave_of(case, f"in.{name}.wave")
        found[f"out.{name}.mel"] = mel.log_mel(wave, config)
        found[f"out.{name}.wave_16k"] = mel.to_encoder_rate(wave, config.sample_rate)
        found[f"out.{name}.mel_basis_rowsum"] = mel.mel_basis(config).sum(dim=0)
    return found


def content_chunks(case: Case) -> Found:
    found: Found = {}
    for samples in case.tensors["in.samples"].tolist():
        listed = windows(samples)
        found[f"out.{samples}.windows"] = torch.tensor([[w.start, w.end, w.frames] for w in listed])
        found[f"out.{samples}.kept"] = torch.tensor([[i, w.skip, w.frames] for i, w in enumerate(listed)])
    return found


def campplus(case: Case) -> Found:
    network = filled(CAMPlusPlus(), weights.speaker_state(speaker_tensors(case)))
    names = items_of(case, "wave_16k")
    found: Found = {}
    features = []
    for name in names:
        wave = wave_of(case, f"in.{name}.wave_16k")[0]
        features.append(fbank.feature(wave))
        found[f"out.{name}.fbank"] = fbank.fbank(wave).unsqueeze(0)
        found[f"out.{name}.feature"] = features[-1].unsqueeze(0)
        with watched(network, taps.SPEAKER, found, f"mid.{name}."):
            found[f"out.{name}.embedding"] = network(features[-1:])
    for name, style in zip(names, network(features), strict=True):
        found[f"out.{name}.embedding (batch)"] = style.unsqueeze(0)
    return found


def speaker_tensors(case: Case) -> dict[str, Tensor]:
    if "weights" not in case.document:
        return case.checkpoint()["campplus"]
    path = Path(case.document["weights"].partition(" ")[0].removeprefix("weights/"))
    for root in (os.environ.get("BERNIE_TEST_WEIGHTS"), SHARED / "weights"):
        if root and (Path(root) / path).is_file():
            return read(Path(root) / path, capability="vc")
    raise Skipped(f"{path} is missing: set BERNIE_TEST_WEIGHTS to a folder that has it.")


def length_regulator(case: Case) -> Found:
    config = regulator_config(case.document["config"]["length_regulator"])
    state = weights.regulator_state(case.checkpoint()["length_regulator"], config.stages)
    network, given, names = filled(LengthRegulator(config), state), case.tensors, items_of(case, "content")
    contents = [given[f"in.{name}.content"][0] for name in names]
    frames = [int(given[f"in.{name}.target_frames"]) for name in names]
    f0 = [given[f"in.{name}.f0"][0] if f"in.{name}.f0" in given else None for name in names]
    found: Found = {}
    for i, name in enumerate(names):
        with watched(network, taps.REGULATOR, found, f"mid.{name}."):
            found[f"out.{name}.cond"] = network(contents[i : i + 1], frames[i : i + 1], f0[i : i + 1])
        if (hertz := f0[i]) is not None and config.pitch_bins is not None:
            found[f"out.{name}.f0_bin"] = pitch_bins(hertz, config.pitch_bins).unsqueeze(0)
    for name, cond, n in zip(names, network(contents, frames, f0), frames, strict=True):
        found[f"out.{name}.cond (batch)"] = cond[None, :n]
    return found


def dit(case: Case) -> Found:
    document = case.document["config"]
    config = dit_config(document["model_params"])
    network = filled(DiT(config), weights.estimator_state(case.checkpoint()["cfm"], config))
    pieces, names = {name: piece_of(case, name) for name in case.document["items"]}, list(case.document["items"])
    found: Found = {}
    for name, piece in pieces.items():
        with watched(network, taps.estimator(case, name), found, f"mid.{name}."):
            found[f"out.{name}.velocity"] = velocities(case, network, [name], [piece])[0]
    for name, velocity in zip(names, velocities(case, network, names, list(pieces.values())), strict=True):
        found[f"out.{name}.velocity (batch)"] = velocity
    for rate in document["cfg_rates"]:
        for name, piece in pieces.items():
            found |= sampling(case, network, name, piece, rate)
        together = sampled(network, list(pieces.values()), steps=document["n_timesteps"], guidance=rate)
        for name, mels in zip(names, together, strict=True):
            found[f"out.{name}.mel_cfg{rate} (batch)"] = behind_zeros(mels, pieces[name])
    return found


def velocities(case: Case, network: DiT, names: list[str], pieces: list[Piece]) -> list[Tensor]:
    """One call of the estimator, for one item or several."""
    frames = [piece.frames for piece in pieces]
    states = [case.tensors[f"in.{name}.x_t"][0] for name in names]
    x = torch.stack([nn.functional.pad(state, (0, max(frames) - state.shape[-1])) for state in states])
    terms = network.time_terms(torch.tensor([case.document["config"]["estimator_t"]]))
    answers = network(x, context_of(network, pieces), terms, frames)
    return [answer[None, :, :n] for answer, n in zip(answers, frames, strict=True)]


def sampling(case: Case, network: DiT, name: str, piece: Piece, rate: float) -> Found:
    """All steps of one item. The estimator is not asked for most of the prompt: there, the recorded values stand."""
    calls: list[Tensor] = []
    handle = network.register_forward_hook(lambda _module, _given, answer: calls.append(answer))
    mels = sampled(network, [piece], steps=case.document["config"]["n_timesteps"], guidance=rate)[0]
    handle.remove()
    found = {f"out.{name}.mel_cfg{rate}": behind_zeros(mels, piece)}
    for k, velocity in enumerate(calls):
        if (key := f"mid.{name}.cfg{rate}.step{k}.velocity") in case.tensors:
            found[key] = case.tensors[key].clone()
            found[key][..., piece.prompt.frames :] = velocity[..., -mels.shape[-1] :]
    return found


def piece_of(case: Case, name: str) -> Piece:
    mu, prompt, style, noise = (case.tensors[f"in.{name}.{key}"][0] for key in ("mu", "prompt", "style", "noise"))
    frames = prompt.shape[-1]
    return Piece(Prompt(prompt, mu[:frames], style), mu[frames:], noise[:, frames:])


def behind_zeros(mels: Tensor, piece: Piece) -> Tensor:
    return nn.functional.pad(mels, (piece.prompt.frames, 0)).unsqueeze(0)


def bigvgan(case: Case) -> Found:
    config = bigvgan_config(case.document["config"])
    network = filled(BigVGAN(config), bigvgan_state(case.checkpoint()["generator"], config))
    make_ready(network, torch.float32)
    found: Found = {}
    for name in items_of(case, "mel"):
        with watched(network, taps.vocoder(case, name), found, f"mid.{name}."):
            found[f"out.{name}.wave"] = network(case.tensors[f"in.{name}.mel"]).unsqueeze(1)
        found |= upsampled(case, name, found)
    return found


def upsampled(case: Case, name: str, found: Found) -> Found:
    """Between the two filters of the first activation there is no module: its up-sampling, called alone."""
    first = f"mid.{name}.resblocks.0.activations.0.upsample"
    answers: Found = {}
    for recorded in (key for key in case.tensors if key.startswith(first)):
        x = found[f"mid.{name}.ups.0.0"]
        steps = x.shape[-1]
        answers[recorded] = doubled(x[0].mT, 0, steps)[RUN_UP : RUN_UP + 2 * steps].mT[None]
    return answers


def rmvpe(case: Case) -> Found:
    network = filled(RMVPE(), weights.pitch_state(case.checkpoint()["rmvpe"]))
    wave = wave_of(case, "in.wave_16k")
    found: Found = {"out.mel": pitch.pitch_mel(wave)}
    with watched(network, taps.PITCH, found, "mid."):
        found["out.salience"] = network(found["out.mel"])
    found["out.f0"] = pitch.f0_of(network, wave[0])
    found["out.f0_from_given_salience"] = pitch.hertz_of(case.tensors["in.salience_for_decode"])
    return found


def end_to_end(case: Case) -> Found:
    document, given = case.document["config"], case.tensors
    network = VcNetwork.load(vc_config_of(document), case.checkpoint())
    config = network.config.mel
    source = wave_of(case, "in.source.wave")
    reference = wave_of(case, "in.reference.wave")[:, : document["reference_clip_seconds"] * config.sample_rate]
    f0 = {name: given.get(f"in.{name}.f0") for name in ("source", "reference")}
    if f0["source"] is not None and f0["reference"] is not None:
        shift, auto = document["semi_tone_shift"], document["auto_f0_adjust"]
        f0["source"] = shifted(f0["source"], f0["reference"], auto=auto, semitones=shift)
    prompt = network.prompt(
        reference[0],
        mel.to_encoder_rate(reference, config.sample_rate)[0],
        given["in.reference.content"][0],
        f0["reference"],
    )
    frames = int(mel.frames_of(source.shape[-1], config) * document["length_adjust"])
    cond = network.condition(given["in.source.content"][0], frames, f0["source"])
    longest = document["max_context_frames"] - prompt.frames
    noises = (given[f"in.noise.{k}"][0] for k in count())
    pieces = pieces_of(cond, prompt, longest, lambda _start, _end: next(noises))
    mels = sampled(
        network.estimator, pieces, steps=document["diffusion_steps"], guidance=document["inference_cfg_rate"]
    )
    waves, overlap = network.vocode(mels), document["overlap_frames"] * config.hop_samples
    found = {"out.style": prompt.style[None], "out.wave": joined(waves, overlap), "mid.source.cond": cond[None]}
    found |= {"mid.reference.cond": prompt.cond[None], "mid.reference.mel": prompt.mel[None]}
    found["mid.source.mel"] = mel.log_mel(source, config)
    for k, (log_mel, wave) in enumerate(zip(mels, waves, strict=True)):
        found[f"out.mel.{k}"] = log_mel[None]
        found |= {f"mid.vocoded.{k}.head": wave[:overlap], f"mid.vocoded.{k}.tail": wave[-overlap:]}
    return found


RUNS: Mapping[str, Callable[[Case], Found]] = {
    "mel": mel_front_end,
    "content_chunks": content_chunks,
    "campplus": campplus,
    "length_regulator": length_regulator,
    "dit": dit,
    "bigvgan": bigvgan,
    "rmvpe": rmvpe,
    "end_to_end": end_to_end,
}


def vc_config_of(document: Mapping[str, Any]) -> VcConfig:
    vocoder, params = document["vocoder"], document["model_params"]
    return VcConfig(
        mel=mel_config(document["sr"], vocoder["n_fft"], document["hop"], vocoder["num_mels"]),
        regulator=regulator_config(params["length_regulator"]),
        dit=dit_config(params),
        vocoder=bigvgan_config(vocoder),
    )


def mel_config(sample_rate: int, n_fft: int, hop_samples: int, bands: int) -> MelConfig:
    return MelConfig(sample_rate=sample_rate, n_fft=n_fft, hop_samples=hop_samples, bands=bands)


def wave_of(case: Case, name: str) -> Tensor:
    """Recorded as 16 bits -> float32 [1, S]."""
    return case.tensors[name].float() / 32768


def items_of(case: Case, kind: str) -> list[str]:
    return [name.split(".")[1] for name in case.tensors if name.startswith("in.") and name.endswith(f".{kind}")]


def filled(network: Network, state: State) -> Network:
    load_strictly(network, state)
    return network
