"""The published checkpoints this package runs: where they lie, and what their keys are called here.

Rules are regular expressions over keys without `module.`; the network's own names are ours.
Licences: StyleTTS 2's weights (Aaron Yinghao Li) ask that listeners be told the speech is synthesised, unless the
speaker has agreed to the cloning; Kokoro's weights and voices (hexgrad) are Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.errors import CheckpointMismatch
from engine.nn.checkpoint import Rename, State, plain, read, read_tensor, section
from engine.tts.config import TtsConfig, kokoro_config, styletts2_config


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """Paths inside a model's folder, the publisher's own; `root` is the entry of the file that holds the sections."""

    weights: str
    config: str
    root: str | None = None


# Repository and revision of each stand under the same name in engine/nn/catalogue.py.
FILES: Mapping[str, ModelFiles] = {
    "styletts2": ModelFiles(
        weights="Models/LibriTTS/epochs_2nd_00020.pth", config="Models/LibriTTS/config.yml", root="net"
    ),
    "styletts2-ljspeech": ModelFiles(
        weights="Models/LJSpeech/epoch_2nd_00100.pth", config="Models/LJSpeech/config.yml", root="net"
    ),
    "kokoro": ModelFiles(weights="kokoro-v1_0.pth", config="config.json"),
}

PLBERT_IGNORED = (r"embeddings\.position_ids", r"pooler\..*")
PLBERT_NAMES: tuple[Rename, ...] = (
    (r"^embeddings\.word_embeddings\.", "words."),
    (r"^embeddings\.position_embeddings\.", "positions."),
    (r"^embeddings\.token_type_embeddings\.", "token_types."),
    (r"^embeddings\.LayerNorm\.", "norm."),
    (r"^encoder\.embedding_hidden_mapping_in\.", "widen."),
    (r"^encoder\.albert_layer_groups\.0\.albert_layers\.0\.", "layer."),
    (r"^layer\.full_layer_layer_norm\.", "layer.norm."),
    (r"^layer\.attention\.LayerNorm\.", "layer.attention.norm."),
)
TEXT_ENCODER_NAMES: tuple[Rename, ...] = (
    (r"^cnn\.(\d+)\.0\.", r"cnn.\1.conv."),
    (r"^cnn\.(\d+)\.1\.gamma$", r"cnn.\1.norm.weight"),
    (r"^cnn\.(\d+)\.1\.beta$", r"cnn.\1.norm.bias"),
)
STYLE_ENCODER_NAMES: tuple[Rename, ...] = (
    (r"^shared\.0\.", "first."),
    *((rf"^shared\.{i + 1}\.", f"blocks.{i}.") for i in range(4)),
    (r"^shared\.6\.", "last."),
    (r"\.downsample_res\.conv\.", ".downsample."),
)
PREDICTOR_NAMES: tuple[Rename, ...] = ((r"^duration_proj\.linear_layer\.", "duration_proj."),)
# The file holds the denoiser under two names, with equal tensors.
DENOISER_NAMES: tuple[Rename, ...] = (
    (r"^(?:diffusion\.net|unet)\.", ""),
    (r"^to_time\.0\.0\.weights$", "frequencies"),
    (r"^to_time\.0\.1\.", "from_time."),
    (r"^to_features\.0\.", "from_features."),
    (r"^to_mapping\.", "mapping."),
    (r"^to_out\.1\.", "to_out."),
    (r"^fixed_embedding\.embedding\.", "unconditional."),
    (r"\.attention\.attention\.to_out\.", ".attention.to_out."),
)


def decoder_names(config: TtsConfig) -> tuple[Rename, ...]:
    """Upstream lists residual blocks through all stages; here each stage owns its own."""
    kinds = len(config.generator.block_kernels)
    rules: list[Rename] = [
        (r"^asr_res\.0\.", "asr_res."),
        (r"^generator\.m_source\.l_linear\.", "source.merge."),
    ]
    for stage in range(len(config.generator.rates)):
        ours = f"generator.stages.{stage}."
        rules += [
            (rf"^generator\.ups\.{stage}\.", f"{ours}up."),
            (rf"^generator\.noise_convs\.{stage}\.", f"{ours}source_conv."),
            (rf"^generator\.noise_res\.{stage}\.", f"{ours}source_block."),
        ]
        rules += [(rf"^generator\.resblocks\.{kinds * stage + j}\.", f"{ours}blocks.{j}.") for j in range(kinds)]
    for number, half in ((1, "dilated"), (2, "plain")):
        rules += [
            (rf"\.convs{number}\.(\d+)\.", rf".{half}.\1.conv."),
            (rf"\.adain{number}\.(\d+)\.", rf".{half}.\1.norm."),
            (rf"\.alpha{number}\.(\d+)$", rf".{half}.\1.alpha"),
        ]
    return tuple(rules)


def opened(model: str, folder: Path) -> tuple[TtsConfig, dict[str, Any]]:
    """The config and the sections of a model of FILES whose folder is on this disk."""
    files = FILES[model]
    tree = read(folder / files.weights, capability="tts")
    if files.root is not None:
        tree = section(tree, files.root)
    document = _document(folder / files.config)
    return kokoro_config(document) if model == "kokoro" else styletts2_config(document), tree


def _document(path: Path) -> dict[str, Any]:
    # Comes with transformers, as torch does with the extra `models`. JSON is YAML too.
    import yaml  # type: ignore[import-untyped]

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CheckpointMismatch(f"{path} cannot be read ({error}). Fetch it again: bernie models pull tts") from error
    if not isinstance(found, dict):
        raise CheckpointMismatch(f"{path} holds no settings. Fetch it again: bernie models pull tts")
    return found


def voice_table(path: Path) -> Tensor:
    """A Kokoro voice -> float32 [510, 2S]: row n - 1 is the style, acoustic then prosodic, for n phonemes."""
    table = read_tensor(path, capability="tts")
    if table.dim() != 3 or table.shape[1] != 1:
        raise CheckpointMismatch(f"{path} is {tuple(table.shape)} and no voice. Fetch it again: bernie models pull tts")
    return table.float().squeeze(1)


def states(tree: Mapping[str, Any], config: TtsConfig) -> dict[str, State]:
    """Sections of a checkpoint under our names: all that this model consists of, and nothing of the training."""
    found = {
        "plbert": plain(section(tree, "bert"), rename=PLBERT_NAMES, ignore=PLBERT_IGNORED),
        "from_bert": plain(section(tree, "bert_encoder")),
        "text_encoder": plain(section(tree, "text_encoder"), rename=TEXT_ENCODER_NAMES),
        "prosody": plain(section(tree, "predictor"), rename=PREDICTOR_NAMES),
        "decoder": plain(section(tree, "decoder"), rename=decoder_names(config)),
    }
    if config.style_encoder_width is not None:
        for ours, theirs in (("acoustic_encoder", "style_encoder"), ("prosodic_encoder", "predictor_encoder")):
            found[ours] = plain(section(tree, theirs), rename=STYLE_ENCODER_NAMES)
    if config.diffusion is not None:
        found["denoiser"] = plain(section(tree, "diffusion"), rename=DENOISER_NAMES)
    return found
