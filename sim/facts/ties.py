"""Measure what is published of friendships (V01 to V12): degrees, clustering, distance, mixing, ego networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.measure.facts import Found
from sim.world import statistics as measure
from sim.world.audience import adjacency
from sim.world.cells import codes
from sim.world.distance import giant_share, mean_distance, sampled_hops

LEAST_EGOS = 30
"""A statistic of people with about k friends needs this many of them."""
MOST_EGOS = 400
NEAR = 0.2
"""People near k friends have within this share of k."""
BINS = (20, 30, 45, 67, 100, 150, 225, 337, 506, 759, 1139, 1708, 2562, 5001)
"""Edges of bins of friends, half again as wide each: below 20 single triangles decide."""
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Degree quantiles that are published (G04)."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Friendships:
    """Friendships as a symmetric table (rows of `sim.world.audience.adjacency`), each person's triangles; who they are.

    `where`: the world in words, for notes.
    """

    start: Ints
    neighbour: NDArray[np.int32]
    triangle: Ints
    people: pa.Table
    where: str

    @property
    def degree(self) -> Ints:
        """Number of friends of each person."""
        return np.diff(self.start)


def friendships(ties: pa.Table, people: pa.Table, *, size: int, what: str = "a world") -> Friendships:
    """The friendships among the first `size` people; of followers, who is linked, either way, once."""
    ends = [ties[end].to_numpy() for end in ("source", "target")]
    pairs = np.unique(np.minimum(*ends) << 32 | np.maximum(*ends))
    once = pa.table({"source": pairs >> 32, "target": pairs & 0xFFFFFFFF})
    start, neighbour = adjacency(once, people=size, directed=False)
    where = f"Measured on {what} of {size:,} people with {len(neighbour) / size:.1f} friends each."
    return Friendships(start, neighbour, measure.triangles(start, neighbour), people.slice(0, size), where)


def bend(quantiles: Sequence[float] | Floats) -> float:
    """Curvature of the degree distribution from its quantiles at LEVELS.

    The quadratic coefficient of log P(degree >= k) in log k: 0 for a power law, below 0 where the tail falls faster.
    NaN below three different quantiles.
    """
    at = np.log10(np.maximum(np.asarray(quantiles, dtype=np.float64), 1))
    if len(np.unique(at)) < 3:
        return float("nan")
    return float(np.polyfit(at, np.log10(1 - np.asarray(LEVELS)), 2)[0])


def near(degree: Ints, friends: int) -> Ints:
    """People with about `friends` friends, at most MOST_EGOS of them, lowest ids first; none if too few."""
    found = np.flatnonzero(np.abs(degree - friends) <= NEAR * friends)
    return found[:MOST_EGOS] if len(found) >= LEAST_EGOS else found[:0]


def decline(share: Floats) -> float:
    """Spearman's rank correlation of the values with their place; NaN below three."""
    known = share[np.isfinite(share)]
    if len(known) < 3:
        return float("nan")
    return float(np.corrcoef(np.argsort(np.argsort(known)), np.arange(len(known)))[0, 1])


def binned(graph: Friendships) -> tuple[Floats, Floats]:
    """Friends (middle of each bin) and mean local clustering, where a bin holds LEAST_EGOS people."""
    share, people = measure.clustering_by_degree(graph.triangle, graph.degree, BINS)
    enough = people >= LEAST_EGOS
    middle = np.sqrt(np.array(BINS[:-1], dtype=np.float64) * np.array(BINS[1:]))
    return middle[enough], share[enough]


def ties_facts(graph: Friendships, noise: Noise) -> dict[str, Found]:
    """Every fact of friendships this graph can show; too few people near a degree leave theirs out."""
    start, neighbour, degree = graph.start, graph.neighbour, graph.degree
    median, p90, p99 = measure.degree_quantiles(start, (0.5, 0.9, 0.99)).tolist()
    values: dict[str, float] = {
        "V01.median_over_mean": median / max(float(degree.mean()), 1e-9),
        "V02.p90_over_median": p90 / max(median, 1),
        "V02.p99_over_median": p99 / max(median, 1),
        "V03.bend": bend(measure.degree_quantiles(start, LEVELS)),
        "V04.giant": giant_share(start, neighbour),
        "V05.distance": mean_distance(sampled_hops(start, neighbour, noise)),
        "V06.transitivity": measure.transitivity(graph.triangle, degree),
        "V08.assortativity": measure.assortativity(start, neighbour),
        "V09.paradox": measure.paradox_share(start, neighbour),
        "V11.age": measure.mixing(start, neighbour, graph.people["age"].to_numpy().astype(np.int64)),
    }
    for name, trait in (("V11.gender", "gender"), ("V12.country", "country")):
        within, baseline = measure.share_within(start, neighbour, codes(graph.people[trait]))
        values[name] = within if trait == "country" else within / max(baseline, 1e-9)
    values["V07.decline"] = decline(binned(graph)[1])
    found = {name: Found(value, graph.where) for name, value in values.items()}
    clustering = measure.local_clustering(graph.triangle, degree)
    for friends in (100, 500):
        egos = near(degree, friends)
        if not len(egos):
            lacking = Found(None, f"Fewer than {LEAST_EGOS} people have about {friends} friends. {graph.where}")
            found |= {f"V10.at_{friends}": lacking} | ({"V07.at_100": lacking} if friends == 100 else {})
            continue
        found[f"V10.at_{friends}"] = Found(float(measure.ego_degeneracy(start, neighbour, egos).mean()), graph.where)
        if friends == 100:
            found["V07.at_100"] = Found(float(clustering[egos].mean()), graph.where)
    return {name: one if one.value is None or np.isfinite(one.value) else Found(None) for name, one in found.items()}


def ties_curves(graph: Friendships) -> dict[str, Any]:
    """What the figures draw: degrees over their mean, clustering by friends, ties within and between countries."""
    mean = float(graph.degree.mean())
    at = np.concatenate([np.linspace(0.01, 0.9, 60), 1 - np.geomspace(0.1, 1e-3, 30)])
    friends, share = binned(graph)
    found, country = np.unique(np.array(graph.people["country"].to_pylist()), return_inverse=True)
    names = found.tolist()
    ends = np.repeat(country, graph.degree) * len(names) + country[graph.neighbour]
    counts = np.bincount(ends, minlength=len(names) ** 2).reshape(len(names), -1)
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    rows = counts[order][:, order] / np.maximum(1, counts[order].sum(axis=1, keepdims=True))
    return {
        "degree": {
            "over_mean": (np.quantile(graph.degree, at) / mean).tolist(),
            "ccdf": (1 - at).tolist(),
            "where": graph.where,
        },
        "clustering": {"friends": friends.tolist(), "share": share.tolist(), "where": graph.where},
        "mixing": {"names": [names[k] for k in order], "share": rows.tolist(), "where": graph.where},
    }
