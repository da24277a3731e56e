"""The published files become a network, or a sentence that names what does not fit."""

from __future__ import annotations

import json

import pytest
import torch
import yaml

from engine.errors import CheckpointMismatch
from engine.vc import weights
from engine.vc.config import dit_config, vc_config
from engine.vc.network import VcNetwork
from tests.parity.recorded import SHARED, Case

TINY = SHARED / "parity" / "seedvc" / "end_to_end_single_tiny"
pytestmark = pytest.mark.skipif(not TINY.is_dir(), reason=f"{TINY} is not there")


@pytest.fixture
def case():
    return Case(TINY)


@pytest.fixture
def tree(case):
    return case.checkpoint()


def load(case, tree):
    document = case.document["config"]
    return VcNetwork.load(vc_config(document, document["vocoder"]), tree)


def test_published_folders_are_opened_and_loaded(case, tree, tmp_path):
    variant, document = weights.SPEECH, case.document["config"]
    folders = {name: tmp_path / name for name in variant.models}
    for folder in folders.values():
        folder.mkdir()
    net = {name: {f"module.{key}": value for key, value in tree[name].items()} for name in ("cfm", "length_regulator")}
    torch.save({"net": net, "epoch": 3}, folders[variant.model] / variant.weights)
    published = {"model_params": document["model_params"], "preprocess_params": {"sr": 22050}}
    (folders[variant.model] / variant.config).write_text(yaml.safe_dump(published))
    torch.save({"generator": tree["generator"]}, folders[variant.vocoder] / weights.VOCODER_WEIGHTS)
    (folders[variant.vocoder] / weights.VOCODER_CONFIG).write_text(json.dumps(document["vocoder"]))
    torch.save(tree["campplus"], folders[variant.speaker] / weights.SPEAKER_WEIGHTS)
    config, sections = weights.opened(variant, folders)
    assert config.mel.sample_rate == 22050
    assert not config.singing
    assert VcNetwork.load(config, sections).pitch is None


@pytest.mark.parametrize("length", [0, 8192, 16384])
def test_the_table_of_positions_may_have_any_length_or_be_absent(case, tree, length):
    tree["cfm"].pop("estimator.input_pos", None)
    if length:
        tree["cfm"]["estimator.input_pos"] = torch.arange(length)
    load(case, tree)


def test_the_last_layer_of_the_speaker_encoder_may_stand_outside_of_its_section(case, tree):
    tree["campplus"] = {key.replace("xvector.dense.", "dense."): value for key, value in tree["campplus"].items()}
    load(case, tree)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("cfm", "estimator.transformer.layers.3.skip_in_linear.weight"),
        ("cfm", "estimator.wavenet.in_layers.1.conv.conv.weight_g"),
        ("length_regulator", "model.4.bias"),
        ("campplus", "xvector.block2.tdnnd24.cam_layer.linear2.bias"),
        ("generator", "resblocks.17.activations.5.act.beta"),
    ],
)
def test_a_missing_tensor_is_named(case, tree, section, key):
    del tree[section][key]
    with pytest.raises(CheckpointMismatch, match="is missing"):
        load(case, tree)


def test_a_tensor_that_nobody_asked_for_is_named(case, tree):
    tree["cfm"]["estimator.layer_of_another_model.weight"] = torch.ones(2)
    with pytest.raises(CheckpointMismatch, match=r"layer_of_another_model\.weight is unexpected"):
        load(case, tree)


def test_a_configuration_that_cannot_be_run_is_refused(case):
    params = case.document["config"]["model_params"]
    params["DiT"]["is_causal"] = True
    with pytest.raises(CheckpointMismatch, match=r"DiT\.is_causal: True"):
        dit_config(params)
