"""Bars: who is blocked from what an owner wrote, and since when.

A blocked person has no further part in the friends' and the public reach of the owner's posts: she sees nothing there,
passes nothing on and copies nothing; what she has copied lives on. This is no cut-off of an object (`anew.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled
from sim.core.schema import ACTIONS

BLOCK = ACTIONS.index("block")


class Bars(NamedTuple):
    """Post p is barred to who[start[p]:start[p + 1]], to each from `since` (s) on."""

    start: Array
    who: Array
    since: Array

    def of(self, rows: Array) -> "Bars":
        """Those of posts `rows` alone, in this order."""
        count = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(count)])
        at = np.repeat(self.start[rows] - start[:-1], count) + np.arange(start[-1])
        return Bars(start, self.who[at], self.since[at])


def no_bars(posts: int) -> Bars:
    """Nobody is blocked."""
    nothing = np.empty(0, dtype=np.int64)
    return Bars(np.zeros(posts + 1, dtype=np.int64), nothing, nothing)


def bars_of(author: Array, actions: Sequence[tuple[int, int, int, int]] | Array) -> Bars:
    """Bars of posts by `author` under a plan: its rows (owner, target, action, time) that block person `target`."""
    rows = np.asarray(actions, dtype=np.int64).reshape(-1, 4)
    rows = rows[rows[:, 2] == BLOCK]
    rows = rows[np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))]  # the first block of a person is met first
    low, high = np.searchsorted(rows[:, 0], author), np.searchsorted(rows[:, 0], author, side="right")
    start = np.concatenate([[0], np.cumsum(high - low)])
    at = np.repeat(low - start[:-1], high - low) + np.arange(start[-1])
    return Bars(start, rows[at, 1], rows[at, 3])


@compiled
def barred(bars: Bars, p: Integer, who: Integer, time: Integer) -> bool:
    """Whether post p is barred to a person at a time (s)."""
    for at in range(bars.start[p], bars.start[p + 1]):
        if bars.who[at] == who:
            return bool(time >= bars.since[at])
    return False
