"""The ties around a few people, straight from where they were woven: who sees them, and the rows of `ties`."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.world.arcs import began, follow, to_table
from sim.world.number import Woven
from sim.world.ties import Ties

Ints = NDArray[np.int64]


def around(woven: Woven, person: Ints) -> tuple[Ints, Ints, NDArray[np.int8]]:
    """One of `person` (ascending ids), another she is tied to, and the relation, in order of both ids."""
    place = woven.place[person]
    count = woven.fill[place]
    shift = woven.begin[place] - np.concatenate([[0], np.cumsum(count)])[:-1]
    held = woven.slot[np.repeat(shift, count) + np.arange(count.sum())].astype(np.int64)
    rows = np.sort((np.repeat(np.arange(len(person)), count) << 32) + held)
    return person[rows >> 32], (rows & 0xFFFFFFFF) >> 2, (rows & 3).astype(np.int8)


def viewers(ties: Ties, woven: Woven, noise: Noise, person: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Who may see the posts of p, one of `person`: viewer[start[p]:start[p + 1]], ascending; of others, nobody."""
    seen, viewer, _ = around(woven, person)
    if ties.kind == "followers":
        viewer, seen = follow(noise, viewer, seen, woven.degree, reciprocity=ties.reciprocity)
    start = np.concatenate([[0], np.cumsum(np.bincount(seen, minlength=len(woven.place)))])
    return start, viewer.astype(np.int32)


def bonds(ties: Ties, woven: Woven, noise: Noise, person: Ints, *, joined: Ints, decision: int) -> pa.Table:
    """The rows of `ties` of `person`: with her friends, or those she follows; the same as `befriend` makes."""
    one, two, relation = around(woven, person)
    if ties.kind == "followers":
        one, two = follow(noise, one, two, woven.degree, reciprocity=ties.reciprocity)
    else:
        pair = (np.minimum(one, two) << 34) + (np.maximum(one, two) << 2) + relation
        pair = np.unique(pair)
        one, two, relation = pair >> 34, (pair >> 2) & 0xFFFFFFFF, (pair & 3).astype(np.int8)
    since = began(noise, one, two, joined, decision=decision, early_a=ties.early_a, early_b=ties.early_b)
    return to_table(one, two, None if ties.kind == "followers" else relation, since)
