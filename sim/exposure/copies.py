"""The compiled half of `channels/copy.py`: which views are copied, and who sees the copies."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, draw_each, gather, lean, lucky, whole
from sim.core.log import SHOWS
from sim.core.schema import CHANNELS
from sim.exposure.bars import Bars, barred, out_of_sight
from sim.exposure.doors import PUBLIC_REACH, closing, is_link
from sim.exposure.forms import Forms, dimmed, form_of
from sim.exposure.reach import NOBODY, draw_circle, is_friend, new_circle

COPY, COPIED = 5, 6
SHOWN = sum(1 << CHANNELS.index(name) for name in SHOWS)
BATCH = 1024
"""Views whose coins are drawn together."""


class Views(NamedTuple):
    """Views to be copied: post and row of the block, object, time (s), channel, actor, key."""

    post: Array
    row: Array
    object: Array
    time: Array
    channel: Array
    actor: Array
    key: Array


@compiled
def struck_views(
    start: Array,
    offset: Integer,
    object_: Array,
    time: Array,
    channel: Array,
    actor: Array,
    key: Array,
    object_id: Array,
    threshold: Integer,
    copy_key: np.uint64,
) -> tuple[Array, ...]:
    """The columns of Views of a stage's views whose coin falls so."""
    struck, found = np.empty(len(actor), dtype=np.int32), np.empty(BATCH + 1, dtype=np.int32)
    thing, way = np.empty(BATCH, dtype=np.int64), np.empty(BATCH, dtype=np.int64)
    coin = np.empty(BATCH, dtype=np.uint64)
    n = 0
    for low in range(0, len(actor), BATCH):
        here = slice(low, min(low + BATCH, len(actor)))
        hits = strike(
            object_[here], channel[here], actor[here], key[here], object_id, np.uint64(threshold), copy_key, thing, way,
            coin, found,
        )  # fmt: skip
        struck[n : n + hits] = low + found[:hits]
        n += hits
    post, row, met_row = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    when, way_, who_, key_ = np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int32), np.empty(n, np.int32)
    p = 0
    for i in range(n):
        at = struck[i]
        while start[p + 1] <= at:
            p += 1
        post[i], row[i], met_row[i], when[i] = p, offset + at, object_[at], time[at]
        way_[i], who_[i], key_[i] = channel[at], actor[at], key[at] if len(key) else 0
    return post, row, met_row, when, way_, who_, key_


@lean
def is_view(channel: Integer) -> bool:
    """Whether an event shows its actor the post: who passes on, takes, reads or trains is no viewer."""
    return bool(SHOWN >> channel & 1)


@lean
def strike(
    met: Array, channel: Array, actor: Array, key: Array, object_id: Array, threshold: np.uint64, copy_key: np.uint64,
    thing: Array, way: Array, coin: Array, found: Array,
) -> int:  # fmt: skip
    """Which rows of a batch are views whose coin falls below the threshold: numbers in `found`; how many."""
    gather(object_id, met, thing)
    for row in range(len(actor)):
        way[row] = whole(channel[row]) << 32
    for row in range(len(key)):
        way[row] |= key[row]
    for row in range(len(actor)):
        coin[row] = draw(copy_key, thing[row], actor[row], way[row])[0]
    count = 0
    for row in range(len(actor)):
        found[np.uintp(count)] = row
        count += (coin[row] >> np.uint64(32) < threshold) & is_view(channel[row])
    return count


