"""Second thoughts: when authors delete posts, and people their accounts, of their own accord."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, delay, exponential, tabulate
from sim.core.schema import NEVER, YEAR_S
from sim.world.rhythm import WEEK_S

FIRST_WEEK = (
    (0.0, 0.0), (0.5, 0.17), (1, 0.22), (5, 0.38), (10, 0.46), (20, 0.54), (30, 0.586), (40, 0.61), (60, 0.652),
    (120, 0.752), (300, 0.812), (1440, 0.891), (2880, 0.949), (4320, 0.973), (10080, 1.0),
)  # fmt: skip
"""Minutes from posting to deletion, and the share of posts deleted within a week that are gone by then: D03, LDBC SNB
Datagen, powerLawActivityDeleteDate.txt, after Almuhimedi et al. 2013, doi:10.1145/2441776.2441878."""


@dataclass(frozen=True)
class Leaving:
    """Who deletes her account (D04): `alone` of those without friends, `per_friend` times that for each friend, but
    never less than `least`."""

    alone: float
    per_friend: float
    least: float

    def __post_init__(self) -> None:
        for name in ("alone", "per_friend", "least"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"leaving.{name} is {share}; it lies between 0 and 1.")


def leave(
    leaving: Leaving, people: pa.Table, noise: Noise, *, friends: NDArray[np.int64], size: int, decision: int
) -> pa.Table:
    """`people` with the moments at which some with so many `friends` have deleted their accounts up to `decision` (s).

    Who has joined a finished world (rows from `size` on) stays.
    """
    person = np.arange(len(friends))
    joined = people["joined"].to_numpy()
    share = np.maximum(leaving.least, leaving.alone * leaving.per_friend ** np.arange(friends.max(initial=0) + 1))
    coin, moment = noise.words("leave", person)
    since = np.minimum(np.maximum(joined, 0), decision - 1)
    spent = (decision - since) * ((moment >> np.uint64(44)).astype(np.int64) + 1) >> 20
    gone = ((coin >> np.uint64(32)) < share[friends] * 2.0**32) & (person < size)
    at = people.schema.get_field_index("left")
    return people.set_column(at, people.schema.field(at), pa.array(since + spent, mask=~gone))


def gone_at(people: pa.Table) -> NDArray[np.int64]:
    """When each account is deleted, s; NEVER: not."""
    return np.asarray(pc.fill_null(people["left"], NEVER).to_numpy(), dtype=np.int64)


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
