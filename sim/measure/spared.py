"""Counting whom a plan spares: learners of whose events none is left.

Most posts lose few events or none, so this asks about the lost ones only and costs less than counting who is left.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, compiled
from sim.core.log import Block, Log
from sim.core.roll import FREE, room_for, slot_of
from sim.measure.tally import LEARNS, Masks, each_block, offsets_of

FOUND = -2
SPARSE = 8
"""Slots for each lost event: most of those asked for are not there, and a free first slot says so."""


def lost(
    log: Log, alive: Masks, sizes: NDArray[np.int64], counted: NDArray[np.bool_], *, threads: int | None = None
) -> NDArray[np.int32]:
    """How many of each post's distinct learners learn nothing of it any more, int32[posts, 5], of posts `counted`.

    `alive` are the masks of `apply`; what they leave is `tally` less this. A post that loses no event loses nobody.
    """
    offsets = offsets_of(sizes)

    def count(number: int, block: Block) -> NDArray[np.int32]:
        events, here = block.events, slice(block.first, block.first + block.posts)
        return missed(
            block.event_start, events.channel, events.actor, events.learner, alive[number], LEARNS, offsets,
            counted[here],
        )  # fmt: skip

    return np.concatenate(each_block(log, count, threads))


@compiled
def missed(
    event_start: Array,
    channel: Array,
    actor: Array,
    learner: Array,
    alive: Array,
    learns: Array,
    offsets: Array,
    counted: Array,
) -> Array:
    """Learners by post and class of whose events none is alive: those of lost events, less those of the others.

    The two are parted without a branch, since nobody can foretell which events a plan prevents.
    """
    posts = len(event_start) - 1
    counts = np.zeros((posts, 5), dtype=np.int32)
    every, gone, kept = np.empty(16, dtype=np.int32), np.empty(1, dtype=np.int64), np.empty(1, dtype=np.int64)
    for p in range(posts):
        low, high = event_start[p], event_start[p + 1]
        if not counted[p] or alive[low:high].all():
            continue
        if high - low >= len(gone):
            gone, kept = np.empty(2 * (high - low), dtype=np.int64), np.empty(2 * (high - low), dtype=np.int64)
        dead = living = np.uintp(0)
        for number in range(low, high):
            row = np.uintp(number)
            gone[dead] = kept[living] = (offsets[np.uintp(learner[row])] + actor[row]) * 8 + learner[row]
            teaches = learns[np.uintp(channel[row])]
            living += np.uintp(teaches & alive[row])
            dead += np.uintp(teaches > alive[row])
        size = room_for(SPARSE * dead)
        if size > len(every):
            every = np.empty(size, dtype=np.int32)
        slots = every[:size]
        slots[:] = FREE
        for code in gone[:dead]:
            at = slot_of(slots, code >> 3)
            if slots[at] == FREE:
                slots[at] = code >> 3
                counts[p, code & 7] += 1
        for code in kept[:living]:
            at = slot_of(slots, code >> 3)
            if slots[at] != FREE:
                slots[at] = FOUND
                counts[p, code & 7] -= 1
    return counts
