"""A checkpoint is read without running it, folded as the norms were defined, and loaded to the last tensor."""

from __future__ import annotations

import datetime
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn
from torch.nn.utils import parametrizations

from engine.errors import CheckpointMismatch
from engine.nn.checkpoint import State, folded, load_strictly, plain, read, read_tensor, section
from engine.nn.inert import Shell, unknown

LAYERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(4, 3),
    "convolution": lambda: nn.Conv1d(4, 6, 5),
    "transposed convolution": lambda: nn.ConvTranspose1d(4, 6, 5),
    "depth-wise transposed convolution": lambda: nn.ConvTranspose1d(4, 4, 3, groups=4),
    "image convolution": lambda: nn.Conv2d(2, 3, 3, bias=False),
}


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(4)
    return LAYERS[request.param]()


def old_form(layer: nn.Module, names: dict[str, str]) -> State:
    """The parametrised layer's state with the keys that PyTorch wrote before it had parametrisations."""
    state = {f"x.{names.get(key, key)}": value.detach().clone() for key, value in layer.state_dict().items()}
    assert not any("parametrizations" in key for key in state)
    return state


def test_weight_norm_folds_to_the_weight_that_torch_computes(layer: nn.Module) -> None:
    parametrizations.weight_norm(layer, dim=0)
    form = "parametrizations.weight.original"
    layer.get_parameter(f"{form}0").data *= 1.7  # a length that is no longer the direction's own
    found = folded(old_form(layer, {f"{form}0": "weight_g", f"{form}1": "weight_v"}))
    assert set(found) <= {"x.weight", "x.bias"}
    torch.testing.assert_close(found["x.weight"], layer.weight)


# No published network has a transposed convolution with spectral norm, whose output axis would be the second.
@pytest.mark.parametrize("layer", ["linear", "convolution", "image convolution"], indirect=True)
def test_spectral_norm_folds_with_the_stored_vectors_and_no_further_iteration(layer: nn.Module) -> None:
    parametrizations.spectral_norm(layer, n_power_iterations=1).eval()
    form = "parametrizations.weight"
    names = {f"{form}.original": "weight_orig", f"{form}.0._u": "weight_u", f"{form}.0._v": "weight_v"}
    found = folded(old_form(layer, names))
    assert set(found) <= {"x.weight", "x.bias"}
    torch.testing.assert_close(found["x.weight"], layer.weight)


def test_a_norm_with_a_part_missing_is_not_guessed() -> None:
    module = nn.ModuleDict({"x": nn.Conv1d(2, 2, 3)})
    state = folded({"x.weight_v": torch.ones(2, 2, 3), "x.bias": torch.ones(2)})
    with pytest.raises(CheckpointMismatch, match=r"x\.weight is missing; x\.weight_v is unexpected"):
        load_strictly(module, state)


def test_plain_state_is_single_precision_under_our_names_in_its_own_memory() -> None:
    published = torch.ones(3, dtype=torch.float16)
    state = plain(
        {"module.old.bias": published, "module.pooler.weight": published},
        rename=[(r"^old\.", "new.")],
        ignore=[r"pooler\..*"],
    )
    published += 1
    assert list(state) == ["new.bias"]
    assert state["new.bias"].dtype == torch.float32
    assert state["new.bias"].tolist() == [1, 1, 1]


def test_two_names_for_one_tensor_must_agree() -> None:
    rename = [(r"^(?:a|b)\.", "")]
    one, other = torch.ones(2), torch.zeros(2)
    assert list(plain({"a.w": one, "b.w": one.clone()}, rename=rename)) == ["w"]
    with pytest.raises(CheckpointMismatch, match="w twice"):
        plain({"a.w": one, "b.w": other}, rename=rename)


def test_sections_are_found_nested_and_flat() -> None:
    weight = torch.ones(2)
    assert section({"bert": {"w": weight}}, "bert") == {"w": weight}
    assert section({"bert.w": weight, "bert_encoder.w": weight}, "bert") == {"w": weight}
    with pytest.raises(CheckpointMismatch, match=r"no section decoder; it has bert"):
        section({"bert": {"w": weight}}, "decoder")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.pop("bias"), "bias is missing"),
        (lambda state: state.update(extra=torch.ones(1)), "extra is unexpected"),
        (lambda state: state.update(bias=torch.ones(4)), r"bias is \(4,\) and should be \(3,\)"),
        (
            lambda state: state.update({f"extra{i}": torch.ones(1) for i in range(13)}),
            "extra9 is unexpected; and 3 more",
        ),
    ],
    ids=["missing", "unexpected", "misshapen", "many"],
)
def test_what_does_not_fit_is_named(change: Callable[[State], object], sentence: str) -> None:
    module = nn.Linear(2, 3)
    state: State = {"weight": torch.ones(3, 2), "bias": torch.ones(3)}
    change(state)
    with pytest.raises(CheckpointMismatch, match=f"does not fit Linear: .*{sentence}") as caught:
        load_strictly(module, state)
    assert not caught.value.retryable


