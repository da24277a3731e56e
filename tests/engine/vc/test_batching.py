"""A batch of mixed lengths gives what each item gives alone.

Between a batch and its items lie only other summation orders: errors are relative to the largest value of a result.
"""

from __future__ import annotations

import pytest
import torch

from engine.vc.dit import DiT
from engine.vc.flow import Piece, Prompt, context_of, sampled
from engine.vc.length_regulator import LengthRegulator
from engine.vc.padding import reflected
from engine.vc.speaker import CAMPlusPlus
from tests.engine.vc.tiny import SINGING, SPEECH, TOKENS, drawn, tiny_config

CLOSE = 2e-5
KINDS = pytest.mark.parametrize("config", [SPEECH, SINGING, TOKENS], ids=["speech", "singing", "tokens"])


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def assert_close(found, alone):
    assert found.shape == alone.shape
    assert float((found - alone).abs().max()) <= CLOSE * float(alone.abs().max())


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed + sum(shape)))


def pieces_for(config, sizes):
    made = []
    for number, (prompt, frames) in enumerate(sizes):
        style = random(config.style_width, seed=number)
        voice = Prompt(random(config.bands, prompt), random(prompt, config.content_width), style)
        made.append(Piece(voice, random(frames, config.content_width), random(config.bands, frames, seed=9)))
    return made


@KINDS
def test_the_estimator_answers_an_item_as_if_it_were_alone(config):
    network, pieces = drawn(DiT(config)), pieces_for(config, [(9, 20), (4, 8), (15, 11)])
    lengths = [piece.frames for piece in pieces]
    states = [random(config.bands, n, seed=5) for n in lengths]
    time = network.time_terms(torch.tensor([0.3]))
    x = torch.stack([torch.nn.functional.pad(state, (0, max(lengths) - state.shape[1])) for state in states])
    together = network(x, context_of(network, pieces), time, lengths)
    for i, n in enumerate(lengths):
        alone = network(states[i][None], context_of(network, pieces[i : i + 1]), time, [n])
        assert_close(together[i, :, :n], alone[0])


@KINDS
@pytest.mark.parametrize("guidance", [0.0, 0.7])
def test_a_piece_is_sampled_as_if_it_were_alone(config, guidance):
    network = drawn(DiT(config))
    pieces = pieces_for(config, [(30, 40), (12, 25), (22, 64)])
    together = sampled(network, pieces, steps=3, guidance=guidance)
    for piece, mels in zip(pieces, together, strict=True):
        assert_close(mels, sampled(network, [piece], steps=3, guidance=guidance)[0])


def test_frames_of_the_prompt_that_nobody_wants_are_left_out_without_a_trace():
    network, pieces = drawn(DiT(SPEECH)), pieces_for(SPEECH, [(40, 30)])
    lengths, context = [70], context_of(network, pieces)
    x, time = random(1, SPEECH.bands, 70), network.time_terms(torch.tensor([0.6]))
    whole = network(x, context, time, lengths)
    part = network(x, context, time, lengths, first_frame=40 - network.reach)
    assert_close(part[..., network.reach :], whole[..., 40:])


def test_an_unguided_sample_costs_one_call_of_one_item_for_each_step():
    network, calls = drawn(DiT(SPEECH)), []
    network.register_forward_hook(lambda _module, given, _answer: calls.append(len(given[0])))
    for guidance in (0.0, 0.7):
        sampled(network, pieces_for(SPEECH, [(9, 20)]), steps=2, guidance=guidance)
    assert calls == [1, 1, 2, 2]


@pytest.mark.parametrize("sung", [False, True])
def test_the_length_regulator_conditions_an_item_as_if_it_were_alone(sung):
    config = tiny_config(SINGING if sung else SPEECH).regulator
    network = drawn(LengthRegulator(config))
    contents, frames = [random(n, config.content_width) for n in (31, 50, 12)], [40, 33, 21]
    f0 = [60 + 300 * random(n).double().abs() for n in (62, 100)] if sung else [None, None]
    f0.append(None)
    together = network(contents, frames, f0)
    for i, n in enumerate(frames):
        assert_close(together[i, :n], network(contents[i : i + 1], [n], f0[i : i + 1])[0])


def test_the_speaker_encoder_hears_a_voice_as_if_it_were_alone():
    """Lengths around whole segments of 100 steps, each step two frames."""
    network = drawn(CAMPlusPlus())
    features = [random(frames, 80) for frames in (437, 3, 401, 200, 18)]
    together = network(features)
    for feature, style in zip(features, together, strict=True):
        assert_close(style, network([feature])[0])


def test_each_item_is_mirrored_about_its_own_end():
    x = torch.tensor([[1.0, 2, 3, 4], [5, 6, 7, 0]]).unsqueeze(1)
    mirrored = reflected(x, [4, 3], 2)
    assert mirrored[0, 0].tolist() == [3, 2, 1, 2, 3, 4, 3, 2]
    assert mirrored[1, 0, :7].tolist() == [7, 6, 5, 6, 7, 6, 5]
