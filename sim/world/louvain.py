"""Find communities by Louvain's method and how modular they are.

Blondel, Guillaume, Lambiotte, Lefebvre 2008, doi:10.1088/1742-5468/2008/10/P10008. A graph is a symmetric
compressed sparse row table, as in `sim.world.statistics`. The order in which people move is keyed.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.keyed import draw
from sim.core.noise import Noise

Ints = NDArray[np.int64]
Neighbours = NDArray[np.int32]

LEAST_GAIN = 1e-6
"""A pass over all people that raises modularity by less is the last of its level."""


@compiled
def _move(order: Ints, start: Ints, neighbour: Neighbours, weight: Ints, strength: Ints, label: Ints) -> bool:
    """Move nodes to the community where modularity gains most, in place, until a pass gains next to nothing."""
    nodes, whole = len(order), np.int64(0)
    total = np.zeros(nodes, dtype=np.int64)
    for node in range(nodes):
        total[label[node]] += strength[node]
        whole += strength[node]
    links = np.zeros(nodes, dtype=np.int64)
    ever = False
    while True:
        gained = 0.0
        for node in order:
            own = label[node]
            for row in range(start[node], start[node + 1]):
                links[label[neighbour[row]]] += weight[row]
            total[own] -= strength[node]
            stay = links[own] * whole - total[own] * strength[node]
            best, most = own, stay
            for row in range(start[node], start[node + 1]):
                other = label[neighbour[row]]
                gain = links[other] * whole - total[other] * strength[node]
                if gain > most:
                    best, most = other, gain
            for row in range(start[node], start[node + 1]):
                links[label[neighbour[row]]] = 0
            total[best] += strength[node]
            if best != own:
                label[node] = best
                gained += 2.0 * (most - stay) / whole / whole
                ever = True
        if gained < LEAST_GAIN:
            return ever


@compiled
def _joined(start: Ints, neighbour: Neighbours, weight: Ints, label: Ints, count: int) -> tuple[Ints, Neighbours, Ints]:
    """The table of `count` communities as nodes; weights add up, ties inside a community are left out."""
    nodes = len(start) - 1
    first = np.zeros(count + 1, dtype=np.int64)
    for node in range(nodes):
        first[label[node] + 1] += 1
    for which in range(count):
        first[which + 1] += first[which]
    free = first[:-1].copy()
    member = np.empty(nodes, dtype=np.int64)
    for node in range(nodes):
        member[free[label[node]]] = node
        free[label[node]] += 1
    links = np.zeros(count, dtype=np.int64)
    begin = np.zeros(count + 1, dtype=np.int64)
    ends = np.empty(len(neighbour), dtype=np.int32)
    sums = np.empty(len(neighbour), dtype=np.int64)
    at = 0
    for which in range(count):
        for place in range(first[which], first[which + 1]):
            for row in range(start[member[place]], start[member[place] + 1]):
                other = label[neighbour[row]]
                if other != which:
                    if links[other] == 0:
                        ends[at] = other
                        at += 1
                    links[other] += weight[row]
        for row in range(begin[which], at):
            sums[row] = links[ends[row]]
            links[ends[row]] = 0
        begin[which + 1] = at
    return begin, ends[:at].copy(), sums[:at].copy()


@compiled
def _keyed_order(key: np.uint64, nodes: int, level: int) -> Ints:
    """Nodes in the order of keyed words."""
    words = np.empty(nodes, dtype=np.uint64)
    for node in range(nodes):
        words[node] = draw(key, node, level, 0)[0]
    return np.argsort(words)


@compiled
def louvain(key: np.uint64, start: Ints, neighbour: Neighbours) -> Ints:
    """Community of each person, 0, 1 ... in order of first member."""
    people = len(start) - 1
    strength = start[1:] - start[:-1]
    weight = np.ones(len(neighbour), dtype=np.int64)
    community = np.arange(people)
    begin, ends = start, neighbour
    level = 0
    while True:
        label = np.arange(len(begin) - 1)
        moved = _move(_keyed_order(key, len(begin) - 1, level), begin, ends, weight, strength, label)
        number = np.full(len(label), -1, dtype=np.int64)
        count = 0
        for node in range(len(label)):
            if number[label[node]] < 0:
                number[label[node]] = count
                count += 1
            label[node] = number[label[node]]
        for person in range(people):
            community[person] = label[community[person]]
        if not moved or count == len(label):
            return community
        merged = np.zeros(count, dtype=np.int64)
        for node in range(len(label)):
            merged[label[node]] += strength[node]
        begin, ends, weight = _joined(begin, ends, weight, label, count)
        strength = merged
        level += 1


def modularity(start: Ints, neighbour: Neighbours, community: Ints) -> float:
    """Newman's modularity of a partition (Newman & Girvan 2004, doi:10.1103/PhysRevE.69.026113)."""
    if not len(neighbour):
        return 0.0
    inside = community[np.repeat(np.arange(len(start) - 1), np.diff(start))] == community[neighbour]
    held = np.bincount(community, weights=np.diff(start)) / len(neighbour)
    return float(inside.mean() - (held * held).sum())


def median_modularity(start: Ints, neighbour: Neighbours, noise: Noise, *, runs: int = 5) -> float:
    """Median modularity of `runs` of Louvain's method in different keyed orders, which differ by as much as 0.1."""

    def one(run: int) -> float:
        return modularity(start, neighbour, louvain(noise.key(f"louvain {run}"), start, neighbour))

    with ThreadPoolExecutor(2) as pool:
        return float(np.median(list(pool.map(one, range(runs)))))
