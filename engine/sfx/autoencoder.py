"""KL autoencoder of Make-An-Audio (arXiv 2301.12661, section 3.4; the network is that of arXiv 2112.10752, E.2 and G).

Turns a latent into a log10 mel and back. B batch, W columns of the latent, R x F an image on the way, C channels,
N = R F. A mel has 80 rows and 8 W frames, a latent 4 channels, 10 rows and W columns. Nothing bounds either.
Left out: dropout, the discriminator.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.sfx.config import GROUPS, AutoencoderConfig
from engine.sfx.residual import Downsample, ResidualBlock, Upsample

EPS = 1e-6
LEAST_LOG_VARIANCE, GREATEST_LOG_VARIANCE = -30.0, 20.0


class Attention(nn.Module):
    """One head over all positions of the image, which goes by."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels, eps=EPS)
        self.to_qkv = nn.Linear(channels, 3 * channels)
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, R, F] -> [B, C, R, F]."""
        image = self.norm(x).permute(0, 2, 3, 1)
        q, k, v = self.to_qkv(image.flatten(1, 2)).unsqueeze(1).chunk(3, dim=-1)
        tokens = self.proj_out(functional.scaled_dot_product_attention(q, k, v).squeeze(1))
        y: Tensor = x + tokens.view(image.shape).permute(0, 3, 1, 2)
        return y


class Level(nn.Module):
    """The residual blocks of one resolution, an attention after each where the level has them, and a resampling."""

    def __init__(self, inputs: int, outputs: int, *, blocks: int, attends: bool, sampler: nn.Module | None) -> None:
        super().__init__()
        widths = [inputs, *[outputs] * (blocks - 1)]
        self.block = nn.ModuleList(ResidualBlock(width, outputs, eps=EPS) for width in widths)
        self.attn = nn.ModuleList(Attention(outputs) for _ in widths) if attends else None
        self.sampler = sampler

    def forward(self, x: Tensor) -> Tensor:
        """x [B, inputs, R, F] -> [B, outputs, R, F], or half or twice the rows and columns."""
        for index, block in enumerate(self.block):
            x = block(x)
            if self.attn is not None:
                x = self.attn[index](x)
        return x if self.sampler is None else self.sampler(x)


class Middle(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block_1 = ResidualBlock(channels, channels, eps=EPS)
        self.attn_1 = Attention(channels)
        self.block_2 = ResidualBlock(channels, channels, eps=EPS)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, R, F] -> the same shape."""
        y: Tensor = self.block_2(self.attn_1(self.block_1(x)))
        return y


class Encoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths, last = config.widths, len(config.widths) - 1
        self.conv_in = nn.Conv2d(1, config.width, 3, padding=1)
        self.down = nn.ModuleList(
            Level(
                inputs,
                outputs,
                blocks=config.blocks,
                attends=level in config.attention_levels,
                sampler=Downsample(outputs, symmetric=False) if level < last else None,
            )
            for level, (inputs, outputs) in enumerate(zip((config.width, *widths), widths, strict=False))
        )
        self.mid = Middle(widths[-1])
        self.norm_out = nn.GroupNorm(GROUPS, widths[-1], eps=EPS)
        self.conv_out = nn.Conv2d(widths[-1], 2 * config.latent_channels, 3, padding=1)
        self.quant_conv = nn.Conv2d(2 * config.latent_channels, 2 * config.latent_channels, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """Log10 mel [B, 1, 80, 8W] -> moments [B, 8, 10, W]: means, then log-variances, not yet clamped."""
        x = self.conv_in(mel.to(self.conv_in.weight.dtype, memory_format=torch.channels_last))
        for level in self.down:
            x = level(x)
        x = self.conv_out(functional.silu(self.norm_out(self.mid(x)), inplace=True))
        moments: Tensor = self.quant_conv(x)
        return moments.float().contiguous()


class Decoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = config.widths
        self.post_quant_conv = nn.Conv2d(config.latent_channels, config.latent_channels, 1)
        self.conv_in = nn.Conv2d(config.latent_channels, widths[-1], 3, padding=1)
        self.mid = Middle(widths[-1])
        # Numbered by resolution, as in the encoder, so the last level comes first.
        self.up = nn.ModuleList(
            Level(
                inputs,
                outputs,
                blocks=config.blocks + 1,
                attends=level in config.attention_levels,
                sampler=Upsample(outputs) if level > 0 else None,
            )
            for level, (inputs, outputs) in enumerate(zip((*widths[1:], widths[-1]), widths, strict=True))
        )
        self.norm_out = nn.GroupNorm(GROUPS, widths[0], eps=EPS)
        self.conv_out = nn.Conv2d(widths[0], 1, 3, padding=1)

    def forward(self, latent: Tensor) -> Tensor:
        """latent [B, 4, 10, W], already divided by the checkpoint's scale -> float32 log10 mel [B, 1, 80, 8W]."""
        latent = latent.to(self.conv_in.weight.dtype, memory_format=torch.channels_last)
        x = self.mid(self.conv_in(self.post_quant_conv(latent)))
        for level in reversed(self.up):
            x = level(x)
        mel: Tensor = self.conv_out(functional.silu(self.norm_out(x), inplace=True))
        return mel.float().contiguous()


def posterior_sample(moments: Tensor, noise: Tensor) -> Tensor:
    """moments [B, 8, 10, W], standard normal noise [B, 4, 10, W] -> latent [B, 4, 10, W], not yet scaled."""
    mean, log_variance = moments.chunk(2, dim=1)
    return mean + torch.exp(log_variance.clamp(LEAST_LOG_VARIANCE, GREATEST_LOG_VARIANCE) / 2) * noise
