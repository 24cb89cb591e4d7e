"""Measure a graph: degrees, triangles, mixing by degree and by trait, the friendship paradox, ego networks.

A graph is the symmetric compressed sparse row table of `sim.world.audience.adjacency`: the friends of person u are
neighbour[start[u]:start[u+1]]; start is int64 of people + 1, neighbour int32. Counts are integers, ratios come last.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Neighbours = NDArray[np.int32]


def degree_quantiles(start: Ints, at: Sequence[float]) -> Floats:
    """Quantiles of the number of friends, linearly interpolated, over all people."""
    return np.quantile(np.diff(start), np.asarray(at, dtype=np.float64))


@compiled
def triangles(start: Ints, neighbour: Neighbours) -> Ints:
    """Number of triangles each person lies in.

    Every tie points from fewer friends to more (then from lower id to higher), so that no list is long and each
    triangle is met once: Latapy 2008, doi:10.1016/j.tcs.2008.07.017.
    """
    people = len(start) - 1
    first = np.zeros(people + 1, dtype=np.int64)
    onward = np.empty(len(neighbour) // 2, dtype=np.int32)
    at = 0
    for one in range(people):
        own = start[one + 1] - start[one]
        for row in range(start[one], start[one + 1]):
            two = neighbour[row]
            others = start[two + 1] - start[two]
            if others > own or (others == own and two > one):
                onward[at] = two
                at += 1
        first[one + 1] = at
    found = np.zeros(people, dtype=np.int64)
    seen_from = np.full(people, -1, dtype=np.int32)
    for one in range(people):
        for row in range(first[one], first[one + 1]):
            seen_from[onward[row]] = one
        for row in range(first[one], first[one + 1]):
            two = onward[row]
            both = 0
            for last in range(first[two], first[two + 1]):
                three = onward[last]
                if seen_from[three] == one:
                    found[three] += 1
                    both += 1
            found[two] += both
            found[one] += both
    return found


def transitivity(triangle: Ints, degree: Ints) -> float:
    """Share of pairs of ties that meet in a person and are closed by a third tie (global clustering)."""
    wedges = int((degree * (degree - 1) // 2).sum())
    return float(triangle.sum()) / wedges if wedges else 0.0


def local_clustering(triangle: Ints, degree: Ints) -> Floats:
    """Share of each person's pairs of friends who are friends (Watts & Strogatz 1998); 0 below two friends."""
    pairs = degree * (degree - 1) // 2
    share: Floats = triangle / np.maximum(1, pairs)
    return share


def clustering_by_degree(triangle: Ints, degree: Ints, edges: Sequence[int]) -> tuple[Floats, Ints]:
    """Mean local clustering and number of people with edges[i] <= friends < edges[i+1]; NaN where there are none."""
    share, place = local_clustering(triangle, degree), np.searchsorted(np.asarray(edges), degree, side="right")
    people = np.bincount(place, minlength=len(edges) + 1)[1 : len(edges)]
    total = np.bincount(place, weights=share, minlength=len(edges) + 1)[1 : len(edges)]
    with np.errstate(invalid="ignore"):
        return total / people, people.astype(np.int64)


def mixing(start: Ints, neighbour: Neighbours, value: NDArray[np.int64]) -> float:
    """Pearson's r of a whole-number `value` over both ends of all ties; NaN if it does not vary.

    Of degrees this is assortativity (Newman 2002, doi:10.1103/PhysRevLett.89.208701); of ages, homophily by age.
    """
    if not len(neighbour):
        return float("nan")
    product, total, square = _moments(start, neighbour, np.ascontiguousarray(value, dtype=np.int64))
    mean = total / len(neighbour)
    variance = square / len(neighbour) - mean * mean
    return (product / len(neighbour) - mean * mean) / variance if variance > 1e-12 * mean * mean else float("nan")


@compiled
def _moments(start: Ints, neighbour: Neighbours, value: Ints) -> tuple[int, int, int]:
    """Sums of value * value of the other end, of value, and of its square, over all rows of the table."""
    product = total = square = np.int64(0)
    for one in range(len(start) - 1):
        around = np.int64(0)
        for row in range(start[one], start[one + 1]):
            around += value[neighbour[row]]
        ties = start[one + 1] - start[one]
        product += value[one] * around
        total += value[one] * ties
        square += value[one] * value[one] * ties
    return product, total, square  # type: ignore[return-value]


