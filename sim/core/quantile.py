"""Delays and counts as tables of quantiles in whole numbers, so that no platform's logarithm decides a bit of a draw.

A table has 2^12 + 1 ascending entries, the quantiles at 0, 1/4096 ... 1. A draw takes the top 12 bits of a 64-bit
word as the row and the next 16 to interpolate, in integers only. Tables of delays are of 32 bits: two of them fit where
a processor keeps what it uses all the time.
"""

from collections.abc import Callable
from functools import lru_cache
from math import exp, expm1, lgamma, log, log1p, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

ROWS = 4096
TABLES_KEPT = 256
LONGEST_S = 2**31 - 1
"""No delay is longer: what would be, lies beyond any horizon."""
Quantiles = NDArray[np.int64] | NDArray[np.int32]


def tabulate(quantile: Callable[[float], float]) -> NDArray[np.int64]:
    """Table of `quantile` (of a probability in (0, 1)); the ends are taken at 1/8 of a row's width."""
    at = [1 / (8 * ROWS)] + [i / ROWS for i in range(1, ROWS)] + [1 - 1 / (8 * ROWS)]
    table = np.maximum.accumulate(np.array([round(quantile(p)) for p in at], dtype=np.int64))
    table.setflags(write=False)  # shared by all who ask for the same law
    return table


def delays(quantile: Callable[[float], float]) -> NDArray[np.int32]:
    """Table of a delay's `quantile`, s, none above LONGEST_S."""

    def within(p: float) -> float:
        try:
            return min(quantile(p), LONGEST_S)
        except OverflowError:
            return LONGEST_S

    table = tabulate(within).astype(np.int32)
    table.setflags(write=False)
    return table


def lognormal_law(median: float, sigma: float) -> Callable[[float], float]:
    """Quantiles of a lognormal; `sigma` of the natural logarithm."""
    normal = NormalDist()
    return lambda p: median * exp(sigma * normal.inv_cdf(p))


@lru_cache(maxsize=TABLES_KEPT)
def lognormal(*, median_s: float, sigma: float) -> Quantiles:
    """Lognormal delay; `sigma` of the natural logarithm."""
    return delays(lognormal_law(median_s, sigma))


@lru_cache(maxsize=TABLES_KEPT)
def exponential(*, mean_s: float) -> Quantiles:
    """Exponential delay: constant hazard 1 / mean_s."""
    return delays(lambda p: -mean_s * log1p(-p))


def delay(table: Quantiles, word: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Seconds drawn from `table` by 64-bit words; the compiled twin is `sim.core.compiled.delay`."""
    row = (word >> np.uint64(52)).astype(np.int64)
    part = ((word >> np.uint64(36)) & np.uint64(0xFFFF)).astype(np.int64)
    return table[row] + (((table[row + 1] - table[row]) * part) >> 16)


@lru_cache(maxsize=TABLES_KEPT)
def poisson(*, mean: float) -> NDArray[np.uint32]:
    """P(0), P(0 or 1), P(0 to 2) ... times 2^32: as many of them as do not exceed a word of 32 bits are a count."""
    counts = range(round(mean + 12 * sqrt(mean)) + 30)  # beyond which nothing is left of 2^32
    law = np.round(np.cumsum([exp(count * log(mean) - mean - lgamma(count + 1)) for count in counts]) * 2.0**32)
    table = law[law < 2.0**32].astype(np.uint32)
    table.setflags(write=False)
    return table


def beta_thresholds(*, a: float, b: float) -> NDArray[np.uint32]:
    """Quantiles 0/4096 ... 4095/4096 (mid-row) of Beta(a, b), as thresholds of 32 bits: P(word < t) = t / 2^32.

    The density is integrated after substitutions that take out its poles at 0 and 1.
    """
    half = np.linspace(0.0, 1.0, 200_001)
    low = (half * 0.5**a) ** (1 / a)  # x = y^(1/a), y from 0 to 0.5^a: x from 0 to 1/2
    low_mass = np.cumsum((1 - low) ** (b - 1)) / a * 0.5**a
    high = 1 - (half * 0.5**b) ** (1 / b)
    high_mass = np.cumsum(high ** (a - 1)) / b * 0.5**b
    total = low_mass[-1] + high_mass[-1]
    x = np.concatenate([low, high[::-1]])
    cdf = np.concatenate([low_mass, total - high_mass[::-1]]) / total
    at = (np.arange(ROWS) + 0.5) / ROWS
    return np.minimum(np.round(np.interp(at, cdf, x) * 2.0**32), 2.0**32 - 1).astype(np.uint32)


def survivor(*, mean_s: float, after_s: float) -> float:
    """Share of an exponential delay that lasts longer than `after_s`."""
    return 1 + expm1(-after_s / mean_s)
