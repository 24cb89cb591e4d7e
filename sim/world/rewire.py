"""Rewire a graph at random with every person's number of friends kept: the reference for distance and mixing.

Swaps of the ends of two ties: Maslov & Sneppen 2002, doi:10.1126/science.1065103.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.keyed import draw
from sim.core.noise import Noise

Ints = NDArray[np.int64]
Neighbours = NDArray[np.int32]
HALF = np.uint64(32)
STIR = np.uint64(0x9E3779B97F4A7C15)
"""2^64 / golden ratio: spreads numbers over a table (Knuth 1973, section 6.4)."""


@compiled
def _slot(known: Ints, pair: int) -> int:
    """Where `pair` stands in the open table `known`, or the empty place (-1) where it would."""
    mask = len(known) - 1
    at = np.int64((np.uint64(pair) * STIR) >> np.uint64(24)) & mask
    while known[at] != -1 and known[at] != pair:
        at = (at + 1) & mask
    return at  # type: ignore[return-value]


@compiled
def _forget(known: Ints, pair: int) -> None:
    """Take `pair` out of the table; those behind it move up, so that no gap cuts them off."""
    mask = len(known) - 1
    hole = _slot(known, pair)
    at = hole
    while True:
        at = (at + 1) & mask
        if known[at] == -1:
            break
        home = np.int64((np.uint64(known[at]) * STIR) >> np.uint64(24)) & mask
        if ((at - home) & mask) >= ((at - hole) & mask):
            known[hole] = known[at]
            hole = at
    known[hole] = -1


@compiled
def swap_ends(key: np.uint64, pairs: Ints, swaps: int) -> int:
    """Try `swaps` keyed swaps of ends on (lower id << 32) + higher id, in place; returns how many were made."""
    room = 4
    while room < 2 * len(pairs):
        room *= 2
    known = np.full(room, -1, dtype=np.int64)
    for pair in pairs:
        known[_slot(known, pair)] = pair
    made = 0
    for turn in range(swaps):
        first, second = draw(key, turn, 0, 0)
        one = np.int64(((first >> HALF) * np.uint64(len(pairs))) >> HALF)
        two = np.int64(((second >> HALF) * np.uint64(len(pairs))) >> HALF)
        a, b = pairs[one] >> 32, pairs[one] & 0xFFFFFFFF
        c, d = pairs[two] >> 32, pairs[two] & 0xFFFFFFFF
        if first & np.uint64(1):
            c, d = d, c
        if a in (c, d) or b in (c, d):
            continue
        new_one, new_two = (min(a, d) << 32) + max(a, d), (min(c, b) << 32) + max(c, b)
        if known[_slot(known, new_one)] != -1 or known[_slot(known, new_two)] != -1:
            continue
        _forget(known, pairs[one])
        _forget(known, pairs[two])
        known[_slot(known, new_one)] = new_one
        known[_slot(known, new_two)] = new_two
        pairs[one], pairs[two] = new_one, new_two
        made += 1
    return made


def rewired(start: Ints, neighbour: Neighbours, noise: Noise, *, swaps_per_tie: int = 10) -> tuple[Ints, Neighbours]:
    """A graph with the same degrees and otherwise random: `swaps_per_tie` swaps are tried for each tie."""
    from sim.world.audience import rows

    author = np.repeat(np.arange(len(start) - 1), np.diff(start))
    upward = author < neighbour
    pairs = (author[upward] << 32) + neighbour[upward]
    swap_ends(noise.key("rewire"), pairs, swaps_per_tie * len(pairs))
    pairs.sort()
    return rows(pairs >> 32, pairs & 0xFFFFFFFF, len(start) - 1, True)
