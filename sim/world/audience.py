"""Who may see whose posts: ties as a compressed sparse row table with a chance of seeing for each."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled, lean
from sim.core.errors import require
from sim.core.keyed import draw
from sim.core.noise import Noise
from sim.core.quantile import beta_thresholds
from sim.world.threads import each, shares

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Audience:
    """The viewers of author u are viewer[start[u]:start[u+1]], ascending; row k sees a post with visibility[k] / 2^32.

    start: int64, people + 1. viewer: int32. visibility: uint32.
    """

    start: Ints
    viewer: NDArray[np.int32]
    visibility: NDArray[np.uint32]


@compiled
def rows(source: Ints, target: Ints, people: int, both: bool) -> tuple[Ints, NDArray[np.int32]]:
    """Starts and viewers of each author, for ties sorted by source and target; `both`: each end sees the other.

    Lower viewers of a person stand in earlier ties than higher ones, so two passes leave every row ascending.
    """
    start = np.zeros(people + 1, dtype=np.int64)
    for at in range(len(source)):
        start[target[at] + 1] += 1
        if both:
            start[source[at] + 1] += 1
    for person in range(people):
        start[person + 1] += start[person]
    free = start[:-1].copy()
    viewer = np.empty(start[people], dtype=np.int32)
    for at in range(len(source)):
        author = target[at]
        viewer[free[author]] = source[at]
        free[author] += 1
    if both:
        for at in range(len(source)):
            author = source[at]
            viewer[free[author]] = target[at]
            free[author] += 1
    return start, viewer


@lean
def ascending(source: Ints, target: Ints) -> bool:
    """Whether ties stand in order of both ends."""
    for at in range(1, len(source)):
        if source[at] < source[at - 1] or (source[at] == source[at - 1] and target[at] < target[at - 1]):
            return False
    return True


@compiled
def _thresholds(
    key: np.uint64,
    first: int,
    last: int,
    start: Ints,
    viewer: NDArray[np.int32],
    quantiles: NDArray[np.uint32],
    visibility: NDArray[np.uint32],
) -> None:
    """A keyed quantile for each viewer of authors first ... last - 1."""
    for author in range(first, last):
        for at in range(start[author], start[author + 1]):
            visibility[at] = quantiles[draw(key, author, viewer[at], 0)[0] >> np.uint64(52)]


def adjacency(ties: pa.Table, *, people: int, directed: bool) -> tuple[Ints, NDArray[np.int32]]:
    """Starts and ascending viewers of every author; raises Mistake for a tie of somebody who is not there."""
    source, target = (ties[end].to_numpy() for end in ("source", "target"))
    if not directed and (source > target).any():
        source, target = np.minimum(source, target), np.maximum(source, target)
    if len(source):
        least, most = min(source.min(), target.min()), max(source.max(), target.max())
        require(
            least >= 0 and most < people,
            f"Ties name person {most if most >= people else least}, but the {people} people are 0 to {people - 1}.",
        )
        if not ascending(source, target):
            pair = np.sort((source << 32) + target)
            source, target = pair >> 32, pair & 0xFFFFFFFF
    return rows(source, target, people, not directed)


def see(
    ties: pa.Table, noise: Noise, *, people: int, directed: bool, visibility_a: float, visibility_b: float
) -> Audience:
    """Who of `people` persons may see whose posts, each direction with its own chance drawn from Beta(a, b) (R05).

    Of friends each sees the other; of followers (`directed`) the source sees the target.
    """
    start, viewer = adjacency(ties, people=people, directed=directed)
    quantiles = beta_thresholds(a=visibility_a, b=visibility_b)
    visibility, key = np.empty(len(viewer), dtype=np.uint32), noise.key("visibility")
    each(lambda part: _thresholds(key, *part, start, viewer, quantiles, visibility), shares(start))
    return Audience(start, viewer, visibility)
