"""Turn ties by person into rows of the `ties` table: each once, when it began, and who follows whom."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.keyed import draw
from sim.core.noise import Noise
from sim.core.quantile import beta_thresholds
from sim.core.schema import table
from sim.world.threads import each

Ints = NDArray[np.int64]
Neighbours = NDArray[np.int32]
Bools = NDArray[np.bool_]
HALF = np.uint64(32)
CHUNK = 1 << 16
"""Rows done at a time: as many as stay in a processor's cache."""


@compiled
def _began(
    key: np.uint64,
    first: int,
    last: int,
    source: Ints,
    target: Ints,
    joined: NDArray[np.int32],
    now: int,
    quantiles: NDArray[np.uint32],
    since: Ints,
) -> None:
    """When each tie began: a keyed share of the time since the later of the two joined."""
    one, two, moment = source[first:last], target[first:last], since[first:last]
    for at in range(len(moment)):  # nothing but the draws, so that several are made at a time
        moment[at] = draw(key, min(one[at], two[at]), max(one[at], two[at]), 0)[0] >> np.uint64(52)
    for at in range(len(moment)):
        later = np.int64(min(max(joined[one[at]], joined[two[at]]), now))
        moment[at] = later + (((now - later) * np.int64(quantiles[moment[at]])) >> 32)


@compiled
def _sees(key: np.uint64, first: int, last: int, one: Ints, two: Ints, degree: Ints, mutual: int, sees: Bools) -> None:
    """Whether the first of two linked people follows the second: both do in a share `mutual` / 2^32 of pairs.

    One way, the better connected is the one seen, in proportion to degree.
    """
    for at in range(first, last):
        low, high = min(one[at], two[at]), max(one[at], two[at])
        both, coin = draw(key, low, high, 0)
        seen_high = np.int64(coin >> HALF) * (degree[low] + degree[high]) < (degree[high] << 32)
        sees[at] = np.int64(both >> HALF) < mutual or seen_high == (two[at] > one[at])


def once(start: Ints, neighbour: Neighbours) -> tuple[Ints, Ints]:
    """Each tie once, lower id first, in order: source, target."""
    source = np.repeat(np.arange(len(start) - 1), np.diff(start))
    upward = neighbour > source
    return source[upward], neighbour[upward].astype(np.int64)


def follow(noise: Noise, one: Ints, two: Ints, degree: Ints, *, reciprocity: float) -> tuple[Ints, Ints]:
    """Of linked people the arcs from `one` to `two`, in order: who sees and who is seen."""
    mutual, key = min(round(reciprocity * 2**32), 2**32), noise.key("direction")
    sees = np.empty(len(one), dtype=np.bool_)
    each(lambda part: _sees(key, *part, one, two, degree, mutual, sees), _pieces(len(one)))
    return one[sees], two[sees]


def began(
    noise: Noise, source: Ints, target: Ints, joined: Ints, *, decision: int, early_a: float, early_b: float
) -> Ints:
    """When each tie began, s: a Beta(a, b) share of the time between the later account and `decision`."""
    since = np.empty(len(source), dtype=np.int64)
    quantiles, key = beta_thresholds(a=early_a, b=early_b), noise.key("tie began")
    short = joined.astype(np.int32)  # seconds until 2075; half the memory that is read here and there
    each(lambda part: _began(key, *part, source, target, short, decision, quantiles, since), _pieces(len(source)))
    return since


def _pieces(rows: int) -> list[tuple[int, int]]:
    return [(low, min(low + CHUNK, rows)) for low in range(0, rows, CHUNK)]


def to_table(source: Ints, target: Ints, relation: NDArray[np.int8] | None, since: Ints | None) -> pa.Table:
    """The `ties` table; what is None is not known."""
    return table("ties", {"source": source, "target": target, "relation": relation, "since": since})
