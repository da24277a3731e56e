"""The published files of Make-An-Audio, where they lie, and what their keys are called here.

    maa1_full.ckpt, bigvgan/    on Google Drive, to be downloaded by hand
    CLAP_weights_2022.pth       microsoft/msclap on the hub; only needed to choose among candidates
    vocab.txt                   google-bert/bert-base-uncased on the hub
All of them stand in engine/nn/catalogue.py.
Rules are regular expressions over published keys below the part's prefix; the parts' own names are ours.
Licences: the code is MIT; `maa1_full.ckpt` and the vocoder came without a licence of their own, and their training
data has terms of its own. CLAP's weights are Ms-PL, BERT's vocabulary Apache-2.0. None may be bundled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.errors import CheckpointMismatch
from engine.nn.bigvgan import BigVGANConfig, bigvgan_config, bigvgan_state
from engine.nn.checkpoint import Rename, State, plain, read, section
from engine.sfx.config import UNetConfig
from engine.sfx.merging import flattened, norms_folded, stacked, upsampling_merged

# The layout that the authors' readme asks for, and the vocabulary beside it.
CHECKPOINT = "maa1_full.ckpt"
VOCODER, VOCODER_CONFIG = "bigvgan/best_netG.pt", "bigvgan/args.yml"
CLAP = "CLAP/CLAP_weights_2022.pth"
VOCABULARY = "bert-base-uncased/vocab.txt"

TEXT_PREFIX = "cond_stage_model.caption_encoder"
TEXT_NAMES: tuple[Rename, ...] = ((r"^base\.", "bert."),)
# A buffer that old versions of transformers saved, and a head that nobody uses.
TEXT_IGNORED = (r"base\.embeddings\.position_ids", r"base\.pooler\..*")

RESIDUAL_NAMES: tuple[Rename, ...] = (
    (r"\.in_layers\.0\.", ".norm1."),
    (r"\.in_layers\.2\.", ".conv1."),
    (r"\.emb_layers\.1\.", ".from_time."),
    (r"\.out_layers\.0\.", ".norm2."),
    (r"\.out_layers\.3\.", ".conv2."),
    (r"\.skip_connection\.", ".skip."),
)
TRANSFORMER_NAMES: tuple[Rename, ...] = (
    (r"\.transformer_blocks\.0\.", "."),
    (r"\.to_out\.0\.", ".to_out."),
    (r"\.ff\.net\.0\.proj\.", ".ff.widen."),
    (r"\.ff\.net\.2\.", ".ff.narrow."),
)
AUTOENCODER_NAMES: tuple[Rename, ...] = (
    (r"^(?:en|de)coder\.", ""),
    (r"\.(?:down|up)sample\.conv\.", ".sampler."),
    (r"\.nin_shortcut\.", ".skip."),
)
CLAP_AUDIO_NAMES: tuple[Rename, ...] = (
    (r"^base\.", ""),
    *((rf"^conv_block{i + 1}\.", f"blocks.{i}.") for i in range(6)),
)
# Constants of the front end, which not every copy of the file has, the classifier, and counters of the training.
CLAP_AUDIO_IGNORED = (
    r"base\.(?:spectrogram|logmel)_extractor\..*",
    r"base\.fc_audioset\..*",
    r".*\.num_batches_tracked",
)


def unet_names(config: UNetConfig) -> tuple[Rename, ...]:
    """Upstream numbers all blocks through and calls their parts by index; here a block names its parts."""
    rules: list[Rename] = [
        (r"^input_blocks\.0\.0\.", "conv_in."),
        (r"^out\.0\.", "norm_out."),
        (r"^out\.2\.", "conv_out."),
    ]
    for index, plan in enumerate(config.down()):
        theirs = rf"^input_blocks\.{index + 1}\."
        if plan.residual:
            rules += [(rf"{theirs}0\.", f"down.{index}.residual."), (rf"{theirs}1\.", f"down.{index}.transformer.")]
        else:
            rules.append((rf"{theirs}0\.op\.", f"down.{index}."))
    rules += [
        (rf"^middle_block\.{i}\.", f"middle.{ours}.") for i, ours in enumerate(("before", "transformer", "after"))
    ]
    for index in range(len(config.up())):
        theirs, ours = rf"^output_blocks\.{index}\.", f"up.{index}."
        rules += [(rf"{theirs}\d\.conv\.", f"{ours}sampler."), (rf"{theirs}0\.", f"{ours}residual.")]
        rules.append((rf"{theirs}1\.", f"{ours}transformer."))
    return (*rules, *RESIDUAL_NAMES, *TRANSFORMER_NAMES)


def unet_state(tree: Mapping[str, Any], config: UNetConfig) -> State:
    state = upsampling_merged(plain(section(tree, "model.diffusion_model"), rename=unet_names(config)))
    state = stacked(state, owner=r".*\.attn1", names=("to_q", "to_k", "to_v"), into="to_qkv")
    return flattened(state, names=("proj_in", "proj_out", "skip"))


def encoder_state(tree: Mapping[str, Any]) -> State:
    return _autoencoder_state(tree, "encoder.", "quant_conv.")


def decoder_state(tree: Mapping[str, Any]) -> State:
    return upsampling_merged(_autoencoder_state(tree, "decoder.", "post_quant_conv."))


def _autoencoder_state(tree: Mapping[str, Any], *prefixes: str) -> State:
    both = section(tree, "first_stage_model")
    one = {key: value for key, value in both.items() if key.startswith(prefixes)}
    state = flattened(plain(one, rename=AUTOENCODER_NAMES), names=("q", "k", "v", "proj_out", "skip"))
    return stacked(state, owner=r".*\battn.*", names=("q", "k", "v"), into="to_qkv")


def text_state(tree: Mapping[str, Any], prefix: str = TEXT_PREFIX) -> State:
    return plain(section(tree, prefix), rename=TEXT_NAMES, ignore=TEXT_IGNORED)


def clap_audio_state(model: Mapping[str, Any]) -> State:
    state = plain(section(model, "audio_encoder"), rename=CLAP_AUDIO_NAMES, ignore=CLAP_AUDIO_IGNORED)
    return norms_folded(state)


def checkpoint(folder: Path) -> dict[str, Any]:
    """`state_dict` of the main file."""
    return section(read(folder / CHECKPOINT, capability="sfx"), "state_dict")


def vocoder_config(folder: Path) -> BigVGANConfig:
    import yaml  # type: ignore[import-untyped]  # comes with transformers, as torch does with the extra `models`

    path = folder / VOCODER_CONFIG
    try:
        return bigvgan_config(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise CheckpointMismatch(f"{path} cannot be read ({error}). Fetch it again: bernie models pull sfx") from error


def vocoder(folder: Path) -> tuple[BigVGANConfig, State]:
    """Its config, and the tensors of its generator under our names."""
    config = vocoder_config(folder)
    generator = section(read(folder / VOCODER, capability="sfx"), "generator")
    return config, bigvgan_state(generator, config)


def clap_model(folder: Path) -> dict[str, Tensor]:
    """The tensors of both towers under their published keys."""
    return section(read(folder / CLAP, capability="sfx"), "model")
