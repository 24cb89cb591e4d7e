"""The compiled half of `channels/reshare.py`: who passes a post on, when, and who sees it through them first."""

from heapq import heappop, heappush

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, draw_each, fetch, lean, whole
from sim.core.roll import first_slot, grown, new_roll, place_of
from sim.exposure.bars import Bars, barred, taken_back
from sim.exposure.reach import NOBODY, draw_circle, is_friend, new_circle

FEED, DISCOVERY = 0, 2
FIRST, ROW, BROUGHT, SINCE, SHARE = range(5)
UNWRITTEN = -1
LINES = 3
"""Of 16 ties each, read ahead."""


@compiled
def keen_posts(
    post: Array, audience: Array, start: Array, channel: Array, actor: Array, threshold: Integer, key: np.uint64,
    keen: Array,
) -> None:  # fmt: skip
    """Mark the public posts that some viewer of a stage passes on."""
    widest = 0
    for p in range(len(post)):
        widest = max(widest, start[p + 1] - start[p])
    coin, unused = np.empty(widest, dtype=np.uint64), np.empty(widest, dtype=np.uint64)
    for p in range(len(post)):
        if audience[p] < 2 or keen[p] or start[p] == start[p + 1]:
            continue
        draw_each(key, post[p], actor[start[p] : start[p + 1]], 0, coin, unused)
        for i in range(start[p + 1] - start[p]):
            if coin[i] >> np.uint64(32) < threshold and channel[start[p] + i] in (FEED, DISCOVERY):
                keen[p] = True
                break


@compiled
def views_of(
    keen: Array, start: Array, offset: Integer, time: Array, channel: Array, actor: Array
) -> tuple[Array, Array, Array, Array]:
    """Columns (post, row of the block, time, viewer) of a stage's views of the posts marked."""
    count = 0
    for p in range(len(keen)):
        if keen[p]:
            count += start[p + 1] - start[p]
    post, row = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    when, who = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    n = 0
    for p in range(len(keen)):
        for at in range(start[p], start[p + 1] if keen[p] else start[p]):
            if channel[at] in (FEED, DISCOVERY):
                post[n], row[n], when[n], who[n] = p, offset + at, time[at], actor[at]
                n += 1
    return post[:n], row[:n], when[:n], who[:n]


@compiled
def spread(  # noqa: C901, one heap
    post: Array,
    author: Array,
    subject: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    joined: Array,
    view_start: Array,
    view_row: Array,
    view_time: Array,
    view_actor: Array,
    close: Array,
    bars: Bars,
    horizon_end: Integer,
    threshold: Integer,
    reshare_key: np.uint64,
    delivery_key: np.uint64,
    end_key: np.uint64,
    reaction: Array,
    deliveries: Array,
    ending: Array,
) -> tuple[Array, ...]:
    """Columns (post, then those of Events) of all reshares and the views they bring; each post's views in row order.

    Only who passes on stands in the queue. A delivery is a view if it is its viewer's first, and takes a second at
    least: when a reshare's turn comes, all that may have been seen before it is known.
    """
    rows = [(0, 0, 0, 0, 0, 0, 0)]
    rows.clear()
    todo = [0]  # when << 32 | place on the roll; of those at one time none sees what another brings
    room = 1024
    coin, when = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    whom, moment = np.empty(room + 1, dtype=np.int32), np.empty(room + 1, dtype=np.int64)
    circle, center = new_circle(start, subject), NOBODY
    for p in range(len(post)):
        if view_start[p] == view_start[p + 1]:
            continue
        if center != subject[p]:
            center = subject[p]
            draw_circle(circle, start, viewer, center)
        last = min(close[3 * p + 1], horizon_end)
        todo.clear()
        slots, roll = new_roll(view_start[p + 1] - view_start[p])
        count = 0
        known = np.empty((len(roll), 5), dtype=np.int64)  # FIRST view, its ROW, BROUGHT by whom and SINCE, row of SHARE
        for at in range(view_start[p], view_start[p + 1]):
            place = place_of(slots, roll, count, view_actor[at])
            if place == count or view_time[at] < known[place, FIRST]:  # the earlier row wins a tie
                note(known, place, view_time[at], view_row[at], -1, 0)
            count = max(count, place + 1)
        for place in range(count):
            luck, wait = draw(reshare_key, post[p], roll[place], 0)
            if luck >> np.uint64(32) < threshold:
                heappush(todo, known[place, FIRST] + delay(reaction, wait) << 32 | place)
        while todo:
            turn = heappop(todo)
            time, place = turn >> 32, turn & 0xFFFFFFFF
            if time >= last:
                break
            who = roll[np.uintp(place)]
            if known[place, SHARE] < 0 or barred(bars, p, who, time, True):
                continue
            friend = is_friend(circle, who)
            if known[place, ROW] == UNWRITTEN:
                write_view(rows, p, roll, known, place, friend)
            known[place, SHARE] = -2 - len(rows)
            rows.append((p, known[place, ROW], time, 3, whole(who), 0, 0 if friend else 1))
            end = min(last, time + delay(ending, draw(end_key, post[p], who, 0)[0]), taken_back(bars, p, who, time))
            low, crowd = start[np.uintp(who)], start[np.uintp(who) + np.uintp(1)] - start[np.uintp(who)]
            if crowd > room:
                room = 2 * crowd
                coin, when = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
                whom, moment = np.empty(room + 1, dtype=np.int32), np.empty(room + 1, dtype=np.int64)
            hits = deliver(delivery_key, post[p], who, viewer, visibility, low, crowd, coin, when, whom)
            hits = in_time(hits, viewer, low, when, time + 1, deliveries, end, whom, moment)
            while 2 * (count + hits) + 2 >= len(slots):
                slots, roll = grown(slots, roll, count)
                more = np.empty((len(roll), 5), dtype=np.int64)
                more[:count] = known[:count]
                known = more
            for each in range(hits):
                fetch(slots, first_slot(slots, whom[each]))
                fetch(joined, np.uintp(whom[each]))
            for each in range(hits):
                target, seen = whom[each], moment[each]
                if seen < joined[np.uintp(target)] or barred(bars, p, target, seen, True):
                    continue
                if target == author[p] or target == subject[p]:
                    continue
                at = place_of(slots, roll, count, target)
                if at == count:
                    count += 1
                elif not earlier(known, at, seen, time, who, roll):
                    continue
                note(known, at, seen, UNWRITTEN, place, time)
                luck, wait = draw(reshare_key, post[p], target, 0)
                if luck >> np.uint64(32) < threshold:
                    heappush(todo, seen + delay(reaction, wait) << 32 | at)
                    fetch_crowd(start, viewer, visibility, target)
        for place in range(count):
            if known[place, ROW] == UNWRITTEN:
                write_view(rows, p, roll, known, place, is_friend(circle, roll[place]))
    return columns_of(rows)


