"""Number ties: from slots by place in a layout to rows by person, ascending, of both ends or of the lower alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, compiled
from sim.world.radix import by_digits
from sim.world.slots import Slots
from sim.world.threads import each, shares

Ints = NDArray[np.int64]
Names = NDArray[np.int32]
Codes = NDArray[np.int8]
ROWS = 1 << 15
"""Ties that are sorted at a time: as many as stay in a processor's cache."""


@dataclass(frozen=True)
class Friends:
    """Who is tied to whom: friends of u are neighbour[start[u]:start[u+1]], ascending; relation codes RELATIONS."""

    start: Ints
    neighbour: Names
    relation: Codes


@dataclass(frozen=True)
class Woven:
    """Ties as they were woven: of the person at place p, slot[begin[p]:begin[p]+fill[p]] holds (other person << 2) +
    relation, the `higher[p]` others with higher ids first. place: of each person."""

    place: Ints
    begin: Ints
    fill: Ints
    higher: Ints
    slot: Slots

    @property
    def degree(self) -> Ints:
        """Number of ties of each person."""
        return self.fill[self.place]


def woven(person: Ints, begin: Ints, fill: Ints, slot: Slots) -> Woven:
    """Ties among places, `person` those who stand there; the slots are overwritten."""
    place = np.empty(len(person), dtype=np.int64)
    place[person] = np.arange(len(person))
    higher = np.zeros(len(person), dtype=np.int64)
    name = person.astype(np.int32)
    each(lambda part: _name(*part, name, begin, fill, higher, slot), shares(begin))
    return Woven(place, begin, fill, higher, slot)


def friends(ties: Woven) -> Friends:
    """All ties of each person."""
    start = np.concatenate([[0], np.cumsum(ties.degree)])
    neighbour, relation = np.empty(start[-1], dtype=np.int32), np.empty(start[-1], dtype=np.int8)
    _number(ties, 0, ties.fill, start, neighbour, relation)
    return Friends(start, neighbour, relation)


def number(ties: Woven, first: int, last: int, count: Ints) -> tuple[Ints, Ints, Codes]:
    """One end, other end and relation of the ties of persons first ... last - 1, in order.

    count: of each place: `ties.fill` for all ties, `ties.higher` for those to others with higher ids, so once each.
    """
    start = np.concatenate([[0], np.cumsum(count[ties.place[first:last]])])
    source, target = np.empty(start[-1], dtype=np.int64), np.empty(start[-1], dtype=np.int64)
    relation = np.empty(start[-1], dtype=np.int8)

    def repeat(part: tuple[int, int]) -> None:
        _repeat(*part, first, start, source)

    each(repeat, shares(start))
    _number(ties, first, count, start, target, relation)
    return source, target, relation


def _number(ties: Woven, first: int, count: Ints, start: Ints, other: Array, relation: Codes) -> None:
    """Fill rows start[i] ... start[i+1] - 1 with the ties of person first + i, the `count` first ones of her slots."""
    bits = max(1, (len(ties.place) - 1).bit_length())

    def sort(part: tuple[int, int]) -> None:
        _sorted(*part, first, bits, ties.place, ties.begin, count, ties.slot, start, other, relation)

    each(sort, shares(start, 1 + start[-1] // ROWS))


@compiled
def _name(first: int, last: int, name: Names, begin: Ints, fill: Ints, higher: Ints, slot: Slots) -> None:
    """Replace the places in the slots of places first ... last - 1 by persons, those with higher ids first."""
    for p in range(first, last):
        own, front, here = name[p], 0, slot[begin[p] : begin[p] + fill[p]]
        for row in range(len(here)):
            held = here[np.uintp(row)]
            other = name[np.uintp(held >> 2)]
            here[np.uintp(row)] = here[np.uintp(front)]
            told = (other << 2) + (held & 3)
            if other > own:
                here[np.uintp(front)] = told
                front += 1
            else:
                here[np.uintp(row)] = told
        higher[p] = front


@compiled
def _repeat(first: int, last: int, base: int, start: Ints, source: Ints) -> None:
    for one in range(first, last):
        source[start[one] : start[one + 1]] = base + one


@compiled
def _sorted(
    first: int,
    last: int,
    base: int,
    bits: int,
    place: Ints,
    begin: Ints,
    count: Ints,
    slot: Slots,
    start: Ints,
    other: Array,
    relation: Codes,
) -> None:
    """Rows of persons base + first ... base + last - 1: all sorted by the other's id, then dealt to their persons."""
    rows = start[last] - start[first]
    keys, spare = np.empty(rows, dtype=np.uint64), np.empty(rows, dtype=np.uint64)
    at = 0
    for one in range(first, last):
        p, own = place[base + one], np.uint64(one - first) << np.uint64(32)
        here = slot[begin[p] : begin[p] + count[p]]
        into = keys[at : at + len(here)]
        for row in range(len(here)):
            into[row] = own | np.uint64(here[row])
        at += len(here)
    by_digits(keys, spare, 2, 2 + bits)
    free = start[first:last].copy()
    for at in range(rows):
        whose, held = np.uintp(keys[at] >> np.uint64(32)), np.int64(keys[at] & np.uint64(0xFFFFFFFF))
        to = np.uintp(free[whose])
        other[to] = held >> 2
        relation[to] = held & 3
        free[whose] += 1
