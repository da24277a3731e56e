"""The published checkpoints this package runs: which files they are, and what their keys are called here.

A conversion takes five models of as many publishers, six for singing. Repository and revision of each stand under the
same name in engine/nn/catalogue.py. Rules are regular expressions over keys without `module.`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from engine.nn.bigvgan import bigvgan_state
from engine.nn.checkpoint import Rename, State, load_strictly, plain, read, section
from engine.vc.config import DiTConfig, VcConfig, vc_config
from engine.vc.speaker import BLOCKS

if TYPE_CHECKING:
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

CAPABILITY = "vc"
BATCHES_SEEN = (r".*\.num_batches_tracked",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Names in the catalogue, and the paths inside their folders."""

    model: str
    weights: str
    config: str
    vocoder: str
    pitch: str | None = None
    speaker: str = "campplus"
    content: str = "whisper-small"

    @property
    def models(self) -> tuple[str, ...]:
        names = (self.model, self.vocoder, self.speaker, self.content, self.pitch)
        return tuple(name for name in names if name is not None)


SPEECH = Variant(
    model="seed-vc",
    weights="DiT_seed_v2_uvit_whisper_small_wavenet_bigvgan_pruned.pth",
    config="config_dit_mel_seed_uvit_whisper_small_wavenet.yml",
    vocoder="bigvgan-22khz",
)
SINGING = Variant(
    model="seed-vc-singing",
    weights="DiT_seed_v2_uvit_whisper_base_f0_44k_bigvgan_pruned_ft_ema_v2.pth",
    config="config_dit_mel_seed_uvit_whisper_base_f0_44k.yml",
    vocoder="bigvgan-44khz",
    pitch="rmvpe",
)
VOCODER_WEIGHTS, VOCODER_CONFIG = "bigvgan_generator.pt", "config.json"
SPEAKER_WEIGHTS, PITCH_WEIGHTS = "campplus_cn_common.bin", "rmvpe.pt"
CONTENT_WEIGHTS, CONTENT_CONFIG = "model.safetensors", "config.json"

REGULATOR_IGNORED = (r"embedding\..*", r"mask_token")  # for discrete contents, and for training
ESTIMATOR_IGNORED = (
    *(rf"estimator\.{name}" for name in (r"x_embedder\..*", r"cond_embedder\..*", r"content_mask_embedder\..*")),
    r"estimator\.input_pos",  # of any length; there or not
    r"estimator\.t_embedder2?\.freqs",
)
ESTIMATOR_NAMES: tuple[Rename, ...] = (
    (r"^estimator\.", ""),
    (r"norm\.norm\.weight$", "norm.weight"),
    (r"^(t_embedder2?)\.mlp\.0\.", r"\1.into."),
    (r"^(t_embedder2?)\.mlp\.2\.", r"\1.out."),
    (r"\.conv\.conv\.", "."),
    (r"\.adaLN_modulation\.1\.", ".adaLN_modulation."),
    (r"^(conv1|conv2|t_embedder2|wavenet|res_projection|final_layer)\.", r"output.\1."),
    (r"^final_mlp\.0\.", "output.into."),
    (r"^final_mlp\.2\.", "output.out."),
)
SPEAKER_NAMES: tuple[Rename, ...] = (
    (r"^xvector\.", ""),  # some files have the last layer outside of it
    (r"^(tdnn|dense)\.nonlinear\.batchnorm\.", r"\1_norm."),
    (r"^out_nonlinear\.batchnorm\.", "out_norm."),
    (r"^(tdnn|dense)\.linear\.", r"\1."),
    (r"\.nonlinear([12]?)\.batchnorm\.", r".norm\1."),
    (r"\.cam_layer\.", ".gate."),
    *((rf"^transit{i + 1}\.", f"transits.{i}.") for i in range(len(BLOCKS))),
    *(
        (rf"^block{i + 1}\.tdnnd{j + 1}\.", f"blocks.{i}.{j}.")
        for i, (layers, _) in enumerate(BLOCKS)
        for j in range(layers)
    ),
)
PITCH_NAMES: tuple[Rename, ...] = (
    (r"^unet\.encoder\.bn\.", "bn."),
    (r"^unet\.(encoder|intermediate)\.layers\.(\d+)\.conv\.", r"\1.\2."),
    (r"^unet\.decoder\.layers\.", "decoder."),
    (r"^fc\.0\.gru\.", "gru."),
    (r"^fc\.1\.", "out."),
)
CONTENT_NAMES: tuple[Rename, ...] = ((r"^(model\.)?encoder\.", ""),)
CONTENT_IGNORED = (r"(model\.)?decoder\..*", r"proj_out\..*")


