"""The counterfactual as a filter: an event happens if its parent happened and its object is open at its time.

Equal, event for event, to propagating the scene under the plan (law 3: DESIGN.md has statement and proof).
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.core.codes import MOST_MODELS, TRAIN
from sim.core.compiled import Array, Integer, compiled, whole
from sim.core.log import Block, Log
from sim.exposure.doors import Doors, close_all


def apply(doors: Doors, log: Log, *, threads: int | None = None) -> list[Array]:
    """Which events of each block happen under a plan's doors: a mask a block, in the log's order."""

    def filtered(block: Block) -> Array:
        events = block.events
        return surviving(
            doors[:, block.first : block.first + block.posts].min(axis=0),
            block.event_start,
            events.object,
            events.parent,
            events.time,
            events.channel,
            events.actor,
            events.key,
            events.mark,
            close_all(block.objects, block.first, doors),
        )

    workers = threads or os.cpu_count() or 1
    if workers == 1 or len(log.blocks) == 1:
        return list(map(filtered, log.blocks))
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(filtered, log.blocks))


@compiled
def surviving(
    shut: Array,
    event_start: Array,
    object_: Array,
    parent: Array,
    time: Array,
    channel: Array,
    actor: Array,
    key: Array,
    mark: Array,
    close: Array,
) -> Array:
    """One pass in order. Events with a mark ask how many copies the model `key` was trained on in this world.

    A post whose first door shuts (`shut`, s) after its last event loses none.
    """
    alive = np.empty(len(time), dtype=np.bool_)
    copies = np.zeros(MOST_MODELS, dtype=np.int64)
    for p in range(len(event_start) - 1):
        low, high = event_start[p], event_start[p + 1]
        if latest(time, low, high) < shut[p]:
            alive[low:high] = True
            continue
        counted = False
        for number in range(low, high):
            row = np.uintp(number)  # unsigned: no index is asked whether it counts from the end
            if mark[row]:
                alive[row] = copies[key[row]] >= mark[row]
                continue
            lives = time[row] < close[np.uintp(object_[row])] and (parent[row] < 0 or alive[np.uintp(parent[row])])
            alive[row] = lives
            if channel[row] == TRAIN and lives:
                copies[actor[row]] += 1
                counted = True
        if counted:
            copies[:] = 0
    return alive


@compiled
def latest(time: Array, low: Integer, high: Integer) -> int:
    """The largest of time[low:high], -1 of none; a loop that the compiler turns into wide compares."""
    most = np.int32(-1)
    for row in range(np.uintp(low), np.uintp(high)):
        most = max(most, time[row])
    return whole(most)
