"""Friends' posts about an owner: keyed by her, written by friends, decent."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posting import DECISION, centre, people, rates

from sim.core.noise import Noise
from sim.core.quantile import delay
from sim.core.schema import CLASSES, DAY_S, KINDS, YEAR_S, check
from sim.world.mentions import ALBUM_S, FRIENDS_STREAM, NOBODY, mention, nearest_keyed, nearness
from sim.world.posts import MONTH_S, publish
from sim.world.replies import reply

BIT = {name: 1 << place for place, name in enumerate(CLASSES)}
N = 60
PHOTO = KINDS.index("photo")


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


def test_the_rate_grows_with_the_square_root_of_activity():
    usual, busy = (
        mentions(
            owners=np.arange(N), people=people(N, joined=np.zeros(N, dtype=np.int64), posts_per_month=np.full(N, r))
        )
        for r in (2.0, 32.0)
    )
    months = N * DECISION / MONTH_S
    assert usual[0].num_rows / months == pytest.approx(centre().friends_per_month, rel=0.06)
    assert busy[0].num_rows / usual[0].num_rows == pytest.approx(4, rel=0.05)


def test_as_many_are_tagged_in_a_month_as_is_published_by_fewer_friends():
    n = 600
    ring = [[(person + step) % n for step in (*range(-15, 0), *range(1, 16))] for person in range(n)]
    table = people(
        n, joined=np.zeros(n, dtype=np.int64), posts_per_month=np.minimum(rates(n)[np.arange(n) * 7 % n], 300)
    )
    posts, _ = mentions(ring, np.arange(n), people=table)
    tags = posts.filter(pa.array((posts["kind"].to_numpy() == PHOTO) & posts["tagged"].to_numpy()))
    month = tags["time"].to_numpy() // MONTH_S
    tagged, taggers = (
        np.mean([len(np.unique(tags[who].to_numpy()[month == each])) for each in range(150, 180)]) / n
        for who in ("subject", "author")
    )
    assert tagged == pytest.approx(0.35, abs=0.06)  # P08
    assert 1.7 < tagged / taggers < 4  # V16


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
    assert 0 < (old != new).mean() < 0.6


def test_the_author_is_the_friend_with_the_least_number_for_her_weight():
    noise, friends = Noise(8), np.array([3, 7, 11, 20], dtype=np.int32)
    joined, activity = np.zeros(30, dtype=np.int64), np.linspace(0.5, 9, 30)
    joined[7] = 100
    start = np.concatenate([np.zeros(6, dtype=np.int64), np.full(25, 4)])
    k, time = np.arange(100), np.repeat([50, 150, 5 * ALBUM_S, 9 * ALBUM_S], 25)
    photo, near = k % 2 == 1, nearness(1.0)
    keys = noise.key("mention author"), noise.key("nearness")

    def posts_it(rows: slice) -> np.ndarray:
        owner = np.full(len(k[rows]), 5)
        return nearest_keyed(
            *keys, near, owner, k[rows], time[rows], photo[rows], start, friends, joined, activity
        )  # fmt: skip

    found = posts_it(slice(None))

    def number(at: int, friend: int) -> float:
        if photo[at]:
            return int(noise.words("mention author", friend, time[at] // ALBUM_S, -1)[0][0] >> 11) / activity[friend]
        near_her = float(delay(near, noise.words("nearness", 5, friend)[0])[0])
        luck = int(noise.words("mention author", 5, at, friend)[0][0] >> 11)
        return luck / (activity[friend] * near_her)

    for at in range(100):
        known = [friend for friend in friends.tolist() if joined[friend] <= time[at]]
        assert found[at] == min(known, key=lambda friend, at=at: number(at, friend)), at
    time[:] = -1
    assert set(posts_it(slice(0, 3))) == {NOBODY}


@given(owner_age=st.integers(13, 45), friend_age=st.integers(13, 45), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nothing_explicit_about_or_by_a_minor(owner_age: int, friend_age: int, seed: int):
    age = np.full(N, friend_age)
    age[9] = owner_age
    posts, _ = mentions(
        owners=[9],
        seed=seed,
        decision=10 * YEAR_S,
        people=people(N, age=age, born=-(age - 10) * YEAR_S, joined=np.zeros(N, dtype=np.int64)),
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


def test_friends_reply_under_recent_posts_and_the_replies_outlive_them():
    crowd = people(N, joined=np.zeros(N, dtype=np.int64), posts_per_month=np.full(N, 20.0))
    laws = centre(friends_reply=0.5, deleted_in_week=0.3)
    own = publish(laws, crowd, np.arange(N), Noise(2), decision=DECISION, content=False)
    about, _ = mention(laws, crowd, *friends_of(RING), np.arange(N), Noise(2), decision=DECISION, content=False)
    made = reply(laws, about, own, Noise(2))
    check("posts", made)
    replies = made["reply_to"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    texts = about["kind"].to_numpy() == KINDS.index("text")
    assert 0.3 < replies[texts].mean() < 0.5
    assert not replies[~texts].any()
    assert np.all(made["kind"].to_numpy()[replies] == KINDS.index("comment"))
    under = made.filter(pa.array(replies))
    at = np.searchsorted(own["post"].to_numpy(), under["reply_to"].to_numpy())
    assert np.array_equal(own["post"].to_numpy()[at], under["reply_to"].to_numpy())
    assert np.array_equal(own["author"].to_numpy()[at], under["subject"].to_numpy())
    assert np.array_equal(own["audience"].to_numpy()[at], under["audience"].to_numpy())
    wait = under["time"].to_numpy() - own["time"].to_numpy()[at]
    assert np.all((wait > 0) & (wait < 7 * DAY_S))
    assert np.all(own["deleted"].to_numpy()[at] > under["time"].to_numpy())
    assert under["deleted"].null_count == under.num_rows
    rest = [name for name in made.column_names if name not in ("kind", "audience", "reply_to")]
    assert made.select(rest).equals(about.select(rest))
    mine = pa.array(own["author"].to_numpy() == 9)
    alone = about.filter(pa.array(about["subject"].to_numpy() == 9))
    assert reply(laws, alone, own.filter(mine), Noise(2)).equals(made.filter(pa.array(made["subject"].to_numpy() == 9)))
    assert reply(laws, about, own.slice(0, 0), Noise(2)).equals(about)
