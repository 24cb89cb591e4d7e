"""A queue of whole numbers below 2^63 - 1, the least first: a heap of four branches in an array.

Half as deep as one of two branches, and on its way down it asks nothing that a processor would have to guess.
"""

import numpy as np

from sim.core.compiled import Array, Integer, inlined

BRANCHES = 4
BEYOND = 2**63 - 1


@inlined
def push(queue: Array, count: Integer, number: Integer) -> None:
    """Add a number to a queue of `count`."""
    rise(queue, np.uintp(count), number)


@inlined
def pop(queue: Array, count: Integer) -> int:
    """Take the least number from a queue of `count`; the array has room for `BRANCHES` more."""
    least, end = queue[0], np.uintp(count - 1)
    moved = queue[end]
    for spare in range(BRANCHES):
        queue[end + np.uintp(spare)] = BEYOND
    at, below = np.uintp(0), np.uintp(1)
    while below < end:
        a, b = queue[below], queue[below + np.uintp(1)]
        c, d = queue[below + np.uintp(2)], queue[below + np.uintp(3)]
        left, right = below + np.uintp(b < a), below + np.uintp(2) + np.uintp(d < c)
        queue[at] = min(min(a, b), min(c, d))
        at = np.uintp(left + (right - left) * np.uintp(min(c, d) < min(a, b)))
        below = np.uintp(np.uintp(BRANCHES) * at + np.uintp(1))
    rise(queue, at, moved)
    return least


@inlined
def rise(queue: Array, at: Integer, number: Integer) -> None:
    """Put a number into the free place `at`, or where it belongs above."""
    while at > 0:
        above = np.uintp((at - np.uintp(1)) // np.uintp(BRANCHES))
        if queue[above] <= number:
            break
        queue[at] = queue[above]
        at = above
    queue[at] = number
