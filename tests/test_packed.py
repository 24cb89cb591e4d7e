"""Events kept without the columns that most of them leave empty."""

import numpy as np
import pytest

from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.packed import Packed
from sim.exposure.doors import COPY
from sim.exposure.propagate import blocks, propagate
from tests.scenes import channels, happenings, scene

FEED, TAG, DISCOVERY = range(3)


@pytest.mark.parametrize("order", [1, -1])
def test_objects_parents_keys_and_marks_are_kept_of_all_but_friends_views_in_front(order: int) -> None:
    made = scene(3, unit_s=60, people=60, each=20, about=10)
    chain = list(channels(60).values())
    few = every = 0
    for block in blocks(made, [*chain[:2][::order], *chain[2:]], Noise(1), threads=1, posts_a_block=7):
        events = block.events
        assert isinstance(events, Packed) and isinstance(block.told, Events)
        friends = (events.channel == FEED) | (events.channel == TAG) | (
            (events.channel == DISCOVERY) & (events.object % 3 == 0)
        )  # fmt: skip
        for p, (low, high) in enumerate(zip(block.event_start, block.event_start[1:], strict=False)):
            others = np.flatnonzero(~friends[low:high])
            assert events.plain[p] == (others[0] if len(others) else high - low)
        kept = np.arange(len(friends)) >= np.repeat(block.event_start[:-1] + events.plain, np.diff(block.event_start))
        for name in ("object", "parent", "key", "mark"):
            assert np.array_equal(getattr(block.told, name)[kept], getattr(events, name + "s")), name
        few, every = few + len(events.parents), every + len(friends)
    assert few < every


def test_what_was_left_out_was_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> set[object]:
        made = scene(4, unit_s=60, people=30, each=20, about=10)
        return set(happenings(propagate(made, list(channels(60).values()), Noise(2), threads=1)))

    packed = told()
    monkeypatch.setattr("sim.exposure.weave.settle", settled_whole)
    assert told() == packed


def settled_whole(
    start: np.ndarray, bare: np.ndarray, plain: np.ndarray, moved: np.ndarray, event_start: np.ndarray
) -> None:
    """Where rows go, none of them plain or bare."""
    count = np.diff(start, axis=1)
    before = np.cumsum(count.T.ravel()) - count.T.ravel()
    moved[:] = before.reshape(count.T.shape).T - start[:, :-1]
    event_start[1:], plain[:] = np.cumsum(count.sum(axis=0)), 0


def test_reaches_are_made_of_the_posts_they_are_of() -> None:
    made = scene(5, unit_s=60, people=30, each=9, about=4)
    for block in blocks(made, list(channels(60).values()), Noise(3), threads=1, posts_a_block=5):
        told, posts = block.objects, slice(block.first, block.first + block.posts)
        assert told.id[: 3 * block.posts].reshape(-1, 3).tolist() == [
            [8 * post + kind for kind in range(3)] for post in made.post[posts].tolist()
        ]
        assert np.array_equal(told.birth[1 : 3 * block.posts : 3], made.time[posts])
        assert np.array_equal(told.natural[2 : 3 * block.posts : 3], made.natural[posts])
        assert (told.kind[3 * block.posts :] >= COPY).all() and block.late == len(told.id) - 3 * block.posts
