"""Who stands where: is a person among another's audience?"""

from sim.core.compiled import Array, Integer, compiled


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
