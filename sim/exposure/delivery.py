"""Which of a resharer's ties deliver to their viewers, and when.

A coin a tie, keyed by (post, viewer, resharer); where all ties share a small chance, geometric skips from one that
delivers to the next, keyed by (post, number of the delivery, resharer).
"""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import HALVES, Array, Integer, after, compiled, fetch, inlined, lowest
from sim.core.keyed import toss
from sim.core.quantile import LONGEST_S
from sim.core.skip import skipped
from sim.exposure.columns import Ties

WORD = 8
"""Ties whose hits stand in a word, a byte each."""
LINE = 16
"""Ties that are brought from memory together."""
PARTS = 64
"""Equally likely parts of a delay, by which most of those that end too late are passed over unseen."""
PART = 64
"""Ties that are tossed for before more are asked for."""
LINES = 3
"""So many are asked for when a resharer is put in the queue, the rest while her ties are gone through."""


class Desk(NamedTuple):
    """A resharer's ties: whether each delivers (`hits`: the same, eight a word), its words, or those of the deliveries
    that are skipped to; then who is reached, when, and her place."""

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
def fetch_ties(ties: Ties, row: Integer, lines: int) -> None:
    """Ask for `lines` of ties from `row` on."""
    for line in range(lines):
        fetch(ties.viewer, np.uintp(row + LINE * line))
        if not ties.skip:
            fetch(ties.visibility, np.uintp(row + LINE * line))


@inlined
def deliver(
    key: np.uint64, by: Integer, ties: Ties, low: Integer, crowd: Integer, within: np.uint32, desk: Desk
) -> None:  # fmt: skip
    """Draw which ties of a resharer, from row `low` on, deliver to their viewers after a delay of the first `within` of
    PARTS equally likely parts.

    Made for whole registers where rows of others follow.
    """
    wide = (crowd + HALVES - 1) & -HALVES
    if low + wide > len(ties.viewer):
        wide = crowd
    for first in range(0, wide, PART):
        if wide > first + LINES * LINE:
            fetch_ties(ties, low + first + LINES * LINE, PART // LINE)
        for i in range(first, min(first + PART, wide)):
            luck, desk.wait[np.uintp(i)] = toss(key, ties.viewer[np.uintp(low + i)], by)
            soon = desk.wait[np.uintp(i)] // np.uint32(2**32 // PARTS) < within
            desk.hit[np.uintp(i)] = (luck < ties.visibility[np.uintp(low + i)]) & soon
    desk.hits[np.uintp(crowd >> 3)] &= (np.uint64(1) << np.uint64(8 * (crowd & 7))) - np.uint64(1)


@inlined
def parts_below(early: Array, span: Integer) -> np.uint32:
    """How many of the PARTS quantiles of a delay lie below a span, s: in no later part does a delay."""
    found, limit = np.uint32(0), np.int32(min(span, LONGEST_S))
    for part in range(PARTS):
        found = np.uint32(found + np.uint32(early[np.uintp(part)] < limit))
    return found


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


@inlined
def skip_to(
    key: np.uint64, by: Integer, ties: Ties, low: Integer, crowd: Integer, since: Integer, delays: Array, end: Integer,
    desk: Desk,
) -> int:  # fmt: skip
    """What `deliver` and `in_time` find, where all ties share a small chance."""
    count, nth, drawn, at = 0, 0, 0, 0
    while True:
        if nth == drawn:
            drawn += min(HALVES, len(desk.luck) - drawn)  # always HALVES; a constant would not be made in one register
            for i in range(nth, drawn):
                desk.luck[np.uintp(i)], desk.wait[np.uintp(i)] = toss(key, i, by)
        at += skipped(np.uint64(desk.luck[np.uintp(nth)]) << np.uint64(32), ties.skip)
        if at >= crowd:
            return count
        seen = since + after(delays, desk.wait[np.uintp(nth)])
        desk.whom[np.uintp(count)], desk.moment[np.uintp(count)] = ties.viewer[np.uintp(low + at)], seen
        count += 1 if seen < end else 0
        nth, at = nth + 1, at + 1
