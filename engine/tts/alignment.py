"""Which part of a phrase's phonemes each of its words says.

Usually there are as many groups of phonemes as words. Where a phonemiser runs words together ("of the" -> ʌvðə) or
says one in several groups, the cheapest division in order is sought, by comparison with each word said alone.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_MERGED = 3  # words in one group, or groups of one word
_STRESS = str.maketrans("", "", "ˈˌː")


def shares(alone: Sequence[str], together: Sequence[str]) -> list[tuple[int, int]]:
    """For each word the [start, end) that it has in `" ".join(together)`; empty for a word that is not heard."""
    starts = _starts(together)
    if len(alone) == len(together):
        return [(start, start + len(group)) for start, group in zip(starts, together, strict=True)]
    found: list[tuple[int, int]] = []
    for words, groups in _pairs(alone, together):
        start = starts[groups.start] if groups.start < len(starts) else (found[-1][1] if found else 0)
        end = starts[groups.stop - 1] + len(together[groups.stop - 1]) if groups else start
        found += _divided(start, end, [len(alone[word]) for word in words])
    return found


def _starts(groups: Sequence[str]) -> list[int]:
    starts = [0]
    for group in groups:
        starts.append(starts[-1] + len(group) + 1)
    return starts[:-1]


def _divided(start: int, end: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    """[start, end) in proportion to the weights."""
    whole = sum(weights) or 1
    cuts = [start + round((end - start) * sum(weights[:index]) / whole) for index in range(len(weights))]
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _pairs(alone: Sequence[str], together: Sequence[str]) -> list[tuple[range, range]]:
    """Runs of words with their runs of groups. What sounds the same at either end needs no search."""
    alone, together = ([side.translate(_STRESS) for side in sides] for sides in (alone, together))
    head, most = 0, min(len(alone), len(together))
    while head < most and alone[head] == together[head]:
        head += 1
    tail = 0
    while tail < most - head and alone[-1 - tail] == together[-1 - tail]:
        tail += 1
    words, groups = len(alone) - tail, len(together) - tail
    return [
        *((range(index, index + 1),) * 2 for index in range(head)),
        *(
            (range(w.start + head, w.stop + head), range(g.start + head, g.stop + head))
            for w, g in _division(alone[head:words], together[head:groups])
        ),
        *(
            (range(words + index, words + index + 1), range(groups + index, groups + index + 1))
            for index in range(tail)
        ),
    ]


def _division(alone: Sequence[str], together: Sequence[str]) -> list[tuple[range, range]]:
    """The cheapest way to pair runs of words with runs of groups, in order; dynamic programming over both."""
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    band = abs(len(alone) - len(together)) + MOST_MERGED
    for word in range(len(alone) + 1):
        for group in range(max(0, word - band), min(len(together), word + band) + 1):
            if (word, group) not in best:
                continue
            here = best[word, group][0]
            for words, groups in _moves(len(alone) - word, len(together) - group):
                cost = here + _unlike(alone[word : word + words], together[group : group + groups])
                to = (word + words, group + groups)
                if to not in best or cost < best[to][0]:
                    best[to] = (cost, (word, group))
    return _path(best, (len(alone), len(together)))


def _moves(words: int, groups: int) -> list[tuple[int, int]]:
    """One to one, several to one, one to several; at the edges a word without a group or a group without a word."""
    moves = [(1, 1), *((n, 1) for n in range(2, MOST_MERGED + 1)), *((1, n) for n in range(2, MOST_MERGED + 1)), (1, 0)]
    return [(w, g) for w, g in moves if w <= words and g <= groups]


def _unlike(alone: Sequence[str], together: Sequence[str]) -> float:
    """Phonemes that only one side has; a little more for every merger, so that plain pairs win a draw."""
    one, other = "".join(alone), "".join(together)
    apart = sum(abs(one.count(sound) - other.count(sound)) for sound in set(one + other))
    return apart + 0.1 * (len(alone) + len(together) - 2)


def _path(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]], end: tuple[int, int]
) -> list[tuple[range, range]]:
    if end not in best:  # far more groups than words: all words share all groups
        return [(range(end[0]), range(end[1]))]
    pairs: list[tuple[range, range]] = []
    while end != (0, 0):
        before = best[end][1]
        pairs.append((range(before[0], end[0]), range(before[1], end[1])))
        end = before
    return pairs[::-1]
