"""The ties of a few people, out of all: whom each is tied to, and since when."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.noise import Noise

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bonds:
    """`other[start[p]:start[p + 1]]`, ascending: whom person p is tied to, if she is one of those asked, else none.

    `row` is the place of each in the list of those asked; `since`: when tied, s.
    """

    start: Ints
    other: NDArray[np.int32]
    row: Ints
    since: Ints

    @property
    def listed(self) -> tuple[Ints, Ints, Ints]:
        """Row, other and since of every bond, ascending in (row, since, other)."""
        order = np.lexsort((self.other, self.since, self.row))
        return self.row[order], self.other[order].astype(np.int64), self.since[order]


def ties_of(ties: pa.Table, person: Ints, *, people: int) -> pa.Table:
    """The rows of `ties` among `people` persons in which one of `person` stands."""
    asked = np.zeros(people, dtype=np.bool_)
    asked[person] = True
    return ties.filter(pa.array(asked[ties["source"].to_numpy()] | asked[ties["target"].to_numpy()]))


def bonds_of(ties: pa.Table, person: Ints, joined: Ints, noise: Noise, *, directed: bool, decision: int) -> Bonds:
    """The bonds of each of `person` (ascending ids): her friends, or, `directed`, whom she follows, up to `decision`.

    Where a graph does not say since when, it is a keyed moment after both have joined.
    """
    asked = np.full(len(joined), -1, dtype=np.int64)
    asked[person] = np.arange(len(person))
    source, target = ties["source"].to_numpy(), ties["target"].to_numpy()
    some = np.flatnonzero((asked[source] >= 0) if directed else (asked[source] >= 0) | (asked[target] >= 0))
    source, target = source[some], target[some]
    began = ties["since"].take(pa.array(some)).combine_chunks()
    known, since = began.is_valid().to_numpy(zero_copy_only=False), pc.fill_null(began, 0).to_numpy()
    later = np.maximum(np.maximum(joined[source], joined[target]), 0)
    low, high = np.minimum(source, target), np.maximum(source, target)
    share = noise.uniform("tied", low, high) if len(some) else np.zeros(0)
    drawn = later + (np.maximum(decision - later, 0) * share).astype(np.int64)
    since = np.where(known, since, drawn)
    if not directed:
        source, target, since = np.append(source, target), np.append(target, source), np.append(since, since)
    mine = (asked[source] >= 0) & (since < decision)
    source, target, since = source[mine], target[mine], since[mine]
    order = np.lexsort((target, source))
    source, target, since = source[order], target[order], since[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=len(joined)))])
    return Bonds(start, target.astype(np.int32), asked[source], since)
