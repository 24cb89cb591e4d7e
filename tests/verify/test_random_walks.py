"""Walks against closed forms: which friend is next, where a random walk stands, whom a crawl along ties favours."""

from collections.abc import Callable

import numpy as np
import pytest
from judge import FALSE_ALARM, of_counts, refuses

from sim.exposure.itinerary import tread
from sim.exposure.scene import scene_of
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

pytestmark = pytest.mark.verify

PEOPLE, ROUNDS = 40, 3000
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def tie() -> np.ndarray:
    """A connected graph of unequal degrees with triangles: a circle, and chords that favour low numbers."""
    rng, number = np.random.default_rng(5), np.arange(PEOPLE)
    chords = np.triu(rng.random((PEOPLE, PEOPLE)) < 2.0 / (1 + number[:, None] + number[None, :] / 4), 1)
    chords[number[:-1], number[1:]] = chords[0, PEOPLE - 1] = True
    return chords | chords.T


def walked(tie: np.ndarray, profiles: int, *, again: bool, key: int) -> np.ndarray:
    """Trails of ROUNDS walks from each person: int[walks, profiles]."""
    host, viewer = np.nonzero(tie)
    start = np.searchsorted(host, np.arange(len(tie) + 1))
    every = (0, ROUNDS * 1000, 1000, 2**32, profiles, 0, again, np.uint64(key))
    return tread(start, viewer.astype(np.int32), *every)[0].reshape(-1, profiles)


def luck(before: np.ndarray, here: np.ndarray, there: np.ndarray, weight: np.ndarray) -> float:
    """Chance of the least likely pair's next steps, times the pairs: weight[i, j] for j among friends of i, without
    whom the walk came from."""
    found = []
    for first, second in {*zip(before.tolist(), here.tolist(), strict=True)}:
        law = np.where(np.arange(len(weight)) == first, 0.0, weight[second])
        seen = np.bincount(there[(before == first) & (here == second)], minlength=len(weight))
        assert not seen[law == 0].any()
        found.append(of_counts(seen[law > 0], seen.sum() * law[law > 0] / law.sum()))
    return min(found) * len(found)


def test_the_next_friend_is_any_friend(tie: np.ndarray) -> None:
    here, there = walked(tie, 2, again=True, key=11).T
    assert luck(here, here, there, tie) > FALSE_ALARM
    refuses("a friend with many friends favoured", luck(here, here, there, tie * tie.sum(axis=0) ** 0.5))


def test_who_does_not_go_back_goes_on_to_any_other_friend(tie: np.ndarray) -> None:
    trails = walked(tie, 3, again=False, key=12)
    reached = tie[trails[:, 1], trails[:, 2]]  # else she stepped back: no other friend was left
    assert (tie.sum(axis=0)[trails[~reached, 1]] == 1).all() or reached.all()
    assert luck(*trails[reached].T, tie) > FALSE_ALARM
    refuses("a friend with many friends favoured", luck(*trails[reached].T, tie * tie.sum(axis=0) ** 0.5))


def test_a_random_walk_stands_at_a_person_in_proportion_to_her_friends(tie: np.ndarray) -> None:
    """At step t exactly as the t-th power of the transition matrix says; in the end as degree over twice the ties."""
    steps = (2, 5, 40)
    trails, degree = walked(tie, steps[-1] + 1, again=True, key=13), tie.sum(axis=0)
    moves = tie / degree[:, None]
    for step in steps:
        law = np.full(PEOPLE, 1 / PEOPLE) @ np.linalg.matrix_power(moves, step)
        seen = np.bincount(trails[:, step], minlength=PEOPLE)
        assert of_counts(seen, seen.sum() * law) > FALSE_ALARM, step
        refuses("uniform visits", of_counts(seen, np.full(PEOPLE, seen.mean())))
    assert abs(law - degree / degree.sum()).max() < 1e-4
    assert of_counts(seen, seen.sum() * degree / degree.sum()) > FALSE_ALARM
    steeper = degree**1.05
    refuses("a power of degree of 1.05", of_counts(seen, seen.sum() * steeper / steeper.sum()))


def test_a_crawl_along_ties_is_as_biased_as_real_ones(record_property: Record) -> None:
    """S10: crawls along ties met people with 1.2 (Ferrara 2012) to 3.5 (Gjoka et al. 2010) times the mean friends."""
    config = compose_config("propagate", ["world.size=4000", "world.owners=1", "params=centre", "content=none"])
    scene = scene_of(make_world(config, 0), world_noise(config, 0), horizon_end=2**30, others_gone_per_year=0.05)
    degree = np.diff(scene.start)
    who, time, walk = tread(scene.start, scene.viewer, 0, 2**30, 2**29, 2**28, 50, 1, False, np.uint64(3))
    later = time > np.repeat(time[np.flatnonzero(np.diff(walk, prepend=-1))], np.bincount(walk)[np.unique(walk)])
    bias = degree[who[later]].mean() / degree[degree > 0].mean()
    record_property("mean friends of those met, over that of all", round(float(bias), 2))
    assert 1.2 < bias < 3.5
    started = degree[who[~later]].mean() / degree[degree > 0].mean()
    refuses("people visited whoever they are: where walks begin", 1.2 < started < 3.5)
