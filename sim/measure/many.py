"""Score many plans in one pass: 64 of them ride on an event as the bits of a word.

An event's word says under which of the plans it happens; a learner's word, under which she has learnt. Both are
those of `apply` and `tally`, plan by plan. Posts that no plan of the 64 touches keep their counts.
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import LATEST, MOST_MODELS, TRAIN
from sim.core.compiled import Array, Integer, compiled, lean, whole
from sim.core.log import Block, Log, Objects
from sim.core.roll import FREE, place_of, room_for
from sim.core.schema import LEARNERS
from sim.measure.score import Ledger
from sim.measure.tally import LEARNS, offsets_of

LANES = 64
Closings = Callable[[Objects, NDArray[np.bool_], NDArray[np.int32]], NDArray[np.int32]]
"""When objects of a block's touched posts (bool[posts]) close under each plan: int32[objects, 64], from the posts'
doors, int32[posts, doors, 64]."""


def avoided_by_each(
    log: Log, ledger: Ledger, doors: Callable[[int, Block], NDArray[np.int32]], closings: Closings, *, plans: int,
    threads: int | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Pairs each of `plans` avoids, int64[plans, owners, 5].

    `doors(first, block)` gives when each door of the block's posts shuts under plans `first` ... `first + 63`
    (s, LATEST: never), int32[posts, doors, 64].
    """
    offsets = offsets_of(ledger.sizes)

    found = np.zeros((plans + LANES, ledger.owners, len(LEARNERS)), dtype=np.int64)
    lock = Lock()

    def count(block: Block) -> None:
        here = slice(block.first, block.first + block.posts)
        events, things = block.told, block.objects
        for first in range(0, plans, LANES):
            shut = doors(first, block)
            touched = (shut < LATEST).any(axis=(1, 2)) & (ledger.owner[here] >= 0) & (ledger.items[here] > 0)
            if not touched.any():
                continue
            close, lost = closings(things, touched, shut), np.zeros((ledger.owners, len(LEARNERS), LANES), np.int64)
            lose(
                block.event_start, events.object, events.parent, events.time, events.channel, events.actor, events.key,
                events.mark, events.learner, close, things.post, touched, ledger.owner[here], ledger.items[here],
                LEARNS, offsets, lost,
            )  # fmt: skip
            with lock:
                found[first : first + LANES] += lost.transpose(2, 0, 1)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        deque(pool.map(count, log.blocks), maxlen=0)
    return found[:plans]


@lean
def open_lanes(time: Integer, close: Array) -> np.uint64:
    """Under which of 64 plans an object is still open at a time, as bits."""
    bits = np.uint64(0)
    for lane in range(LANES):
        bits |= np.uint64(time < close[lane]) << np.uint64(lane)
    return bits


@lean
def ends(close: Array, post: Array, touched: Array, soonest: Array, latest: Array) -> None:
    """When the objects of touched posts close first and last under any of the plans."""
    for row in range(len(post)):
        if touched[post[row]]:
            first, last = close[row, 0], close[row, 0]
            for lane in range(1, LANES):
                first, last = min(first, close[row, lane]), max(last, close[row, lane])
            soonest[row], latest[row] = first, last


@compiled
def lose(
    event_start: Array, object_: Array, parent: Array, time: Array, channel: Array, actor: Array, key: Array,
    mark: Array, learner: Array, close: Array, post: Array, touched: Array, owner: Array, items: Array, learns: Array,
    offsets: Array, lost: Array,
) -> None:  # fmt: skip
    """Add to lost[owner, class, plan] the pairs of each touched post that do not come about under each plan."""
    soonest, latest = np.empty(len(close), dtype=np.int32), np.empty(len(close), dtype=np.int32)
    ends(close, post, touched, soonest, latest)
    widest = 0
    for p in range(len(touched)):
        widest = max(widest, event_start[p + 1] - event_start[p])
    room = room_for(2 * widest + 2)
    alive, slots, roll = np.empty(widest, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    known, class_ = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int8)
    copies, counts = np.zeros((MOST_MODELS, LANES), dtype=np.int32), np.zeros((len(LEARNERS), LANES), dtype=np.int64)
    for p in range(len(touched)):
        if touched[p]:
            lose_of(
                event_start[p], event_start[p + 1], object_, parent, time, channel, actor, key, mark, learner, close,
                soonest, latest, learns, offsets, alive, slots, roll, known, class_, copies, counts,
            )  # fmt: skip
            for kind in range(len(LEARNERS)):
                for lane in range(LANES):
                    lost[owner[p], kind, lane] += counts[kind, lane] * items[p]


@lean
def lose_of(  # noqa: C901, one pass
    low: Integer, high: Integer, object_: Array, parent: Array, time: Array, channel: Array, actor: Array, key: Array,
    mark: Array, learner: Array, close: Array, soonest: Array, latest: Array, learns: Array, offsets: Array,
    alive: Array, every_slot: Array, roll: Array, known: Array, class_: Array, copies: Array, counts: Array,
) -> None:  # fmt: skip
    """Into counts[class, plan] the pairs of one post, rows `low` to `high`, that do not come about under each plan."""
    every = ~np.uint64(0)
    slots = every_slot[: room_for(2 * (high - low) + 2)]
    slots[:] = FREE
    people, trained = 0, False
    for row in range(low, high):
        lives = every
        if mark[row]:
            for lane in range(LANES):
                if copies[key[row], lane] < mark[row]:
                    lives &= ~(np.uint64(1) << np.uint64(lane))
        else:
            thing = object_[row]
            if parent[row] >= 0:
                lives = alive[parent[row] - low]
            if time[row] >= latest[thing]:
                lives = np.uint64(0)
            elif time[row] >= soonest[thing]:
                lives &= open_lanes(time[row], close[thing])
            if channel[row] == TRAIN:
                trained = True
                for lane in range(LANES):
                    copies[actor[row], lane] += whole(lives >> np.uint64(lane) & np.uint64(1))
        alive[row - low] = lives
        if learns[channel[row]]:
            place = place_of(slots, roll, people, offsets[learner[row]] + actor[row])
            if place == people:
                people += 1
                known[place], class_[place] = np.uint64(0), learner[row]
            known[place] |= lives
    counts[:] = 0
    for place in range(people):
        if known[place] != every:
            for lane in range(LANES):
                counts[class_[place], lane] += whole(~known[place] >> np.uint64(lane) & np.uint64(1))
    if trained:
        copies[:] = 0
