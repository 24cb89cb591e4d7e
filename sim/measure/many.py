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

from sim.core.compiled import Array, Integer, compiled, whole
from sim.core.log import Block, Log
from sim.core.roll import place_of
from sim.core.schema import CHANNELS, LEARNERS
from sim.measure.score import Ledger
from sim.measure.tally import LEARNS, offsets_of

LANES = 64
LATEST = 2**31 - 1
TRAIN = CHANNELS.index("train")
Closings = Callable[[Block, NDArray[np.int32]], NDArray[np.int32]]
"""When a block's objects close under each plan: int32[objects, 64] from its posts' doors, int32[posts, doors, 64]."""


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
        events = block.told
        for first in range(0, plans, LANES):
            shut = doors(first, block)
            touched = (shut < LATEST).any(axis=(1, 2)) & (ledger.owner[here] >= 0) & (ledger.items[here] > 0)
            lost = np.zeros((ledger.owners, len(LEARNERS), LANES), dtype=np.int64)
            lose(
                block.event_start, events.object, events.parent, events.time, events.channel, events.actor, events.key,
                events.mark, events.learner, closings(block, shut), touched, ledger.owner[here], ledger.items[here],
                LEARNS, offsets, lost,
            )  # fmt: skip
            with lock:
                found[first : first + LANES] += lost.transpose(2, 0, 1)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        deque(pool.map(count, log.blocks), maxlen=0)
    return found[:plans]


@compiled
def open_lanes(time: Integer, close: Array) -> np.uint64:
    """Under which of 64 plans an object is still open at a time, as bits."""
    bits = np.uint64(0)
    for lane in range(LANES):
        bits |= np.uint64(time < close[lane]) << np.uint64(lane)
    return bits


@compiled
def lose(  # noqa: C901, one pass
    event_start: Array,
    object_: Array,
    parent: Array,
    time: Array,
    channel: Array,
    actor: Array,
    key: Array,
    mark: Array,
    learner: Array,
    close: Array,
    touched: Array,
    owner: Array,
    items: Array,
    learns: Array,
    offsets: Array,
    lost: Array,
) -> None:
    """Add to lost[owner, class, plan] the pairs of each touched post that do not come about under each plan."""
    every = ~np.uint64(0)
    soonest, latest = np.empty(len(close), dtype=np.int64), np.empty(len(close), dtype=np.int64)
    for row in range(len(close)):
        soonest[row], latest[row] = close[row].min(), close[row].max()
    widest = 0
    for p in range(len(touched)):
        widest = max(widest, event_start[p + 1] - event_start[p])
    alive = np.empty(widest, dtype=np.uint64)
    room = 16
    while room < 2 * widest + 2:
        room *= 2
    every_slot, roll = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    known, class_ = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int8)
    copies = np.zeros((256, LANES), dtype=np.int32)
    counts = np.zeros((5, LANES), dtype=np.int64)
    for p in range(len(touched)):
        if not touched[p]:
            continue
        low, high = event_start[p], event_start[p + 1]
        room = 16
        while room < 2 * (high - low) + 2:
            room *= 2
        slots = every_slot[:room]
        slots[:] = -1
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
        for kind in range(5):
            for lane in range(LANES):
                lost[owner[p], kind, lane] += counts[kind, lane] * items[p]
        if trained:
            copies[:] = 0
