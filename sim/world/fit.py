"""Fit the laws of a twin to a graph, and say how near it comes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.world.arcs import once, to_table
from sim.world.audience import adjacency
from sim.world.graph import Graph
from sim.world.like import Twin, grow
from sim.world.portrait import Portrait, mean_portrait, portray
from sim.world.search import search
from sim.world.seat import undirected
from sim.world.threads import threads
from sim.world.weave import Weave

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WITHIN = {"clustering": 0.15, "assortativity": 0.05, "distance": 0.2, "modularity": 0.1, "degree": 0.1}
"""How near a twin is to be: of clustering and degrees the relative difference, else the absolute one."""


# Coordinates of a twin for the search: logits of shares, logarithms of scales, so that any point is a twin.
STARTS = (
    # weights of the five shares (cohort, town, community, nation, abroad); block density, its decline; share decline;
    # sorting in blocks, in matching;
    # communities; people of a cell a mean degree; corridor
    ((0.25, 0.15, 0.25, 0.05, 0.30), 0.5, 0.2, 0.15, 0.7, 0.2, 8.0, 6.0, 0.25),
    ((0.45, 0.15, 0.20, 0.10, 0.10), 0.5, 0.2, 0.10, 0.7, 0.1, 20.0, 6.0, 0.10),
    ((0.45, 0.05, 0.05, 0.42, 0.03), 0.5, 0.1, 0.15, 0.8, 0.3, 40.0, 6.0, 0.03),
    ((0.12, 0.10, 0.20, 0.05, 0.53), 0.3, 0.4, 0.30, 0.2, -0.4, 8.0, 8.0, 0.25),
    ((0.75, 0.05, 0.15, 0.045, 0.005), 0.5, 0.1, 0.40, 0.8, 0.3, 20.0, 12.0, 0.05),
)


def _point(start: tuple[tuple[float, ...], float, float, float, float, float, float, float, float]) -> Floats:
    weights, density, decline, fall, blocks, matching, communities, cell, corridor = start
    logs = np.log(np.array(weights) / weights[-1])
    return np.array(
        [*logs[:4], _logit(density / 0.95), decline, fall, _logit(blocks), np.arctanh(matching),
         np.log(communities), np.log(cell), np.log(corridor)]
    )  # fmt: skip


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _twin(point: Floats, degrees: Ints, giant: float) -> Twin:
    """The twin at a point of the search."""
    p = np.clip(point, -LIMIT, LIMIT)
    weights = np.exp(np.append(p[:4], 0.0))
    shares = weights / weights.sum()
    laws = Weave(
        cohort_share=float(shares[0]),
        town_share=float(shares[1]),
        nation_share=float(shares[3]),
        abroad_share=float(shares[4]),
        block_density=float(0.95 / (1 + np.exp(-p[4]))),
        block_decline=float(p[5]),
        share_decline=float(p[6]),
        block_sorting=float(1 / (1 + np.exp(-p[7]))),
        matching_sorting=float(np.tanh(p[8])),
        giant_share=giant,
    )
    mean = max(1.0, float(degrees.mean()))
    return Twin(
        degrees=degrees,
        laws=laws,
        communities=float(np.exp(p[9])),
        cell_people=float(max(2.0, np.exp(p[10]) * mean)),
        corridor=float(min(1.0, np.exp(p[11]))),
    )


LIMIT = np.array([7.0, 7.0, 7.0, 7.0, 4.0, 1.0, 2.0, 4.0, 2.5, 6.0, 4.0, 5.0])
STEP = np.array([0.3, 0.3, 0.3, 0.3, 0.4, 0.15, 0.12, 0.6, 0.2, 0.3, 0.4, 0.4])
"""Steps of the first differences: as large as makes a change clear of the noise of one twin."""


def _residuals(twin: Portrait, real: Portrait) -> Floats:
    """Differences in units of what is thought near; a robust root keeps a hopeless one from ruling the rest."""
    tiny = 0.003
    strong = [
        np.log((twin.clustering + tiny) / (real.clustering + tiny)) / 0.05,
        (twin.assortativity - real.assortativity) / 0.017,
        (twin.distance - real.distance) / 0.07,
        (twin.modularity - real.modularity) / 0.033,
    ]
    weak = [np.log((twin.transitivity + tiny) / (real.transitivity + tiny)) / 0.25]
    weak += [np.log((a + 0.03) / (b + 0.03)) / 0.5 for a, b in zip(twin.by_degree, real.by_degree, strict=True)]
    found = np.nan_to_num(np.array(strong + weak), nan=10.0)
    root: Floats = np.sign(found) * np.sqrt(2 * (np.sqrt(1 + found * found / 9) - 1) * 9)
    return root


@dataclass(frozen=True)
class Fit:
    """A fitted twin, the portrait of the graph and the mean portrait of fresh twins, and what is to be said."""

    twin: Twin
    real: Portrait
    reached: Portrait
    notes: tuple[str, ...]


TRIES = (140, 400)
"""Least and most twins grown in a search: as many as have WORK ties together."""
WORK = 30_000_000


def fit(start: Ints, neighbour: NDArray[np.int32], noise: Noise, *, tries: int | None = None) -> Fit:
    """The twin nearest to a graph after `tries` twins were grown (None: as its size allows); keyed by `noise`."""
    tries = int(np.clip(2 * WORK // max(1, len(neighbour)), *TRIES)) if tries is None else tries
    degrees = np.sort(np.diff(start))
    edges = _fifths(degrees)
    real = portray(start, neighbour, noise, edges=edges, runs=9)
    copies = int(np.clip(60_000 // max(1, len(neighbour)), 1, 3))

    def look(point: Floats) -> Floats:
        twin = _twin(point, degrees, real.giant)
        seen = [
            portray(f.start, f.neighbour, noise, edges=edges, runs=1)
            for f in (grow(twin, noise.branch(f"fit {copy}")) for copy in range(copies))
        ]
        return _residuals(mean_portrait(seen), real)

    with ThreadPoolExecutor(threads()) as pool:
        best = search(look, [_point(start) for start in STARTS], STEP, pool, tries=tries)
    twin = _twin(best, degrees, real.giant)
    fresh = [grow(twin, noise.branch(f"fresh {copy}")) for copy in range(3)]
    reached = mean_portrait([portray(f.start, f.neighbour, noise, edges=edges, runs=5) for f in fresh])
    return Fit(twin, real, reached, notes(real, reached))


def twin_of(graph: Graph, noise: Noise) -> Graph:
    """A fresh twin of a graph that was read, with notes on how near twins come; arcs of a directed one count once."""
    start, neighbour = adjacency(undirected(graph.ties), people=graph.size, directed=False)
    fitted = fit(start, neighbour, noise.branch("fit"))
    grown = grow(fitted.twin, noise.branch("twin"))
    ties = to_table(*once(grown.start, grown.neighbour), None, None)
    names = [str(person) for person in range(graph.size)]
    return Graph(graph.size, ties, names, (*graph.notes, *fitted.notes), False)


def _fifths(degrees: Ints) -> list[int]:
    """Degrees that cut those with two friends or more into fifths."""
    some = degrees[degrees >= 2]
    if not len(some):
        return [2, 3]
    inner = np.quantile(some, [0.2, 0.4, 0.6, 0.8]).astype(np.int64).tolist()
    return sorted({2, *inner, int(some[-1]) + 1})


def notes(real: Portrait, reached: Portrait) -> tuple[str, ...]:
    """One sentence for each statistic that stays further off than WITHIN."""
    said = []
    for name, within in WITHIN.items():
        if name == "degree":
            continue
        one, two = getattr(real, name), getattr(reached, name)
        off = abs(two - one) / (abs(one) if name == "clustering" and one else 1.0)
        if not off <= within:
            said.append(f"The twins' {name} is {two:.3f}, the graph's {one:.3f}: not within {within}.")
    return tuple(said)
