"""Interaction mode: limited attention and annotation couple posts, so what happens is decided anew in order of time.

What the log offers is seen while its viewer has views left that day, and read while the annotators have readings left
that day; what is not seen does not happen, nor what follows from it. A filter cannot say this (law 3, condition d): a
deletion frees eyes for other posts. Under a plan the offers are `apply`'s and attention is given out afresh.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import MOST_MODELS, TRAIN
from sim.core.compiled import Array, Integer, compiled
from sim.core.log import SHOWS, Log
from sim.core.schema import CHANNELS, DAY_S

VIEWS = np.array([name in SHOWS for name in CHANNELS])
READS = np.array([name == "review" for name in CHANNELS])


def attend(
    log: Log, alive: Sequence[NDArray[np.bool_]] | None, *, views_per_day: int, readings_per_day: int
) -> list[NDArray[np.bool_]]:
    """Which events happen if a person looks at `views_per_day` posts, and all annotators read `readings_per_day`.

    The earliest offers of a day are taken; `alive` are the offers under a plan (masks of `apply`; None: all).
    """
    events, offset = [block.events for block in log.blocks], 0
    sizes = [len(each.time) for each in events]
    parents = []
    for each, size in zip(events, sizes, strict=True):
        parents.append(np.where(each.parent >= 0, each.parent.astype(np.int64) + offset, -1))
        offset += size
    time, channel, actor = (
        np.concatenate([getattr(each, name) for each in events]) for name in ("time", "channel", "actor")
    )
    offered = np.ones(offset, dtype=np.bool_) if alive is None else np.concatenate(list(alive))
    order = np.argsort(time, kind="stable")  # parents stand before their children, also within a second
    happens = given_out(
        order, time, channel, actor, np.concatenate(parents), offered, VIEWS, READS, views_per_day, readings_per_day,
    )  # fmt: skip
    masks = np.split(happens, np.cumsum(sizes)[:-1])
    for block, mask in zip(log.blocks, masks, strict=True):
        e = block.events
        recount(block.event_start, e.channel, e.actor, e.key, e.mark, mask)
    return masks


@compiled
def recount(event_start: Array, channel: Array, actor: Array, key: Array, mark: Array, happens: Array) -> None:
    """Events with a mark happen if the model `key` was trained on so many copies, as in `apply`."""
    copies = np.zeros(MOST_MODELS, dtype=np.int64)
    for p in range(len(event_start) - 1):
        copies[:] = 0
        for row in range(event_start[p], event_start[p + 1]):
            if mark[row]:
                happens[row] &= copies[key[row]] >= mark[row]
            elif channel[row] == TRAIN and happens[row]:
                copies[actor[row]] += 1


@compiled
def given_out(
    order: Array,
    time: Array,
    channel: Array,
    actor: Array,
    parent: Array,
    offered: Array,
    views: Array,
    reads: Array,
    views_per_day: Integer,
    readings_per_day: Integer,
) -> Array:
    """One pass in order of time: each viewer's and the annotators' use of the day so far."""
    happens = np.zeros(len(time), dtype=np.bool_)
    people = 0
    for row in range(len(time)):
        if views[channel[row]]:
            people = max(people, actor[row] + 1)
    day = np.full(people + 1, -1, dtype=np.int64)
    used = np.zeros(people + 1, dtype=np.int64)
    for row in order:
        if not offered[row] or (parent[row] >= 0 and not happens[parent[row]]):
            continue
        view, read = views[channel[row]], reads[channel[row]]
        if view or read:
            who = actor[row] if view else people
            today = time[row] // DAY_S
            if day[who] != today:
                day[who], used[who] = today, 0
            if used[who] >= (views_per_day if view else readings_per_day):
                continue
            used[who] += 1
        happens[row] = True
    return happens
