"""Bars: what a plan does that shuts no object for good, post by post.

Blocked: a person has no further part in the friends' and the public reach of what an owner wrote; what she has copied
lives on. Taken back: a person's reshare of another's post reaches nobody more. Out of sight: a post that was made
private and public again has no public reach between. None of them is a cut-off (`anew.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, inlined, lean
from sim.core.errors import require
from sim.core.schema import ACTIONS, NEVER

LIMIT, BLOCK, UNSHARE, REOPEN = (ACTIONS.index(name) for name in ("limit", "block", "unshare", "reopen"))
BLOCKED, TAKEN_BACK, OUT_OF_SIGHT = range(3)
NOBODY = -2
"""Whom no bar names: people count from 0, -1 is everybody."""
NO_DOORS = (BLOCK, UNSHARE, REOPEN)
"""Actions that shut no door."""

Actions = Sequence[tuple[int, int, int, int]] | Array
"""Rows (owner, target, action, time) of a plan."""


class Bars(NamedTuple):
    """Of post p rows start[p] to start[p + 1]: `how` it is barred, to `who` (-1: everybody), `since` when and `until`
    when (s)."""

    start: Array
    who: Array
    since: Array
    until: Array
    how: Array

    def of(self, rows: Array) -> "Bars":
        """Those of posts `rows` alone, in this order."""
        count = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(count)])
        at = np.repeat(self.start[rows] - start[:-1], count) + np.arange(start[-1])
        return Bars(start, *(column[at] for column in self[1:]))

    def between(self, first: int, last: int) -> "Bars":
        """Those of posts `first` to `last`."""
        return Bars(self.start[first : last + 1], *self[1:])


def no_bars(posts: int) -> Bars:
    """Nobody is blocked, nothing is taken back or out of sight."""
    nothing = np.empty(0, dtype=np.int64)
    return Bars(np.zeros(posts + 1, dtype=np.int64), *[nothing] * 4)


def bars_of(post: Array, author: Array, actions: Actions) -> Bars:
    """The bars of posts (ids and authors) under a plan; in a row of `block` the target is a person."""
    rows = np.asarray(actions, dtype=np.int64).reshape(-1, 4)
    block = rows[rows[:, 2] == BLOCK]
    block = block[np.argsort(block[:, 0], kind="stable")]
    low, high = np.searchsorted(block[:, 0], author), np.searchsorted(block[:, 0], author, side="right")
    count = high - low
    at = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
    every = np.full(len(at), NEVER), np.full(len(at), BLOCKED)
    parts = [np.stack([np.repeat(np.arange(len(author)), count), block[at, 1], block[at, 3], *every])]
    back = rows[rows[:, 2] == UNSHARE]
    where = rows_of(post, back[:, 1])
    parts.append(np.stack([where, back[:, 0], back[:, 3], np.full(len(back), NEVER), np.full(len(back), TAKEN_BACK)]))
    spans = [(row, -1, since, until, OUT_OF_SIGHT) for row, since, until in sight(post, author, rows) if until < NEVER]
    parts.append(np.array(spans, dtype=np.int64).reshape(-1, 5).T)
    made = np.concatenate(parts, axis=1)
    made = made[:, np.argsort(made[0], kind="stable")]
    return Bars(np.searchsorted(made[0], np.arange(len(author) + 1)), *made[1:])


def rows_of(post: Array, wanted: Array) -> Array:
    """The rows of posts by id; raises Mistake for one that does not exist."""
    if len(wanted) == 0:
        return np.empty(0, dtype=np.int64)
    require(bool(np.isin(wanted, post).all()), "A plan names a post that does not exist in this world.")
    order: Array = np.argsort(post, kind="stable")
    return order[np.searchsorted(post, wanted, sorter=order)]


def sight(post: Array, author: Array, rows: Array) -> list[tuple[int, int, int]]:
    """When each post that is reopened at all is out of public sight: (row, since, until), until NEVER the last time."""
    found: list[tuple[int, int, int]] = []
    turns = rows[np.isin(rows[:, 2], (LIMIT, REOPEN))]
    for owner in np.unique(turns[turns[:, 2] == REOPEN, 0]).tolist():
        hers = turns[turns[:, 0] == owner]
        for row in np.flatnonzero(author == owner).tolist():
            mine = hers[(hers[:, 1] < 0) | (hers[:, 1] == post[row])]
            if not (mine[:, 2] == REOPEN).any():
                continue
            shut = NEVER
            for _, _, action, time in mine[np.lexsort((mine[:, 2], mine[:, 3]))].tolist():
                if action == LIMIT:
                    shut = min(shut, time)
                elif shut < NEVER:
                    found.append((row, shut, time))
                    shut = NEVER
            found.append((row, shut, NEVER))
    return found


@lean
def barred(bars: Bars, p: Integer, who: Integer, time: Integer, public: bool) -> bool:
    """Whether post p is barred to a person at a time (s): in its `public` reach, or in the friends'."""
    for at in range(bars.start[p], bars.start[p + 1]):
        blocked = bars.how[at] == BLOCKED and bars.who[at] == who
        if (blocked or (public and bars.how[at] == OUT_OF_SIGHT)) and bars.since[at] <= time < bars.until[at]:
            return True
    return False


@inlined
def admitted(bars: Bars, p: Integer, time: Array, who: Array, first: int, last: int) -> int:
    """Friends' views of post p in rows `first` to `last`, those barred taken out; the end of those left."""
    if bars.start[p] == bars.start[p + 1]:
        return last
    left = first
    for row in range(first, last):
        time[left], who[left] = time[row], who[row]
        left += not barred(bars, p, who[row], time[row], False)
    return left


@lean
def out_of_sight(bars: Bars, p: Integer, time: Integer) -> bool:
    """Whether post p is out of everybody's sight but friends' at a time (s)."""
    return barred(bars, p, NOBODY, time, True)


@lean
def taken_back(bars: Bars, p: Integer, who: Integer, shared: Integer) -> int:
    """When a person takes back what she passed on at `shared` (s) of post p; NEVER: she does not."""
    end = NEVER
    for at in range(bars.start[p], bars.start[p + 1]):
        if bars.how[at] == TAKEN_BACK and bars.who[at] == who and bars.since[at] > shared:
            end = min(end, bars.since[at])
    return end
