"""Keyed noise in compiled code, with the bits of its forms in numpy (`noise.py`) and plain Python (`story.py`).

Of columns many draws are made at once, in wide registers: the loops are of nothing else.
"""

import numpy as np

from sim.core.compiled import Array, Integer, inlined, lean, whole


@lean
def draw(key: np.uint64, a: Integer, b: Integer, c: Integer) -> tuple[np.uint64, np.uint64]:
    """Two words of Threefry-2x64-20, equal to `Noise.words` for the same decision's key and ids."""
    k0 = np.uint64(key)
    k1 = np.uint64(c)
    k2 = np.uint64(0x1BD11BDAA9FC1A22) ^ k0 ^ k1
    x0 = np.uint64(a) + k0
    x1 = np.uint64(b) + k1
    for step in range(1, 6):
        if step & 1:
            r0, r1, r2, r3 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
        else:
            r0, r1, r2, r3 = np.uint64(16), np.uint64(32), np.uint64(24), np.uint64(21)
        x0 += x1
        x1 = ((x1 << r0) | (x1 >> (np.uint64(64) - r0))) ^ x0
        x0 += x1
        x1 = ((x1 << r1) | (x1 >> (np.uint64(64) - r1))) ^ x0
        x0 += x1
        x1 = ((x1 << r2) | (x1 >> (np.uint64(64) - r2))) ^ x0
        x0 += x1
        x1 = ((x1 << r3) | (x1 >> (np.uint64(64) - r3))) ^ x0
        x0 += k1 if step % 3 == 1 else (k2 if step % 3 == 2 else k0)
        x1 += (k2 if step % 3 == 1 else (k0 if step % 3 == 2 else k1)) + np.uint64(step)
    return x0, x1


@inlined
def object_id(word: np.uint64) -> int:
    """The id of an object made by an event, of a word: bit 62 is set, and is not in those every post has."""
    return whole(word >> np.uint64(2) | np.uint64(1) << np.uint64(62))


@lean
def toss(key: np.uint64, who: Integer, turn: Integer) -> tuple[np.uint32, np.uint32]:
    """Two words of 32 bits for what a person does with a thing: Threefry-2x32-20, `key` being the thing's own.

    That is a word of `draw` for a decision and the thing. Where many people draw, this costs half as much.
    """
    k0, k1 = np.uint32(key), np.uint32(key >> np.uint64(32))
    k2 = np.uint32(0x1BD11BDA) ^ k0 ^ k1
    x0, x1 = np.uint32(np.uint32(who) + k0), np.uint32(np.uint32(turn) + k1)
    for step in range(1, 6):
        if step & 1:
            r0, r1, r2, r3 = np.uint32(13), np.uint32(15), np.uint32(26), np.uint32(6)
        else:
            r0, r1, r2, r3 = np.uint32(17), np.uint32(29), np.uint32(16), np.uint32(24)
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32((x1 << r0) | (x1 >> (np.uint32(32) - r0))) ^ x0
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32((x1 << r1) | (x1 >> (np.uint32(32) - r1))) ^ x0
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32((x1 << r2) | (x1 >> (np.uint32(32) - r2))) ^ x0
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32((x1 << r3) | (x1 >> (np.uint32(32) - r3))) ^ x0
        x0 = np.uint32(x0 + (k1 if step % 3 == 1 else (k2 if step % 3 == 2 else k0)))
        x1 = np.uint32(x1 + (k2 if step % 3 == 1 else (k0 if step % 3 == 2 else k1)) + np.uint32(step))
    return x0, x1


@lean
def toss_each(key: np.uint64, who: Array, turn: Integer, first: Array, second: Array) -> None:
    """`toss` for each of `who` into two columns with at least as much room; several at once in wide registers."""
    for i in range(len(who)):
        first[i], second[i] = toss(key, who[i], turn)


@lean
def draw_each(key: np.uint64, a: Integer, b: Array, c: Integer, first: Array, second: Array) -> None:
    """`draw` for each entry of `b` into two columns with at least as much room; several at once in wide registers."""
    for i in range(len(b)):
        first[i], second[i] = draw(key, a, b[i], c)


@lean
def draw_on(key: np.uint64, a: Integer, b: Integer, first: Array) -> None:
    """The first words of `draw` for b, b + 1 ..., as many as there is room for."""
    for i in range(len(first)):
        first[i] = draw(key, a, b + i, 0)[0]


@lean
def draw_down(key: np.uint64, a: Array, b: Integer, c: Integer, first: Array, second: Array) -> None:
    """`draw` for each entry of `a`, into two columns."""
    for i in range(len(a)):
        first[i], second[i] = draw(key, a[i], b, c)


@lean
def draw_all(key: np.uint64, a: Array, b: Array, c: Array, first: Array, second: Array) -> None:
    """`draw` for each row of three columns, into two."""
    for i in range(len(a)):
        first[i], second[i] = draw(key, a[i], b[i], c[i])