def assortativity(start: Ints, neighbour: Neighbours) -> float:
    """Pearson's r of the degrees at both ends of all ties; NaN for a regular graph."""
    return mixing(start, neighbour, np.diff(start))


def share_within(start: Ints, neighbour: Neighbours, trait: Ints) -> tuple[float, float]:
    """Share of ties between people of one trait (a code from 0), and what it were if ties fell by degree alone."""
    if not len(neighbour):
        return float("nan"), float("nan")
    degree, trait = np.diff(start), trait.astype(np.int64)
    held = np.bincount(trait, weights=degree) / len(neighbour)
    return _within(start, neighbour, trait) / len(neighbour), float((held * held).sum())


@compiled
def _within(start: Ints, neighbour: Neighbours, trait: Ints) -> int:
    """Number of rows that join equal traits."""
    equal = 0
    for one in range(len(start) - 1):
        for row in range(start[one], start[one + 1]):
            equal += trait[neighbour[row]] == trait[one]
    return equal


def paradox_share(start: Ints, neighbour: Neighbours) -> float:
    """Share of people with friends who have fewer of them than their median friend (Ugander et al. 2011, G12)."""
    fewer, asked = _paradox(start, neighbour)
    return fewer / asked if asked else float("nan")


@compiled
def _paradox(start: Ints, neighbour: Neighbours) -> tuple[int, int]:
    """How many have fewer friends than the median of their friends', and how many have any."""
    fewer = asked = 0
    for one in range(len(start) - 1):
        own = start[one + 1] - start[one]
        if own == 0:
            continue
        more = np.int64(0)
        below, above = np.int64(0), np.int64(1) << 40  # the nearest numbers of friends up to `own` and beyond
        for row in range(start[one], start[one + 1]):
            others = start[neighbour[row] + 1] - start[neighbour[row]]
            if others > own:
                more += 1
                above = min(above, others)
            else:
                below = max(below, others)
        asked += 1
        fewer += 2 * more > own or (2 * more == own and below + above > 2 * own)
    return fewer, asked


@compiled
def _core(first: Ints, among: Ints) -> int:
    """Degeneracy of a graph: the highest k of which some people all have k friends among themselves.

    Whoever has k left or fewer is peeled off, with all who then do; k grows when nobody does
    (Matula & Beck 1983, doi:10.1145/2402.322385).
    """
    people = len(first) - 1
    left = first[1:] - first[:-1]
    gone = np.zeros(people, dtype=np.bool_)
    stack = np.empty(people, dtype=np.int64)
    core, peeled = np.int64(0), 0
    while peeled < people:
        height = 0
        for at in range(people):
            if not gone[at] and left[at] <= core:
                gone[at] = True
                stack[height] = at
                height += 1
        if height == 0:
            core += 1
        while height:
            height -= 1
            peeled += 1
            one = stack[height]
            for row in range(first[one], first[one + 1]):
                two = among[row]
                left[two] -= 1
                if not gone[two] and left[two] <= core:
                    gone[two] = True
                    stack[height] = two
                    height += 1
    return core  # type: ignore[return-value]


@compiled
def ego_degeneracy(start: Ints, neighbour: Neighbours, egos: Ints) -> Ints:
    """Degeneracy of each ego's neighbourhood: the highest k of a k-core among her friends, she left out (G08)."""
    place = np.full(len(start) - 1, -1, dtype=np.int64)
    found = np.zeros(len(egos), dtype=np.int64)
    for which in range(len(egos)):
        base, friends = start[egos[which]], start[egos[which] + 1] - start[egos[which]]
        for at in range(friends):
            place[neighbour[base + at]] = at
        first = np.zeros(friends + 1, dtype=np.int64)
        for at in range(friends):
            friend = neighbour[base + at]
            first[at + 1] = first[at]
            for row in range(start[friend], start[friend + 1]):
                first[at + 1] += place[neighbour[row]] >= 0
        among = np.empty(first[friends], dtype=np.int64)
        count = 0
        for at in range(friends):
            friend = neighbour[base + at]
            for row in range(start[friend], start[friend + 1]):
                if place[neighbour[row]] >= 0:
                    among[count] = place[neighbour[row]]
                    count += 1
        found[which] = _core(first, among)
        for at in range(friends):
            place[neighbour[base + at]] = -1
    return found
