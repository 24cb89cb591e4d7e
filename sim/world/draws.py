"""Draws for whole populations: keyed words of consecutive persons, and choices by a table of equal slots."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.keyed import draw
from sim.core.noise import Noise

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Wheels = NDArray[np.int32]

SLOTS_BITS = 16
SLOTS = 1 << SLOTS_BITS
"""Slots of a wheel: a share below 1 in 65,536 is never drawn."""


@compiled
def _fill(key: np.uint64, first: int, high: Words, low: Words) -> None:
    for i in range(len(high)):
        high[i], low[i] = draw(key, first + i, 0, 0)


class Crowd:
    """The persons `first` ... `first + count - 1`, and their keyed words: those of `Noise.words(decision, person)`."""

    def __init__(self, noise: Noise, first: int, count: int) -> None:
        self.noise, self.first, self.count = noise, first, count

    def words(self, decision: str) -> tuple[Words, Words]:
        """Two independent 64-bit words a person."""
        high, low = np.empty(self.count, dtype=np.uint64), np.empty(self.count, dtype=np.uint64)
        _fill(self.noise.key(decision), self.first, high, low)
        return high, low


def bits(word: Words, place: int, width: int = 16) -> Ints:
    """The `place`-th group of `width` < 64 bits of each word, the highest first, as whole numbers."""
    shifted = word >> np.uint64(64 - width * (place + 1))
    if place:
        shifted &= np.uint64((1 << width) - 1)
    return shifted.view(np.int64)


def below(word: Words, place: int, count: int | Ints) -> Ints:
    """Whole numbers in [0, count) of the `place`-th 16 bits; count is small."""
    return bits(word, place) * count >> 16


def chance(word: Words, place: int) -> NDArray[np.float64]:
    """Numbers in [0, 1) of the `place`-th 32 bits, multiples of 2^-32."""
    return bits(word, place, 32).astype(np.float64) * 2.0**-32


def wheel(weights: Sequence[float]) -> Wheels:
    """For each of 65,536 equal slots the choice it stands for, so that a weighted choice is one look-up."""
    share = np.asarray(weights, dtype=np.float64)
    ends = np.rint(np.cumsum(share / share.sum()) * SLOTS).astype(np.int64)
    ends[-1] = SLOTS
    return np.repeat(np.arange(len(share), dtype=np.int32), np.diff(ends, prepend=0))


def spin(wheels: Wheels, which: Ints, word: Words, place: int = 0) -> Ints:
    """A choice of `wheels[which]` for each word, by its `place`-th 16 bits."""
    return wheels.ravel().take((which << SLOTS_BITS) + bits(word, place)).astype(np.int64)


def falling(count: int, exponent: float) -> list[float]:
    """Weights falling with rank as 1 / rank ** exponent, as sizes of cities and companies do."""
    return (np.arange(1, count + 1, dtype=np.float64) ** -exponent).tolist()
