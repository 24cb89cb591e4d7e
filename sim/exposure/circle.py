"""Who stands where: is a person among another's audience?"""

import numpy as np

from sim.core.compiled import Array, Integer, compiled, lean
from sim.core.roll import FREE, room_for, slot_of

NOBODY = -1


@compiled
def new_circle(start: Array, people: Array) -> Array:
    """Slots enough for the circle of any of `people`."""
    widest = 0
    for person in people:
        widest = max(widest, start[person + 1] - start[person])
    return np.empty(room_for(4 * widest), dtype=np.int32)


@lean
def draw_circle(circle: Array, start: Array, viewer: Array, person: Integer) -> None:
    """Put the audience of `person` into the slots, so that anyone is looked up in a step or two."""
    circle[:] = FREE
    for row in range(start[person], start[person + 1]):
        circle[slot_of(circle, viewer[row])] = viewer[row]


@lean
def is_friend(circle: Array, who: Integer) -> bool:
    """Whether `who` is in the audience whose circle this is."""
    return bool(circle[slot_of(circle, who)] == who)