def test_a_loaded_network_is_for_inference_only() -> None:
    with torch.device("meta"):
        module = nn.Sequential(nn.Linear(2, 3), nn.Dropout())
    load_strictly(module, {"0.weight": torch.ones(3, 2), "0.bias": torch.ones(3)})
    assert not module.training
    assert not any(parameter.requires_grad for parameter in module.parameters())
    assert module(torch.ones(1, 2)).tolist() == [[3, 3, 3]]


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_whole_file_is_read_and_a_truncated_one_says_what_to_do(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    state = {"weight": torch.arange(5000.0)}
    (save_file if suffix == ".safetensors" else torch.save)(state, path)
    assert torch.equal(read(path, capability="tts")["weight"], state["weight"])
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(CheckpointMismatch, match="bernie models pull tts"):
        read(path, capability="tts")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02garbage", b"PK\x03\x04garbage"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    with pytest.raises(CheckpointMismatch, match="bernie models pull tts"):
        read(path, capability="tts")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMismatch, match="bernie models pull tts"):
        read(tmp_path / "model.pth", capability="tts")


def test_a_list_is_no_checkpoint_and_a_dict_no_tensor(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save([torch.ones(1)], path)
    with pytest.raises(CheckpointMismatch, match="holds a list"):
        read(path, capability="tts")
    torch.save({"a": torch.ones(1)}, path)
    with pytest.raises(CheckpointMismatch, match="holds a dict"):
        read_tensor(path, capability="tts")


class Calls:
    """Has `function(*given)` called when it is unpickled."""

    def __init__(self, function: Callable[..., object], *given: object) -> None:
        self.call = function, given

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def hostile(made: Path) -> dict[str, Calls]:
    """Each makes the folder `made` when the file is loaded as any pickle is."""
    return {
        "of the operating system": Calls(os.system, f"mkdir {made}"),
        "of the system's module": Calls(os.mkdir, str(made)),
        "of another module": Calls(subprocess.check_call, ["mkdir", str(made)]),
        "evaluated": Calls(eval, f"__import__('os').mkdir({str(made)!r})"),
        "found by getattr": Calls(next, Calls(map, Calls(getattr, Path, "mkdir"), [made])),
    }


@pytest.mark.parametrize("zipped", [True, False], ids=["archive", "old form"])
@pytest.mark.parametrize("kind", hostile(Path()))
def test_code_in_a_checkpoint_never_runs(tmp_path: Path, kind: str, *, zipped: bool) -> None:
    path, made = tmp_path / "model.pth", tmp_path / "made"
    content = {"weight": torch.ones(1), "payload": hostile(made)[kind]}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    if zipped and not kind.startswith("of the"):
        found = read(path, capability="tts")
        assert torch.equal(found["weight"], torch.ones(1))
        assert isinstance(found["payload"], Shell)
    else:
        with pytest.raises(CheckpointMismatch, match=r"not one of tensors .* bernie models pull tts"):
            read(path, capability="tts")
    assert not made.exists()
    torch.load(path, weights_only=False)
    assert made.exists(), "read as any pickle it would have run"


def test_classes_that_a_checkpoint_names_are_never_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    class Callback:
        """As training code has them: made with arguments, given state, with a function of itself in that state."""

        def __init__(self, best: int) -> None:
            called.append("made")
            self.best, self.rule = best, Callback.rise

        @staticmethod
        def rise() -> None:
            called.append("rise")

        def __reduce__(self) -> tuple[object, ...]:
            return Callback, (self.best,), {"rule": self.rule}

        def __setstate__(self, state: object) -> None:
            called.append("given state")

    elsewhere = ModuleType("training_code_of_then")
    Callback.__module__, Callback.__qualname__ = elsewhere.__name__, "Callback"
    Callback.rise.__module__, Callback.rise.__qualname__ = elsewhere.__name__, "Callback.rise"
    elsewhere.Callback = Callback  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, elsewhere.__name__, elsewhere)
    path = tmp_path / "model.pth"
    torch.save({"callbacks": {Callback: Callback(3)}, "net": {"a": torch.ones(2)}}, path)
    assert {"builtins.getattr", "training_code_of_then.Callback"} == set(unknown(path))
    called.clear()
    found = read(path, capability="tts")
    assert torch.equal(found["net"]["a"], torch.ones(2))
    assert all(isinstance(each, Shell) for each in found["callbacks"].values())
    assert called == []


def test_the_list_of_what_is_allowed_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save({"a": torch.ones(2), "when": datetime.date(2024, 1, 1)}, path)
    before = set(torch.serialization.get_safe_globals())
    assert isinstance(read(path, capability="tts")["when"], Shell)
    assert set(torch.serialization.get_safe_globals()) == before
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)


def test_what_is_no_tensor_is_named_where_one_is_needed() -> None:
    with pytest.raises(CheckpointMismatch, match="a Shell under weight, not a tensor"):
        plain({"module.weight": Shell()})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with a name that is not known here, so that both ways of reading are taken."""
    path = tmp_path_factory.mktemp("whole") / "model.pth"
    torch.save({"net": {"a": torch.ones(20), "b": torch.zeros(3, 4)}, "when": datetime.date(2024, 1, 1)}, path)
    return path.read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_raises_anything_but_a_mismatch(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    path, damaged = tmp_path / "model.pth", bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged[: data.draw(st.sampled_from([len(whole), len(whole) // 2, 100]))])
    with suppress(CheckpointMismatch):
        plain(section(read(path, capability="tts"), "net"))
