"""Sort 64-bit keys by some of their bits, digit by digit: several times faster than by comparing, and stable."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.world.threads import each, shares

Keys = NDArray[np.uint64]
DIGIT = 11
"""Bits of a digit at most: its counters and the ends they point to stay in a processor's cache."""
LARGE = 1 << 19
"""Keys above which they are dealt to buckets first, so that each bucket is sorted in the cache, on any thread."""
BUCKETS = 9
"""Bits by which they are dealt."""


@compiled
def by_digits(keys: Keys, spare: Keys, low: int, high: int) -> None:
    """Sort `keys` by bits low ... high - 1, the lowest digit first; equals stay in order. `spare` is as long."""
    bits = high - low
    passes = (bits + DIGIT - 1) // DIGIT
    one, two = keys, spare
    for turn in range(passes):
        first, last = low + bits * turn // passes, low + bits * (turn + 1) // passes
        _deal(one, two, first, last)
        one, two = two, one
    if passes & 1:
        keys[:] = spare


@compiled
def _deal(keys: Keys, into: Keys, low: int, high: int) -> NDArray[np.int64]:
    """Copy `keys` in order of bits low ... high - 1; returns where each value begins, and the end."""
    shift, mask = np.uint64(low), np.uint64((1 << (high - low)) - 1)
    end = np.zeros((1 << (high - low)) + 1, dtype=np.int64)
    for at in range(len(keys)):
        end[np.uintp(((keys[at] >> shift) & mask) + np.uint64(1))] += 1
    for value in range(1, len(end)):
        end[value] += end[value - 1]
    free = end.copy()
    for at in range(len(keys)):
        digit = np.uintp((keys[at] >> shift) & mask)
        into[np.uintp(free[digit])] = keys[at]
        free[digit] += 1
    return end


def sort_bits(keys: Keys, low: int, high: int) -> Keys:
    """`keys` in order of bits low ... high - 1, equals as they were; the argument is overwritten."""
    if len(keys) < LARGE:
        by_digits(keys, np.empty_like(keys), low, high)
        return keys
    cut = max(low, high - BUCKETS)
    dealt = np.empty_like(keys)
    start = _deal(keys, dealt, cut, high)

    def sort_buckets(part: tuple[int, int]) -> None:
        _sort_buckets(*part, start, dealt, keys, low, cut)

    each(sort_buckets, shares(start))
    return dealt


@compiled
def _sort_buckets(
    first: int, last: int, start: NDArray[np.int64], keys: Keys, spare: Keys, low: int, high: int
) -> None:
    for bucket in range(first, last):
        here, end = start[bucket], start[bucket + 1]
        by_digits(keys[here:end], spare[here:end], low, high)
