"""Which of a resharer's ties deliver to their viewers, and when."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import HALVES, Array, Integer, after, compiled, inlined, lowest
from sim.core.keyed import toss
from sim.exposure.columns import Ties

WORD = 8
"""Ties whose hits stand in a word, a byte each."""


class Desk(NamedTuple):
    """A resharer's ties: whether each delivers (`hits`: the same, eight a word), its words; then who is reached, when,
    and her place."""

    hit: Array
    hits: Array
    luck: Array
    wait: Array
    whom: Array
    moment: Array
    place: Array


@compiled
def new_desk(ties: Integer) -> Desk:
    """A desk for so many ties."""
    room = HALVES * (ties // HALVES + 2)
    hit = np.empty(room, dtype=np.uint8)
    return Desk(
        hit, hit.view(np.uint64), np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.uint32),
        np.empty(room + 1, dtype=np.int32), np.empty(room + 1, dtype=np.int64), np.empty(room + 1, dtype=np.int32),
    )  # fmt: skip


@inlined
def deliver(
    key: np.uint64, by: Integer, ties: Ties, low: Integer, crowd: Integer, desk: Desk
) -> None:  # fmt: skip
    """Draw which ties of a resharer, from row `low` on, deliver to their viewers; keyed by (post, viewer, resharer).

    Made for whole registers where rows of others follow.
    """
    wide = (crowd + HALVES - 1) & -HALVES
    if low + wide > len(ties.viewer):
        wide = crowd
    for i in range(wide):
        luck, desk.wait[np.uintp(i)] = toss(key, ties.viewer[np.uintp(low + i)], by)
        desk.hit[np.uintp(i)] = luck < ties.visibility[np.uintp(low + i)]
    desk.hits[np.uintp(crowd >> 3)] &= (np.uint64(1) << np.uint64(8 * (crowd & 7))) - np.uint64(1)


@inlined
def in_time(
    crowd: Integer, ties: Ties, low: Integer, since: Integer, delays: Array, end: Integer, desk: Desk
) -> int:  # fmt: skip
    """Those of the ties that deliver before `end`: viewers in `whom`, their times; how many.

    From hit to hit, since nobody can foretell a coin.
    """
    count = 0
    for eight in range((crowd + WORD - 1) >> 3):
        left = desk.hits[np.uintp(eight)]
        while left:
            i = np.uintp(WORD * eight + (lowest(left) >> 3))
            left &= left - np.uint64(1)
            seen = since + after(delays, desk.wait[i])
            desk.whom[np.uintp(count)], desk.moment[np.uintp(count)] = ties.viewer[np.uintp(low) + i], seen
            count += 1 if seen < end else 0
    return count
