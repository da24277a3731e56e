"""Cases of StyleTTS 2: synthetic checkpoints with the published keys, and the audio front end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from engine.tts.config import plbert_config, styletts2_config
from engine.tts.network import TtsNetwork
from engine.tts.reference import filters, log_mel, loud_span
from engine.tts.style_diffusion import carried_over, mixed
from tests.parity.recorded import Case, Check
from tests.parity.speech import Options, parts_alone, read, sample, speak


def network_of(case: Case) -> TtsNetwork:
    document = case.document["config"]
    config = styletts2_config(document, plbert_config(document["plbert"]["model_params"]))
    return TtsNetwork.load(config, case.checkpoint())


def checks(case: Case) -> Iterator[Check]:
    if case.folder.name == "frontend":
        yield from front_end(case)
        return
    network, given = network_of(case), case.tensors
    found: dict[str, Tensor] = {}
    reference = network.style_of(log_mel(given["ref_wave"][None]))
    acoustic, prosodic = reference.chunk(2, dim=1)
    found |= {"acoustic_style": acoustic, "prosodic_style": prosodic, "ref_s": reference}
    sentence(network, case.document["options"], given, reference, found)
    if second := case.document.get("second"):
        inputs = {name.removeprefix("second_"): value for name, value in given.items() if name.startswith("second_")}
        results: dict[str, Tensor] = {}
        sentence(network, second["options"], inputs, reference, results)
        found |= {f"second_{name}": value for name, value in results.items()}
    yield from case.compare(found)
    styles = network.shape(given["style_used"])
    yield from parts_alone(case, network, styles, case.document["options"]["drop_tail"])


def sentence(
    network: TtsNetwork,
    options: Mapping[str, Any],
    given: Mapping[str, Tensor],
    reference: Tensor,
    found: dict[str, Tensor],
) -> None:
    text = read(network, given["tokens"], found)
    noise = torch.cat([given["diffusion_noise"][None], given["step_noise"]]).squeeze(2)
    style = sample(network, text, reference, noise, options["embedding_scale"], found)
    if "s_prev" in given:
        style = carried_over(given["s_prev"], style, options["t"])
    if network.config.multispeaker:
        alpha, beta = torch.tensor([options["alpha"]]), torch.tensor([options["beta"]])
        style = mixed(style, reference, alpha, beta)
    asked = Options(last_extra=options.get("last_extra", 0), drop_tail=options["drop_tail"])
    speak(network, text, style, given["source_noise"], asked, found)


def front_end(case: Case) -> Iterator[Check]:
    """The audio half; symbols and texts have tests of their own."""
    given = case.tensors
    start, end = loud_span(given["trim_wave"])
    found = {
        "log_mel": log_mel(given["wave"][None]),
        "mel_filterbank": filters(),
        "trim_index": torch.tensor([start, end]),
        "trim_log_mel": log_mel(given["trim_wave"][None, start:end]),
    }
    yield from case.compare(found)
