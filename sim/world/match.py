"""Match the ties people still want, one stub with another of like place and like, or unlike, degree."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Integer, compiled, delay
from sim.core.keyed import draw
from sim.world.slots import Slots, tie

Ints = NDArray[np.int64]
Marks = NDArray[np.uint8]
HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
FIRST_BIT = 29
"""Of a key, where its rank begins: below lies the position of the stub's owner."""
ID = np.uint64((1 << FIRST_BIT) - 1)
MOST = np.uint64((1 << 20) - 1)
"""The highest rank of a stub."""
BUCKET = 6
"""Of a place on a line the bits below a bucket: what counts as one place is 64 steps long."""
CACHED = 1 << 17
"""Stubs up to which all that their owners hold stays in a processor's cache."""
BATCH = 32
"""Stubs whose owners are read ahead together."""
SPREAD = np.uint64(0x9E3779B9)
"""2^32 over the golden ratio: neighbouring numbers times it, modulo 2^32, lie far apart (Knuth, TAOCP 6.4)."""
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

    The place is moved by up to `reach` either way and cut into buckets of 2^BUCKET steps. The score is (own score +
    other noise) / 1000, both in millionths of a standard deviation; who wants `few` ties or fewer has noise alone.
    hold: stubs of each person kept for a later round.
    """
    count = np.int64(0)
    for p in range(low, high):
        count += max(0, begin[p + 1] - begin[p] - fill[p] - hold[p])
    keys = np.empty(count, dtype=np.uint64)
    most = np.int64(0)
    for p in range(low, high):
        most = max(most, begin[p + 1] - begin[p])
    moves, chances = np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.uint64)
    at = 0
    for p in range(low, high):
        wanted = begin[p + 1] - begin[p]
        stubs = max(0, wanted - fill[p] - hold[p])
        for stub in range(stubs):  # nothing but the draws, so that several are made at a time
            moves[stub], chances[stub] = draw(key, person[p], stub, 0)
        known, noisiness = (0, 1000) if wanted <= few else (own * score[p], other)
        here, owner, reaches = place[p], np.uint64(p), np.uint64(2 * reach + 1)
        into = keys[at : at + stubs]
        for stub in range(len(into)):
            shift = np.int64(((moves[stub] >> HALF) * reaches) >> HALF)
            mixed = known + noisiness * delay(normal, chances[stub]) + 8_000_000_000
            rank = min(np.uint64(max(mixed, 0)) // np.uint64(16_000), MOST)
            area = np.uint64(min((here + shift) >> BUCKET, (1 << 15) - 1))
            into[stub] = (area << np.uint64(49)) | (rank << np.uint64(29)) | owner
        at += stubs
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
def _bit(begin: Ints, one: Integer, two: Integer) -> tuple[np.uintp, Integer]:
    """Where the marks say that two people may be tied: a byte among those of the one placed first, a bit in it."""
    one, two = min(one, two), max(one, two)
    spread = (np.uint64(two) * SPREAD) & LOW
    first = begin[np.uintp(one)]
    bit = np.int64((spread * np.uint64(8 * (begin[np.uintp(one + 1)] - first))) >> HALF)
    return np.uintp(first + (bit >> 3)), bit & 7


@compiled
def mark_ties(first: int, last: int, begin: Ints, fill: Ints, slot: Slots, mark: Marks) -> None:
    """Mark ties of people first ... last - 1 to those placed behind: of eight bits for each she wants a tie sets one.

    Where the bit of two people is not set they are not tied. Where it is they count as tied: a look at their ties
    would cost more than the few strangers, at most one in eight, who are passed over for the next in line.
    """
    for one in range(first, last):
        for row in range(begin[one], begin[one] + fill[one]):
            if slot[row] >> 2 > one:
                byte, bit = _bit(begin, one, slot[row] >> 2)
                mark[byte] |= 1 << bit


@compiled
def _touch(keys: NDArray[np.uint64], first: int, last: int, begin: Ints, fill: Ints, slot: Slots, mark: Marks) -> int:
    """Read what keys first ... last - 1 will change, so that it comes from memory at once, not in turn."""
    idle = np.int64(0)
    for at in range(first, last):
        p = np.int64(keys[at] & ID)
        q = np.int64(keys[min(at + 1, len(keys) - 1)] & ID)
        row = begin[np.uintp(p)] + fill[np.uintp(p)]
        byte = _bit(begin, p, q)[0]
        idle ^= slot[np.uintp(min(row, len(slot) - 1))] ^ mark[byte]
    return idle  # type: ignore[return-value]


@compiled
def pair_stubs(keys: NDArray[np.uint64], relation: int, begin: Ints, fill: Ints, slot: Slots, mark: Marks) -> int:
    """Tie each stub to the next one, among the `WINDOW` ahead, of somebody else whom no mark holds for tied already.

    Returns a number without meaning, which keeps the reading ahead in the program.
    """
    used = np.zeros(len(keys), dtype=np.bool_)
    idle = 0
    for first in range(0, len(keys), BATCH):
        last = min(first + BATCH, len(keys))
        if len(keys) > CACHED:
            idle ^= _touch(keys, first, last, begin, fill, slot, mark)
        for at in range(first, last):
            if used[np.uintp(at)]:
                continue
            a = np.int64(keys[np.uintp(at)] & ID)
            for each in range(at + 1, min(at + 1 + WINDOW, len(keys))):
                next_ = np.uintp(each)
                b = np.int64(keys[next_] & ID)
                if used[next_] or a == b:
                    continue
                byte, bit = _bit(begin, a, b)
                if mark[byte] >> bit & 1:
                    continue
                tie(begin, fill, slot, a, b, relation)
                mark[byte] |= 1 << bit
                used[next_] = True
                break
    return idle
