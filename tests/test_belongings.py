"""What accounts hold beside posts, whom their pictures show, and who leaves: keyed, decent, as often as published."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from posting import DECISION, centre, people, rates

from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import AUDIENCES, BESIDE, CLASSES, DAY_S, KINDS, YEAR_S, check, table
from sim.world.audience import adjacency
from sim.world.belongings import Belongings, accumulate
from sim.world.bonds import bonds_of
from sim.world.deletion import Leaving, gone_at, leave
from sim.world.posts import MONTH_S, publish
from sim.world.tags import tag

BIT = {name: 1 << place for place, name in enumerate(CLASSES)}
N = 60
SINCE = 800 * DAY_S


def law(**changes: object) -> Belongings:
    given_ = yaml.safe_load((Path(__file__).parents[1] / "conf/belongings.yaml").read_text(encoding="utf-8"))
    settled = settle(given_, None)
    settled.pop("_target_")
    return Belongings(**(settled | changes))


def ring(n: int = N, reach: int = 6, *, since: int | None = SINCE) -> pa.Table:
    pairs = sorted({tuple(sorted((one, (one + step) % n))) for one in range(n) for step in range(1, reach + 1)})
    source, target = (np.array(end) for end in zip(*pairs, strict=True))
    return table("ties", {"source": source, "target": target, "since": pa.array([since] * len(pairs), pa.int64())})


def held(owners: object = (4, 9), *, seed: int = 3, **changes: object) -> pa.Table:
    everyone, ties = changes.pop("people", None), changes.pop("ties", None)
    decision, content = changes.pop("decision", DECISION), changes.pop("content", False)
    directed, posts = changes.pop("directed", False), changes.pop("posts", {})
    made = accumulate(
        law(**changes), centre(**posts), people(N) if everyone is None else everyone, ring() if ties is None else ties,
        np.array(owners), Noise(seed), directed=directed, decision=decision, content=content,
    )  # fmt: skip
    return pa.concat_tables(made)


def of_kind(rows: pa.Table, kind: str) -> pa.Table:
    return rows.filter(pa.array(rows["kind"].to_numpy() == KINDS.index(kind)))


def test_every_kind_beside_posts_is_made():
    made = held(np.arange(N), people=people(N, camera_roll=np.ones(N, dtype=bool)), content=True)
    check("posts", made)
    assert {KINDS[code] for code in np.unique(made["kind"].to_numpy())} == set(BESIDE)
    post, author, time = (made[name].to_numpy() for name in ("post", "author", "time"))
    assert len(np.unique(post)) == len(post)
    assert np.array_equal(post >> 32, author)
    assert np.array_equal(author, made["subject"].to_numpy())
    assert np.all(time >= people(N)["joined"].to_numpy()[author])
    assert np.all(time < DECISION)
    for kind in BESIDE:
        rows = of_kind(made, kind)
        order = np.lexsort((rows["time"].to_numpy(), rows["author"].to_numpy()))
        assert np.array_equal(order, np.arange(rows.num_rows)), kind


def test_no_id_is_a_posts():
    own = publish(centre(), people(N), np.arange(N), Noise(3), decision=DECISION, content=False)
    assert not np.isin(held(np.arange(N))["post"].to_numpy(), own["post"].to_numpy()).any()
    assert own["post"].to_numpy().max() & 0xFFFFFFFF < 1 << 27


def test_one_kind_more_or_less_changes_no_other():
    whole = held()
    for name, kind in (("messages_per_month", "message"), ("likes_per_month", "like"), ("fields", "profile_field")):
        less = held(**{name: {} if name == "fields" else 0.0})
        assert of_kind(less, kind).num_rows == 0
        assert less.equals(whole.filter(pa.array(whole["kind"].to_numpy() != KINDS.index(kind))))


@settings(max_examples=15)
@given(others=st.sets(st.integers(0, N - 1), max_size=6), seed=st.integers(0, 9))
def test_other_owners_change_nothing(others: set[int], seed: int):
    alone, together = held([9], seed=seed), held(sorted(others | {9}), seed=seed)
    assert together.filter(pa.array(together["author"].to_numpy() == 9)).equals(alone)


def test_a_later_decision_only_adds():
    early, late = held(decision=DECISION - YEAR_S), held()
    for kind in ("message", "like", "profile_field", "follow"):
        one, two = of_kind(early, kind), of_kind(late, kind)
        assert two.filter(pa.array(np.isin(two["post"].to_numpy(), one["post"].to_numpy()))).equals(one)


def test_as_much_is_sent_and_liked_in_a_month_as_is_published():
    n = 800
    crowd = people(
        n, joined=np.zeros(n, dtype=np.int64), camera_roll=np.arange(n) % 2 == 0,
        posts_per_month=np.minimum(rates(n)[np.arange(n) * 7 % n], 1000),
    )  # fmt: skip
    made = held(np.arange(n), people=crowd, ties=ring(n))
    months = n * DECISION / MONTH_S
    assert of_kind(made, "message").num_rows / months == pytest.approx(9, rel=0.1)  # P07
    assert of_kind(made, "like").num_rows / months == pytest.approx(14, rel=0.1)  # P09
    rolls = of_kind(made, "camera_roll")["author"].to_numpy()
    assert set(rolls) == set(range(0, n, 2))


def test_messages_go_to_friends_in_runs_and_to_the_near_more_often():
    rows = of_kind(held([9], people=people(N, joined=np.zeros(N, dtype=np.int64))), "message")
    to, k = rows["to"].to_numpy(), rows["post"].to_numpy() & ((1 << 27) - 1)
    friends = {(9 + step) % N for step in (*range(-6, 0), *range(1, 7))}
    assert set(to) <= friends
    together = k[1:] // 6 == k[:-1] // 6
    assert np.all(to[1:][together] == to[:-1][together])
    count = np.sort(np.unique(to, return_counts=True)[1])[::-1]
    assert count[0] > 3 * count[len(count) // 2]


def test_nobody_writes_to_an_account_that_is_gone():
    left = np.full(N, -1)
    left[10] = 2000 * DAY_S
    crowd = people(N, left=pa.array(np.maximum(left, 0), mask=left < 0))
    rows = of_kind(held([9], people=crowd), "message")
    late = rows["time"].to_numpy() >= 2000 * DAY_S
    assert 10 in rows["to"].to_numpy()[~late]
    assert 10 not in rows["to"].to_numpy()[late]


def test_only_the_platform_and_the_addressed_hold_messages_and_camera_rolls():
    made = held(np.arange(N), people=people(N, camera_roll=np.ones(N, dtype=bool)))
    for kind in ("message", "camera_roll"):
        assert set(of_kind(made, kind)["audience"].to_pylist()) == {AUDIENCES.index("only_me")}
    assert of_kind(made, "camera_roll")["to"].null_count == of_kind(made, "camera_roll").num_rows
    assert of_kind(made, "message")["to"].null_count == 0


def test_a_profile_has_each_field_at_most_once_and_shows_its_own_values():
    made = of_kind(
        held(np.arange(N), content=True, fields=dict.fromkeys(("place", "contact", "employer"), 0.9)), "profile_field"
    )
    crowd = people(N)
    told = {"place": "city", "contact": "email", "employer": "employer"}
    seen = set()
    for row in made.to_pylist():
        (span,) = row["spans"]
        name = CLASSES[span["class"]]
        assert row["sensitive"] == BIT[name]
        assert (row["author"], name) not in seen
        seen.add((row["author"], name))
        assert row["text"][span["start"] : span["end"]] == crowd[told[name]][row["author"]].as_py()
        assert name != "contact" or row["audience"] <= AUDIENCES.index("friends")
    assert len(seen) > N


def test_the_partner_of_a_profile_is_the_one_her_posts_name_for_good():
    rows = of_kind(held(np.arange(12), content=True, fields={"relationship": 0.9}), "profile_field")
    own = publish(
        centre(said={"relationship": 0.9}), people(N), np.arange(12), Noise(3), decision=DECISION, content=True
    )
    named: dict[int, Counter[str]] = {}
    for author, text, spans in zip(*(own[name].to_pylist() for name in ("author", "text", "spans")), strict=True):
        named.setdefault(author, Counter()).update(text[span["start"] : span["end"]] for span in spans)
    asked = 0
    for row in rows.to_pylist():
        if named[row["author"]].total() >= 20:
            (span,) = row["spans"]
            asked += 1
            assert row["text"][span["start"] : span["end"]] == named[row["author"]].most_common(1)[0][0]
    assert asked >= 3


def test_minors_tell_no_partner_and_hold_nothing_explicit():
    young = people(
        N,
        age=np.full(N, 14),
        camera_roll=np.ones(N, dtype=bool),
        joined=np.zeros(N, dtype=np.int64) + DECISION - YEAR_S,
    )
    made = held(
        np.arange(N), people=young, posts={"shown": {"explicit": 0.9}}, fields={"relationship": 1.0, "place": 0.5}
    )
    sensitive = made["sensitive"].to_numpy()
    assert made.num_rows > 1000
    assert not np.any(sensitive & (BIT["explicit"] | BIT["relationship"] | BIT["employer"] | BIT["children"]))


def test_follows_are_the_ties_as_old_as_they_are():
    rows = of_kind(held([9]), "follow")
    friends = {(9 + step) % N for step in (*range(-6, 0), *range(1, 7))}
    assert set(rows["to"].to_pylist()) == friends
    assert np.all(rows["time"].to_numpy() == SINCE)
    assert np.array_equal(rows["post"].to_numpy() & ((1 << 27) - 1), rows["to"].to_numpy())
    arcs = of_kind(held([9], directed=True), "follow")
    assert set(arcs["to"].to_pylist()) == {friend for friend in friends if friend > 9}


def test_a_tie_of_unknown_age_begins_when_both_are_there():
    joined = people(N)["joined"].to_numpy()
    bonds = bonds_of(ring(since=None), np.array([4, 9]), joined, Noise(1), directed=False, decision=DECISION)
    row, other, since = bonds.listed
    owner = np.array([4, 9])[row]
    assert np.all(since >= np.maximum(joined[owner], joined[other]))
    assert np.all(since < DECISION)
    turned = bonds_of(ring(since=None), np.arange(N), joined, Noise(1), directed=False, decision=DECISION)
    whole = {(a, b): s for a, b, s in zip(*(c.tolist() for c in turned.listed), strict=True)}
    assert all(whole[a, b] == whole[b, a] for a, b in whole)


def test_impossible_amounts_are_refused():
    for changes in ({"messages_per_month": -1.0}, {"spree": 0}, {"fields": {"place": 1.5}}, {"message_wordiness": 2.0}):
        with pytest.raises(Mistake):
            law(**changes)
    with pytest.raises(Misuse, match="employer"):
        law(fields={"employers": 0.5})


def test_friends_in_her_pictures_are_tagged_as_often_as_is_published():
    n = 600
    crowd = people(
        n, joined=np.zeros(n, dtype=np.int64), posts_per_month=np.minimum(rates(n)[np.arange(n) * 7 % n], 300)
    )
    start, viewer = adjacency(ring(n, 15), people=n, directed=False)
    own = publish(centre(), crowd, np.arange(n), Noise(2), decision=DECISION, content=False)
    shown = tag(centre(), crowd, start, viewer, own, Noise(2))
    check("mentions", shown)
    at = np.searchsorted(own["post"].to_numpy(), shown["post"].to_numpy())
    author, month = own["author"].to_numpy()[at], own["time"].to_numpy()[at] // MONTH_S
    taggers = np.mean([len(np.unique(author[month == each])) for each in range(150, 180)]) / n
    assert taggers == pytest.approx(0.12, abs=0.04)  # P08
    friend = shown["person"].to_numpy()
    away = np.minimum((friend - author) % n, (author - friend) % n)
    assert np.all((away >= 1) & (away <= 15))
    seen = own["sensitive"].to_numpy()[at]
    assert np.all(seen & BIT["face"] != 0) and not np.any(seen & BIT["explicit"])
    assert np.all(own["audience"].to_numpy()[at] > 0)
    some = own.filter(pa.array(own["author"].to_numpy() == 7))
    assert tag(centre(), crowd, start, viewer, some, Noise(2)).equals(shown.filter(pa.array(author == 7)))


def test_accounts_are_deleted_as_their_degree_says():
    n = 40_000
    friends, joined = np.arange(n) % 12, np.arange(n) % 3000 * DAY_S
    crowd = pa.table({"joined": joined, "left": pa.nulls(n, pa.int64())})
    laws = Leaving(alone=0.3, per_friend=0.629, least=0.002)
    made = leave(laws, crowd, Noise(5), friends=friends, size=n, decision=DECISION)
    gone = made["left"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    share = np.bincount(friends, weights=gone) / np.bincount(friends)
    assert share[:5] == pytest.approx([0.3, 0.189, 0.119, 0.075, 0.047], abs=0.025)  # D04
    assert share[11] == pytest.approx(0.002, abs=0.003)
    when = gone_at(made)
    assert np.all((when > joined)[gone]) and np.all((when <= DECISION)[gone])
    fewer = leave(laws, crowd, Noise(5), friends=friends, size=n - 7, decision=DECISION)
    assert fewer.slice(0, n - 7).equals(made.slice(0, n - 7))
    assert fewer["left"].slice(n - 7).null_count == 7
