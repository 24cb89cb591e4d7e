"""Strangers who visit a profile, as a Poisson process, and at which posts each of them looks.

Time since its owner joined is cut into stretches, each with a Poisson count of visits at uniform times of it: when a
visit falls is asked of those alone that look at something.
"""

from typing import NamedTuple

import numpy as np

from sim.core.codes import PUBLIC
from sim.core.compiled import (
    HALVES,
    SOME,
    WIDE,
    Array,
    Integer,
    compiled,
    inlined,
    lean,
    place_near,
    scaled,
    whole,
)
from sim.core.keyed import draw, draw_each, draw_on, toss_each
from sim.core.skip import skipped
from sim.exposure.columns import Posts


class Guests(NamedTuple):
    """Visits to profiles, in `stretch_s`: how many came `before` each stretch of profile h, and in all at its end, is
    before[start[h]:start[h + 1]]; between two looks at an item `skip[h]` of them pass on average (times 2^12);
    `profile` of each post, by row. Keys of who comes when, and of who looks."""

    start: Array
    before: Array
    skip: Array
    profile: Array
    stretch_s: int
    visitor: np.uint64
    look: np.uint64


class Looks(NamedTuple):
    """Those who look at one post: on which `visit`, `guest` who, `time` (s); and draws."""

    visit: Array
    guest: Array
    time: Array
    word: Array
    moment: Array


def new_looks(visits: int) -> Looks:
    """Room for looks on so many visits to a profile, and for SOME written before they are known."""
    room = visits + SOME
    visit, guest, time = np.zeros(room, dtype=np.int32), np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    return Looks(visit, guest, time, np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64))


@compiled
def hosts_of(posts: Posts) -> tuple[Array, Array]:
    """Whose profiles show the public posts of a block, each run of posts by one author as one; and that of each."""
    hosts, profile, count = np.empty(len(posts.id), dtype=np.int32), np.full(len(posts.id), -1, dtype=np.int32), 0
    for p in range(len(posts.id)):
        if posts.audience[p] == PUBLIC:
            if count == 0 or hosts[count - 1] != posts.author[p]:
                hosts[count] = posts.author[p]
                count += 1
            profile[p] = count - 1
    return hosts[:count], profile


@compiled
def visits_to(
    people: Array, joined: Array, horizon_end: Integer, stretch_s: Integer, counts: Array, key: np.uint64
) -> tuple[Array, Array]:  # fmt: skip
    """Where each person's stretches up to the horizon start, and how many visits came before each; `counts`: the law
    of a stretch's visits (`sim.core.quantile.poisson`)."""
    start, longest = np.zeros(len(people) + 1, dtype=np.int64), 0
    for row in range(len(people)):
        stretches = max(0, horizon_end - joined[people[row]]) // stretch_s + 1
        start[row + 1], longest = start[row] + stretches + 1, max(longest, stretches)
    before, number = np.empty(start[-1], dtype=np.int32), np.arange(longest + HALVES, dtype=np.int32)
    coin, unused = np.empty(len(number), dtype=np.uint32), np.empty(len(number), dtype=np.uint32)
    for row in range(len(people)):
        stretches = start[row + 1] - start[row] - 1
        toss_each(draw(key, people[row], 0, 0)[0], number[: stretches + -stretches % HALVES], 0, coin, unused)
        add_up(counts, coin[:stretches], before[start[row] : start[row + 1]])
    return start, before


@lean
def add_up(counts: Array, coin: Array, before: Array) -> None:
    """How many visits came before each stretch, of which each has its coin."""
    before[:] = 0
    for each in counts:
        for stretch in range(len(coin)):
            before[np.uintp(stretch + 1)] += each <= coin[np.uintp(stretch)]
    for stretch in range(len(coin)):
        before[stretch + 1] += before[stretch]


@inlined
def looked(
    post: Integer, first: np.uint64, host: Integer, joined: Integer, since: Integer, until: Integer, guests: Guests,
    profile: Integer, population: Integer, looks: Looks,
) -> int:  # fmt: skip
    """Who looks at a post of `host` in the stretches from that of `since` to that of `until` (s), into `looks`; how
    many. Some of them come before `since` or after `until`. `first`: the word of the first look, drawn for many posts
    together: many are never looked at."""
    if until <= joined:
        return 0
    before = guests.before[guests.start[profile] : guests.start[profile + 1]]
    stretch, last = max(0, since - joined) // guests.stretch_s, (until - joined) // guests.stretch_s
    skip, end, hit, word = guests.skip[profile], whole(before[last + 1]), 0, looks.word[:WIDE]
    at = before[stretch] + skipped(first, skip)
    while at < end:
        if hit % WIDE == 0:
            draw_on(guests.look, post, hit + 1, word)
        looks.visit[hit] = at
        at += 1 + skipped(word[hit % WIDE], skip)
        hit += 1
    draw_each(guests.visitor, host, looks.visit[: hit + -hit % WIDE], 0, looks.word, looks.moment)
    for nth in range(hit):
        looks.guest[nth] = scaled(looks.word[nth], population)
        about = looks.visit[nth] * len(before) // before[-1]  # visits are about even
        stretch = place_near(before, looks.visit[nth] + 1, about) - 1
        looks.time[nth] = joined + stretch * guests.stretch_s + scaled(looks.moment[nth], guests.stretch_s)
    return hit
