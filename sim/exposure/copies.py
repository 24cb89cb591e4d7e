"""The compiled half of `channels/copy.py`: what copies are made of the views that are struck, and who sees them."""

from typing import NamedTuple

import numpy as np

from sim.core.codes import COPIED, COPY
from sim.core.compiled import HALVES, SOME, Array, Integer, after, delay, fetch, lean, lucky, whole
from sim.core.keyed import draw, object_id, toss, toss_each
from sim.exposure.bars import Bars, barred, out_of_sight
from sim.exposure.circle import NOBODY, draw_circle, is_friend
from sim.exposure.columns import Crowd, Posts, Rows, Things, Ties, fill, tell_strangers, toss_crowd
from sim.exposure.doors import COPY as COPIES
from sim.exposure.doors import PUBLIC_REACH, closing, is_link
from sim.exposure.forms import WHOLE, Forms, form_of
from sim.exposure.strikes import way

AHEAD = 8
"""Copiers whose ties are brought from memory together."""
MOST_AHEAD = 16 * SOME
"""Ties of each."""


class Odds(NamedTuple):
    """Keys of the decisions, the chance of a copy a view and of a look once more when the post is taken away (times
    2^32), and delays, s (Copy.tables)."""

    copy: np.uint64
    form: np.uint64
    id: np.uint64
    seen: np.uint64
    gone: np.uint64
    threshold: int
    drawn: int
    making: Array
    seeing: Array
    ending: Array


class CopiedViews(NamedTuple):
    """Views that are copied: post p's are row[start[p]:start[p + 1]], rows of the block in ascending order."""

    start: Array
    row: Array


@lean
def copied(
    posts: Posts, ties: Ties, bars: Bars, views: CopiedViews, odds: Odds, forms: Forms, doors: Array,
    horizon_end: Integer, away: Array, circle: Array, crowd: Crowd, queue: Array, known: Integer, start: Array,
    rows: Rows, things: Things,
) -> int:  # fmt: skip
    """All copies and views of copies, into `rows`, those of each post from `start` on, and into `things`, after those
    `known`: how many objects there are then, -1: there is not enough room.

    A copy that stands when its post is taken `away` (s) is shown once more, to some of those who would see it
    (`streisand.py`).
    """
    center, m = NOBODY, whole(known)
    for p in range(len(posts.id)):
        n, turn, queued, taken = start[p], views.start[p], 0, 0
        while turn < views.start[p + 1] or taken < queued:
            if turn < views.start[p + 1] and turn % AHEAD == 0:
                look_ahead(rows, views.row[turn : turn + AHEAD], ties)
            view = views.row[turn] if turn < views.start[p + 1] else queue[taken]
            turn, taken = (turn + 1, taken) if turn < views.start[p + 1] else (turn, taken + 1)
            who = rows.actor[view]
            most = 2 * (ties.start[who + 1] - ties.start[who])
            if n + most + SOME >= len(rows.time) or m == len(things.id) or queued + most >= len(queue):
                return -1
            if center != posts.subject[p]:
                center = posts.subject[p]
                draw_circle(circle, ties.start, ties.viewer, center)
            share = make(p, view, n, m, posts, bars, odds, forms, doors, horizon_end, circle, rows, things)
            if share < 0:
                continue
            maker, n = n, n + 1
            for wave in range(2 if things.birth[m] < away[p] < things.close[m] else 1):
                first, since = n, away[p] if wave else things.birth[m]
                drawn = odds.drawn if wave else WHOLE
                n = show(p, m, wave, since, share, drawn, posts, ties, bars, odds, horizon_end, crowd, n, rows, things)
                fill(rows, first, n, m, COPIED)
                tell_strangers(rows, first, n, circle)
                for row in range(first, n):
                    rows.parent[row], rows.key[row] = maker, wave
                seen_by = rows.actor[first : n + (first - n) % HALVES]
                queued = copy_again(things.id[m], wave, odds, seen_by, crowd, first, n, queue, queued)
            m += 1
        start[p + 1] = n
    return m


@lean
def look_ahead(rows: Rows, views: Array, ties: Ties) -> None:
    """Ask for what `make` and `show` will read of these views: step by step, since each leads to the next."""
    for view in views:
        for column in (rows.object, rows.time, rows.key, rows.actor):
            fetch(column, np.uintp(view))
        fetch(rows.channel, np.uintp(view))
    for view in views:
        fetch(ties.start, np.uintp(rows.actor[view]))
    for view in views:
        who = rows.actor[view]
        low = ties.start[who]
        for tie in range(low, min(low + MOST_AHEAD, ties.start[who + 1]), SOME):
            fetch(ties.viewer, np.uintp(tie))
            fetch(ties.visibility, np.uintp(tie))


