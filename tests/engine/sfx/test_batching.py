"""Items of a batch come out as each does alone; 2e-5 of the largest value covers other orders of summation.

Only waves get 1e-4: drawn weights make the vocoder's sines run fast.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine.sfx.guidance import GuidedNoise
from engine.sfx.network import SfxNetwork
from engine.sfx.sampler import ddim, dpm_solver
from engine.sfx.schedule import Schedule, ddim_timesteps, solver_timesteps
from engine.sfx.tokens import Tokens
from tests.engine.sfx.tiny import tiny_network, tiny_ranking, tiny_tokenizer

CLOSE = 2e-5
PROMPTS = ("a dog barks", "rain falls on a tin roof", "a dog barks")
SCALES = (3.0, 1.0, 5.0)


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def network() -> SfxNetwork:
    return tiny_network()


def tokens(*texts: str) -> Tokens:
    return tiny_tokenizer()(texts, 77)


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def assert_close(found: Tensor, expected: Tensor, limit: float = CLOSE) -> None:
    assert float((found - expected).abs().max() / expected.abs().max()) <= limit


def test_prompts_are_read_as_each_alone(network: SfxNetwork) -> None:
    together = network.read(tokens(*PROMPTS).ids)
    assert_close(together, torch.cat([network.read(tokens(prompt).ids) for prompt in PROMPTS]))


def guided(network: SfxNetwork, schedule: Schedule, rows: slice) -> GuidedNoise:
    prompts = network.read(tokens(*PROMPTS[rows]).ids)
    without = network.read(tokens("").ids).expand_as(prompts)
    return GuidedNoise(network.unet, schedule, prompts, without, torch.tensor(SCALES[rows]))


def test_noise_is_predicted_for_mixed_guidance_as_for_each_alone(network: SfxNetwork) -> None:
    schedule, latents = Schedule.through(ddim_timesteps(5)), noise(3, 4, 10, 8)
    together = guided(network, schedule, slice(None))(latents, 2)
    alone = [guided(network, schedule, slice(i, i + 1))(latents[i : i + 1], 2) for i in range(3)]
    assert_close(together, torch.cat(alone))


@pytest.mark.parametrize("sampler", [ddim, dpm_solver])
def test_latents_are_sampled_as_each_alone(network: SfxNetwork, sampler: object) -> None:
    schedule, latents = Schedule.through(solver_timesteps(4)), noise(3, 4, 10, 4)

    def sampled(rows: slice) -> Tensor:
        steps = list(sampler(guided(network, schedule, rows), latents[rows], schedule))  # type: ignore[operator]
        latent: Tensor = steps[-1].latent
        return latent

    assert_close(sampled(slice(None)), torch.cat([sampled(slice(i, i + 1)) for i in range(3)]))


def test_latents_are_decoded_and_spoken_as_each_alone(network: SfxNetwork) -> None:
    latents = noise(3, 4, 10, 4)
    mels = network.decode(latents)
    assert_close(mels, torch.cat([network.decode(latent[None]) for latent in latents]))
    waves = network.speak(mels)
    assert waves.shape == (3, 4 * network.column_samples)
    assert_close(waves, torch.cat([network.speak(mel[None]) for mel in mels]), limit=1e-4)


def test_sounds_are_encoded_as_each_alone(network: SfxNetwork) -> None:
    mels, posterior = noise(3, 80, 32) - 3, noise(3, 4, 10, 4)
    together = network.encode(mels, posterior)
    assert_close(together, torch.cat([network.encode(mels[i : i + 1], posterior[i : i + 1]) for i in range(3)]))


def test_candidates_are_scored_as_each_alone() -> None:
    ranking, waves = tiny_ranking(), 0.1 * noise(2, 16_000)
    together = ranking.scores("rain", waves)
    assert_close(together, torch.cat([ranking.scores("rain", wave[None]) for wave in waves]))
