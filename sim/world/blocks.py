"""Tie people in blocks: next to each other in an order, densely, so that friends of a friend are friends."""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled, draw
from sim.world.slots import Slots, tie, tied

Ints = NDArray[np.int64]
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
    coin = np.empty(1, dtype=np.int64)
    for which in range(first, last):
        here, end = cell[which], cell[which + 1]
        while here < end:
            stop, total = here, np.int64(0)
            while stop < end:
                total += min(begin[order[stop] + 1] - begin[order[stop]], HEAVIEST)
                stop += 1
                if stop - here >= width[total // (stop - here)]:
                    break
            part = share[total // (stop - here)]
            if stop - here > len(coin):
                coin = np.empty(2 * (stop - here), dtype=np.int64)
            for one in range(here, stop):
                a = order[one]
                weight = (part * min(begin[a + 1] - begin[a], HEAVIEST)) << 16
                others = order[one + 1 : stop]
                for two in range(len(others)):  # nothing but the draws, so that several are made at a time
                    other = person[others[two]]
                    coin[two] = draw(key, min(person[a], other), max(person[a], other), 0)[0] >> HALF
                for two in range(len(others)):
                    b = others[two]
                    if (
                        (coin[two] + 1) * total <= weight * min(begin[b + 1] - begin[b], HEAVIEST)
                        and coin[two] < MOST
                        and begin[a] + fill[a] < begin[a + 1]
                        and begin[b] + fill[b] < begin[b + 1]
                        and not tied(begin, before, slot, a, b)
                    ):
                        same = label[a] >= 0 and label[a] == label[b]
                        tie(begin, fill, slot, a, b, relation if same else otherwise)
            here = stop
