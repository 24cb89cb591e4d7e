"""Owners' posts: keyed laws, decency, audiences, rhythm, and the stylised facts they are calibrated to."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posting import DECISION, centre, people, posts_config, rates

from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import parameters, settle
from sim.core.schema import AUDIENCES, CLASSES, DAY_S, KINDS, YEAR_S, check
from sim.world.posts import MONTH_S, publish
from sim.world.rhythm import WEEK_S, Rhythm, clock_to_work, stream, work_to_clock
from sim.world.sensitive import keep_decent

BIT = {name: 1 << place for place, name in enumerate(CLASSES)}


def posts(
    n: int = 40, owners: object = None, *, seed: int = 5, decision: int = DECISION, **changes: object
) -> pa.Table:
    table = changes.pop("people", None)
    chosen = np.arange(n) if owners is None else np.asarray(owners)
    return publish(
        centre(**changes),
        people(n) if table is None else table,
        chosen,
        Noise(seed),
        decision=decision,
        content=False,
    )


def of(rows: pa.Table, owner: int) -> pa.Table:
    return rows.filter(pa.array(rows["author"].to_numpy() == owner))


def test_the_table_obeys_the_schema_and_is_sorted_by_author_and_time():
    made = posts(owners=[9, 3, 20])
    check("posts", made)
    author, time, post = (made[name].to_numpy() for name in ("author", "time", "post"))
    assert set(author) == {3, 9, 20}
    assert np.array_equal(np.lexsort((post, time, author)), np.arange(len(post)))
    assert np.array_equal(post >> 32, author)
    assert np.array_equal(made["subject"].to_numpy(), author)
    for owner in (3, 9, 20):
        assert np.array_equal(post[author == owner] & 0xFFFFFFFF, np.arange((author == owner).sum()))
    assert time.max() < DECISION
    assert np.all(time >= people(40)["joined"].to_numpy()[author])


def test_an_owners_posts_are_the_same_however_many_owners_and_people_there_are():
    alone, many = posts(owners=[7]), posts(owners=np.arange(40))
    assert of(many, 7).equals(alone)
    assert of(posts(n=41, owners=np.arange(41)), 7).equals(alone)


def test_a_later_decision_only_adds_posts():
    early, late = posts(decision=DECISION - 900 * DAY_S), posts()
    for owner in (0, 5, 11):
        before = of(early, owner)
        assert before.num_rows > 0
        assert of(late, owner).slice(0, before.num_rows).equals(before)


def test_no_stream_ends_before_its_time():
    rhythm, n = Rhythm(0.5, 19.0, 1.0, 0.0, 0.5), 800  # for a few of them the first guess of the count falls short

    def drawn(until: int) -> list[np.ndarray]:
        return list(
            stream(
                rhythm,
                Noise(1),
                decision="post",
                person=np.arange(n),
                since=np.zeros(n, dtype=np.int64),
                until=until,
                mean_gap_s=np.full(n, DAY_S // 2),
                shift_s=np.zeros(n, dtype=np.int64),
            )
        )

    early, late = drawn(200 * DAY_S), drawn(400 * DAY_S)
    before = late[2] < 200 * DAY_S
    for left, right in zip(early, late, strict=True):
        assert np.array_equal(left, right[before])
    row, k, time = late
    assert np.array_equal(np.lexsort((k, time, row)), np.arange(len(row)))
    assert np.array_equal(k, np.concatenate([np.arange(many) for many in np.bincount(row, minlength=n)]))
    last = np.zeros(n, dtype=np.int64)
    np.maximum.at(last, row, time)
    assert last.min() > 390 * DAY_S


def test_another_seed_gives_other_posts():
    assert not posts(seed=5).equals(posts(seed=6))


def people_born(age: int) -> int:
    """A birthday, to the day, of somebody so old after 20 years."""
    return (20 - age) * YEAR_S // DAY_S * DAY_S - 100 * DAY_S


@given(age=st.integers(13, 40), seed=st.integers(0, 2**32), years_before=st.integers(1, 15))
@settings(max_examples=40, deadline=None)
def test_nothing_explicit_of_a_minor_or_with_children(age: int, seed: int, years_before: int):
    made = posts(
        6,
        seed=seed,
        decision=20 * YEAR_S,
        people=people(
            6,
            age=np.full(6, age),
            born=np.full(6, people_born(age)),
            joined=np.full(6, (20 - years_before) * YEAR_S),
            caution=np.zeros(6),
        ),
        shown={"face": 0.5, "explicit": 1.0, "copyrighted": 0.2},
        said={name: 0.6 for name in CLASSES if name not in ("face", "explicit", "copyrighted")},
    )
    bits = made["sensitive"].to_numpy()
    explicit = bits & BIT["explicit"] != 0
    age_then_s = made["time"].to_numpy() - people_born(age)
    assert not np.any(explicit & (age_then_s < 18 * YEAR_S))
    assert not np.any(explicit & (bits & BIT["children"] != 0))
    assert not np.any(explicit & (bits & ~(BIT["explicit"] | BIT["face"] | BIT["copyrighted"]) != 0))
    for grown in ("children", "employer", "relationship", "money"):
        assert not np.any((bits & BIT[grown] != 0) & (age_then_s < 18 * YEAR_S)), grown
    if age >= 18 + years_before and made.num_rows > 100:
        assert explicit.any()


def test_decency_drops_the_explicit_flag_and_not_the_rest():
    both = np.array([BIT["explicit"] | BIT["children"] | BIT["place"]], dtype=np.int32)
    assert keep_decent(both, np.array([True])).tolist() == [BIT["children"] | BIT["place"]]
    alone = np.array([BIT["explicit"] | BIT["place"]] * 2, dtype=np.int32)
    assert keep_decent(alone, np.array([True, False])).tolist() == [BIT["explicit"], BIT["place"]]


def test_only_people_with_an_employer_name_one():
    made = posts(wordiness=dict.fromkeys(KINDS, 1.0), said={"employer": 0.9})
    named = made["sensitive"].to_numpy() & BIT["employer"] != 0
    assert named.any()
    assert not np.any(made["author"].to_numpy()[named] % 4 == 3)


def test_the_previous_audience_is_kept_for_two_thirds_of_posts():
    shares = np.full(60, 0.4)
    made = posts(60, people=people(60, public_share=shares), mistake=0.0, only_me_share=0.0)
    audience, author = made["audience"].to_numpy(), made["author"].to_numpy()
    same = (audience[1:] == audience[:-1])[author[1:] == author[:-1]].mean()
    by_chance = 0.4**2 + 0.6**2
    assert (same - by_chance) / (1 - by_chance) == pytest.approx(0.67, abs=0.03)
    assert (audience == AUDIENCES.index("public")).mean() == pytest.approx(0.4, abs=0.04)


def test_mistakes_only_widen_audiences():
    without, with_mistakes = posts(mistake=0.0), posts(mistake=0.6)
    assert np.all(with_mistakes["audience"].to_numpy() >= without["audience"].to_numpy())
    assert np.any(with_mistakes["audience"].to_numpy() > without["audience"].to_numpy())


def test_an_audience_chain_equals_its_plain_twin():
    parameters_, table = centre(mistake=0.5), people(5, posts_per_month=np.full(5, 20.0))
    made = publish(parameters_, table, np.arange(5), Noise(3), decision=DECISION, content=False)
    post, author = made["post"].to_numpy(), made["author"].to_numpy()
    words = Noise(3).words("audience", post)
    share, caution = table["public_share"].to_pylist(), table["caution"].to_pylist()
    expected, before = [], 0
    for at in range(len(post)):
        first = post[at] & 0xFFFFFFFF == 0
        high, low, owner = int(words[0][at]) >> 32, int(words[0][at]) & 0xFFFFFFFF, author[at]
        place = (int(words[1][at]) >> 11) * 2.0**-53
        only_me = share[owner] + (1 - share[owner]) * parameters_.only_me_share
        meant = 2 if place < share[owner] else 0 if place < only_me else 1
        if first:
            now = meant
        elif high < parameters_.persistence * 2**32:
            now = before
        elif low < parameters_.mistake * (1 - caution[owner]) * 2**32:
            now = max(meant, before)
        else:
            now = meant
        expected.append(now)
        before = now
    assert made["audience"].to_pylist() == expected


def test_posts_follow_the_hours_of_the_day():
    table = people(60, country=["GB"] * 60)
    hour = posts(60, people=table)["time"].to_numpy() % DAY_S // 3600
    count = np.bincount(hour, minlength=24)
    assert abs(int(np.argmax(np.convolve(np.tile(count, 3), np.ones(5), "same")[24:48])) - 19) <= 2
    assert count.max() > 3 * count.min()
    flat = posts(60, people=table, rhythm=Rhythm(0.0, 19.0, 1.0, 0.0, 1.2))
    level = np.bincount(flat["time"].to_numpy() % DAY_S // 3600, minlength=24)
    assert level.max() < 1.3 * level.min()


def test_weekends_are_as_busy_as_they_are_said_to_be():
    rhythm = Rhythm(0.5, 19.0, 2.0, 0.0, 1.2)
    time = posts(60, people=people(60, country=["GB"] * 60), rhythm=rhythm)["time"].to_numpy()
    weekend = (time // DAY_S % 7 >= 5).mean()  # 2007-01-01 is a Monday
    assert weekend == pytest.approx(4 / 9, abs=0.02)


@given(st.lists(st.integers(0, 200 * WEEK_S), min_size=2, max_size=50))
def test_the_time_change_never_turns_back_and_can_be_undone(times: list[int]):
    week = centre().rhythm.week()
    work = np.sort(np.array(times, dtype=np.int64))
    clock = work_to_clock(work, week)
    assert np.all(np.diff(clock) >= 0)
    assert np.all(np.abs(clock_to_work(clock, week) - work) <= 10)


def test_people_post_at_their_own_rate():
    n = 300
    made = posts(n, people=people(n, posts_per_month=np.full(n, 8.0), joined=np.zeros(n, dtype=np.int64)))
    assert made.num_rows / n / (DECISION / MONTH_S) == pytest.approx(8.0, rel=0.03)


def test_gaps_come_in_bursts():
    n = 50
    made = posts(n, people=people(n, posts_per_month=np.full(n, 5.0)))
    time, author = made["time"].to_numpy(), made["author"].to_numpy()
    gap = np.diff(time)[author[1:] == author[:-1]]
    assert gap.std() / gap.mean() > 1.3  # 1 without memory


def test_the_top_tenth_writes_most_posts():
    n = 1000
    table = people(n, posts_per_month=rates(n))
    made = posts(n, people=table, decision=4 * YEAR_S)
    count = np.sort(np.bincount(made["author"].to_numpy(), minlength=n))
    assert 0.70 < count[-n // 10 :].sum() / count.sum() < 0.90


def test_hardly_ever_is_never():
    table = people(2, posts_per_month=[5.0, 1e-12], joined=np.zeros(2, dtype=np.int64))
    made = posts(2, people=table, decision=2 * YEAR_S)
    assert (made["author"].to_numpy() == 1).sum() <= 1


def test_authors_delete_some_of_their_posts_soon_and_some_later():
    made = posts(200)
    after = made["deleted"].to_numpy() - made["time"].to_numpy()
    soon = after < WEEK_S
    assert after.min() >= 0
    assert soon.mean() == pytest.approx(0.024, abs=0.003)  # V23, D01
    assert 8 * 60 < np.median(after[soon]) < 30 * 60  # V24, D03
    assert 0.23 < (after < 6 * YEAR_S).mean() < 0.33  # V25, D05
    none = posts(20, deleted_in_week=0.0)
    assert (none["deleted"].to_numpy() - none["time"].to_numpy()).min() >= WEEK_S


def test_a_follow_up_is_a_comment_on_her_own_post_before_that_still_stands():
    made = posts(60)
    reply = made["reply_to"].to_numpy(zero_copy_only=False)
    follows = ~np.isnan(reply)
    post, kind, time = (made[name].to_numpy() for name in ("post", "kind", "time"))
    assert np.array_equal(reply[follows].astype(np.int64), post[follows] - 1)
    assert set(kind[follows]) == {KINDS.index("comment")}
    before = np.flatnonzero(follows) - 1
    assert np.all(made["deleted"].to_numpy()[before] > time[follows])
    assert follows.sum() / (kind == KINDS.index("comment")).sum() == pytest.approx(0.3, abs=0.04)
    assert posts(20, follow_up=0.0)["reply_to"].null_count == posts(20).num_rows


def test_kinds_and_classes_have_the_shares_of_the_configuration():
    made = posts(200, people=people(200, caution=np.full(200, 0.5)))
    kind, bits = made["kind"].to_numpy(), made["sensitive"].to_numpy()
    weight = centre().kinds
    for name, value in weight.items():
        assert (kind == KINDS.index(name)).mean() == pytest.approx(value / sum(weight.values()), abs=0.01)
    text = bits[kind == KINDS.index("text")]
    assert (text & BIT["place"] != 0).mean() == pytest.approx(0.10, abs=0.01)
    assert (text & BIT["face"] != 0).sum() == 0
    assert (bits[kind == KINDS.index("photo")] & BIT["face"] != 0).mean() == pytest.approx(0.46, abs=0.02)


def test_careful_people_show_less():
    n = 100
    made = {
        caution: (posts(n, people=people(n, caution=np.full(n, caution)))["sensitive"].to_numpy() != 0).mean()
        for caution in (0.1, 0.9)
    }
    assert made[0.9] < 0.6 * made[0.1]


def test_nobody_and_nothing_give_an_empty_table():
    assert posts(owners=[]).num_rows == 0
    assert posts(decision=0).num_rows == 0


def test_every_parameter_has_a_source_and_settles():
    found = dict(parameters(posts_config()))
    assert len(found) > 40
    for name, node in found.items():
        assert node["source"] and node["grade"] and node["unit"], name
    drawn = settle(posts_config(), Noise(1))
    assert drawn["persistence"] != 0.67


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"persistence": 1.2}, "persistence is 1.2"),
        ({"said": {"face": 0.1}}, "said.face"),
        ({"shown": {"health": 0.1}}, "shown.health"),
        ({"deleted_in_week": 1.5}, "deleted_in_week"),
        ({"deleted_per_year": 0.0}, "deleted_per_year"),
        ({"friends_near": 0.0}, "friends_near"),
        ({"kinds": {"text": 0.0}}, "at least one kind"),
        ({"wordiness": {"text": 1.5}}, "wordiness"),
        ({"friends_show": {"money": 0.1}}, "friends_show.money"),
    ],
)
def test_wrong_parameters_are_named(changes: dict[str, object], words: str):
    with pytest.raises(Mistake, match=words):
        centre(**changes)


def test_unknown_names_are_answered_with_what_exists():
    with pytest.raises(Misuse, match="Did you mean 'photo'"):
        centre(kinds={"foto": 1.0})
    with pytest.raises(Misuse, match="Did you mean 'health'"):
        centre(said={"helth": 0.1})


def test_owners_must_exist_and_be_named_once():
    with pytest.raises(Mistake, match="0 to 39"):
        posts(owners=[40])
    with pytest.raises(Mistake, match="more than once"):
        posts(owners=[3, 3])
