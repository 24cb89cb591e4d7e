"""What is compared of a graph and its twin: a handful of figures, measured alike on both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.world.distance import giant_share, mean_distance, sampled_hops
from sim.world.louvain import median_modularity
from sim.world.statistics import (
    assortativity,
    clustering_by_degree,
    degree_quantiles,
    local_clustering,
    transitivity,
    triangles,
)

Ints = NDArray[np.int64]

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
SOURCES = 256
"""People from whom distances are measured."""


@dataclass(frozen=True)
class Portrait:
    """What is compared of a graph. by_degree: mean local clustering in fifths of people by degree."""

    clustering: float
    transitivity: float
    assortativity: float
    distance: float
    modularity: float
    degrees: tuple[float, ...]
    by_degree: tuple[float, ...]
    giant: float


def portray(start: Ints, neighbour: NDArray[np.int32], noise: Noise, *, edges: Sequence[int], runs: int) -> Portrait:
    """Measure a graph; `edges` are the degrees between which clustering is averaged, `runs` those of Louvain."""
    degree, triangle = np.diff(start), triangles(start, neighbour)
    return Portrait(
        clustering=float(local_clustering(triangle, degree).mean()),
        transitivity=transitivity(triangle, degree),
        assortativity=assortativity(start, neighbour),
        distance=mean_distance(sampled_hops(start, neighbour, noise, sources=SOURCES)),
        modularity=median_modularity(start, neighbour, noise, runs=runs),
        degrees=tuple(degree_quantiles(start, QUANTILES).tolist()),
        by_degree=tuple(np.nan_to_num(clustering_by_degree(triangle, degree, edges)[0]).tolist()),
        giant=giant_share(start, neighbour),
    )


def mean_portrait(portraits: Sequence[Portrait]) -> Portrait:
    """The mean of each field."""

    def mean(values: list[float] | list[tuple[float, ...]]) -> Any:
        found = np.mean(np.array(values), axis=0)
        return tuple(found.tolist()) if found.ndim else float(found)

    return Portrait(**{name: mean([getattr(p, name) for p in portraits]) for name in Portrait.__dataclass_fields__})
