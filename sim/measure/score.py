"""Scores of plans: exposure by class in four parts, what it cost and what was kept, an owner and a seed at a time.

An *item* is a sensitive class in a post; exposure is the number of distinct (item, learner) pairs by the horizon.
Sunk: learnt before the decision. Irreversible: learnt afterwards even if every action is taken at once and
granted. Avoidable: the rest. Avoided is part of avoidable. sunk + irreversible + avoidable = the total if nothing
is done, by class and seed.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, Integer, compiled
from sim.core.log import Log
from sim.core.schema import LEARNERS
from sim.measure.spared import lost
from sim.measure.tally import Masks, extractable, room, tally

Counts = NDArray[np.int64]
"""Pairs by owner and class: int64[owners, 5]."""


@dataclass(frozen=True)
class Ledger:
    """What is known of one log before any plan: int64[owners, 5] each, and per post for curves.

    `owner` gives each post's owner by number, -1: exposes nobody who is followed; `items` its sensitive classes;
    `anew`, int32[posts, 5], what simulating posts anew has avoided before any mask is laid on (`over`).
    """

    owner: NDArray[np.int64]
    items: NDArray[np.int64]
    owners: int
    sizes: NDArray[np.int64]
    sunk: Counts
    irreversible: Counts
    avoidable: Counts
    extractable: NDArray[np.int64]
    anew: NDArray[np.int32]

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """Posts that expose an owner."""
        return (self.owner >= 0) & (self.items > 0)

    @property
    def total(self) -> Counts:
        """Pairs by the horizon if nothing is done."""
        return self.sunk + self.irreversible + self.avoidable

    def by_owner(self, of_posts: NDArray[np.int32]) -> Counts:
        """Sum over each owner's posts of items times a count, int[posts, classes] -> int64[owners, classes]."""
        return summed(self.owner, self.items, self.owners, of_posts)

    def avoided(self, log: Log, alive: Masks, *, threads: int | None = None) -> Counts:
        """Pairs a plan avoids."""
        return self.by_owner(self.anew + lost(log, alive, self.sizes, self.counted, threads=threads))

    def over(self, log: Log, before: Log) -> "Ledger":
        """This ledger of the log `before` for plans over one in which posts were simulated anew: what that lacks is
        avoided already.
        """
        if log is before:
            return self
        sizes = room(log)
        return replace(self, sizes=sizes, anew=tally(before, self.sizes) - tally(log, sizes))

    def avoided_by_post(self, log: Log, alive: Masks) -> NDArray[np.int64]:
        """Pairs a plan avoids at each post, all classes together: int64[posts]."""
        spared = self.anew + lost(log, alive, self.sizes, self.counted)
        return spared.sum(axis=1, dtype=np.int64) * self.items


def open_ledger(
    log: Log, everything: Masks, *, owner: NDArray[np.int64], items: NDArray[np.int64], owners: int, decision: int
) -> Ledger:
    """The ledger of a log; `everything` is what happens if every action is taken at the decision and granted."""
    sizes = room(log)
    empty = np.zeros((owners, len(LEARNERS)), dtype=np.int64)
    nothing = np.zeros((len(owner), len(LEARNERS)), dtype=np.int32)
    blank = Ledger(owner, items, owners, sizes, empty, empty, empty, empty[:, 0], nothing)
    total = blank.by_owner(tally(log, sizes))
    sunk = blank.by_owner(tally(log, sizes, until=decision))
    avoidable = blank.avoided(log, everything)
    repeat = blank.by_owner(extractable(log, None)[:, None])[:, 0]
    return Ledger(owner, items, owners, sizes, sunk, total - avoidable - sunk, avoidable, repeat, nothing)


@compiled
def summed(owner: Array, items: Array, owners: Integer, of_posts: Array) -> Array:
    """items[p] * of_posts[p] summed over each owner's posts: int64[owners, classes]."""
    total = np.zeros((owners, of_posts.shape[1]), dtype=np.int64)
    for p in range(len(owner)):
        if owner[p] >= 0 and items[p] > 0:
            for kind in range(of_posts.shape[1]):
                total[owner[p], kind] += items[p] * of_posts[p, kind]
    return total