@compiled
def copied(  # noqa: C901, one pass
    author: Array,
    subject: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    joined: Array,
    views: Views,
    object_id: Array,
    close: Array,
    bars: Bars,
    doors: Array,
    horizon_end: Integer,
    threshold: Integer,
    audience: Array,
    away: Array,
    drawn: Integer,
    forms: Forms,
    form_key: np.uint64,
    copy_key: np.uint64,
    id_key: np.uint64,
    seen_key: np.uint64,
    gone_key: np.uint64,
    making: Array,
    seeing: Array,
    ending: Array,
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Columns (post, object, parent, time, channel, actor, key, learner) of all copies and views of copies; columns of
    Objects of the copies. The given views are those that are copied. A copy that stands when its post is taken `away`
    (s) is shown once more, to `drawn` of 2^32 of those who would see it (`drawn.py`).
    """
    rows = [(0, 0, 0, 0, 0, 0, 0, 0)]  # post, object, parent, time, channel, actor, key, learner
    things = [(0, 0, 0, 0, 0, 0, 0, 0)]  # id, post, parent, holder, birth, natural, flags, maker
    ends = [0]
    rows.clear()
    things.clear()
    ends.clear()
    given = len(views.post)
    turn = 0
    coins, whens = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    shown = np.empty(1, dtype=np.int32)
    circle, center = new_circle(start, subject), NOBODY
    while turn < given + len(rows):
        if turn < given:
            p, channel, time = whole(views.post[turn]), whole(views.channel[turn]), whole(views.time[turn])
            met, who, key = whole(views.object[turn]), whole(views.actor[turn]), whole(views.key[turn])
        else:
            p, met, _, time, channel, who, key, _ = rows[turn - given]
        view = whole(views.row[turn]) if turn < given else given - 2 - turn
        turn += 1
        if not is_view(channel):
            continue
        met_id, met_end = (object_id[met], close[met]) if met >= 0 else (things[-2 - met][0], ends[-2 - met])
        way = channel << 32 | key
        coin, when = draw(copy_key, met_id, who, way)
        if coin >> np.uint64(32) >= threshold:
            continue
        birth = time + 1 + delay(making, when)
        if birth >= met_end or birth >= horizon_end:
            continue
        if met >= 0 and met % 3 <= PUBLIC_REACH and barred(bars, p, who, birth, met % 3 == PUBLIC_REACH):
            continue
        if met < 0 and is_link(things[-2 - met][6]) and out_of_sight(bars, p, birth):
            continue
        if center != subject[p]:
            center = subject[p]
            draw_circle(circle, start, viewer, center)
        learner = 0 if is_friend(circle, who) else 1
        made, copy = -2 - len(rows), -2 - len(things)
        rows.append((p, met, view, birth, COPY, who, key << 4 | channel, learner))
        identity = whole(draw(id_key, met_id, who, way)[0] >> np.uint64(2) | np.uint64(1) << np.uint64(62))
        natural = birth + delay(ending, draw(gone_key, identity, 0, 0)[0])
        flags, share = form_of(forms, identity, form_key, whole(audience[p]), 0 <= met < 3 * len(audience))
        end = closing(3, who, birth, natural, flags, p, doors)
        things.append((identity, p, met, who, birth, natural, flags, made))
        ends.append(whole(end))
        crowd = viewer[start[who] : start[who + 1]]
        if len(crowd) > len(coins):
            coins, whens = np.empty(len(crowd), dtype=np.uint64), np.empty(len(crowd), dtype=np.uint64)
            shown = np.empty(len(crowd) + 1, dtype=np.int32)
        for wave in range(2 if birth < away[p] < end else 1):
            draw_each(seen_key, identity, crowd, wave, coins, whens)
            chance, since = dimmed(visibility[start[who] : start[who + 1]], share), birth
            if wave == 1:
                chance, since = dimmed(chance, drawn), whole(away[p])
            for i in shown[: lucky(coins, chance, shown)]:
                target, seen = whole(crowd[i]), since + delay(seeing, whens[i])
                shut = seen >= end or seen >= horizon_end or seen < joined[target]
                shut = shut or (is_link(flags) and out_of_sight(bars, p, seen))
                if not shut and target != subject[p] and target != author[p]:
                    learner = 0 if is_friend(circle, target) else 1
                    rows.append((p, copy, made, seen, COPIED, target, wave, learner))
    return event_columns(rows), object_columns(things)


@compiled
def event_columns(rows: list[tuple[int, int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (post, object, parent, time, channel, actor, key, learner) as columns."""
    n = len(rows)
    post, object_, parent = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    time, channel, learner = np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int8)
    actor, key = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        post[i], object_[i], parent[i], time[i], channel[i], actor[i], key[i], learner[i] = rows[i]
    return post, object_, parent, time, channel, actor, key, learner


@compiled
def object_columns(things: list[tuple[int, int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (id, post, parent, holder, birth, natural, flags, maker) of copies as the columns of Objects."""
    n = len(things)
    identity, post, parent = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    holder, birth, natural = np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int64)
    flags, maker = np.empty(n, np.int8), np.empty(n, np.int32)
    for i in range(n):
        identity[i], post[i], parent[i], holder[i], birth[i], natural[i], flags[i], maker[i] = things[i]
    return identity, post, np.full(n, 3, np.int8), parent, holder, birth, natural, flags, maker