@lean
def make(
    p: Integer, view: Integer, n: Integer, m: Integer, posts: Posts, bars: Bars, odds: Odds, forms: Forms,
    doors: Array, horizon_end: Integer, circle: Array, rows: Rows, things: Things,
) -> int:  # fmt: skip
    """Write the copy that a view of post p leads to, as row n and thing m: what share of her audience the copier shows
    it (of 2^32), -1: nothing comes of it."""
    met, who = whole(rows.object[view]), rows.actor[view]
    channel, key, met_id, original = rows.channel[view], rows.key[view], things.id[met], met < 3 * len(posts.id)
    turn, own = way(channel, key), draw(odds.copy, met_id, 0, 0)[0]
    birth = rows.time[view] + 1 + after(odds.making, toss(own, who, turn)[1])
    if birth >= things.close[met] or birth >= horizon_end:
        return -1
    if original and met % 3 <= PUBLIC_REACH and barred(bars, p, who, birth, met % 3 == PUBLIC_REACH):
        return -1
    if not original and is_link(things.flags[met]) and out_of_sight(bars, p, birth):
        return -1
    identity = object_id(draw(odds.id, met_id, who, turn)[0])
    natural = birth + delay(odds.ending, draw(odds.gone, identity, 0, 0)[0])
    flags, share = form_of(forms, identity, odds.form, whole(posts.audience[p]), original)
    things.id[m], things.post[m], things.kind[m], things.parent[m] = identity, p, COPIES, met
    things.holder[m], things.birth[m], things.natural[m], things.flags[m] = who, birth, natural, flags
    things.maker[m], things.close[m] = n, closing(COPIES, who, birth, natural, flags, p, doors)
    fill(rows, n, n + 1, met, COPY)
    rows.parent[n], rows.time[n], rows.actor[n] = view, birth, who
    rows.key[n], rows.learner[n] = key << 4 | channel, not is_friend(circle, who)
    return share


@lean
def show(
    p: Integer, m: Integer, wave: Integer, since: Integer, share: Integer, drawn: Integer, posts: Posts, ties: Ties,
    bars: Bars, odds: Odds, horizon_end: Integer, crowd: Crowd, n: Integer, rows: Rows, things: Things,
) -> int:  # fmt: skip
    """Write who sees thing m through its maker, when: from row n on, as far as this; two shares of 2^32 of those who
    would see a post of hers."""
    identity, holder, last = things.id[m], things.holder[m], min(things.close[m], horizon_end)
    low, size = ties.start[holder], ties.start[holder + 1] - ties.start[holder]
    dim(ties.visibility[low : low + size], share, drawn, crowd.chance)
    toss_crowd(draw(odds.seen, identity, 0, 0)[0], ties, low, size, wave, crowd)
    picked = crowd.picked[: lucky(crowd.coin, crowd.chance[:size], crowd.picked)]
    for each in picked:
        fetch(ties.joined, np.uintp(ties.viewer[np.uintp(low) + np.uintp(each)]))
    for each in picked:
        i = np.uintp(each)
        target, seen = ties.viewer[np.uintp(low) + i], since + after(odds.seeing, crowd.when[i])
        rows.time[n], rows.actor[n] = seen, target
        shut = seen >= last or seen < ties.joined[target] or target in (posts.subject[p], posts.author[p])
        n += 0 if shut or (is_link(things.flags[m]) and out_of_sight(bars, p, seen)) else 1
    return whole(n)


@lean
def copy_again(
    identity: Integer, wave: Integer, odds: Odds, who: Array, crowd: Crowd, first: Integer, last: Integer, queue: Array,
    queued: Integer,
) -> int:  # fmt: skip
    """Put those views of a copy, rows `first` to `last`, that are copied in turn into the queue; how many it holds."""
    toss_each(draw(odds.copy, identity, 0, 0)[0], who, way(COPIED, wave), crowd.coin, crowd.when)
    for row in range(first, last):
        queue[queued] = row
        queued += int(crowd.coin[row - first] < odds.threshold)
    return whole(queued)


@lean
def dim(visibility: Array, share: Integer, drawn: Integer, chance: Array) -> None:
    """Into `chance`: the chances times two shares of 2^32."""
    for i in range(len(visibility)):
        left = np.uint64(visibility[i]) * np.uint64(share) >> np.uint64(32)
        chance[i] = left * np.uint64(drawn) >> np.uint64(32)
