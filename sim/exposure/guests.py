"""Strangers who visit a profile: when they come, and at which posts each looks."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import WIDE, Array, Integer, compiled, delay, inlined, lean, whole, wider
from sim.core.keyed import draw_on
from sim.core.quantile import exponential

DRAWN_AHEAD = 16
"""Visits to a profile, and looks at a post, drawn together."""
PATIENCE = exponential(mean_s=2.0**20)
"""Exponential of mean 2^20: of a mean number of visits, how many are passed over before the next look."""


class Guests(NamedTuple):
    """Strangers' visits to some profiles (CSR): their times (s), ascending; and the profile of each post, by row."""

    start: Array
    time: Array
    profile: Array


class Looks(NamedTuple):
    """Those who look at one post: on which `visit`, who; and their draws."""

    visit: Array
    guest: Array
    word: Array
    unused: Array


def new_looks(visits: int) -> Looks:
    """Room for looks on so many visits to a profile."""
    room = DRAWN_AHEAD + visits + -visits % WIDE
    visit, guest = np.zeros(room, dtype=np.int32), np.empty(room, dtype=np.int64)
    return Looks(visit, guest, np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64))


@compiled
def visits_to(
    people: Array, joined: Array, horizon_end: Integer, key: np.uint64, gaps: Array
) -> tuple[Array, Array]:  # fmt: skip
    """Where each person's visits start, and their times up to the horizon, the first after it the last."""
    start, times = np.zeros(len(people) + 1, dtype=np.int64), np.empty(1 << 16, dtype=np.int64)
    word = np.empty(DRAWN_AHEAD, dtype=np.uint64)
    for row in range(len(people)):
        end = -1
        while end < 0:
            end = visit(people[row], joined[people[row]], horizon_end, key, gaps, word, times, start[row])
            if end < 0:
                times = wider(times, 2 * len(times))
        start[row + 1] = end
    return start, times[: start[-1]]


@lean
def visit(
    person: Integer, joined: Integer, horizon_end: Integer, key: np.uint64, gaps: Array, word: Array, times: Array,
    at: Integer,
) -> int:  # fmt: skip
    """Write a person's visits from row `at` on; the row after them, or -1 where there is not enough room."""
    time, count = whole(joined), 0
    while time < horizon_end:
        if at + count + len(word) > len(times):
            return -1
        draw_on(key, person, count, word)
        for each in word:
            time += 1 + delay(gaps, each)
            times[np.uintp(at + count)] = time
            count += 1
            if time >= horizon_end:
                break
    return whole(at + count)


@inlined
def looked(post: Integer, first: Integer, end: Integer, skip: Integer, key: np.uint64, looks: Looks) -> int:
    """Which visits from the `first` before `end` look at a post, into `looks`; how many."""
    word, at, hit = looks.word[:DRAWN_AHEAD], first, 0
    while at < end:
        draw_on(key, post, hit, word)
        for each in word:
            at += delay(PATIENCE, each) * skip >> 32
            if at >= end:
                break
            looks.visit[hit] = at
            hit += 1
            at += 1
    return hit
