"""Turn ties by person into rows of the `ties` table: each once, when it began, and who follows whom."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled, draw
from sim.core.noise import Noise
from sim.core.quantile import beta_thresholds
from sim.core.schema import table
from sim.world.threads import each, shares

Ints = NDArray[np.int64]
Neighbours = NDArray[np.int32]
HALF = np.uint64(32)
CHUNK = 1 << 20
"""Rows of one piece of an empty column; all pieces share its memory."""


@compiled
def _began(
    key: np.uint64,
    first: int,
    last: int,
    source: Ints,
    target: Ints,
    joined: Ints,
    now: int,
    quantiles: NDArray[np.uint32],
    since: Ints,
) -> None:
    """When each tie began: a keyed share of the time since the later of the two joined."""
    for at in range(first, last):  # nothing but the draws, so that several are made at a time
        low, high = min(source[at], target[at]), max(source[at], target[at])
        since[at] = draw(key, low, high, 0)[0] >> np.uint64(52)
    for at in range(first, last):
        later = min(max(joined[source[at]], joined[target[at]]), now)
        since[at] = later + (((now - later) * np.int64(quantiles[since[at]])) >> 32)


@compiled
def _directions(key: np.uint64, source: Ints, target: Ints, degree: Ints, mutual: int) -> Ints:
    """Follower ties, (who sees << 32) + who is seen: both ways for a share `mutual` / 2^32 of pairs.

    One way, the better connected is the one seen, in proportion to degree.
    """
    made = np.empty(2 * len(source), dtype=np.int64)
    count = 0
    for at in range(len(source)):
        low, high = source[at], target[at]
        both, coin = draw(key, low, high, 0)
        if np.int64(both >> HALF) < mutual:
            made[count] = (low << 32) + high
            made[count + 1] = (high << 32) + low
            count += 2
            continue
        seen_high = np.int64(coin >> HALF) * (degree[low] + degree[high]) < (degree[high] << 32)
        made[count] = (low << 32) + high if seen_high else (high << 32) + low
        count += 1
    return made[:count].copy()


def empty(rows: int, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of nulls whose pieces share one piece of memory."""
    piece = pa.nulls(min(rows, CHUNK), kind)
    pieces = [piece] * (rows // CHUNK if rows >= CHUNK else 0)
    rest = rows - CHUNK * len(pieces)
    return pa.chunked_array([*pieces, piece.slice(0, rest)] if rest or not pieces else pieces, kind)


def once(start: Ints, neighbour: Neighbours) -> tuple[Ints, Ints]:
    """Each tie once, lower id first, in order: source, target."""
    source = np.repeat(np.arange(len(start) - 1), np.diff(start))
    upward = neighbour > source
    return source[upward], neighbour[upward].astype(np.int64)


def follow(noise: Noise, source: Ints, target: Ints, degree: Ints, *, reciprocity: float) -> tuple[Ints, Ints]:
    """Arcs, sorted, from friends: who sees and who is seen."""
    mutual = min(round(reciprocity * 2**32), 2**32)
    arcs = np.sort(_directions(noise.key("direction"), source, target, degree, mutual))
    return arcs >> 32, arcs & 0xFFFFFFFF


def began(
    noise: Noise, source: Ints, target: Ints, joined: Ints, *, decision: int, early_a: float, early_b: float
) -> Ints:
    """When each tie began, s: a Beta(a, b) share of the time between the later account and `decision`."""
    since = np.empty(len(source), dtype=np.int64)
    quantiles, key = beta_thresholds(a=early_a, b=early_b), noise.key("tie began")
    parts = [(low, min(low + CHUNK, len(source))) for low in range(0, len(source), CHUNK)]
    each(lambda part: _began(key, *part, source, target, joined, decision, quantiles, since), parts)
    return since


def to_table(source: Ints, target: Ints, relation: NDArray[np.int8] | None, since: Ints | None) -> pa.Table:
    """The `ties` table; what is None is not known."""
    rows = len(source)
    return table(
        "ties",
        {
            "source": source,
            "target": target,
            "relation": empty(rows, pa.int8()) if relation is None else relation,
            "since": empty(rows, pa.int64()) if since is None else since,
            "original_source": empty(rows, pa.string()),
            "original_target": empty(rows, pa.string()),
        },
    )
