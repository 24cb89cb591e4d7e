"""Second thoughts: when authors delete posts of their own accord."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.quantile import Quantiles, delay, exponential, tabulate
from sim.core.schema import YEAR_S
from sim.world.rhythm import WEEK_S

FIRST_WEEK = (
    (0.0, 0.0), (0.5, 0.17), (1, 0.22), (5, 0.38), (10, 0.46), (20, 0.54), (30, 0.586), (40, 0.61), (60, 0.652),
    (120, 0.752), (300, 0.812), (1440, 0.891), (2880, 0.949), (4320, 0.973), (10080, 1.0),
)  # fmt: skip
"""Minutes from posting to deletion, and the share of posts deleted within a week that are gone by then: D03, LDBC SNB
Datagen, powerLawActivityDeleteDate.txt, after Almuhimedi et al. 2013, doi:10.1145/2441776.2441878."""


@cache
def first_week() -> Quantiles:
    """Delays of deletions within a week, s."""
    minutes, share = (np.array(column) for column in zip(*FIRST_WEEK, strict=True))
    return tabulate(lambda p: float(np.interp(p, share, minutes)) * 60)


def regret(
    noise: Noise, post: NDArray[np.int64], time: NDArray[np.int64], *, in_week: float, per_year: float
) -> NDArray[np.int64]:
    """When the author of each post deletes it, s: a share `in_week` soon (D01), the rest at a hazard a year (D05).

    Keyed by the post's id; every post goes some day, most of them later than anybody looks.
    """
    coin, late = noise.words("author deletes", post)
    soon = noise.words("author deletes", post, 1)[0]
    hasty = (coin >> np.uint64(32)) < in_week * 2.0**32
    later = WEEK_S + delay(exponential(mean_s=YEAR_S / per_year), late)
    return time + np.where(hasty, delay(first_week(), soon), later)
