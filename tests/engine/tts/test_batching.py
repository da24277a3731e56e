"""A batch of mixed lengths gives what each item gives alone, part by part and from end to end.

Errors are relative to the largest value of the part's own result. Between a batch and its items lie only other
summation orders: 2e-5 covers them. Where a phase is summed or an angle taken, the limit says why it is looser.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine.tts.network import Prosody, Styles, Text, TtsNetwork
from engine.tts.padding import padded
from engine.tts.prosody import stretched
from engine.tts.source import draw_source_noise
from engine.tts.style_diffusion import draw_style_noise
from tests.engine.tts.tiny import HIFIGAN, ISTFTNET, tiny_network, tiny_style, tiny_tokens

CLOSE = 2e-5
LENGTHS = (6, 13, 9)


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(params=[HIFIGAN, ISTFTNET], ids=lambda config: config.kind, scope="module")
def network(request: pytest.FixtureRequest) -> TtsNetwork:
    return tiny_network(request.param)


@pytest.fixture
def texts(network: TtsNetwork) -> tuple[Text, list[Text]]:
    """The batch, and each item alone."""
    tokens = tiny_tokens(*LENGTHS)
    return network.read(tokens), [network.read([item]) for item in tokens]


@pytest.fixture
def styles(network: TtsNetwork) -> tuple[Styles, list[Styles]]:
    style = tiny_style(len(LENGTHS), network)
    return network.shape(style), [network.shape(row[None]) for row in style]


@pytest.fixture
def plans(
    network: TtsNetwork, texts: tuple[Text, list[Text]], styles: tuple[Styles, list[Styles]]
) -> tuple[Prosody, list[Prosody]]:
    alone = [network.plan(text, style) for text, style in zip(texts[1], styles[1], strict=True)]
    return network.plan(texts[0], styles[0]), alone


def assert_close(together: Tensor, alone: Tensor, limit: float = CLOSE) -> None:
    """together [1, ...] may be longer in its last axis, where the batch was padded."""
    together = together[..., : alone.shape[-1]]
    assert together.shape == alone.shape
    assert float((together - alone).abs().max()) <= limit * float(alone.abs().max())


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_both_text_encoders_read_each_item_as_if_alone(texts: tuple[Text, list[Text]]) -> None:
    together, alone = texts
    assert together.mask is not None
    for i, text in enumerate(alone):
        assert text.mask is None
        assert_close(together.t_en[i, None], text.t_en)
        assert_close(together.d_en[i, None], text.d_en)
        assert_close(together.embedding[i, None].mT, text.embedding.mT)


@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_the_diffusion_draws_each_style_as_if_alone(
    network: TtsNetwork, texts: tuple[Text, list[Text]], scale: float
) -> None:
    together, alone = texts
    references = tiny_style(len(alone), network)
    noise = draw_style_noise(generators(1, 2, 3), 4, network.config.style_width)
    *_, sampled = network.sample(together, references, noise, torch.full((3,), scale))
    for i, text in enumerate(alone):
        *_, single = network.sample(text, references[i, None], noise[:, i, None], torch.tensor([scale]))
        assert_close(sampled[i, None], single)


def test_an_item_without_guidance_is_not_changed_by_guided_ones_beside_it(
    network: TtsNetwork, texts: tuple[Text, list[Text]]
) -> None:
    together, alone = texts
    references = tiny_style(len(alone), network)
    noise = draw_style_noise(generators(1, 2, 3), 4, network.config.style_width)
    *_, sampled = network.sample(together, references, noise, torch.tensor([1.0, 2.0, 1.5]))
    *_, single = network.sample(alone[0], references[0, None], noise[:, 0, None], torch.tensor([1.0]))
    assert_close(sampled[0, None], single)


def test_durations_and_curves_are_planned_as_if_alone(plans: tuple[Prosody, list[Prosody]]) -> None:
    together, alone = plans
    assert len(set(together.frames)) == len(LENGTHS)
    for i, plan in enumerate(alone):
        assert together.counts[i].tolist() == plan.counts[0].tolist()
        assert_close(together.asr[i, None], plan.asr)
        assert_close(together.f0[i, None], plan.f0)
        assert_close(together.energy[i, None], plan.energy)
        assert not together.f0[i, plan.f0.shape[1] :].any()


def test_speed_and_last_token_are_each_items_own(
    network: TtsNetwork, texts: tuple[Text, list[Text]], styles: tuple[Styles, list[Styles]]
) -> None:
    plan = network.plan(texts[0], styles[0], speed=torch.tensor([[0.5], [1.0], [2.0]]), last_extra=5)
    for i, speed in enumerate((0.5, 1.0, 2.0)):
        single = network.plan(texts[1][i], styles[1][i], speed=speed, last_extra=5)
        assert plan.counts[i].tolist() == single.counts[0].tolist()
    assert all(int(count[-1]) >= 6 for count in plan.counts)


def test_a_delayed_item_starts_with_its_first_frame_twice_and_loses_its_last() -> None:
    x = torch.arange(1.0, 7.0).reshape(2, 1, 3)
    counts = [torch.tensor([1, 2, 1]), torch.tensor([2, 1])]
    assert stretched(x, counts, delayed=False).squeeze(1).tolist() == [[1, 2, 2, 3], [4, 4, 5, 0]]
    assert stretched(x, counts, delayed=True).squeeze(1).tolist() == [[1, 1, 2, 2], [4, 4, 4, 0]]


def test_the_frame_level_decoder_decodes_each_item_as_if_alone(
    network: TtsNetwork, plans: tuple[Prosody, list[Prosody]], styles: tuple[Styles, list[Styles]]
) -> None:
    together, alone = plans
    decoder = network.decoder
    features = decoder.features(together.asr, together.f0, together.energy, styles[0].decoder, together.frames)
    for i, (plan, style) in enumerate(zip(alone, styles[1], strict=True)):
        assert_close(
            features[i, None], decoder.features(plan.asr, plan.f0, plan.energy, style.decoder, plan.frames), 1e-4
        )


def test_the_source_sounds_for_each_item_as_if_alone(network: TtsNetwork) -> None:
    frames = [5, 9, 4]
    samples = [n * network.config.samples_per_frame for n in frames]
    f0 = torch.zeros(3, 2 * max(frames))
    for row, n in zip(f0, frames, strict=True):
        row[: 2 * n] = torch.linspace(-30, 300, 2 * n)  # unvoiced at first
    noise = draw_source_noise(generators(1, 2, 3), samples)
    together = network.decoder.source(f0, noise, frames)
    for i, (n, length) in enumerate(zip(frames, samples, strict=True)):
        alone = network.decoder.source(f0[i, None, : 2 * n], noise[i, None, :length], [n])
        assert_close(together[i, None], alone, 1e-6)
        assert not together[i, length:].any()


def test_the_generator_voices_each_item_as_if_alone(
    network: TtsNetwork, plans: tuple[Prosody, list[Prosody]], styles: tuple[Styles, list[Styles]]
) -> None:
    """From one excitation, for an angle that jumps by 2 pi says nothing about batching."""
    generator, frames = network.decoder.generator, plans[0].frames
    source = torch.Generator().manual_seed(5)
    x = torch.randn(3, network.config.generator.channels, 2 * max(frames), generator=source)
    samples = network.samples(plans[0])
    waves = padded([0.1 * torch.randn(n, generator=source) for n in samples])
    excitation = generator.excitation(waves, samples)
    together = generator(x, excitation, styles[0].decoder, [2 * n for n in frames])
    for i, (n, length) in enumerate(zip(frames, samples, strict=True)):
        own = generator.excitation(waves[i, None, :length], [length])
        assert_close(excitation[i, None], own, 1e-6)
        alone = generator(x[i, None, :, : 2 * n], own, styles[1][i].decoder, [2 * n])
        assert_close(together[i, None], alone, 1e-4)
        assert not together[i, length:].any()


def test_a_seed_gives_the_same_clip_alone_and_in_any_company(
    network: TtsNetwork, texts: tuple[Text, list[Text]], styles: tuple[Styles, list[Styles]]
) -> None:
    """Root mean square 1e-3: F0's last bit moves the ninth harmonic's phase. 1e-2 where angles may jump by 2 pi.

    Of the loudest sample: the drawn iSTFT head, an exponential, makes some of a thousand.
    """
    limit = 1e-3 if network.config.generator.kind == "hifigan" else 1e-2
    plan = network.plan(texts[0], styles[0])
    waves = network.speak(plan, styles[0], draw_source_noise(generators(11, 12, 13), network.samples(plan)))
    for i, (text, style) in enumerate(zip(texts[1], styles[1], strict=True)):
        single = network.plan(text, style)
        noise = draw_source_noise(generators(11 + i), network.samples(single))
        alone = network.speak(single, style, noise)[0]
        assert waves[i].shape == alone.shape
        loudest = max(1.0, float(alone.abs().max()))
        assert float((waves[i] - alone).square().mean().sqrt()) <= limit * loudest
        again = network.speak(single, style, draw_source_noise(generators(11 + i), network.samples(single)))[0]
        assert torch.equal(alone, again)


def test_noise_is_drawn_for_an_item_whatever_stands_beside_it() -> None:
    together = draw_source_noise(generators(1, 2), [50, 80])
    assert torch.equal(together[0, :50], draw_source_noise(generators(1), [50])[0])
    assert not together[0, 50:].any()
    styles = draw_style_noise(generators(1, 2), 5, 8)
    assert torch.equal(styles[:, 1], draw_style_noise(generators(2), 5, 8)[:, 0])


def test_kept_styles_of_several_voices_make_a_batch(network: TtsNetwork, styles: tuple[Styles, list[Styles]]) -> None:
    together = Styles.together(styles[1])
    assert_close(together.decoder, styles[0].decoder)
    assert_close(together.prosody, styles[0].prosody)
