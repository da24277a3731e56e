"""Convolution of equal length for the generators, in memory where the channels of a step lie side by side.

B batch, C channels, T time. Shapes are [B, C, T] as everywhere; "time-major" is said of the strides alone. So laid
out, oneDNN neither reorders what goes in and out nor slows down where channels are few.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.nn import overlap_save


def time_major(x: Tensor) -> Tensor:
    """x [B, C, T] as it is, each step's channels contiguous."""
    return x.mT.contiguous().mT


class Convolution(nn.Conv1d):
    """Odd kernel, as many steps out as in."""

    spectrum: Tensor | None

    def __init__(
        self, channels: int, kernel: int, dilation: int = 1, *, out: int | None = None, bias: bool = True
    ) -> None:
        padding = (kernel - 1) * dilation // 2
        super().__init__(channels, out or channels, kernel, dilation=dilation, padding=padding, bias=bias)
        self.register_buffer("spectrum", None, persistent=False)

    def prepare(self) -> None:
        """See `make_ready`."""
        weight = self.weight
        if weight.device.type == "cpu" and weight.dtype == torch.float32 and overlap_save.pays(self):
            self.spectrum = overlap_save.spectrum_of(weight)
            weight.data = weight.new_empty(0)
        else:
            weight.data = time_major(weight)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, T] -> [B, C', T] in the weights' precision, both time-major."""
        if self.spectrum is not None:
            return self._through_spectrum(x.mT.contiguous(), self.spectrum).mT
        assert isinstance(self.padding, tuple)
        # Only in two dimensions does torch know the layout.
        plane, weight = x.to(self.weight.dtype).unsqueeze(2), self.weight.unsqueeze(2)
        y = nn.functional.conv2d(plane, weight, self.bias, padding=(0, *self.padding), dilation=(1, *self.dilation))
        return y.squeeze(2)

    def _through_spectrum(self, x: Tensor, spectrum: Tensor) -> Tensor:
        assert self.bias is not None
        taps, dilation = self.kernel_size[0], self.dilation[0]
        if len(x) == 1:
            return overlap_save.convolved(x[0], spectrum, self.bias, taps, dilation)[None]
        return torch.stack([overlap_save.convolved(item, spectrum, self.bias, taps, dilation) for item in x])


class UpSampling(nn.ConvTranspose1d):
    """Transposed convolution to exactly `rate` times as many steps."""

    spans: Tensor | None

    def __init__(self, channels: int, out: int, kernel: int, rate: int, padding: int, extra: int = 0) -> None:
        super().__init__(channels, out, kernel, rate, padding, extra)
        self.register_buffer("spans", None, persistent=False)

    def prepare(self) -> None:
        """See `make_ready`."""
        if self.kernel_size[0] == 2 * self.stride[0]:
            self.spans = self._as_matrix()
            self.weight.data = self.weight.new_empty(0)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """x [B, C, T] -> [B, C', rate T] in the weights' precision, both time-major."""
        rate, kernel, x = self.stride[0], self.kernel_size[0], x.to(self.weight.dtype)
        if kernel != 2 * rate:
            return time_major(super().forward(x))
        # Each step in makes two spans of `rate` steps, the second where the next step's first is: a matrix product.
        matrix = self._as_matrix() if self.spans is None else self.spans
        spans = torch.unflatten(x.mT @ matrix, -1, (2, -1))
        y = nn.functional.pad(spans[:, :, 0], (0, 0, 0, 1))
        y[:, 1:] += spans[:, :, 1]
        y = torch.unflatten(y, -1, (rate, -1)).flatten(1, 2)
        assert isinstance(self.padding, tuple)
        assert self.bias is not None
        cut = int(self.padding[0])
        made: Tensor = (y[:, cut : cut + rate * x.shape[-1]] + self.bias).mT
        return made

    def _as_matrix(self) -> Tensor:
        """[C, 2 rate C']"""
        return self.weight.transpose(1, 2).flatten(1)


def make_ready(part: nn.Module, precision: torch.dtype) -> None:
    """Once, when the weights are there and where they will stay: their precision, and what each call would else repeat.

    Layers whose weights take another form then give up the published one: the part can only run from here on.
    """
    for module in part.modules():
        if isinstance(module, Convolution | UpSampling):
            module.to(precision)
            module.prepare()