def regulator_names(stages: int) -> tuple[Rename, ...]:
    """Upstream counts convolution, norm and activation of each stage in one list."""
    rules: list[Rename] = [(rf"^model\.{3 * stages}\.", "last.")]
    for i in range(stages):
        rules += [(rf"^model\.{3 * i}\.", f"convs.{i}."), (rf"^model\.{3 * i + 1}\.", f"norms.{i}.")]
    return tuple(rules)


def estimator_ignored(config: DiTConfig) -> tuple[str, ...]:
    """Files hold every layer's every weight, whether the configuration uses it or not."""
    layers = r"estimator\.transformer\.layers"
    without_skip = "|".join(str(i) for i in range(config.layers // 2 + 1))
    found = [*ESTIMATOR_IGNORED, rf"{layers}\.({without_skip})\.skip_in_linear\..*"]
    if not config.long_skip:
        found.append(r"estimator\.skip_linear\..*")
    if config.time_as_token:
        found.append(rf"{layers}\.\d+\.(attention|ffn)_norm\.project_layer\..*")
    return tuple(found)


def states(tree: Mapping[str, Any], config: VcConfig) -> dict[str, State]:
    """Sections of the checkpoints under our names: all that this model consists of, nothing of the training."""
    found = {
        "speaker": speaker_state(section(tree, "campplus")),
        "regulator": regulator_state(section(tree, "length_regulator"), config.regulator.stages),
        "estimator": estimator_state(section(tree, "cfm"), config.dit),
        "vocoder": bigvgan_state(section(tree, "generator"), config.vocoder),
    }
    if "rmvpe" in tree:
        found["pitch"] = pitch_state(section(tree, "rmvpe"))
    return found


def speaker_state(published: State) -> State:
    return plain(published, rename=SPEAKER_NAMES, ignore=BATCHES_SEEN)


def pitch_state(published: State) -> State:
    return plain(published, rename=PITCH_NAMES, ignore=BATCHES_SEEN)


def regulator_state(published: State, stages: int) -> State:
    return plain(published, rename=regulator_names(stages), ignore=REGULATOR_IGNORED)


def estimator_state(published: State, config: DiTConfig) -> State:
    return plain(published, rename=ESTIMATOR_NAMES, ignore=estimator_ignored(config))


def opened(variant: Variant, folders: Mapping[str, Path]) -> tuple[VcConfig, dict[str, Any]]:
    """The config and the sections of all checkpoints but Whisper's. `folders`: where each of `models` lies."""
    import yaml  # type: ignore[import-untyped]  # comes with transformers, as torch does with the extra `models`

    home, vocoder = folders[variant.model], folders[variant.vocoder]
    document = yaml.safe_load((home / variant.config).read_text(encoding="utf-8"))
    config = vc_config(document, json.loads((vocoder / VOCODER_CONFIG).read_text(encoding="utf-8")))
    tree: dict[str, Any] = dict(section(read(home / variant.weights, capability=CAPABILITY), "net"))
    tree["generator"] = section(read(vocoder / VOCODER_WEIGHTS, capability=CAPABILITY), "generator")
    tree["campplus"] = read(folders[variant.speaker] / SPEAKER_WEIGHTS, capability=CAPABILITY)
    if variant.pitch is not None:
        tree["rmvpe"] = read(folders[variant.pitch] / PITCH_WEIGHTS, capability=CAPABILITY)
    return config, tree


def content_encoder(folder: Path, device: str | torch.device = "cpu") -> WhisperEncoder:
    """Whisper's encoder; its decoder stays on the disk."""
    from engine.nn import torchaudio_stub

    torchaudio_stub.install()
    # A second and more of imports, and only where a conversion runs.
    from transformers.models.whisper.configuration_whisper import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    document = json.loads((folder / CONTENT_CONFIG).read_text(encoding="utf-8"))
    encoder = WhisperEncoder(WhisperConfig.from_dict({**document, "attn_implementation": "sdpa"}))
    published = read(folder / CONTENT_WEIGHTS, capability=CAPABILITY)
    state = plain(published, rename=CONTENT_NAMES, ignore=CONTENT_IGNORED)
    load_strictly(encoder, {key: value.to(device) for key, value in state.items()})
    return encoder
