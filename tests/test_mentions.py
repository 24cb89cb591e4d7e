"""Friends' posts about an owner: keyed by her, written by friends, decent."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posting import DECISION, centre, people

from sim.core.noise import Noise
from sim.core.schema import CLASSES, KINDS, YEAR_S, check
from sim.world.mentions import FRIENDS_STREAM, NOBODY, least_keyed, mention
from sim.world.posts import MONTH_S

BIT = {name: 1 << place for place, name in enumerate(CLASSES)}
N = 60


def friends_of(lists: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    start = np.concatenate([[0], np.cumsum([len(friends) for friends in lists])]).astype(np.int64)
    return start, np.array([friend for friends in lists for friend in friends], dtype=np.int32)


RING = [[(person + step) % N for step in range(1, 11)] for person in range(N)]


def mentions(lists: list[list[int]] = RING, owners: object = (4, 9), *, seed: int = 2, **changes: object):
    table = changes.pop("people", None)
    decision = changes.pop("decision", DECISION)
    content = changes.pop("content", False)
    everyone = people(N) if table is None else table
    return mention(
        centre(**changes),
        everyone,
        *friends_of(lists),
        np.array(owners),
        Noise(seed),
        decision=decision,
        content=content,
    )


def test_a_mention_is_a_friends_post_about_the_owner():
    posts, shown = mentions(content=True)
    check("posts", posts)
    check("mentions", shown)
    post, author, subject = (posts[name].to_numpy() for name in ("post", "author", "subject"))
    assert set(subject) == {4, 9}
    assert np.all(post & FRIENDS_STREAM != 0)
    assert np.array_equal(post >> 32, subject)
    assert np.all(np.diff(post) > 0)
    assert all(author[at] in RING[subject[at]] for at in range(len(post)))
    assert shown["post"].equals(posts["post"])
    assert shown["person"].equals(posts["subject"])
    assert shown["sensitive"].equals(posts["sensitive"])
    tagged = posts["tagged"].to_numpy()
    assert 0.4 < tagged.mean() < 0.8
    assert np.all(posts["sensitive"].to_numpy()[tagged] & BIT["name"] != 0)
    assert np.all(posts["time"].to_numpy() >= people(N)["joined"].to_numpy()[author])


def test_the_rate_is_that_of_being_tagged():
    table = people(N, joined=np.zeros(N, dtype=np.int64))
    posts, _ = mentions(owners=np.arange(N), people=table)
    assert posts.num_rows / N / (DECISION / MONTH_S) == pytest.approx(0.35, rel=0.06)


def test_an_owner_without_friends_is_never_mentioned():
    lists = [list(friends) for friends in RING]
    lists[4] = []
    posts, shown = mentions(lists)
    assert set(posts["subject"].to_pylist()) == {9}
    assert shown.num_rows == posts.num_rows
    assert mentions(owners=[])[0].num_rows == 0
    assert mentions(friends_per_month=0.0)[0].num_rows == 0


def test_other_owners_and_other_ties_change_nothing():
    alone, _ = mentions(owners=[9])
    together, _ = mentions(owners=np.arange(N))
    assert together.filter(pa.array(together["subject"].to_numpy() == 9)).equals(alone)
    lists = [list(friends) for friends in RING]
    lists[4] = [*lists[4], 50]
    assert mentions(lists, owners=[9])[0].equals(alone)


def test_one_more_friend_writes_only_her_own_share():
    lists = [list(friends) for friends in RING]
    lists[9] = [*lists[9], 50]
    before, after = mentions(owners=[9])[0], mentions(lists, owners=[9])[0]
    old, new = before["author"].to_numpy(), after["author"].to_numpy()
    assert np.array_equal(before["time"].to_numpy(), after["time"].to_numpy())
    assert set(new[old != new]) == {50}
    assert 0 < (old != new).mean() < 0.35


def test_the_author_is_the_friend_with_the_least_keyed_number():
    noise, friends = Noise(8), np.array([3, 7, 11, 20], dtype=np.int32)
    joined = np.zeros(30, dtype=np.int64)
    joined[7] = 100
    start = np.concatenate([np.zeros(6, dtype=np.int64), np.full(25, 4)])
    k, time = np.arange(50), np.repeat([50, 150], 25)
    found = least_keyed(noise.key("mention author"), np.full(50, 5), k, time, start, friends, joined)
    for at in range(50):
        known = [friend for friend in friends.tolist() if joined[friend] <= time[at]]
        assert found[at] == min(known, key=lambda friend, at=at: noise.words("mention author", 5, at, friend)[0][0])
    nobody = least_keyed(noise.key("mention author"), np.full(1, 5), k[:1], np.full(1, -1), start, friends, joined)
    assert nobody.tolist() == [NOBODY]


@given(owner_age=st.integers(13, 45), friend_age=st.integers(13, 45), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nothing_explicit_about_or_by_a_minor(owner_age: int, friend_age: int, seed: int):
    age = np.full(N, friend_age)
    age[9] = owner_age
    posts, _ = mentions(
        owners=[9],
        seed=seed,
        decision=10 * YEAR_S,
        people=people(N, age=age, joined=np.zeros(N, dtype=np.int64)),
        friends_per_month=3.0,
        friends_show={"explicit": 1.0, "children": 0.3, "health": 0.5},
    )
    bits, ago = posts["sensitive"].to_numpy(), 10 * YEAR_S - posts["time"].to_numpy()
    explicit = bits & BIT["explicit"] != 0
    assert not np.any(explicit & (min(owner_age, friend_age) * YEAR_S - ago < 18 * YEAR_S))
    assert not np.any(explicit & (bits & BIT["children"] != 0))
    assert not np.any(explicit & (posts["kind"].to_numpy() == KINDS.index("text")))
    if min(owner_age, friend_age) >= 28:
        assert explicit.any()
