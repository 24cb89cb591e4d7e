"""Measure what adversaries meet (V28, V30, V31): what friends tell, a crawl's bias, how unique people are."""

from collections import deque

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import DAY_S
from sim.facts.ties import Friendships
from sim.measure.facts import Found
from sim.world.cells import codes

CRAWLS = 20
CRAWLED_SHARE = 0.05
"""A crawl stops when it has visited this share of people: real ones see a small part."""
KNOWN_SHARE = 0.2
"""Share of people who tell an attribute, at which inference is said to work (T02)."""

Ints = NDArray[np.int64]


def crawl(start: Ints, neighbour: NDArray[np.int32], first: int, most: int) -> list[int]:
    """The first `most` people a breadth-first crawl from `first` visits, friends in the order of the table."""
    seen, queue = {first}, deque([first])
    visited: list[int] = []
    while queue and len(visited) < most:
        person = queue.popleft()
        visited.append(person)
        for friend in neighbour[start[person] : start[person + 1]].tolist():
            if friend not in seen:
                seen.add(friend)
                queue.append(friend)
    return visited


def crawl_facts(graph: Friendships, noise: Noise) -> dict[str, Found]:
    """Mean degree of those a breadth-first crawl visits over everybody's (S10), mean of CRAWLS keyed crawls."""
    degree = graph.degree
    most = max(1, round(CRAWLED_SHARE * len(degree)))
    tied = np.flatnonzero(degree > 0)
    firsts = tied[np.argsort(noise.words("crawl", tied)[0], kind="stable")[:CRAWLS]]
    if not len(firsts):
        return {}
    visited = [degree[crawl(graph.start, graph.neighbour, int(first), most)].mean() for first in firsts]
    said = f"{len(firsts)} crawls of {most:,} people each. {graph.where}"
    return {"V30.bias": Found(float(np.mean(visited) / degree.mean()), said)}


def lift(start: Ints, neighbour: NDArray[np.int32], trait: Ints, noise: Noise) -> float:
    """How often the commonest trait of a person's known friends is hers, over how often everybody's commonest is.

    A keyed KNOWN_SHARE of people tell their trait; asked are the others who have a friend who does.
    """
    known = noise.uniform("known", np.arange(len(start) - 1)) < KNOWN_SHARE
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
    told = known[neighbour] & ~known[owner]
    kinds = int(trait.max()) + 1
    pairs, votes = np.unique(owner[told] * kinds + trait[neighbour[told]], return_counts=True)
    best = np.lexsort((pairs, -votes, pairs // kinds))
    asked, first = np.unique(pairs[best] // kinds, return_index=True)
    if not len(asked):
        return float("nan")
    right = (pairs[best][first] % kinds == trait[asked]).mean()
    return float(right / (np.bincount(trait[asked]).max() / len(asked)))


def inference_facts(graph: Friendships, noise: Noise) -> dict[str, Found]:
    """Inference of home towns from friends' where few tell theirs (T02)."""
    said = f"Home towns, guessed as the commonest among friends who tell theirs. {graph.where}"
    return {"V28.lift": Found(lift(graph.start, graph.neighbour, codes(graph.people["city"]), noise), said)}


def uniqueness_facts(people: pa.Table, *, place_people: int) -> dict[str, Found]:
    """Share of people alone with their gender and date of birth in a place of `place_people` (T04).

    Towns of a small world are smaller than a postcode, so `people` are put together in places of that size.
    """
    person = people["person"].to_numpy()
    places = max(1, people.num_rows // place_people)
    profile = np.stack([person % places, codes(people["gender"]), people["born"].to_numpy() // DAY_S], axis=1)
    _, which, count = np.unique(profile, axis=0, return_inverse=True, return_counts=True)
    said = f"{people.num_rows:,} people in {places} places of {people.num_rows // places:,}, the size of a ZIP code."
    return {"V31.unique": Found(float((count[which.ravel()] == 1).mean()), said)}
