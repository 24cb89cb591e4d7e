"""Hold ties while they are made: each person has as many slots as she wants ties, so nobody ever gets more.

Person p's slots are slot[begin[p]:begin[p+1]], the first fill[p] of them taken. A slot holds (other << 2) + relation.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Integer, compiled

Ints = NDArray[np.int64]
Slots = NDArray[np.int32]


@compiled
def tied(begin: Ints, fill: Ints, slot: Slots, one: Integer, two: Integer) -> bool:
    """Whether two people are tied already."""
    if fill[one] > fill[two]:
        one, two = two, one
    found = np.int32(0)
    for at in range(begin[one], begin[one] + fill[one]):
        found |= np.int32((slot[at] >> 2) == two)  # all of them, without a branch: eight at a time
    return found != 0


@compiled
def tie(begin: Ints, fill: Ints, slot: Slots, one: Integer, two: Integer, relation: Integer) -> None:
    """Tie two people, who both have a free slot."""
    slot[begin[one] + fill[one]] = (two << 2) + relation
    slot[begin[two] + fill[two]] = (one << 2) + relation
    fill[one] += 1
    fill[two] += 1
