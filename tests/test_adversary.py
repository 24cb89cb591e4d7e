"""What an adversary infers, against closed forms and another implementation."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.facts.adversary import interaction, knee, lift
from sim.measure.adversary import NO_GUESS, base_rate, crowd, only, propagate_labels, vote


def planted(seed: int, *, people: int, friends: int, alike: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People with `friends` friends of their own each, who share their trait (0 or 1) with chance `alike`."""
    rng = np.random.default_rng(seed)
    trait = rng.integers(0, 2, people)
    theirs = np.where(rng.random((people, friends)) < alike, trait[:, None], 1 - trait[:, None]).ravel()
    start = np.concatenate([np.arange(people) * friends, people * friends + np.arange(people * friends + 1)])
    neighbour = np.concatenate([people + np.arange(people * friends), np.repeat(np.arange(people), friends)])
    return start.astype(np.int64), neighbour.astype(np.int32), np.concatenate([trait, theirs])


@pytest.mark.parametrize("friends", [1, 3, 5, 9])
@pytest.mark.parametrize("alike", [0.6, 0.8])
def test_votes_are_right_as_often_as_the_binomial_says(friends: int, alike: float) -> None:
    people = 20_000
    start, neighbour, trait = planted(friends, people=people, friends=friends, alike=alike)
    asked = np.arange(people)
    told = np.arange(len(trait)) >= people
    right = float((vote(start, neighbour, trait, told, asked) == trait[asked]).mean())
    most = range(friends // 2 + 1, friends + 1)
    expected = sum(comb(friends, k) * alike**k * (1 - alike) ** (friends - k) for k in most)
    assert abs(right - expected) < 4.5 * np.sqrt(expected * (1 - expected) / people)  # 1 in 10^5


def test_who_has_no_friend_that_tells_is_not_guessed() -> None:
    start, neighbour, trait = np.array([0, 1, 2, 2]), np.array([1, 0], np.int32), np.array([0, 4, 2])
    told = np.array([False, True, True])
    assert vote(start, neighbour, trait, told, np.arange(3)).tolist() == [4, NO_GUESS, NO_GUESS]
    assert vote(start, neighbour, trait, told, np.empty(0, np.int64)).tolist() == []


def test_who_tells_is_asked_by_person_even_where_there_are_as_many_ties_as_people() -> None:
    start, neighbour, trait = np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2], np.int32), np.array([0, 5, 7, 9])
    told = np.array([True, False, True, False])
    assert vote(start, neighbour, trait, told, np.arange(4)).tolist() == [NO_GUESS, 0, NO_GUESS, 7]


def test_ties_that_are_not_known_are_as_if_they_were_not_there() -> None:
    start, neighbour = np.array([0, 2, 3, 5]), np.array([1, 2, 0, 0, 1], np.int32)
    kept = np.array([True, False, False, True, True])
    assert [part.tolist() for part in only(start, neighbour, kept)] == [[0, 1, 1, 3], [1, 0, 1]]


@given(st.integers(0, 2**32), st.integers(2, 40), st.floats(0.05, 0.5), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_votes_are_those_of_an_obvious_count(seed: int, people: int, density: float, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    ties = np.triu(rng.random((people, people)) < density, 1)
    ties |= ties.T
    start, neighbour = np.concatenate([[0], np.cumsum(ties.sum(axis=1))]), np.nonzero(ties)[1].astype(np.int32)
    trait, told = rng.integers(0, kinds, people), rng.random(people) < 0.6
    asked = rng.permutation(people)[: people // 2 + 1]
    for person, guess in zip(asked, vote(start, neighbour, trait, told, asked), strict=True):
        votes = [int(trait[friend]) for friend in np.flatnonzero(ties[person]) if told[friend]]
        best = min(set(votes), key=lambda code: (-votes.count(code), code)) if votes else NO_GUESS
        assert guess == best


def test_one_round_of_the_library_is_a_vote_and_more_rounds_reach_further() -> None:
    from networkx import karate_club_graph
    from networkx.algorithms.node_classification import harmonic_function

    graph = karate_club_graph()
    club = np.array([graph.nodes[i]["club"] == "Officer" for i in graph], dtype=np.int64)
    ties = np.zeros((34, 34), dtype=bool)
    for a, b in graph.edges:
        ties[a, b] = ties[b, a] = True
    start, neighbour = np.concatenate([[0], np.cumsum(ties.sum(axis=1))]), np.nonzero(ties)[1].astype(np.int32)
    told = np.isin(np.arange(34), [0, 33])
    for person in (0, 33):
        graph.nodes[person]["label"] = int(club[person])
    plain = vote(start, neighbour, club, told, np.arange(34))
    library = np.array(harmonic_function(_unweighted(graph), max_iter=2))
    one_sided = (plain != NO_GUESS) & (ties[:, 0] != ties[:, 33])
    assert (plain == library)[one_sided].all() and one_sided.sum() > 20
    far = propagate_labels(start, neighbour, club, told, np.arange(34), rounds=30)
    assert (far == club).mean() > 0.9 > (plain == club).mean()
    with pytest.raises(Mistake, match="1 round or more"):
        propagate_labels(start, neighbour, club, told, np.arange(34), rounds=0)


def _unweighted(graph):  # type: ignore[no-untyped-def]
    for _, _, tie in graph.edges(data=True):
        tie["weight"] = 1
    return graph


@pytest.mark.parametrize(("people", "cells"), [(5_000, 2_000), (5_000, 20_000)])
def test_uniqueness_is_as_the_birthday_problem_says(people: int, cells: int) -> None:
    shares = []
    for seed in range(20):
        drawn = np.random.default_rng(seed).integers(0, cells, people)
        shares.append((crowd(drawn // 50, drawn % 50) == 1).mean())
    assert np.mean(shares) == pytest.approx((1 - 1 / cells) ** (people - 1), abs=0.006)


def test_crowds_count_all_who_share_a_combination() -> None:
    assert crowd(np.array([1, 1, 1, 2]), np.array([0, 0, 1, 0])).tolist() == [2, 2, 1, 1]


def test_lift_and_knee_and_interaction_of_a_planted_world() -> None:
    start, neighbour, trait = planted(3, people=3_000, friends=25, alike=0.7)
    assert lift(start, neighbour, trait, Noise(1)) > 1.2
    friends = knee(start, neighbour, trait, Noise(1))
    assert friends is not None and 5 <= friends <= 15
    slope, p = interaction(*planted(4, people=20_000, friends=4, alike=0.9), Noise(1))
    assert slope > 0 and p < 0.01
    nothing = np.zeros(len(trait), np.int64)
    assert knee(start, neighbour, nothing, Noise(1)) is None
    assert lift(start, neighbour, nothing, Noise(1)) == pytest.approx(1)


def test_the_base_rate_is_the_commonest_share() -> None:
    assert base_rate(np.array([3, 3, 1, 0])) == 0.5
    assert np.isnan(base_rate(np.empty(0, np.int64)))
