"""Which sensitive classes an item shows: keyed draws, and what decency rules out."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import CLASSES, DAY_S

ADULT_DAYS = 6576
"""18 years have 6,574 or 6,575 days."""
MEDIA_CLASSES = ("face", "explicit", "copyrighted")
"""Classes a picture or a video shows; all others are said in words and have a span in the text."""


def bit(name: str) -> int:
    """The bit of a sensitive class in `sensitive`."""
    return 1 << CLASSES.index(name)


def by_name(names: tuple[str, ...], values: Mapping[str, float]) -> NDArray[np.float64]:
    """`values` in the order of `names`, 0 where one is missing."""
    return np.array([float(values.get(name, 0.0)) for name in names])


def is_adult(born: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a person born on a day (s) is 18 at `time` (s), the birthday itself still left out."""
    return time - born >= ADULT_DAYS * DAY_S


def draw_classes(
    noise: Noise, decision: str, post: NDArray[np.int64], chance: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Bits of CLASSES, each with its own chance (posts by classes) and its own 32 bits of noise."""
    bits = np.zeros(len(post), dtype=np.int32)
    for block in range(0, len(CLASSES), 4):
        high, low = noise.words(decision, post, block // 4)
        for place in range(block, min(block + 4, len(CLASSES))):
            word = high if place % 4 < 2 else low
            part = (word >> np.uint64(32)) if place % 2 == 0 else word & np.uint64(0xFFFFFFFF)
            bits |= (part < chance[:, place] * 2.0**32).astype(np.int32) << place
    return bits


def keep_decent(bits: NDArray[np.int32], adult: NDArray[np.bool_]) -> NDArray[np.int32]:
    """`bits` with no explicit item of or by a minor, nor with children; and an explicit item says nothing else.

    An explicit item is a flag with a neutral placeholder for text, so no class that needs words stays beside it.
    """
    explicit, children = bit("explicit"), bit("children")
    bits = np.where(adult & (bits & children == 0), bits, bits & ~explicit)
    wordless = explicit | bit("face") | bit("copyrighted")
    return np.where(bits & explicit != 0, bits & wordless, bits).astype(np.int32)
