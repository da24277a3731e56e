"""What is rewritten when a checkpoint is read gives the same result as what was published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nn.checkpoint import State
from engine.sfx.merging import flattened, norms_folded, stacked, upsampling_merged


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def test_a_merged_upsampling_equals_a_repetition_and_a_convolution() -> None:
    x, weight, bias = noise(2, 6, 5, 7), noise(4, 6, 3, 3), noise(4)
    merged = upsampling_merged({"up.2.sampler.weight": weight})["up.2.sampler.weight"]
    published = functional.conv2d(functional.interpolate(x, scale_factor=2.0), weight, bias, padding=1)
    found = functional.conv_transpose2d(x, merged, bias, stride=2, padding=1)
    torch.testing.assert_close(found, published, atol=1e-5, rtol=0)


def test_other_samplers_are_left_alone() -> None:
    weight = noise(4, 4, 3, 3)
    assert upsampling_merged({"down.2.sampler.weight": weight})["down.2.sampler.weight"] is weight


def test_a_folded_batch_norm_equals_the_norm_behind_its_convolution() -> None:
    conv, norm = nn.Conv2d(3, 5, 3, padding=1, bias=False), nn.BatchNorm2d(5).eval()
    state: State = {"blocks.0.conv1.weight": conv.weight.detach()}
    for name, value in {"weight": noise(5), "bias": noise(5) + 1, "running_mean": noise(5)}.items():
        state[f"blocks.0.bn1.{name}"] = value
    state["blocks.0.bn1.running_var"] = noise(5).square() + 0.1
    norm.load_state_dict({key.rpartition(".")[2]: state[key] for key in state if "bn1" in key}, strict=False)
    folded, x = norms_folded(state), noise(2, 3, 8, 8)
    found = functional.conv2d(x, folded["blocks.0.conv1.weight"], folded["blocks.0.conv1.bias"], padding=1)
    torch.testing.assert_close(found, norm(conv(x)), atol=1e-5, rtol=1e-5)
    assert folded.keys() == {"blocks.0.conv1.weight", "blocks.0.conv1.bias"}


def test_stacked_layers_give_their_outputs_side_by_side() -> None:
    state = {f"a.attn1.{name}.weight": noise(4, 3) * i for i, name in enumerate("qkv")}
    found = stacked(state, owner=r".*attn1", names=("q", "k", "v"), into="qkv")
    assert torch.equal(found["a.attn1.qkv.weight"], torch.cat(list(state.values())))


def test_what_is_incomplete_stays_as_it_was_so_that_its_absence_is_named() -> None:
    state = {"a.attn1.q.weight": noise(4, 3), "a.attn1.v.weight": noise(4, 3)}
    assert stacked(state, owner=r".*", names=("q", "k", "v"), into="qkv") == state
    assert norms_folded({"blocks.0.bn1.running_var": noise(3)}).keys() == {"blocks.0.bn1.running_var"}


def test_only_the_named_convolutions_become_linear_layers() -> None:
    found = flattened({"a.proj_in.weight": noise(4, 3, 1, 1), "a.conv.weight": noise(4, 3, 1, 1)}, names=("proj_in",))
    assert found["a.proj_in.weight"].shape == (4, 3)
    assert found["a.conv.weight"].shape == (4, 3, 1, 1)
