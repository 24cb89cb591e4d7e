"""Walks along friendships: equal to their plain twin, within their quota, on ties alone; a newcomer changes nobody."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import scene

from sim.exposure.itinerary import Itinerary, Walks, itinerary, kept, path, told
from sim.exposure.scene import Scene
from sim.exposure.story import words


def walks(*, again: bool, profiles: int = 5, key: int = 9, starts: int = 2**31) -> Walks:
    return Walks(100, 4000, 700, starts, profiles, 3, again, key)


def as_told(found: Itinerary) -> dict[int, list[tuple[int, int]]]:
    each = {
        person: list(zip(found.time[low:high].tolist(), found.walk[low:high].tolist(), strict=True))
        for person, (low, high) in enumerate(zip(found.start[:-1].tolist(), found.start[1:].tolist(), strict=True))
    }
    return {person: visits for person, visits in each.items() if visits}


@given(
    seed=st.integers(0, 2**32), people=st.integers(2, 14), again=st.booleans(), profiles=st.integers(1, 20),
    key=st.integers(0, 2**64 - 1), starts=st.sampled_from([0, 2**30, 2**32]),
)  # fmt: skip
@settings(max_examples=120)
def test_walks_equal_their_twin(seed: int, people: int, again: bool, profiles: int, key: int, starts: int) -> None:
    made = scene(seed, unit_s=60, people=people, owners=1)
    policy = walks(again=again, profiles=profiles, key=key, starts=starts)
    found = as_told(itinerary(policy, made))
    assert found == told(policy, made)
    assert starts < 2**32 or set(found) == set(range(people)), "a walk begins at everybody"


def ring(people: int) -> Scene:
    """Friends on a circle, each with her two neighbours."""
    left, right = (np.arange(people) - 1) % people, (np.arange(people) + 1) % people
    viewer = np.sort(np.stack([left, right], axis=1), axis=1).ravel().astype(np.int32)
    return replace(
        scene(1, unit_s=60, people=people), start=2 * np.arange(people + 1), viewer=viewer,
        visibility=np.zeros(2 * people, np.uint32),
    )  # fmt: skip


@pytest.mark.parametrize("again", [False, True])
def test_a_walk_goes_along_ties_up_to_its_quota(again: bool) -> None:
    made = ring(40)
    for person in range(40):
        trail = path(walks(again=again, profiles=12), made, person, words(9, person, 0, 1)[0])
        assert len(trail) == 12 and trail[0] == person
        assert all({(who - 1) % 40, (who + 1) % 40} & set(trail[:step]) for step, who in enumerate(trail) if step)
        assert again or len(set(trail)) == 12
    assert again or len(path(walks(again=False, profiles=99), made, 0, 5)) == 40, "all of the circle, then no more"


def test_one_person_without_ties_changes_no_walk() -> None:
    made = scene(3, unit_s=60, people=12)
    more = replace(
        made, people=13, start=np.append(made.start, made.start[-1]), joined=np.append(made.joined, 0),
        opens_roll=np.append(made.opens_roll, True),
        public_items=np.append(made.public_items, 1.0),
    )  # fmt: skip
    for again in (False, True):
        policy = walks(again=again, starts=2**32)
        before, after = as_told(itinerary(policy, made)), as_told(itinerary(policy, more))
        assert {walk for _, walk in after.pop(12)} == {12}
        assert after == before


def test_one_tie_more_moves_only_walks_that_meet_it() -> None:
    made, policy = ring(60), walks(again=False, starts=2**32, profiles=4)
    tie = np.insert(made.viewer, [0, 61], [30, 0])  # 0 and 30
    order = np.argsort(np.insert(np.repeat(np.arange(60), 2), [0, 61], [0, 30]) * 60 + tie)
    count = np.where(np.isin(np.arange(60), [0, 30]), 3, 2)
    tied = replace(
        made, viewer=tie[order].astype(np.int32), start=np.concatenate([[0], np.cumsum(count)]),
        visibility=np.zeros(122, np.uint32),
    )  # fmt: skip
    for person in range(60):
        key = words(policy.key, person, 0, 1)[0]
        before, after = path(policy, made, person, key), path(policy, tied, person, key)
        assert before == after or {0, 30} & set(before), person
    assert as_told(itinerary(policy, made)) != as_told(itinerary(policy, tied))


def test_an_itinerary_is_made_once_for_the_same_ties() -> None:
    made, policy = ring(30), walks(again=True)
    assert kept(itinerary, policy, made) is kept(itinerary, policy, replace(made, horizon_end=made.horizon_end + 1))
    other = replace(made, viewer=made.viewer.copy())
    assert kept(itinerary, policy, made) is not kept(itinerary, policy, other)
    assert kept(itinerary, policy, made) is not kept(itinerary, policy._replace(key=10), made)
