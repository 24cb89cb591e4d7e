"""Who stands where: is a person among another's audience?"""

import numpy as np

from sim.core.compiled import Array, Integer, compiled, lean
from sim.core.roll import FREE, room_for, slot_of

NOBODY = -1


@compiled
def circle_of(start: Array, viewer: Array, person: Integer) -> Array:
    """The audience of `person` (`NOBODY`: none) as a table of slots, int32, where anyone is looked up in a step or two."""
    if person == NOBODY:
        return np.full(2, FREE, dtype=np.int32)
    crowd = viewer[start[person] : start[person + 1]]
    circle = np.full(room_for(4 * len(crowd)), FREE, dtype=np.int32)
    for who in crowd:
        circle[slot_of(circle, who)] = who
    return circle


@lean
def is_friend(circle: Array, who: Integer) -> bool:
    """Whether `who` is in the audience whose circle this is."""
    return bool(circle[slot_of(circle, who)] == who)
