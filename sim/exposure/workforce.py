"""The workforce: hired people who read what others posted. Who they are, when they come and go, how much, who leaks.

Nothing here depends on what is posted: a worker's life, load and leak are functions of her number alone, so the
same people stand ready whatever a clean-up does (law 3), and one worker more changes none of them (law 2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, Integer, compiled
from sim.core.errors import require, require_above_0, require_share
from sim.core.keyed import draw_each
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, delay, exponential, lognormal
from sim.core.schema import DAY_S, NEVER, YEAR_S

LN2 = 0.6931471805599453
LOAD_UNITS = 256
"""The median load weight; weights are whole numbers, so that no platform's logarithm decides who reads."""
PAGE_S = 60 * DAY_S
"""Workers are looked up among those employed at some time of these 60 days."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """The law of a workforce. `workers` come uniformly from `since` to the horizon (s), stay with `half_life_months`.

    Each is fit for `qualified_share` of the projects. Tasks go to those fit and employed in proportion to a lognormal
    load weight of `load_sigma`. `countries`: share of workers by country. `reviewers_share` of them also review.
    `accuracy` is the mean chance of a right label, uniform within `accuracy_spread` of it. A worker leaks at
    `leaks_per_year` while employed: at that moment all she kept gets out, which is `kept_share` of the tasks she has
    read.
    """

    workers: float
    since: int
    half_life_months: float
    load_sigma: float
    qualified_share: float
    countries: Mapping[str, float]
    reviewers_share: float
    accuracy: float
    accuracy_spread: float
    leaks_per_year: float
    kept_share: float

    def __post_init__(self) -> None:
        require_above_0(
            workers=self.workers, half_life_months=self.half_life_months, load_sigma=self.load_sigma,
            leaks_per_year=self.leaks_per_year,
        )  # fmt: skip
        require_share(
            qualified_share=self.qualified_share, reviewers_share=self.reviewers_share, kept_share=self.kept_share,
            most_accurate=self.accuracy + self.accuracy_spread, least_accurate=self.accuracy - self.accuracy_spread,
        )  # fmt: skip
        require(len(self.countries) > 0, "A workforce needs at least one country.")
        require_above_0(**{f"countries.{code}": share for code, share in self.countries.items()})

    def __hash__(self) -> int:
        return hash((self.workers, self.since, self.half_life_months, self.load_sigma, *self.countries.items()))

    def stays(self) -> Quantiles:
        """A worker's time in the pool, s."""
        return exponential(mean_s=self.half_life_months * YEAR_S / 12 / LN2)


@dataclass(frozen=True, eq=False)
class Workers:
    """One row a worker: employed from `came` to `left` (s), leaking at `leaks` (s; NEVER: not), of `country` (code).

    `weight` is the load weight; `error` is the chance of a wrong label times 2^32; `noise` decides who is fit for what.
    """

    noise: Noise
    qualified_share: float
    codes: tuple[str, ...]
    came: Ints
    left: Ints
    leaks: Ints
    weight: Ints
    error: Ints
    reviewer: NDArray[np.bool_]
    country: NDArray[np.int16]
    staff: "Staff"

    def fit(self, projects: Sequence[str]) -> NDArray[np.bool_]:
        """Who is fit for each project, by name: bool[projects, workers]."""
        return _fit(self.noise, self.qualified_share, tuple(projects), len(self.came))


class Staff(NamedTuple):
    """What compiled code reads of workers, one row each; `rarity` is 1 / weight.

    who[first[page]:first[page + 1]] are those employed at some time in page (time - since) / PAGE_S, by number.
    """

    came: Array
    left: Array
    leaks: Array
    rarity: Array
    error: Array
    reviewer: Array
    since: int
    first: Array
    who: Array


@lru_cache(maxsize=8)
def hire(pool: Pool, noise: Noise, *, horizon_end: int) -> Workers:
    """The workers of a pool up to the horizon (s)."""
    number = np.arange(round(pool.workers))
    coming, staying = noise.words("worker", number)
    span = max(0, horizon_end - pool.since)
    came = pool.since + ((coming >> np.uint64(33)).astype(np.int64) * span // 2**31)
    left = came + delay(pool.stays(), staying)
    load, leaking = noise.words("worker's load", number)
    weight = np.maximum(1, delay(lognormal(median_s=LOAD_UNITS, sigma=pool.load_sigma), load))
    leaks = came + delay(exponential(mean_s=YEAR_S / pool.leaks_per_year), leaking)
    leaks = np.where(leaks < np.minimum(left, horizon_end), leaks, NEVER)
    trait, skill = noise.words("worker's skill", number)
    at = (skill >> np.uint64(11)).astype(np.float64) * 2.0**-53
    wrong = np.maximum(1 - pool.accuracy + pool.accuracy_spread * (2 * at - 1), 0)
    error = np.round(wrong * 2.0**32).astype(np.int64)
    reviewer = trait >> np.uint64(32) < int(pool.reviewers_share * 2**32)
    shares = np.cumsum(list(pool.countries.values()))
    place = noise.uniform("worker's country", number) * shares[-1]
    country = np.minimum(np.searchsorted(shares, place, side="right"), len(shares) - 1).astype(np.int16)
    pages = span // PAGE_S + 1
    begin, end = ((np.minimum(time, horizon_end) - pool.since) // PAGE_S for time in (came, left - 1))
    seen = end - begin + 1
    page = (np.repeat(begin - np.cumsum(seen) + seen, seen) + np.arange(seen.sum())).astype(np.int16)
    order = np.argsort(page, kind="stable")
    who = np.repeat(number.astype(np.int32), seen)[order]
    first = np.searchsorted(page[order], np.arange(pages + 1))
    staff = Staff(came, left, leaks, 1.0 / weight, error, reviewer, pool.since, first, who)
    codes = tuple(pool.countries)
    return Workers(noise, pool.qualified_share, codes, came, left, leaks, weight, error, reviewer, country, staff)


@lru_cache(maxsize=8)
def _fit(noise: Noise, share: float, projects: tuple[str, ...], workers: int) -> NDArray[np.bool_]:
    number = np.arange(workers)
    rows = [noise.uniform(f"worker fit for {name}", number) < share for name in projects]
    return np.array(rows, dtype=np.bool_).reshape(len(projects), workers)


@compiled
def chosen(
    key: np.uint64, task: Integer, slot: Integer, time: Integer, reviews: Integer, staff: Staff, fit: Array, p: Integer
) -> int:
    """Who does slot `slot` of a task at `time`: of those fit, the one with the least keyed number; -1: nobody is.

    Fit is who is employed then, qualified for project `p`, and for `reviews` a reviewer. A worker's number is a uniform
    draw over her load weight, so that the least is hers in proportion to it while she has a small part of all the load.
    """
    page = (time - staff.since) // PAGE_S
    if page < 0 or page >= len(staff.first) - 1:
        return -1
    here = staff.who[staff.first[page] : staff.first[page + 1]]
    word, unused = np.empty(len(here), dtype=np.uint64), np.empty(len(here), dtype=np.uint64)
    draw_each(key, task, here, slot, word, unused)
    best, least = -1, np.inf
    for i in range(len(here)):
        worker = here[i]
        number = np.float64(word[i] >> np.uint64(11)) * staff.rarity[worker]
        there = staff.came[worker] <= time < staff.left[worker] and (reviews == 0 or staff.reviewer[worker])
        if there and fit[p, worker] and number < least:
            best, least = worker, number
    return best
