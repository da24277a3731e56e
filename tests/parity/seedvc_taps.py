"""What the cases of Seed-VC record inside the networks, and where it is found in ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from tests.parity.recorded import Case

Found = dict[str, Tensor]
Tap = tuple[str, Callable[[Tensor, Tensor], Tensor]]
"""The path of a module, and what to keep of its first argument and its answer."""


def given(argument: Tensor, answer: Tensor) -> Tensor:
    return argument


def answered(argument: Tensor, answer: Tensor) -> Tensor:
    return answer


def activated(argument: Tensor, answer: Tensor) -> Tensor:
    return answer.relu()


SPEAKER: Mapping[str, Tap] = {
    "head": ("head", answered),
    "xvector.tdnn": ("tdnn_norm", activated),
    "xvector.block1.tdnnd1": ("blocks.0.0", answered),
    "xvector.block1": ("transits.0", given),
    "xvector.transit1": ("transits.0", answered),
    "xvector.transit2": ("transits.1", answered),
    "xvector.out_nonlinear": ("out_norm", activated),
    "stats": ("dense", lambda argument, _answer: argument.squeeze(-1)),
}
REGULATOR: Mapping[str, Tap] = {
    "content_in_proj": ("content_in_proj", lambda _argument, answer: answer.unsqueeze(0)),
    "conv_stack_input": ("convs.0", given),
    "model.0": ("convs.0", answered),
    "model.2": ("convs.1", given),
    "model.11": ("last", given),
}
PITCH: Mapping[str, Tap] = {
    "unet.encoder.bn": ("bn", answered),
    "unet.encoder.layers.0.conv.0.first2ch": ("encoder.0.0", answered),
    "unet.encoder.layers.0.pool": ("encoder.1", given),
    "unet.intermediate": ("intermediate", answered),
    "unet.decoder.layers.0.conv1": ("decoder.0.conv1", answered),
    "unet.first2ch": ("decoder.4", answered),
    "cnn": ("cnn", answered),
    "fc.0": ("out", given),
}
IN_OUTPUT = ("conv1", "t_embedder2", "wavenet", "res_projection", "final_layer")
IN_DIT = ("t_embedder", "cond_projection", "skip_linear")


def estimator(case: Case, item: str) -> dict[str, Tap]:
    frames = case.document["items"][item]["frames"]
    # Behind the tokens, where there are any.
    taps: dict[str, Tap] = {"cond_x_merge_linear": ("transformer", lambda x, _answer: x[:, -frames:])}
    for name in inside(case, item):
        if name.startswith("layer"):
            taps[name] = (f"transformer.layers.{name.removeprefix('layer')}", answered)
        elif name.partition(".")[0] in IN_OUTPUT:
            taps[name] = (f"output.{name}", answered)
        elif name in IN_DIT or name.startswith("transformer."):
            taps[name] = (name, answered)
    return taps


def vocoder(case: Case, item: str) -> dict[str, Tap]:
    """Upstream lists the residual blocks through all stages, and the up-samplings apart from them."""
    taps: dict[str, Tap] = {}
    for name in inside(case, item):
        parts = name.partition(".first")[0].split(".")
        if parts[0] == "ups":
            taps[name] = (f"stages.{parts[1]}.up", answered)
        elif parts[0] == "resblocks" and parts[-1] != "upsample":
            taps[name] = (".".join(["stages.0.blocks", *parts[1:]]), answered)
        elif parts[0].startswith(("conv", "activation")):
            taps[name] = (parts[0], answered)
    return taps


def inside(case: Case, item: str) -> list[str]:
    prefix = f"mid.{item}."
    return [name.removeprefix(prefix) for name in case.tensors if name.startswith(prefix)]


@contextmanager
def watched(network: nn.Module, taps: Mapping[str, Tap], found: Found, prefix: str) -> Iterator[None]:
    """Copies, since a network may add in place to what it passed on."""

    def hook_for(name: str, keep: Callable[[Tensor, Tensor], Tensor]) -> Any:
        def hook(_module: nn.Module, arguments: tuple[Any, ...], answer: Any) -> None:
            first = answer[0] if isinstance(answer, tuple) else answer
            found[prefix + name] = keep(arguments[0], first).clone()

        return hook

    handles = [
        network.get_submodule(path).register_forward_hook(hook_for(name, keep)) for name, (path, keep) in taps.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
