"""Decoded frames of any sample format and channel layout, to one float channel.

C channels, S samples.
"""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt

# ITU-R BS.775, so that speech from the centre stays as loud as in stereo. Correlated channels can exceed 1:
# the clip as a whole is scaled down then, not each frame.
_SURROUND = {"FL": 0.5, "FR": 0.5, "FC": 0.7071, "LFE": 0.0, "LFE2": 0.0}
_BEHIND = 0.3536
# PyAV 18.1 finds the end of a frame's planes by a null pointer, which FFmpeg does not put behind eight or more:
# it would read foreign memory.
_SAFE_PLANES = 7


def downmix(frame: av.AudioFrame) -> npt.NDArray[np.float32]:
    """float32 [S], integer formats scaled to [-1, 1]. ValueError: a sample format that PyAV cannot hand over."""
    channels = _planes(frame)
    if len(channels) == 1:
        return np.asarray(channels[0], dtype=np.float32)
    with np.errstate(all="ignore"):  # float files may carry NaN and infinity, which become silence later
        mixed = _weights(frame) @ channels
    return np.asarray(mixed, dtype=np.float32)


def _planes(frame: av.AudioFrame) -> npt.NDArray[np.float32]:
    """float32 [C, S]."""
    if frame.format.is_planar and frame.layout.nb_channels > _SAFE_PLANES:
        (frame,) = av.AudioResampler(format=frame.format.packed).resample(frame)
    array: npt.NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:  # interleaved: [1, S C]
        array = array.reshape(-1, frame.layout.nb_channels).T
    with np.errstate(all="ignore"):  # float64 may exceed float32
        samples = array.astype(np.float32)
    if array.dtype == np.uint8:
        return np.asarray(samples / 128 - 1, dtype=np.float32)
    if array.dtype.kind == "i":
        return np.asarray(samples / 2 ** (8 * array.itemsize - 1), dtype=np.float32)
    return samples


def _weights(frame: av.AudioFrame) -> npt.NDArray[np.float32]:
    """float32 [C]: the mean, or by position where the layout is a surround one."""
    names = [channel.name for channel in frame.layout.channels]
    if len(names) == frame.layout.nb_channels > 2 and "FL" in names:
        return np.array([_SURROUND.get(name, _BEHIND) for name in names], dtype=np.float32)
    count = frame.layout.nb_channels
    return np.full(count, 1 / count, dtype=np.float32)
