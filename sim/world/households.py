"""Households: who lives with whom, and what that says of ages, genders and family names."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require
from sim.world.draws import Crowd, Ints, below, chance

BLOCK = 8
"""Consecutive persons among whom households lie, so that who lives with whom depends on ids alone."""
GROWN_UP, AWAY = 20, 31
"""Ages, years, from which people live with a partner, and at which grown children have left."""
OLDEST_PARENT, YOUNGEST_PARENT = 40, 20
"""Years between parent and child: the middle nine tenths or so of births."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Households:
    """join_share: chance that a person lives with the one before (so 1 / (1 - join_share) a household, at most 8).

    partner_share: chance that the second grown-up of a household is the partner of the first; same_sex_share: of
    partners. name_shared: by country, chance that partners have one family name.
    """

    join_share: float
    partner_share: float
    same_sex_share: float
    name_shared: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in ("join_share", "partner_share", "same_sex_share"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"households.{name} is {share}; a share lies between 0 and 1.")
        for country, share in self.name_shared.items():
            require(0 <= share <= 1, f"households.name_shared.{country} is {share}; a share lies between 0 and 1.")


@dataclass(frozen=True)
class Homes:
    """For each person: `head`, the place of the first of her household; her age, years; who is `partner` or `child`
    (or parent) of the head."""

    head: Ints
    age: Ints
    partner: Bools
    child: Bools


def settle_in(households: Households, crowd: Crowd, own_age: Ints, *, youngest: int, oldest: int) -> Homes:
    """Households of a crowd that begins at a multiple of BLOCK, given the age each would have living alone."""
    word, roles = crowd.words("household")
    place = np.arange(crowd.count, dtype=np.int64)
    joins = (chance(word, 0) < households.join_share) & (place % BLOCK != 0)
    head = np.maximum.accumulate(np.where(joins, 0, place))
    lead, rank = own_age[head], place - head
    partner = (rank == 1) & (lead >= GROWN_UP) & (chance(word, 1) < households.partner_share)
    gap = YOUNGEST_PARENT + below(roles, 0, OLDEST_PARENT - YOUNGEST_PARENT + 1)
    near = below(roles, 1, 6) + below(roles, 2, 6) - 5
    other = (rank > 0) & ~partner
    younger = other & (lead - gap >= youngest) & (lead - gap < AWAY)
    parent = other & (lead < 18)
    with_head = np.minimum(np.maximum(lead + near, np.where(lead >= 18, 18, youngest)), oldest)
    age = np.where(rank == 0, own_age, np.where(younger, lead - gap, np.where(parent, lead + gap, with_head)))
    return Homes(head, age, partner, younger | parent)
