"""Measure what adversaries meet (V27 to V31): what friends tell, a crawl's bias, how unique people are."""

from collections import deque
from math import erfc, sqrt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import DAY_S
from sim.facts.ties import Friendships
from sim.measure.adversary import NO_GUESS, base_rate, crowd, only, vote
from sim.measure.facts import Found
from sim.world.cells import codes

CRAWLS = 20
CRAWLED_SHARE = 0.05
"""A crawl stops when it has visited this share of people: real ones see a small part."""
KNOWN_SHARE = 0.2
"""Share of people who tell an attribute, at which inference is said to work (T02)."""
NEARLY = 0.95
"""Share of the attainable accuracy that a person's few friends give (T01)."""
MANY, LEAST_ASKED = 20, 100
"""People of whom V27 is asked have as many friends, and there must be as many of them."""
OUTSIDE = 0.1
"""Share of people who never join, of whom V29 is asked."""
GRID = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Sizes and disclosures of V29, evenly on a logarithmic scale, as networks grow."""

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
    guess = vote(start, neighbour, trait, known, np.arange(len(start) - 1))
    asked = ~known & (guess != NO_GUESS)
    return float((guess == trait)[asked].mean() / base_rate(trait[asked])) if asked.any() else float("nan")


def knee(start: Ints, neighbour: NDArray[np.int32], trait: Ints, noise: Noise) -> int | None:
    """Friends with whom a guess is NEARLY as often right as with all friends, of people with MANY friends or more.

    Friends are asked in a keyed order. None: too few have so many friends, or their friends tell nothing of them.
    """
    degree = np.diff(start)
    asked = np.flatnonzero(degree >= MANY)
    if len(asked) < LEAST_ASKED:
        return None
    owner = np.repeat(np.arange(len(degree)), degree)
    turn = np.empty(len(neighbour), dtype=np.int64)
    turn[np.lexsort((noise.words("asked friend", owner, neighbour)[0], owner))] = np.arange(len(neighbour))
    turn -= start[owner]
    everybody = np.ones(len(degree), dtype=np.bool_)

    def right(friends: int) -> float:
        few = only(start, neighbour, turn < friends)
        return float((vote(*few, trait, everybody, asked) == trait[asked]).mean())

    attainable = right(int(degree.max()))
    if attainable <= base_rate(trait[asked]):
        return None
    return next(n for n in range(1, int(degree.max()) + 1) if right(n) >= NEARLY * attainable)


def interaction(start: Ints, neighbour: NDArray[np.int32], trait: Ints, noise: Noise) -> tuple[float, float]:
    """Coefficient of size times disclosure in the accuracy of guessing non-users' traits, and its p-value.

    A keyed OUTSIDE share never joins. Of the others a keyed share `size` has joined, and of those a keyed share
    `disclosure` lets the network read its contacts, which name non-users too; both run over GRID. The accuracy is
    regressed on size, disclosure and their product (Garcia 2017), p from the t distribution's normal limit.
    """
    person = np.arange(len(start) - 1)
    outside = noise.uniform("outside", person) < OUTSIDE
    joined, discloses = noise.uniform("joins", person), noise.uniform("discloses", person)
    asked = np.flatnonzero(outside & (np.diff(start) > 0))
    rows = []
    for size in GRID:
        for disclosure in GRID:
            told = ~outside & (joined < size) & (discloses < disclosure)
            right = vote(start, neighbour, trait, told, asked) == trait[asked]
            rows.append((1.0, size, disclosure, size * disclosure, float(right.mean())))
    table = np.array(rows)
    design, accuracy = table[:, :4], table[:, 4]
    slope, *_ = np.linalg.lstsq(design, accuracy, rcond=None)
    rest = accuracy - design @ slope
    covariance = np.linalg.inv(design.T @ design) * (rest @ rest) / (len(rest) - 4)
    return float(slope[3]), erfc(abs(float(slope[3])) / sqrt(2 * float(covariance[3, 3])))


def inference_facts(graph: Friendships, noise: Noise) -> dict[str, Found]:
    """Inference of home towns from friends': few tell theirs (T02), few friends suffice (T01), non-users (T03)."""
    town = codes(graph.people["city"])
    friends = knee(graph.start, graph.neighbour, town, noise)
    slope, p = interaction(graph.start, graph.neighbour, town, noise)
    return {
        "V27.knee": Found(
            None if friends is None else float(friends),
            f"Home towns of people with {MANY} friends or more: friends with whom guesses reach {NEARLY:.0%} of what "
            f"all their friends give. {graph.where}",
        ),
        "V28.lift": Found(
            lift(graph.start, graph.neighbour, town, noise),
            f"Home towns, guessed as the commonest among friends who tell theirs. {graph.where}",
        ),
        "V29.interaction": Found(
            slope, f"Home towns of people outside, from contacts of those inside; p {_small(p)}. {graph.where}"
        ),
    }


def _small(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def uniqueness_facts(people: pa.Table, *, place_people: int) -> dict[str, Found]:
    """Share of people alone with their gender and date of birth in a place of `place_people` (T04).

    Towns of a small world are smaller than a postcode, so `people` are put together in places of that size.
    """
    person = people["person"].to_numpy()
    places = max(1, people.num_rows // place_people)
    alone = crowd(person % places, codes(people["gender"]), people["born"].to_numpy() // DAY_S) == 1
    said = f"{people.num_rows:,} people in {places} places of {people.num_rows // places:,}, the size of a ZIP code."
    return {"V31.unique": Found(float(alone.mean()), said)}
