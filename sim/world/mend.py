"""Mend what matching leaves: stubs that found nobody, and small components, by swaps that keep numbers of ties."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, Integer, compiled
from sim.core.keyed import draw
from sim.world.slots import Slots, tied

Ints = NDArray[np.int64]
HALF = np.uint64(32)
TRIALS = 256
"""Keyed ties looked at for one stub before it stays free."""


@compiled
def _replace(begin: Ints, fill: Ints, slot: Slots, one: Integer, old: Integer, new: Integer, relation: Integer) -> None:
    """Let `one` be tied to `new`, as a `relation`, in place of `old`; -1: to nobody."""
    for at in range(begin[one], begin[one] + fill[one]):
        if slot[at] >> 2 == old:
            if new >= 0:
                slot[at] = (new << 2) + relation
            else:
                fill[one] -= 1
                slot[at] = slot[begin[one] + fill[one]]
            return


@compiled
def _root(parent: Ints, one: Integer) -> Integer:
    """The person who stands for the component of `one`."""
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@compiled
def _unite(parent: Ints, one: Integer, two: Integer) -> None:
    one, two = _root(parent, one), _root(parent, two)
    if one != two:
        parent[max(one, two)] = min(one, two)


@compiled
def component(begin: Ints, fill: Ints, slot: Slots) -> tuple[Array, Integer]:
    """First member of each person's component, and that of the largest.

    Two ties of each join nearly all; what lies outside the largest then looks at all its ties.
    """
    people = len(fill)
    parent = np.arange(people)
    for one in range(people):
        for at in range(begin[one], begin[one] + min(fill[one], 2)):
            _unite(parent, one, slot[at] >> 2)
    count = np.zeros(people, dtype=np.int64)
    for one in range(people):
        count[_root(parent, one)] += 1
    giant = np.argmax(count)
    for one in range(people):
        if _root(parent, one) != _root(parent, giant):
            for at in range(begin[one], begin[one] + fill[one]):
                _unite(parent, one, slot[at] >> 2)
    count[:] = 0
    for one in range(people):
        parent[one] = _root(parent, one)
        count[parent[one]] += 1
    return parent, np.argmax(count)


@compiled
def attach(key: np.uint64, person: Ints, begin: Ints, fill: Ints, slot: Slots, least: int, relation: int) -> int:
    """Join small components to the largest until that has `least` members; returns how many it has.

    A tie a-b of the small one and c-d of the large one, which have a friend in common, become a-d and c-b, so all
    keep their number of ties; the new ones are a `relation`. A person without any takes d's place beside c.
    """
    parent, giant = component(begin, fill, slot)
    people = len(fill)
    members = np.zeros(people, dtype=np.int64)
    for one in range(people):
        members[parent[one]] += 1
    joined = members[giant]
    for a in range(people):
        if joined >= least:
            break
        if parent[a] != a or a == giant or begin[a + 1] == begin[a]:
            continue
        for trial in range(4096):
            first, second = draw(key, person[a], trial, 0)
            c = np.int64(((first >> HALF) * np.uint64(people)) >> HALF)
            if parent[c] != giant or fill[c] < 3:
                continue
            at = np.int64(((second >> HALF) * np.uint64(fill[c])) >> HALF)
            d = np.int64(slot[begin[c] + at] >> 2)
            common = False
            for other in range(begin[c], begin[c] + fill[c]):
                common = common or tied(begin, fill, slot, d, slot[other] >> 2)
            if fill[d] < 3 or ((not common or slot[begin[c] + at] & 3 != relation) and trial < 2048):
                continue
            if fill[a] == 0:
                _replace(begin, fill, slot, c, d, a, relation)
                _replace(begin, fill, slot, d, c, -1, relation)
                slot[begin[a]] = (c << 2) + relation
                fill[a] = 1
            else:
                b = np.int64(slot[begin[a]] >> 2)
                _replace(begin, fill, slot, a, b, d, relation)
                _replace(begin, fill, slot, b, a, c, relation)
                _replace(begin, fill, slot, c, d, b, relation)
                _replace(begin, fill, slot, d, c, a, relation)
            joined += members[a]
            break
    return joined


@compiled
def complete(key: np.uint64, person: Ints, begin: Ints, fill: Ints, slot: Slots, relation: int) -> int:
    """Use up free stubs two by two: for a's and b's, a tie c-d becomes a-c and b-d; returns how many stay free.

    a may be b: somebody with two free stubs comes between c and d. New ties are a `relation`, old ones too if possible.
    """
    people = len(fill)
    free = np.int64(0)
    for one in range(people):
        free += begin[one + 1] - begin[one] - fill[one]
    owner, words = np.empty(free, dtype=np.int64), np.empty(free, dtype=np.uint64)
    at = 0
    for one in range(people):
        for stub in range(begin[one + 1] - begin[one] - fill[one]):
            owner[at] = one
            words[at] = draw(key, person[one], stub, 1)[0]
            at += 1
    order = np.argsort(words)
    left = free
    for turn in range(0, free - 1, 2):
        a, b = owner[order[turn]], owner[order[turn + 1]]
        for trial in range(TRIALS):
            first, second = draw(key, person[a], trial, 2 + turn)
            c = np.int64(((first >> HALF) * np.uint64(people)) >> HALF)
            if fill[c] == 0 or c in (a, b):
                continue
            row = begin[c] + np.int64(((second >> HALF) * np.uint64(fill[c])) >> HALF)
            d = np.int64(slot[row] >> 2)
            if trial < TRIALS // 2 and slot[row] & 3 != relation:
                continue
            if d in (a, b) or tied(begin, fill, slot, a, c) or tied(begin, fill, slot, b, d):
                continue
            _replace(begin, fill, slot, c, d, a, relation)
            _replace(begin, fill, slot, d, c, b, relation)
            slot[begin[a] + fill[a]] = (c << 2) + relation
            fill[a] += 1
            slot[begin[b] + fill[b]] = (d << 2) + relation
            fill[b] += 1
            left -= 2
            break
    return left  # type: ignore[return-value]
