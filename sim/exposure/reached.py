"""Whom a post has reached: a table as small as the post, or, once it reaches many, with a slot for each person.

`slots` (a power of two) lead from a person to her place in `known`; probing is linear. Numbers below `base` were left
by earlier posts and count as free, so that no post clears what another one filled.
"""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled, inlined, whole
from sim.core.roll import FREE, HASHED, room_for

WHO, FIRST, BROUGHT, SHARE = range(4)
"""Columns of `known`: a person; when she first sees the post, s; the place of who brought it, or ~row of an earlier
stage's view; the row of her reshare, 0: none yet (a reshare follows some view)."""
PLAIN = 1 << 12
"""In place of HASHED, it leaves each person her own slot."""
RENEWED = 2**30


class Reached(NamedTuple):
    """The table; `mix` is HASHED or PLAIN."""

    slots: Array
    known: Array
    base: int
    mix: int


@compiled
def nobody_yet() -> Reached:
    """An empty table."""
    return Reached(np.full(16, FREE, dtype=np.int32), np.empty((16, 4), dtype=np.int32), 0, HASHED)


@inlined
def slot(reached: Reached, who: Integer) -> np.uintp:
    """Where the search for a person begins."""
    return np.uintp((whole(who) * reached.mix >> 12) & (len(reached.slots) - 1))


@inlined
def place_of(reached: Reached, count: Integer, who: Integer) -> int:
    """A person's place among `count`; one who is new is put at their end, place `count`."""
    slots, known, mask = reached.slots, reached.known, np.uintp(len(reached.slots) - 1)
    at = slot(reached, who)
    while slots[at] >= reached.base:
        place = np.uintp(slots[at] - reached.base)
        if known[place, WHO] == who:
            return whole(place)
        at = np.uintp((at + np.uintp(1)) & mask)
    slots[at], known[np.uintp(count), WHO] = reached.base + count, who
    return whole(count)


@inlined
def holds(reached: Reached, people: Integer) -> bool:
    """Whether it has room for so many."""
    return bool(people <= len(reached.known) and (reached.mix == PLAIN or 2 * people <= len(reached.slots)))


@compiled
def with_room(reached: Reached, count: Integer, wanted: Integer, population: Integer) -> Reached:
    """The same `count` people in a table with room for `wanted` of the population."""
    if holds(reached, wanted):
        return reached
    known, size, mix = np.empty((2 * wanted, 4), dtype=np.int32), room_for(4 * wanted), HASHED
    known[:count] = reached.known[:count]
    if 4 * size >= population:
        size, mix = room_for(population), PLAIN
    made = Reached(np.full(size, FREE, dtype=np.int32), known, 0, mix)
    for place in range(count):
        place_of(made, place, known[place, WHO])
    return made


@compiled
def emptied(reached: Reached, count: Integer) -> Reached:
    """The same room for the next post, after one that reached `count`."""
    base = reached.base + count
    if base > RENEWED:
        reached.slots[:] = FREE
        base = 0
    return Reached(reached.slots, reached.known, base, reached.mix)


@inlined
def note(reached: Reached, place: Integer, first: Integer, brought: Integer) -> None:
    """Write down a person's first view."""
    known, at = reached.known, np.uintp(place)
    known[at, FIRST], known[at, BROUGHT], known[at, SHARE] = first, brought, 0
