"""The compiled half of `channels/reshare.py`: who passes a post on, when, and who sees it through them first."""

from typing import NamedTuple

import numpy as np

from sim.core.codes import DISCOVERY, FEED, PUBLIC
from sim.core.compiled import HALVES, Array, Integer, compiled, lean, whole, wider
from sim.core.heap import BRANCHES
from sim.core.keyed import toss_each
from sim.exposure.bars import Bars
from sim.exposure.circle import NOBODY, draw_circle, is_friend
from sim.exposure.columns import Posts, Rows, Ties, everybody
from sim.exposure.delivery import Desk, new_desk
from sim.exposure.quality import chance_at
from sim.exposure.reached import BROUGHT, FIRST, SHARE, WHO, Reached, emptied, nobody_yet, note, place_of, with_room
from sim.exposure.shares import write_view
from sim.exposure.turns import COUNT, QUEUED, WRITTEN, Chances, line_up, take_turns


class Views(NamedTuple):
    """Views by earlier stages, those of post p from start[p] to start[p + 1] in row order: rows of the block, times
    (s), viewers."""

    start: Array
    row: Array
    time: Array
    actor: Array


@compiled
def keen_posts(posts: Posts, start: Array, rows: Rows, chances: Chances) -> Array:
    """Which public posts some viewer passes on; post p's rows are rows[start[s, p]:start[s, p + 1]] for each s."""
    keen, widest = np.zeros(len(posts.id), dtype=np.bool_), 0
    for stage in range(len(start)):
        for p in range(len(posts.id)):
            widest = max(widest, start[stage, p + 1] - start[stage, p])
    coin, unused = np.empty(widest + HALVES, dtype=np.uint32), np.empty(widest + HALVES, dtype=np.uint32)
    mark_keen(posts, start, rows, chances, coin, unused, keen)
    return keen


@lean
def mark_keen(
    posts: Posts, start: Array, rows: Rows, chances: Chances, coin: Array, unused: Array, keen: Array
) -> None:  # fmt: skip
    """Mark the posts of `keen_posts`, drawing a stage's coins together; each view as if it were the first."""
    for p in range(len(posts.id)):
        ceiling = chances.ceiling[p]
        for stage in range(len(start) if posts.audience[p] == PUBLIC else 0):
            low, high = start[stage, p], start[stage, p + 1]
            toss_each(chances.reshare[p], rows.actor[low : high + (low - high) % HALVES], 0, coin, unused)
            for row in range(low, high):
                luck = whole(coin[np.uintp(row - low)])
                if luck < ceiling and may_pass_on(rows.channel[np.uintp(row)]):
                    age = rows.time[np.uintp(row)] - posts.time[p]
                    keen[p] |= luck < chance_at(chances.ages, chances.chance, chances.keen[p], age)


@compiled
def views_of(keen: Array, start: Array, rows: Rows) -> Views:
    """The views of the posts marked."""
    count, upto = 0, np.zeros(len(keen) + 1, dtype=np.int64)
    for p in range(len(keen)):
        for stage in range(len(start) if keen[p] else 0):
            count += start[stage, p + 1] - start[stage, p]
    row, when, who = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    n = 0
    for p in range(len(keen)):
        for stage in range(len(start) if keen[p] else 0):
            for at in range(start[stage, p], start[stage, p + 1]):
                if may_pass_on(rows.channel[at]):
                    row[n], when[n], who[n] = at, rows.time[at], rows.actor[at]
                    n += 1
        upto[p + 1] = n
    return Views(upto, row[:n], when[:n], who[:n])


@lean
def may_pass_on(channel: Integer) -> bool:
    """Whether an event shows its actor the post where she can pass it on."""
    return bool((channel == FEED) | (channel == DISCOVERY))


@compiled
def spread(
    posts: Posts, ties: Ties, bars: Bars, views: Views, close: Array, horizon_end: Integer, newest: Integer,
    chances: Chances, circle: Array, done: Integer, start: Array, rows: Rows,
) -> int:  # fmt: skip
    """All reshares and the views they bring, into `rows`, those of each post from `start` on; from post `done` on, as
    far as there is room for all people to see a post and to pass it on: how many posts are done then.

    Only who passes on stands in the queue. A delivery is a view if it is its viewer's first, and takes a second at
    least: when a reshare's turn comes, all that may have been seen before it is known.
    """
    reached, desk = nobody_yet(), new_desk(0)
    queue, state = np.empty(0, dtype=np.int64), np.zeros(3, dtype=np.int64)
    center = NOBODY
    for p in range(done, len(posts.id)):
        low, high = views.start[p], views.start[p + 1]
        start[p + 1] = start[p]
        if low == high:
            continue
        if start[p] + everybody(len(ties.joined)) > len(rows.time):
            return whole(p)
        if center != posts.subject[p]:
            center = posts.subject[p]
            draw_circle(circle, ties.start, ties.viewer, center)
        last = min(close[3 * p + 1], horizon_end)
        reached = emptied(reached, state[COUNT])
        state[COUNT], state[QUEUED], state[WRITTEN], lacking = 0, 0, start[p], high - low
        while lacking:
            reached = with_room(reached, state[COUNT], state[COUNT] + lacking, len(ties.joined))
            if lacking + HALVES > len(desk.hit):
                desk = new_desk(2 * lacking)
            if state[QUEUED] + lacking + BRANCHES > len(queue):
                queue = wider(queue, 2 * (state[QUEUED] + lacking + BRANCHES))
            if state[COUNT] == 0:
                begin(p, posts.time[p], views, low, high, last, ties, chances, reached, queue, desk, state)
            lacking = take_turns(p, posts, ties, bars, chances, last, newest, circle, reached, queue, rows, desk, state)
        write_rest(rows, reached, circle, state)
        start[p + 1] = state[WRITTEN]
        for row in range(start[p], start[p + 1]):
            rows.object[np.uintp(row)], rows.mark[np.uintp(row)] = 3 * p + 1, 0
    return len(posts.id)


@lean
def begin(
    p: Integer, posted: Integer, views: Views, low: Integer, high: Integer, last: Integer, ties: Ties,
    chances: Chances, reached: Reached, queue: Array, desk: Desk, state: Array,
) -> None:  # fmt: skip
    """Enter a post's views by earlier stages, the earlier row where two are at one time, and who passes it on."""
    count, known = 0, reached.known
    for view in range(low, high):
        place = place_of(reached, count, views.actor[view])
        if place == count or views.time[view] < known[place, FIRST]:
            note(reached, place, views.time[view], ~views.row[view])
        count = max(count, place + 1)
    for place in range(count):
        desk.whom[place], desk.moment[place], desk.place[place] = known[place, WHO], known[place, FIRST], place
    state[COUNT], state[QUEUED] = (
        count,
        line_up(chances, p, posted, chances.keen[p], last, ties, desk, count, queue, 0),
    )


@lean
def write_rest(rows: Rows, reached: Reached, circle: Array, state: Array) -> None:
    """Append the first views of those who did not pass the post on."""
    written, known = state[WRITTEN], reached.known
    for each in range(state[COUNT]):
        place = np.uintp(each)
        if known[place, BROUGHT] >= 0 and known[place, SHARE] == 0:
            written = write_view(rows, written, known, place, not is_friend(circle, known[place, WHO]))
    state[WRITTEN] = written
