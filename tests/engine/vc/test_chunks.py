"""A long source falls into pieces that overlap by 16 frames, and comes together again."""

from __future__ import annotations

from itertools import pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.vc.chunks import OVERLAP_FRAMES, joined, spans


@given(frames=st.integers(1, 3000), longest=st.integers(OVERLAP_FRAMES + 1, 600))
def test_pieces_cover_a_source_and_overlap_by_sixteen_frames(frames, longest):
    found = spans(frames, longest)
    assert found[0][0] == 0
    assert found[-1][1] == frames
    for (start, end), (following, _) in pairwise(found):
        assert end - start == longest
        assert following == end - OVERLAP_FRAMES
    if len(found) > 1:
        assert OVERLAP_FRAMES < found[-1][1] - found[-1][0] <= longest


@given(frames=st.integers(1, 400), longest=st.integers(OVERLAP_FRAMES + 1, 90), hop=st.integers(2, 7))
def test_pieces_that_agree_are_joined_to_what_they_were_cut_from(frames, longest, hop):
    wave = torch.rand(frames * hop, generator=torch.Generator().manual_seed(frames))
    pieces = [wave[start * hop : end * hop] for start, end in spans(frames, longest)]
    assert torch.allclose(joined(pieces, OVERLAP_FRAMES * hop), wave, atol=1e-6)


def test_a_join_begins_with_the_old_piece_and_ends_with_the_new_one():
    old, new = torch.full((30,), 1.0), torch.full((30,), -1.0)
    wave = joined([old, new], 20)
    assert len(wave) == 40
    assert wave[:11].tolist() == [1.0] * 11
    assert wave[29:].tolist() == [-1.0] * 11
    assert (wave.diff() <= 0).all()
