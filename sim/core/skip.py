"""Geometric skips: of many things that happen with one chance, those that happen are drawn and no others.

How often a coin fails before it first falls so is the whole part of an exponential number of mean -1 / ln(1 - chance).
"""

import numpy as np

from sim.core.compiled import Array, Integer, delay, inlined
from sim.core.quantile import exponential

PATIENCE = exponential(mean_s=2.0**20)
"""Exponential of mean 2^20: times the mean number of failures, how many there are."""
MOST = 2.0**38
"""Times 2^12: 67 million failures on average."""


def mean_skip(share: Array | float) -> Array:
    """Mean of the exponential number for a chance above 0, times 2^12: int64."""
    mean: Array = np.minimum(np.round(-(2.0**12) / np.log1p(-np.asarray(share))), MOST).astype(np.int64)
    return mean


@inlined
def skipped(word: np.uint64, mean: Integer) -> int:
    """How many are passed over before the next that happens, by a word and `mean_skip`."""
    return delay(PATIENCE, word) * mean >> 32
