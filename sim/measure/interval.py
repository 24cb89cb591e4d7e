"""Means with intervals over owners, luck and what is not known; and the Monte-Carlo error alone.

Values come as [owners, seeds]: every owner of every world in the rows. Each seed is one draw of luck and of the
parameters that are only known to a range, the same for all strategies. low and high are the 2.5% and 97.5% points
of the mean over owners drawn again with replacement (the owner is the cluster) at one seed drawn at random: what
the mean may be if one draw of the unknown is the true one. mc_se is the standard error of the mean over seeds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise

RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """mean, its interval low to high, its Monte-Carlo standard error, and n = owners * seeds behind it."""

    n: int
    mean: float
    low: float
    high: float
    mc_se: float


def estimate(part: NDArray[np.float64], whole: NDArray[np.float64] | None, noise: Noise) -> Estimate | None:
    """Mean of `part`, or over seeds the mean of sum(part) / sum(whole); both [owners, seeds].

    Seeds in which the whole is 0 say nothing of a share and are left out; None if no seed is left.
    """
    whole = np.ones_like(part) if whole is None else whole
    said = whole.sum(axis=0) > 0
    part, whole = part[:, said], whole[:, said]
    owners, seeds = part.shape
    if owners == 0 or seeds == 0:
        return None
    by_seed = part.sum(axis=0) / whole.sum(axis=0)
    mean = float(by_seed.mean())
    drawn = np.arange(RESAMPLES)
    rows = noise.below("bootstrap owner", owners, drawn[:, None], np.arange(owners)[None, :])
    seed = noise.below("bootstrap seed", seeds, drawn)
    below = whole[rows, seed[:, None]].sum(axis=1)
    means = (part[rows, seed[:, None]].sum(axis=1))[below > 0] / below[below > 0]
    low, high = np.quantile(means, [0.025, 0.975], method="inverted_cdf")
    error = float(by_seed.std(ddof=1) / np.sqrt(seeds)) if seeds > 1 else 0.0
    # few owners or seeds and a long tail can leave the mean outside; the interval then reaches to it
    return Estimate(part.size, mean, min(float(low), mean), max(float(high), mean), error)
