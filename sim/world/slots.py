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
    if fill[np.uintp(one)] > fill[np.uintp(two)]:
        one, two = two, one
    found, first = np.int32(0), begin[np.uintp(one)]
    for at in range(fill[np.uintp(one)]):
        found |= np.int32((slot[np.uintp(first + at)] >> 2) == two)  # all of them, without a branch: eight at a time
    return found != 0


@compiled
def tie(begin: Ints, fill: Ints, slot: Slots, one: Integer, two: Integer, relation: Integer) -> None:
    """Tie two people, who both have a free slot."""
    first, second = np.uintp(one), np.uintp(two)  # unsigned, so that no index is asked whether it counts from the end
    slot[np.uintp(begin[first] + fill[first])] = (two << 2) + relation
    slot[np.uintp(begin[second] + fill[second])] = (one << 2) + relation
    fill[first] += 1
    fill[second] += 1
