"""Tie people in blocks and by matching stubs: the compiled loops of `befriend`.

A pair of friends is one int64: (lower id << 32) + higher id. Every coin is keyed by the two ids.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled, draw, wider

Ints = NDArray[np.int64]
HALF = np.uint64(32)
MOST = 4_080_218_931
"""0.95 * 2^32: the highest chance of a pair in a block."""


@compiled
def block_pairs(key: np.uint64, order: Ints, start: Ints, degree: Ints, width: Ints, share: int) -> Ints:
    """Pairs drawn in blocks of people who stand next to each other in `order`.

    Cell c is order[start[c]:start[c+1]]. A block grows until it holds width[k] people, k their mean degree. Two
    of its members are friends with probability min(.95, share d_i d_j / sum d), share in units of 2^-16.
    """
    pairs = np.empty(1024, dtype=np.int64)
    count = 0
    for cell in range(len(start) - 1):
        first, end = start[cell], start[cell + 1]
        while first < end:
            last, total = first, 0
            while last < end:
                total += degree[order[last]]
                last += 1
                if last - first >= width[total // (last - first)]:
                    break
            size = last - first
            if count + size * size // 2 > len(pairs):
                pairs = wider(pairs, 2 * count + size * size)
            for one in range(first, last):
                a = order[one]
                weight = (share * degree[a]) << 16
                for two in range(one + 1, last):
                    b = order[two]
                    threshold = min(weight * degree[b] // total, MOST)
                    low, high = min(a, b), max(a, b)
                    if np.int64(draw(key, low, high, 0)[0] >> HALF) < threshold:
                        pairs[count] = (low << 32) + high
                        count += 1
            first = last
    return pairs[:count].copy()


@compiled
def stub_keys(
    key: np.uint64, stubs: Ints, group: Ints, score: Ints, blur: int, spread: int
) -> tuple[Ints, NDArray[np.uint64]]:
    """Person and sorting key of each stub: group, then score moved by up to `blur` either way, then chance.

    score + blur stays below 2^16 (both are multiplied by `spread`), group below 2^16.
    """
    total = 0
    for person in range(len(stubs)):
        total += stubs[person]
    owner = np.empty(total, dtype=np.int64)
    keys = np.empty(total, dtype=np.uint64)
    at = 0
    for person in range(len(stubs)):
        base = (group[person] << 16) + score[person] * spread
        for stub in range(stubs[person]):
            move, chance = draw(key, person, stub, 0)
            shift = np.int64(((move >> HALF) * np.uint64(2 * blur * spread + 1)) >> HALF)
            owner[at] = person
            keys[at] = (np.uint64(base + shift) << HALF) | (chance >> HALF)
            at += 1
    return owner, keys


@compiled
def neighbour_pairs(owner: Ints, group: Ints, order: NDArray[np.int64]) -> Ints:
    """Pairs of stubs that stand next to each other, of two people in one group."""
    pairs = np.empty(len(order) // 2, dtype=np.int64)
    count = 0
    for at in range(0, len(order) - 1, 2):
        a, b = owner[order[at]], owner[order[at + 1]]
        if a != b and group[a] == group[b]:
            pairs[count] = (min(a, b) << 32) + max(a, b)
            count += 1
    return pairs[:count].copy()


@compiled
def priorities(key: np.uint64, low: Ints, high: Ints) -> NDArray[np.uint64]:
    """A keyed number for each pair, the same seen from either end."""
    words = np.empty(len(low), dtype=np.uint64)
    for at in range(len(low)):
        words[at] = draw(key, low[at], high[at], 0)[0]
    return words


@compiled
def degrees(pairs: Ints, size: int) -> Ints:
    """Number of friends of each person."""
    have = np.zeros(size, dtype=np.int64)
    for pair in pairs:
        have[pair >> 32] += 1
        have[pair & 0xFFFFFFFF] += 1
    return have


@compiled
def directions(key: np.uint64, pairs: Ints, degree: Ints, mutual: int) -> Ints:
    """Follower ties, (who sees << 32) + who is seen: both ways for a share `mutual` / 2^32 of pairs.

    One way, the better connected is the one seen, in proportion to degree.
    """
    made = np.empty(2 * len(pairs), dtype=np.int64)
    count = 0
    for pair in pairs:
        low, high = pair >> 32, pair & 0xFFFFFFFF
        both, coin = draw(key, low, high, 0)
        if np.int64(both >> HALF) < mutual:
            made[count] = pair
            made[count + 1] = (high << 32) + low
            count += 2
            continue
        seen_high = np.int64(coin >> HALF) * (degree[low] + degree[high]) < (degree[high] << 32)
        made[count] = pair if seen_high else (high << 32) + low
        count += 1
    return made[:count].copy()
