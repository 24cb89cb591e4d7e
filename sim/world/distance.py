"""Measure how far apart people are: distances from keyed people, and connected components.

A graph is a symmetric compressed sparse row table, as in `sim.world.statistics`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.noise import Noise

Ints = NDArray[np.int64]
Neighbours = NDArray[np.int32]

DEEPEST = 4096
"""Hops looked ahead at most: a chain of people longer than that is cut."""


@compiled
def _bits(word: np.uint64) -> int:
    """Number of ones of a 64-bit word."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))  # type: ignore[return-value]


@compiled
def hops(start: Ints, neighbour: Neighbours, sources: Ints) -> Ints:
    """Number of (source, other) pairs at each distance 0, 1, 2 ...; pairs without a way between are left out.

    64 sources spread at once, one bit each: Then et al. 2014, doi:10.14778/2735496.2735507.
    """
    people = len(start) - 1
    count = np.zeros(DEEPEST, dtype=np.int64)
    deepest = 0
    for begin in range(0, len(sources), 64):
        seen = np.zeros(people, dtype=np.uint64)
        front = np.zeros(people, dtype=np.uint64)
        for at in range(begin, min(begin + 64, len(sources))):
            front[sources[at]] |= np.uint64(1) << np.uint64(at - begin)
        for person in range(people):
            seen[person] = front[person]
            count[0] += _bits(front[person])
        for depth in range(1, DEEPEST):
            ahead = np.zeros(people, dtype=np.uint64)
            for person in range(people):
                if front[person]:
                    for row in range(start[person], start[person + 1]):
                        ahead[neighbour[row]] |= front[person]
            reached = 0
            for person in range(people):
                fresh = ahead[person] & ~seen[person]
                front[person] = fresh
                if fresh:
                    seen[person] |= fresh
                    reached += _bits(fresh)
            if reached == 0:
                break
            count[depth] += reached
            deepest = max(deepest, depth)
    return count[: deepest + 1].copy()


def sampled_hops(start: Ints, neighbour: Neighbours, noise: Noise, *, sources: int = 256) -> Ints:
    """`hops` from up to `sources` keyed people who have ties."""
    tied = np.flatnonzero(np.diff(start) > 0)
    order = np.argsort(noise.words("distance source", tied)[0], kind="stable")
    return hops(start, neighbour, np.sort(tied[order[:sources]]).astype(np.int64))


def mean_distance(count: Ints) -> float:
    """Mean distance of the pairs counted by `hops`, a person's distance to herself left out."""
    pairs = int(count[1:].sum())
    return float((count[1:] * np.arange(1, len(count))).sum() / pairs) if pairs else float("nan")


@compiled
def components(start: Ints, neighbour: Neighbours) -> Ints:
    """Number of the connected component of each person: 0, 1 ... by their lowest id."""
    people = len(start) - 1
    label = np.full(people, -1, dtype=np.int64)
    stack = np.empty(people, dtype=np.int64)
    count = 0
    for person in range(people):
        if label[person] >= 0:
            continue
        stack[0] = person
        label[person] = count
        height = 1
        while height:
            height -= 1
            one = stack[height]
            for row in range(start[one], start[one + 1]):
                two = neighbour[row]
                if label[two] < 0:
                    label[two] = count
                    stack[height] = two
                    height += 1
        count += 1
    return label


def giant_share(start: Ints, neighbour: Neighbours) -> float:
    """Share of all people who lie in the largest component."""
    people = len(start) - 1
    return float(np.bincount(components(start, neighbour)).max() / people) if people else float("nan")
