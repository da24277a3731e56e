"""Where a converted singer's pitch goes: towards the target's register, and by semitones. F frames of F0 in Hz."""

from __future__ import annotations

from torch import Tensor

VOICED_HZ = 1.0
OFFSET_HZ = 1e-5  # keeps unvoiced frames out of log(0)


def shifted(source: Tensor, target: Tensor, *, auto: bool, semitones: int) -> Tensor:
    """source, target float64 [F] Hz, 0 where unvoiced -> source's frames, unvoiced ones almost 0.

    `auto`: the median of the source's voiced frames goes where the target's is; where one has none, it stays.
    """
    voiced, reference = source > VOICED_HZ, target > VOICED_HZ
    logs = (source + OFFSET_HZ).log()
    if auto and voiced.any() and reference.any():
        # torch's median: the lower of the two middle values.
        logs = logs + voiced * ((target[reference] + OFFSET_HZ).log().median() - logs[voiced].median())
    hertz = logs.exp()
    return hertz * (1 + voiced * (2 ** (semitones / 12) - 1))
