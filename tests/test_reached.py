"""The cascade's tables: the queue gives the least first, and a person keeps her place while the table grows."""

import heapq
from itertools import pairwise

import numpy as np
import pytest

from sim.core.compiled import Array, Integer, compiled
from sim.core.heap import BRANCHES, pop, push
from sim.exposure.reached import PLAIN, WHO, emptied, nobody_yet, place_of, with_room


@compiled
def through(numbers: Array, popped: Array, out: Array) -> int:
    """Push numbers one by one, popping where `popped`, then all that are left; how many came out."""
    queue = np.empty(len(numbers) + BRANCHES, dtype=np.int64)
    count, got = 0, 0
    for i in range(len(numbers)):
        push(queue, count, numbers[i])
        count += 1
        if popped[i]:
            out[got] = pop(queue, count)
            count, got = count - 1, got + 1
    while count:
        out[got] = pop(queue, count)
        count, got = count - 1, got + 1
    return got


@pytest.mark.parametrize("seed", range(30))
def test_the_queue_gives_what_a_sorted_list_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(0, 10 if seed % 3 == 0 else 2**62, rng.integers(1, 400))
    popped = rng.random(len(numbers)) < rng.choice([0.0, 0.4, 0.9])
    out = np.empty(len(numbers), dtype=np.int64)
    assert through(numbers, popped, out) == len(numbers)
    queue: list[int] = []
    expected = []
    for number, now in zip(numbers.tolist(), popped.tolist(), strict=True):
        heapq.heappush(queue, number)
        if now:
            expected.append(heapq.heappop(queue))
    expected += [heapq.heappop(queue) for _ in range(len(queue))]
    assert out.tolist() == expected


@compiled
def met(people: Array, start: Array, population: Integer, places: Array) -> tuple[int, bool]:
    """The places of people met in post after post, and how often each had her own slot."""
    reached, plain, count = nobody_yet(), 0, 0
    right = True
    for p in range(len(start) - 1):
        reached, count = emptied(reached, count), 0
        for i in range(start[p], start[p + 1]):
            reached = with_room(reached, count, count + 1, population)
            plain += reached.mix == PLAIN
            places[i] = place_of(reached, count, people[i])
            right = right and reached.known[places[i], WHO] == people[i]
            count = max(count, places[i] + 1)
    return plain, right


@pytest.mark.parametrize(("population", "plain"), [(300, True), (10**8, False)])
def test_a_person_keeps_her_place(population: int, plain: bool) -> None:
    rng = np.random.default_rng(population)
    start = np.concatenate([[0], np.cumsum(rng.integers(0, 300, 40))])
    people = rng.integers(0, population, start[-1])
    people[rng.random(len(people)) < 0.5] %= 97
    places = np.empty(len(people), dtype=np.int64)
    often, right = met(people, start, population, places)
    assert right
    assert (often > 0) == plain
    for low, high in pairwise(start.tolist()):
        order: dict[int, int] = {}
        assert places[low:high].tolist() == [order.setdefault(who, len(order)) for who in people[low:high].tolist()]
