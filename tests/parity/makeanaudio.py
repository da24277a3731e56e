"""Cases of Make-An-Audio: each part on synthetic weights, the samplers, and a prompt all the way to a wave."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.nn.bigvgan import BigVGAN, bigvgan_config, bigvgan_state
from engine.nn.checkpoint import section
from engine.sfx import clap_audio, mel, weights
from engine.sfx.autoencoder import Decoder, Encoder, posterior_sample
from engine.sfx.config import AutoencoderConfig, ClapAudioConfig, SfxConfig, TextConfig, UNetConfig
from engine.sfx.guidance import GuidedNoise
from engine.sfx.network import SfxNetwork, filled, ranking, scale_factor
from engine.sfx.ranking import repeated, similarity
from engine.sfx.sampler import Step, ddim, ddim_sigma, keeping
from engine.sfx.schedule import Schedule, alphas_cumprod, ddim_timesteps
from engine.sfx.text_encoder import TextEncoder
from engine.sfx.unet import UNet
from tests.parity.recorded import Case, Check, difference

CPU = torch.device("cpu")
Found = dict[str, Tensor]


def checks(case: Case) -> Iterator[Check]:
    """Every recorded tensor that is no input. One that was not computed fails."""
    found = RUNS[case.document["case"].removesuffix("_full").removesuffix("_tiny")](case)
    for name, about in case.document["tensors"].items():
        if about["role"] == "expected":
            yield difference(name, found.get(name), case.tensors[name], {"atol": about.get("atol", 0)})


def unet(case: Case) -> Found:
    config = unet_config(case.document["config"])
    network = filled(UNet, config, weights.unet_state(case.checkpoint()["state_dict"], config), CPU)
    found = watched(network, unet_part, case)
    given = case.tensors
    found["time_embed"] = network.embed(given["t"])
    found["eps"] = network(given["x"], network.terms_of(given["t"]), network.keys_of(given["context"]))
    return found


def autoencoder(case: Case) -> Found:
    tree, given = case.checkpoint()["state_dict"], case.tensors
    config = autoencoder_config(case.document["config"]["ddconfig"])
    decoder = filled(Decoder, config, weights.decoder_state(tree), CPU)
    encoder = filled(Encoder, config, weights.encoder_state(tree), CPU)
    found = watched(nn.ModuleDict({"decoder": decoder, "encoder": encoder}), autoencoder_part, case)
    scale = scale_factor(tree)
    found["decoded_mel"] = decoder(given["latent"] / scale)
    found["moments"] = encoder(given["mel"])
    found["encoded_latent"] = scale * posterior_sample(found["moments"], given["posterior_noise"])
    return found


def vocoder(case: Case) -> Found:
    config = bigvgan_config(case.document["config"])
    network = filled(BigVGAN, config, bigvgan_state(case.checkpoint()["generator"], config), CPU)
    found = watched(network, vocoder_part, case)
    found["wav"] = network(case.tensors["mel"]).unsqueeze(1)
    return found


def clap_text(case: Case) -> Found:
    config = text_config(case.document["config"])
    network = filled(TextEncoder, config, weights.text_state(case.checkpoint()["state_dict"]), CPU)
    parts = {"bert_embeddings": "bert.embeddings", "bert_layer_0": "bert.encoder.layer.0", "last_hidden_state": "bert"}
    found = watched(network, lambda name: parts.get(name, name), case)
    given = case.tensors
    found["condition"] = network(given["input_ids"])
    recorded = dict(found)  # the scoring below runs the same parts again
    if "score_input_ids" in given:
        recorded["score_text_embedding"] = network.embed(given["score_input_ids"], given["score_attention_mask"])
    return recorded


def clap_score(case: Case) -> Found:
    model, given = case.checkpoint()["model"], case.tensors
    config = text_config(case.document["config"])
    clap = ranking(model, text=config, audio=ClapAudioConfig(projected=config.projected))
    wave = clap_audio.resampled(given["wav_16k"])
    decibels = clap_audio.decibel_mel(repeated(wave))
    features = clap.audio.features(decibels)
    heard, read = clap.heard(given["wav_16k"]), clap.text.embed(given["input_ids"], given["attention_mask"])
    return {
        "wav_44k": wave,
        "logmel_first64": decibels[:, :64],
        "conv_block6": features.mean(dim=1),
        "fc1_relu": clap.audio.pooled(features),
        "audio_embedding": heard,
        "text_embedding": read,
        "similarity": similarity(heard, read),
        "scaled_similarity": similarity(heard, read) * math.exp(clap.logit_scale),
    }


def log_mel(case: Case) -> Found:
    return {"log_mel": mel.log_mel(case.tensors["wav"]), "mel_basis": mel.filters().mT}


def sampling(case: Case) -> Found:
    document, given = case.document["config"], case.tensors
    config = unet_config(document["unet"])
    network = filled(UNet, config, weights.unet_state(case.checkpoint()["state_dict"], config), CPU)
    schedule = Schedule.through(ddim_timesteps(document["steps_requested"]))

    def noise_of(scale: float) -> GuidedNoise:
        scales = torch.full((2,), scale)
        return GuidedNoise(network, schedule, given["cond"], given["uncond"], scales)

    guided, start = noise_of(document["guidance_scale"]), document["audio2audio_t_enc"]
    eta0 = list(ddim(guided, given["x_T"], schedule))
    eta1 = list(ddim(guided, given["x_T"], schedule, eta=1.0, step_noise=given["step_noise"]))
    noised = schedule.noised(given["x0"], given["encode_noise"], start)
    kept = keeping(schedule, given["x0"], given["mask"], given["mask_noise"])
    found = {f"timesteps_S{steps}": ddim_timesteps(steps) for steps in (7, 30, 50, 100)}
    first_terms = network.terms_of(schedule.timesteps[-1:])
    for name in ("cond", "uncond"):
        found[f"eps_{name}_step0"] = network(given["x_T"], first_terms, network.keys_of(given[name]))
    return found | {
        "alphas_cumprod": alphas_cumprod(),
        "ddim_timesteps": schedule.timesteps,
        "sigmas_eta1": sigmas(schedule),
        "x_steps_eta0": torch.stack([step.latent for step in eta0]),
        "pred_x0_steps_eta0": torch.stack([step.clean for step in eta0]),
        "latent_eta0": eta0[-1].latent,
        "x_steps_eta1": torch.stack([step.latent for step in eta1]),
        "latent_eta1": eta1[-1].latent,
        "latent_unguided": last(ddim(noise_of(1.0), given["x_T"], schedule)),
        "audio2audio_noised": noised,
        "audio2audio_latent": last(ddim(guided, noised, schedule, start=start)),
        "masked_latent": last(ddim(guided, given["x_T"], schedule, before=kept)),
    }


def end_to_end(case: Case) -> Found:
    document, given, sections = case.document["config"], case.tensors, case.checkpoint()
    vocoder_config = bigvgan_config(document["vocoder"])
    config = SfxConfig(
        text=text_config(document),
        unet=unet_config(document["unet"]),
        autoencoder=autoencoder_config(document["ddconfig"]),
    )
    generator = bigvgan_state(section(sections, "generator"), vocoder_config)
    network = SfxNetwork.load(section(sections, "state_dict"), vocoder_config, generator, config=config)
    condition, without = network.read(given["input_ids"]), network.read(given["uncond_input_ids"])
    schedule = Schedule.through(ddim_timesteps(document["ddim_steps_requested"]))
    scales = torch.full((2,), document["guidance_scale"])
    guided = GuidedNoise(network.unet, schedule, condition.expand(2, -1, -1), without.expand(2, -1, -1), scales)
    latent = last(ddim(guided, given["x_T"], schedule))
    decoded = network.decode(latent)
    return {
        "condition": condition,
        "uncond_condition": without,
        "latent": latent,
        "mel": decoded.unsqueeze(1),
        "wav": network.speak(decoded),
    }


RUNS: Mapping[str, Callable[[Case], Found]] = {
    "unet": unet,
    "autoencoder": autoencoder,
    "vocoder": vocoder,
    "clap_text": clap_text,
    "clap_score": clap_score,
    "mel": log_mel,
    "ddim": sampling,
    "end_to_end": end_to_end,
}


def last(steps: Iterator[Step]) -> Tensor:
    return list(steps)[-1].latent


def sigmas(schedule: Schedule) -> Tensor:
    pairs = zip(schedule.abar.tolist(), schedule.abar_next.tolist(), strict=True)
    return torch.tensor([ddim_sigma(abar, abar_next, 1.0) for abar, abar_next in pairs])


def watched(network: nn.Module, ours: Callable[[str], str], case: Case) -> Found:
    """What the recorded parts put out, once the network has run. `ours`: our name for a published one."""
    found: Found = {}
    parts = dict(network.named_modules())
    for name in case.document["tensors"]:
        if (part := parts.get(ours(name))) is not None:
            part.register_forward_hook(_keeper(found, name))
    return found


def _keeper(found: Found, name: str) -> Callable[[nn.Module, Any, Any], None]:
    def keep(_part: nn.Module, _given: Any, output: Any) -> None:
        # A copy: residual sums are made in place.
        found[name] = getattr(output, "last_hidden_state", output).clone()

    return keep


def unet_part(published: str) -> str:
    """input_blocks.1.1.transformer_blocks.0.attn1 -> down.0.transformer.attn1."""
    kind, _, rest = published.partition(".")
    number, _, inside = rest.partition(".")
    inside = inside.replace("1.transformer_blocks.0", "transformer") if inside != "0" else "residual"
    if kind == "input_blocks":
        return "conv_in" if number == "0" else f"down.{int(number) - 1}.{inside}".rstrip(".")
    if kind == "output_blocks":
        return f"up.{number}.{inside}".rstrip(".")
    return {"middle_block": "middle"}.get(published, "absent")


def autoencoder_part(published: str) -> str:
    if published == "post_quant_conv":
        return f"decoder.{published}"
    return published.replace("downsample", "sampler").replace("upsample", "sampler")


def vocoder_part(published: str) -> str:
    """Upstream lists the residual blocks through all stages."""
    kind, *numbers = published.split(".")
    if kind == "ups":
        return f"stages.{numbers[0]}.up"
    if kind == "resblocks":
        stage, block = divmod(int(numbers[0]), 3)
        inside = ".".join(numbers[1:]).replace("convs1", "dilated").replace("convs2", "plain")
        return f"stages.{stage}.blocks.{block}.{inside}".rstrip(".")
    return {"before_tanh": "conv_post"}.get(published, published)


def unet_config(document: Mapping[str, Any]) -> UNetConfig:
    return UNetConfig(
        latent_channels=document["in_channels"],
        width=document["model_channels"],
        multipliers=tuple(document["channel_mult"]),
        blocks=document["num_res_blocks"],
        transformer_factors=tuple(document["attention_resolutions"]),
        heads=document["num_heads"],
        context=document["context_dim"],
    )


def autoencoder_config(document: Mapping[str, Any]) -> AutoencoderConfig:
    return AutoencoderConfig(
        latent_channels=document["z_channels"],
        width=document["ch"],
        multipliers=tuple(document["ch_mult"]),
        blocks=document["num_res_blocks"],
    )


def text_config(document: Mapping[str, Any]) -> TextConfig:
    bert = document["bert"]
    return TextConfig(
        vocabulary=bert["vocab_size"],
        width=bert["hidden_size"],
        layers=bert["num_hidden_layers"],
        heads=bert["num_attention_heads"],
        inner=bert["intermediate_size"],
        positions=bert["max_position_embeddings"],
        token_types=bert["type_vocab_size"],
        projected=document["d_proj"],
    )
