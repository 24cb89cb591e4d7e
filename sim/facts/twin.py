"""Compare a real graph with twins fitted to it: clustering, assortativity, distance, modularity, degrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import Mistake, require
from sim.core.noise import Noise
from sim.measure.facts import Fact, Found
from sim.world import statistics as measure
from sim.world.audience import adjacency
from sim.world.distance import mean_distance, sampled_hops
from sim.world.fit import fit
from sim.world.graph import Graph, named_graph, read_graph
from sim.world.like import grow
from sim.world.louvain import median_modularity

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
LOUVAIN_RUNS = 5
"""Runs of Louvain's method, on either side: one alone may be off by 0.1."""
DISTANCE_SOURCES = 1000
BINS = 24
LEAST_PEOPLE = 5
"""People a point of clustering by degree is the mean of, at least."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Twins:
    """Facts of the graph given, what its twins show, curves of both, and what there is to say."""

    facts: dict[str, Fact]
    found: dict[str, Found]
    curves: dict[str, Any]
    published: dict[str, Any]
    notes: tuple[str, ...]
    counts: dict[str, Any]


def portrait(start: Ints, neighbour: NDArray[np.int32], noise: Noise) -> dict[str, float]:
    """What is compared of a graph, by the name of its row; clustering is local, its mean over all people."""
    degree = np.diff(start)
    clustering = measure.local_clustering(measure.triangles(start, neighbour), degree)
    quantiles = measure.degree_quantiles(start, QUANTILES)
    return {
        "clustering": float(clustering.mean()),
        "assortativity": measure.assortativity(start, neighbour),
        "distance": mean_distance(sampled_hops(start, neighbour, noise, sources=DISTANCE_SOURCES)),
        "modularity": median_modularity(start, neighbour, noise, runs=LOUVAIN_RUNS),
        **{f"degree_p{round(100 * at)}": float(k) for at, k in zip(QUANTILES, quantiles, strict=True)},
    }


def given_graph(graph: Mapping[str, Any]) -> Graph:
    """The graph a configuration names, by file or by name; its arcs count both ways."""
    if graph["source"] == "networkx":
        return named_graph(str(graph["name"]))
    if not graph["path"]:
        raise Mistake("Which graph? graph.path=FILE, with rows of two names.")
    return read_graph(Path(str(graph["path"])).expanduser(), directed=False)


def twins(graph: Mapping[str, Any], noise: Noise, *, bands: Mapping[str, Mapping[str, Any]], seeds: int) -> Twins:
    """Fit a generator to the graph, grow `seeds` fresh twins, and hold the mean of their figures against its own."""
    require(isinstance(seeds, int) and seeds >= 1, f"twin_seeds={seeds!r}: it takes a whole number from 1 up.")
    given = given_graph(graph)
    start, neighbour = adjacency(given.ties, people=given.size, directed=False)
    real = portrait(start, neighbour, noise.branch("given"))
    fitted = fit(start, neighbour, noise.branch("fit"))
    grown = [grow(fitted.twin, noise.branch(f"twin {seed}")) for seed in range(seeds)]
    seen = [portrait(one.start, one.neighbour, noise.branch(f"twin {seed}")) for seed, one in enumerate(grown)]
    said = f"Mean of {seeds} fresh twins of {given.size:,} people and {len(neighbour) // 2:,} ties."
    found = {name: Found(float(np.mean([each[name] for each in seen])), said) for name in real}
    source = Path(str(graph["path"])).name if graph.get("path") else str(graph["name"])
    facts = {name: _fact(name, value, bands, notes=fitted.notes, source=source) for name, value in real.items()}
    published = {name: curve | {"name": "graph given"} for name, curve in _curves(start, neighbour).items()}
    return Twins(
        facts=facts,
        found=found,
        curves=_curves(grown[0].start, grown[0].neighbour),
        published=published,
        notes=tuple(given.notes) + fitted.notes,
        counts={"people": given.size, "ties": len(neighbour) // 2, "mean_friends": len(neighbour) / given.size},
    )


def _fact(
    name: str, value: float, bands: Mapping[str, Mapping[str, Any]], *, notes: tuple[str, ...], source: str
) -> Fact:
    band = bands["degree" if name.startswith("degree_") else name]
    width = band.get("share", band.get("by"))
    require(isinstance(width, int | float) and width >= 0, f"twin.{name}: {width!r} is no width of a band, 0 or more.")
    within = abs(width * value) if "share" in band else width
    why = " ".join(notes) or "The search ended before it came near enough."
    return Fact(
        id=name, statistic=name, published=round(value, 6), low=round(value - within, 6), high=round(value + within, 6),
        role="calibrated", source=source, why_out=why,
    )  # fmt: skip


def _curves(start: Ints, neighbour: NDArray[np.int32]) -> dict[str, Any]:
    """Degrees over their mean, and mean local clustering by degree."""
    degree = np.diff(start)
    at = np.concatenate([np.linspace(0.01, 0.9, 60), 1 - np.geomspace(0.1, max(1e-3, 2 / len(degree)), 30)])
    edges = np.unique(np.geomspace(2, max(3, degree.max() + 1), BINS).astype(np.int64))
    share, people = measure.clustering_by_degree(measure.triangles(start, neighbour), degree, edges.tolist())
    enough = people >= LEAST_PEOPLE
    return {
        "degree": {"over_mean": (np.quantile(degree, at) / degree.mean()).tolist(), "ccdf": (1 - at).tolist()},
        "clustering": {
            "friends": np.sqrt(edges[:-1] * (edges[1:] - 1.0))[enough].tolist(),
            "share": share[enough].tolist(),
        },
    }
