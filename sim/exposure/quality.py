"""One draw a post says how good it is: how many friends it is shown to, who likes it, who passes it on.

A feed shows a good post to more of those who may see it and a dull one to fewer (R02), each tie's chance being the same
on average, so that R01 and R03 stay as they are. Interest in passing it on is heavy-tailed over posts and fades with a
post's age, as SEISMIC's kernel does (R08).
"""

from bisect import bisect_right
from functools import lru_cache
from math import exp
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, inlined, lean, whole
from sim.core.noise import Noise
from sim.core.quantile import ROWS, Quantiles
from sim.core.schema import YEAR_S

ONE = 1 << 16
"""An interest as large as the mean post's."""
HALF = 1 << 31
STEPS = 8
"""Ages in a doubling, between which the chance of passing on does not change."""
OLDEST_S = 20 * YEAR_S


def quality(noise: Noise, post: Array) -> Array:
    """A uniform word a post: uint64."""
    return noise.words("quality", post)[0]


def lift(words: Array, share: float) -> Array:
    """How far above or below the mean post: `share` times 2 u - 1, times 2^31. int64."""
    return ((words >> np.uint64(32)).astype(np.int64) - HALF) * round(share * ONE) >> 16


def lifted(chance: int, by: int) -> int:
    """A tie's chance v (times 2^32) of seeing a post lifted so: v + (2 u - 1) v (1 - v), whose mean over posts is v."""
    return chance + (by * (chance * (2**32 - 1 - chance) >> 32) >> 31)


@lean
def lift_each(chance: Array, by: Integer, into: Array) -> None:
    """`lifted` of a column of chances."""
    for i in range(len(chance)):
        v = whole(chance[i])
        into[i] = v + (by * (v * (0xFFFFFFFF - v) >> 32) >> 31)


@lru_cache(maxsize=64)
def virality(sigma: float) -> Quantiles:
    """Interest by the quantile of a post's quality, times 2^16: lognormal, mean 1, `sigma` of the logarithm."""
    normal = NormalDist()
    law = np.array([exp(sigma * normal.inv_cdf((row + 0.5) / ROWS)) for row in range(ROWS)])
    return np.round(law / law.mean() * ONE).astype(np.int64)


def interest(words: Array, table: Quantiles) -> Array:
    """Interest in each post, times 2^16: int64."""
    return table[(words >> np.uint64(52)).astype(np.int64)]


class Fading(NamedTuple):
    """The chance (times 2^32) that a mean post is passed on by a viewer, chance[k] from age ages[k - 1] on, s."""

    ages: Array
    chance: Array


@lru_cache(maxsize=64)
def fading(p_share: float, after_s: float, power: float) -> Fading:
    """Ages and chances of a mean post, `p_share` at the age of nothing and (1 + age / after_s)^-power of it later."""
    ages = np.round(np.geomspace(after_s / STEPS, OLDEST_S, round(STEPS * np.log2(STEPS * OLDEST_S / after_s))))
    middle = np.concatenate([[0.0], np.sqrt(ages[:-1] * ages[1:]), ages[-1:]])
    return Fading(
        ages.astype(np.int64), np.round(p_share * (1 + middle / after_s) ** -power * 2.0**32).astype(np.int64)
    )


def never_fading(share: float) -> Fading:
    """The same chance at any age, of any post."""
    return Fading(np.empty(0, dtype=np.int64), np.array([int(share * 2**32)]))


def fresh_mean(delays: Quantiles, after_s: float, power: float) -> float:
    """Mean of (1 + age / after_s)^-power over the ages at which a feed shows a post."""
    return float(((1 + delays / after_s) ** -power).mean())


@inlined
def chance_at(ages: Array, chance: Array, keen: Integer, age: Integer) -> int:
    """The chance (times 2^32) that a viewer passes on a post of this interest and age, s."""
    return whole(chance[np.searchsorted(ages, age, side="right")] * keen >> 16)


def chance_of(faded: Fading, keen: int, age: int) -> int:
    """The same in plain Python."""
    return int(faded.chance[bisect_right(faded.ages, age)]) * keen >> 16
