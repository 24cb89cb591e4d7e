"""Keyed noise: every draw is a function of (seed, name of the decision, natural ids), never of call order.

The hash is Threefry-2x64 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011, SC'11, doi:10.1145/2063384.2063405):
addition, rotation and exclusive-or of 64-bit words, so numpy arrays and compiled code give equal bits. The
key is (decision, third id), the counter (first id, second id). What many people do with one thing is tossed in half
words of the thing's own key, by compiled code alone (`sim.core.keyed.toss`).
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.errors import require

Words = NDArray[np.uint64]

PARITY = np.uint64(0x1BD11BDAA9FC1A22)
MANY = 64
"""So many draws and more are made by compiled code, with equal bits (`sim.core.keyed`)."""
ROTATIONS = (16, 42, 12, 31, 16, 32, 24, 21)


def threefry(key0: Words, key1: Words, count0: Words, count1: Words) -> tuple[Words, Words]:
    """Threefry-2x64-20 of arrays of 64-bit words (broadcast): two independent 64-bit words each."""
    keys = (key0, key1, PARITY ^ key0 ^ key1)
    x0, x1 = count0 + keys[0], count1 + keys[1]
    for round_ in range(20):
        x0 = x0 + x1
        turn = np.uint64(ROTATIONS[round_ % 8])
        x1 = ((x1 << turn) | (x1 >> (np.uint64(64) - turn))) ^ x0
        if round_ % 4 == 3:
            step = round_ // 4 + 1
            x0 = x0 + keys[step % 3]
            x1 = x1 + keys[(step + 1) % 3] + np.uint64(step)
    return x0, x1


def _words(ids: ArrayLike) -> Words:
    return np.atleast_1d(np.asarray(ids, dtype=np.int64)).view(np.uint64)


@lru_cache(maxsize=1024)
def _key(seed: int, decision: str) -> np.uint64:
    return np.uint64(int.from_bytes(sha256(f"{seed}/{decision}".encode()).digest()[:8], "little"))


@dataclass(frozen=True)
class Noise:
    """A source of keyed draws. `seed` is any whole number from 0; equal seeds give equal draws, everywhere."""

    seed: int

    def __post_init__(self) -> None:
        require(
            isinstance(self.seed, int) and not isinstance(self.seed, bool) and 0 <= self.seed < 2**64,
            f"A seed is a whole number from 0 to 2^64 - 1, not {self.seed!r}.",
        )

    def key(self, decision: str) -> np.uint64:
        """The 64-bit key of a decision under this seed, for compiled code (`sim.core.keyed.draw`)."""
        return _key(self.seed, decision)

    def branch(self, name: str) -> "Noise":
        """Another source, from which this one cannot be recomputed (SHA-256 is one-way)."""
        digest = sha256(f"branch/{self.seed}/{name}".encode()).digest()
        return Noise(int.from_bytes(digest[:8], "little"))

    def words(self, decision: str, a: ArrayLike, b: ArrayLike = 0, c: ArrayLike = 0) -> tuple[Words, Words]:
        """Two arrays of independent 64-bit words, addressed by the decision and up to three ids (broadcast)."""
        if isinstance(b, int) and isinstance(c, int) and isinstance(a, np.ndarray) and a.ndim == 1 and len(a) >= MANY:
            from sim.core.keyed import draw_down  # compiled code is loaded by those who draw much

            both = np.empty(len(a), dtype=np.uint64), np.empty(len(a), dtype=np.uint64)
            draw_down(self.key(decision), a.astype(np.int64, copy=False), b, c, *both)
            return both
        ids = np.broadcast_arrays(_words(a), _words(b), _words(c))
        if ids[0].size < MANY:
            return threefry(np.atleast_1d(self.key(decision)), ids[2], ids[0], ids[1])
        from sim.core.keyed import draw_all

        one, two, three = (np.array(each).ravel() for each in ids)
        first, second = np.empty(len(one), dtype=np.uint64), np.empty(len(one), dtype=np.uint64)
        draw_all(self.key(decision), one, two, three, first, second)
        return first.reshape(ids[0].shape), second.reshape(ids[0].shape)

    def ids(self, decision: str, a: ArrayLike, b: ArrayLike = 0, c: ArrayLike = 0) -> NDArray[np.int64]:
        """Ids of objects made by events (`sim.core.keyed.object_id`)."""
        return (self.words(decision, a, b, c)[0] >> np.uint64(2)).astype(np.int64) | 1 << 62

    def uniform(self, decision: str, a: ArrayLike, b: ArrayLike = 0, c: ArrayLike = 0) -> NDArray[np.float64]:
        """Numbers in [0, 1), multiples of 2^-53."""
        return (self.words(decision, a, b, c)[0] >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def happens(
        self, decision: str, share: float, a: ArrayLike, b: ArrayLike = 0, c: ArrayLike = 0
    ) -> NDArray[np.bool_]:
        """Whether what has chance `share` happens: a coin of 32 bits; nothing is drawn where it is certain."""
        if share >= 1:
            return np.ones(np.broadcast(np.atleast_1d(a), b, c).shape, dtype=np.bool_)
        return self.words(decision, a, b, c)[0] >> np.uint64(32) < int(share * 2**32)

    def below(
        self, decision: str, count: ArrayLike, a: ArrayLike, b: ArrayLike = 0, c: ArrayLike = 0
    ) -> NDArray[np.int64]:
        """Whole numbers in [0, count), count below 2^31 (bias below 2^-32 * count)."""
        high = self.words(decision, a, b, c)[0] >> np.uint64(32)
        return ((high * np.asarray(count, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)
