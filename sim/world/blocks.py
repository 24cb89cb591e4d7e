"""Tie people in blocks: next to each other in an order, densely, so that friends of a friend are friends."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Integer, compiled
from sim.core.keyed import draw
from sim.world.slots import Slots, tie, tied

Ints = NDArray[np.int64]
Names = NDArray[np.int32]
HALF = np.uint64(32)
MOST = 4_080_218_931
"""0.95 * 2^32: the highest chance of a pair in a block."""
HEAVIEST = 16_384
"""Ties beyond which a person weighs no more in a block: products of two weights then fit in 64 bits."""


@compiled
def block_ties(
    key: np.uint64,
    first: int,
    last: int,
    cell: Ints,
    order: Ints,
    person: Ints,
    label: Ints,
    relation: int,
    otherwise: int,
    width: Ints,
    share: Ints,
    begin: Ints,
    before: Ints,
    fill: Ints,
    slot: Slots,
) -> None:
    """Tie people of the cells first ... last - 1 in blocks; cell c is order[cell[c]:cell[c+1]].

    A block grows until it holds width[k] people, k their mean number of wanted ties d. Two of its members are tied
    with probability min(.95, share[k] d_i d_j / sum d), share in units of 2^-16, keyed by their ids. The tie is a
    `relation` if they have one label from 0, else `otherwise`. A pair meets once here: it may be tied by
    the first `before` slots only.
    """
    room = 1
    while room < np.max(cell[first + 1 : last + 1] - cell[first:last]):
        room *= 2
    coin, name, heft = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    found = np.empty(room + 1, dtype=np.int32)
    for which in range(first, last):
        here, end = cell[which], cell[which + 1]
        while here < end:
            stop, total = here, np.int64(0)
            while stop < end:
                member = order[stop]
                name[stop - here] = person[member]
                heft[stop - here] = min(begin[member + 1] - begin[member], HEAVIEST)
                total += heft[stop - here]
                stop += 1
                if stop - here >= width[total // (stop - here)]:
                    break
            many = stop - here
            part = share[total // many]
            for one in range(many):
                a = order[here + one]
                if begin[a] + fill[a] == begin[a + 1]:
                    continue
                _toss(key, name[one], name[one + 1 : many], coin)
                hits = _hits(coin, heft[one + 1 : many], total, (part * heft[one]) << 16, found)
                for two in found[:hits]:
                    b = order[here + one + 1 + two]
                    if (
                        begin[a] + fill[a] < begin[a + 1]
                        and begin[b] + fill[b] < begin[b + 1]
                        and not tied(begin, before, slot, a, b)
                    ):
                        same = label[a] >= 0 and label[a] == label[b]
                        tie(begin, fill, slot, a, b, relation if same else otherwise)
            here = stop


@compiled
def _toss(key: np.uint64, one: Integer, others: Ints, coin: Ints) -> None:
    """A coin of 32 bits for a person and each of the others; nothing else here, so that several are made at a time."""
    for i in range(len(others)):
        coin[i] = draw(key, min(one, others[i]), max(one, others[i]), 0)[0] >> HALF


@compiled
def _hits(coin: Ints, heft: Ints, total: Integer, weight: Integer, found: Names) -> int:
    """Which coins fall below weight * heft / total, and MOST: numbers in `found`; how many. Without a branch."""
    count = 0
    for i in range(len(heft)):
        found[np.uintp(count)] = i
        count += ((coin[i] + 1) * total <= weight * heft[i]) & (coin[i] < MOST)
    return count