@lean
def fetch_crowd(start: Array, viewer: Array, visibility: Array, who: Integer) -> None:
    """Ask for the first ties of a person who will pass a post on."""
    row = np.uintp(start[np.uintp(who)])
    for line in range(LINES):
        fetch(viewer, row + np.uintp(16 * line))
        fetch(visibility, row + np.uintp(16 * line))


@lean
def note(known: Array, place: Integer, first: Integer, row: Integer, brought: Integer, since: Integer) -> None:
    """Write down a person's first view."""
    known[place, FIRST], known[place, ROW], known[place, BROUGHT] = first, row, brought
    known[place, SINCE], known[place, SHARE] = since, 0


@lean
def earlier(known: Array, place: Integer, seen: Integer, since: Integer, by: Integer, roll: Array) -> bool:
    """Whether a delivery at `seen` comes before a person's first view: by time, then its reshare's, then by whom."""
    if known[place, FIRST] != seen:
        return bool(known[place, FIRST] > seen)
    brought = known[place, BROUGHT]
    return bool(brought >= 0 and (since, by) < (known[place, SINCE], whole(roll[brought])))


@compiled
def write_view(
    rows: list[tuple[int, int, int, int, int, int, int]], p: Integer, roll: Array, known: Array, place: Integer,
    friend: bool,
) -> None:  # fmt: skip
    """Append the delivery that was a person's first view."""
    by = known[place, BROUGHT]
    known[place, ROW] = -2 - len(rows)
    rows.append((
        whole(p), known[by, SHARE], known[place, FIRST], 4, whole(roll[place]), whole(roll[by]), 0 if friend else 1,
    ))  # fmt: skip


@lean
def deliver(
    key: np.uint64, post: Integer, by: Integer, viewer: Array, visibility: Array, low: Integer, crowd: Integer,
    coin: Array, when: Array, reached: Array,
) -> int:  # fmt: skip
    """Which ties of a resharer, from row `low` on, deliver to their viewers: numbers in `reached`; how many.

    Draws are keyed by (post, resharer, viewer). Sifted without a branch, since nobody can foretell a coin.
    """
    for i in range(crowd):
        coin[np.uintp(i)], when[np.uintp(i)] = draw(key, post, by, viewer[np.uintp(low + i)])
    count = 0
    for i in range(crowd):
        reached[np.uintp(count)] = i
        count += coin[np.uintp(i)] >> np.uint64(32) < visibility[np.uintp(low + i)]
    return count


@lean
def in_time(
    hits: Integer, viewer: Array, low: Integer, when: Array, since: Integer, delays: Array, end: Integer, whom: Array,
    moment: Array,
) -> int:  # fmt: skip
    """Those of the ties `whom` whose delivery comes before `end`: viewers in `whom`, their times; how many."""
    count = 0
    for each in range(hits):
        i = np.uintp(whom[each])
        seen = since + delay(delays, when[i])
        whom[np.uintp(count)], moment[np.uintp(count)] = viewer[np.uintp(low) + i], seen
        count += 1 if seen < end else 0
    return count


@compiled
def columns_of(rows: list[tuple[int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (post, parent, time, channel, actor, key, learner) of public reach as columns (post, object, parent ...)."""
    n = len(rows)
    post, object_, parent = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    time, actor, key = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    channel, learner = np.empty(n, np.int8), np.empty(n, np.int8)
    for i in range(n):
        post[i], parent[i], time[i], channel[i], actor[i], key[i], learner[i] = rows[i]
        object_[i] = 3 * post[i] + 1
    return post, object_, parent, time, channel, actor, key, learner
