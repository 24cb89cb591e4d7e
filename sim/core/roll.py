"""A roll: who of many people has come up in a post, in a table as small as the post, not as the population.

`slots` (a power of two, -1: free) leads from a person to her place on the `roll`; probing is linear.
"""

import numpy as np

from sim.core.compiled import Array, Integer, lean, whole

FREE = -1
HASHED = 0x9E3779B1
"""A person's slot is her number times this, without its last 12 bits."""


@lean
def place_of(slots: Array, roll: Array, count: Integer, who: Integer) -> int:
    """Where a person stands on a roll of `count`; one who is new to it is put at its end, place `count`."""
    at = first_slot(slots, who)
    while slots[at] >= 0:
        if roll[np.uintp(slots[at])] == who:
            return whole(slots[at])
        at = np.uintp((at + np.uintp(1)) & np.uintp(len(slots) - 1))
    slots[at] = count
    roll[np.uintp(count)] = who
    return whole(count)


@lean
def first_slot(slots: Array, who: Integer) -> np.uintp:
    """Where the search for a person begins."""
    return np.uintp((whole(who) * HASHED >> 12) & (len(slots) - 1))


@lean
def room_for(wanted: Integer) -> int:
    """The least power of two of at least `wanted`, and 16."""
    size = 16
    while size < wanted:
        size *= 2
    return size


@lean
def slot_of(slots: Array, who: Integer) -> np.uintp:
    """Where a learner stands in a table, or the free slot where she would; probing is linear."""
    mask = len(slots) - 1
    at = first_slot(slots, who)
    while slots[at] != FREE and slots[at] != who:
        at = np.uintp((at + np.uintp(1)) & np.uintp(mask))
    return at
