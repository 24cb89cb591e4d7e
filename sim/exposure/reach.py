"""Who stands where: is a person among another's audience?"""

import numpy as np

from sim.core.compiled import Array, Integer, compiled, whole

SIEVE = 4096


@compiled
def is_viewer(start: Array, viewer: Array, person: Integer, who: Integer) -> bool:
    """Whether `who` is in the audience of `person` (binary search in the ascending row)."""
    low, high = start[person], start[person + 1]
    while low < high:
        middle = (low + high) // 2
        if viewer[middle] < who:
            low = middle + 1
        else:
            high = middle
    return low < start[person + 1] and viewer[low] == who


@compiled
def new_sieve() -> Array:
    """A sieve that lets nobody through, for `sift`."""
    return np.zeros(SIEVE, dtype=np.bool_)


@compiled
def sift(sieve: Array, start: Array, viewer: Array, person: Integer) -> None:
    """Make a sieve that holds back most people who are not in the audience of `person`."""
    sieve[:] = False
    for at in range(start[person], start[person + 1]):
        sieve[viewer[at] & (SIEVE - 1)] = True


@compiled
def is_friend(sieve: Array, start: Array, viewer: Array, person: Integer, who: Integer) -> bool:
    """`is_viewer`, with the sieve of `person` before the search."""
    return bool(sieve[np.uintp(whole(who) & (SIEVE - 1))] and is_viewer(start, viewer, person, who))
