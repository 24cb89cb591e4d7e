"""Counting who learns what: distinct (post, learner) pairs of a log, by class, and when each is first made.

A person counts once a post however often and by whichever way she saw it (Mondal et al. 2014, USEC).
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, Integer, compiled, whole
from sim.core.log import Block, Log
from sim.core.roll import FREE, room_for, slot_of
from sim.core.schema import CHANNELS, LEARNERS, NEVER

T = TypeVar("T")
Masks = Sequence[NDArray[np.bool_]]

LEARNS = np.array([name not in ("reshare", "copy", "extract", "leak", "dump", "complete") for name in CHANNELS])
"""By channel: whether the event teaches its actor something. Who passes a post on has seen it before."""


def room(log: Log) -> NDArray[np.int64]:
    """How many ids of each class of learner the log may hold: the largest actor and one."""
    most = np.zeros(len(LEARNERS), dtype=np.int64)
    for block in log.blocks:
        np.maximum.at(most, block.events.learner, block.events.actor.astype(np.int64) + 1)
    most[1] = most[0] = max(most[0], most[1])  # friends and strangers are both people
    return most


def tally(log: Log, sizes: NDArray[np.int64], *, until: int = NEVER, threads: int | None = None) -> NDArray[np.int32]:
    """Distinct learners of each post by class, int32[posts, 5], among events that happen before `until` (s).

    `sizes` are those of `room`.
    """
    offsets = offsets_of(sizes)

    def count(_: int, block: Block) -> NDArray[np.int32]:
        events = block.events
        return distinct(
            block.event_start, events.time, events.channel, events.actor, events.learner, LEARNS, offsets, until
        )

    return np.concatenate(each_block(log, count, threads))


def happened(
    log: Log, alive: Masks | None, channel: str, *, actors: Sequence[int] | None = None, threads: int | None = None
) -> NDArray[np.int32]:
    """How many events of a channel each post has, int32[posts]; `actors`: of these alone."""
    code = CHANNELS.index(channel)

    def count(number: int, block: Block) -> NDArray[np.int32]:
        found = block.events.channel == code
        if actors is not None:
            found &= np.isin(block.events.actor, actors)
        if alive is not None:
            found &= alive[number]
        at = np.searchsorted(block.event_start, np.flatnonzero(found), side="right") - 1
        return np.bincount(at, minlength=block.posts).astype(np.int32)

    return np.concatenate(each_block(log, count, threads))


def extractable(log: Log, alive: Masks | None, *, threads: int | None = None) -> NDArray[np.int32]:
    """How many models can be made to repeat each post, int32[posts]."""
    return happened(log, alive, "extract", threads=threads)


def learnt_by(
    log: Log, alive: Masks | None, sizes: NDArray[np.int64], days_end: NDArray[np.int64], weight: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Pairs known by each moment of `days_end` (s, ascending): int64[moments]; a post's pairs count `weight` times."""
    offsets = offsets_of(sizes)

    def count(number: int, block: Block) -> NDArray[np.int64]:
        mask = np.ones(len(block.events.time), dtype=np.bool_) if alive is None else alive[number]
        earliest = np.full(offsets[-1], NEVER, dtype=np.int64)
        events, here = block.events, slice(block.first, block.first + block.posts)
        return first_learnt(
            block.event_start, events.time, events.channel, events.actor, events.learner, mask, LEARNS, offsets,
            days_end, weight[here], earliest,
        )  # fmt: skip

    return np.cumsum(sum(each_block(log, count, None)))


def offsets_of(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each class begins when all learners are numbered in one row; friends and strangers share theirs."""
    return np.array([0, 0, *(sizes[0] + np.cumsum([0, *sizes[2:]]))], dtype=np.int64)


def each_block(log: Log, work: Callable[[int, Block], T], threads: int | None) -> list[T]:
    """What `work` makes of each block and its number, in order, on `threads` threads (default: all cores)."""
    workers = threads or os.cpu_count() or 1
    if workers == 1 or len(log.blocks) == 1:
        return [work(number, block) for number, block in enumerate(log.blocks)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(len(log.blocks)), log.blocks))


@compiled
def distinct(
    event_start: Array,
    time: Array,
    channel: Array,
    actor: Array,
    learner: Array,
    learns: Array,
    offsets: Array,
    until: Integer,
) -> Array:
    """Distinct learners by post and class; who has been counted stands in a table as small as the post."""
    posts = len(event_start) - 1
    counts = np.zeros((posts, 5), dtype=np.int32)
    every = np.empty(16, dtype=np.int32)
    for p in range(posts):
        low, high = event_start[p], event_start[p + 1]
        size = room_for(2 * (high - low))
        if size > len(every):
            every = np.empty(size, dtype=np.int32)
        slots = every[:size]
        slots[:] = FREE
        for number in range(low, high):
            row = np.uintp(number)
            if time[row] < until and learns[np.uintp(channel[row])]:
                who = offsets[np.uintp(learner[row])] + actor[row]
                at = slot_of(slots, who)
                if slots[at] == FREE:
                    slots[at] = who
                    counts[p, learner[row]] += 1
    return counts


@compiled
def first_learnt(
    event_start: Array,
    time: Array,
    channel: Array,
    actor: Array,
    learner: Array,
    alive: Array,
    learns: Array,
    offsets: Array,
    moments: Array,
    weight: Array,
    earliest: Array,
) -> Array:
    """How much is first learnt in each interval that ends at a moment; `earliest` is all NEVER before and after."""
    counts = np.zeros(len(moments), dtype=np.int64)
    for p in range(len(event_start) - 1):
        for row in range(event_start[p], event_start[p + 1]):
            if alive[row] and learns[channel[row]]:
                who = offsets[learner[row]] + actor[row]
                earliest[who] = min(earliest[who], time[row])
        for row in range(event_start[p], event_start[p + 1]):
            if alive[row] and learns[channel[row]]:
                who = offsets[learner[row]] + actor[row]
                if earliest[who] < NEVER:
                    place = np.searchsorted(moments, whole(earliest[who]), side="right")
                    if place < len(moments):
                        counts[place] += weight[p]
                    earliest[who] = NEVER
    return counts
