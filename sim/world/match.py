"""Match the ties people still want, one stub with another of like place and like, or unlike, degree."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled, delay, draw
from sim.world.slots import Slots, tie, tied

Ints = NDArray[np.int64]
HALF = np.uint64(32)
FIRST_BIT = 29
"""Of a key, where its rank begins: below lies the position of the stub's owner."""
ID = np.uint64((1 << FIRST_BIT) - 1)
BATCH = 32
"""Stubs whose owners are read ahead together."""
LINE = 16
"""Slots of a line of a processor's cache."""
WINDOW = 12
"""Stubs ahead that are tried for a partner; who finds none keeps the stub for the next round."""


@compiled
def stub_keys(
    key: np.uint64,
    low: int,
    high: int,
    person: Ints,
    place: Ints,
    reach: int,
    bucket: int,
    score: Ints,
    own: int,
    other: int,
    normal: Ints,
    few: int,
    hold: Ints,
    begin: Ints,
    fill: Ints,
) -> NDArray[np.uint64]:
    """A sorting key for each free stub of people low ... high - 1: place (15 bits), score (20), position (29).

    The place is moved by up to `reach` either way and cut into buckets. The score is (own score + other noise) /
    1000, both in millionths of a standard deviation; who wants `few` ties or fewer has noise
    alone. hold: stubs of each person kept for a later round.
    """
    count = np.int64(0)
    for p in range(low, high):
        count += max(0, begin[p + 1] - begin[p] - fill[p] - hold[p])
    keys = np.empty(count, dtype=np.uint64)
    at = 0
    for p in range(low, high):
        wanted = begin[p + 1] - begin[p]
        for stub in range(wanted - fill[p] - hold[p]):
            move, chance = draw(key, person[p], stub, 0)
            shift = np.int64(((move >> HALF) * np.uint64(2 * reach + 1)) >> HALF)
            noisy = delay(normal, chance)
            mixed = noisy if wanted <= few else (own * score[p] + other * noisy) // 1000
            rank = np.uint64(min(max((mixed + 8_000_000) >> 4, 0), (1 << 20) - 1))
            area = np.uint64(min((place[p] + shift) // bucket, (1 << 15) - 1))
            keys[at] = (area << np.uint64(49)) | (rank << np.uint64(29)) | np.uint64(p)
            at += 1
    return keys


@compiled
def mirror(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sorted keys with each bucket taken from both ends in turn, so that the many meet the few."""
    turned = np.empty_like(keys)
    here = 0
    while here < len(keys):
        end = here
        while end < len(keys) and keys[end] >> np.uint64(49) == keys[here] >> np.uint64(49):
            end += 1
        for at in range(end - here):
            turned[here + at] = keys[here + at // 2] if at % 2 == 0 else keys[end - 1 - at // 2]
        here = end
    return turned


@compiled
def _touch(keys: NDArray[np.uint64], first: int, last: int, begin: Ints, fill: Ints, slot: Slots) -> int:
    """Read what the owners of keys first ... last - 1 have, so that it comes from memory at once, not in turn."""
    idle = np.int64(0)
    for at in range(first, last):
        p = np.int64(keys[at] & ID)
        idle ^= begin[p] ^ fill[p]
    for at in range(first, last):
        p = np.int64(keys[at] & ID)
        row = begin[p]
        end = row + fill[p]
        while row < end:
            idle ^= slot[row]
            row += LINE
        idle ^= slot[min(end, len(slot) - 1)]
    return idle  # type: ignore[return-value]


@compiled
def pair_stubs(keys: NDArray[np.uint64], relation: int, begin: Ints, fill: Ints, slot: Slots) -> int:
    """Tie each stub to the next one, among the `WINDOW` ahead, of somebody else who is not tied to its owner.

    Returns a number without meaning, which keeps the reading ahead in the program.
    """
    used = np.zeros(len(keys), dtype=np.bool_)
    idle = 0
    for first in range(0, len(keys), BATCH):
        last = min(first + BATCH, len(keys))
        idle ^= _touch(keys, first, last, begin, fill, slot)
        for at in range(first, last):
            if used[at]:
                continue
            a = np.int64(keys[at] & ID)
            for next_ in range(at + 1, min(at + 1 + WINDOW, len(keys))):
                b = np.int64(keys[next_] & ID)
                if not used[next_] and a != b and not tied(begin, fill, slot, a, b):
                    tie(begin, fill, slot, a, b, relation)
                    used[next_] = True
                    break
    return idle
