"""What every strategy of conf/strategy obeys, found by its YAML alone; and each one's own order."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from sim.cleanup.account import OF_PEOPLE, Account, observe
from sim.cleanup.limits import Limits, Rule
from sim.cleanup.plan import ON_ACCOUNT, ON_PEOPLE, WHOLE_ACCOUNT, Choice, Strategy, missing
from sim.cleanup.strategies.mastodon_auto_delete import MastodonAutoDelete
from sim.cleanup.strategies.most_sensitive import MostSensitive
from sim.core.build import build
from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import parameters, settle
from sim.core.schema import ACTIONS, AUDIENCES, CLASSES, DAY_S, KINDS, table

FOLDER = Path(__file__).parents[1] / "conf/strategy"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
NOW = 400 * DAY_S
LIMITS = Limits(
    rules=(Rule(calls=30, per_s=1800, window="fixed"),), calls_per_item=1, batch=1, usd_per_call=0.0, pace=0.5
)
NOISE = Noise(5).branch("strategy")


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


def strategy(name: str, **changes: Any) -> Strategy:
    return build(settle(read(name)[name], None) | changes)


def account(n: int, *, luck: int = 0, hidden: int = 0, later: int = 7) -> Account:
    """`n` own posts before NOW. `hidden` redraws all she cannot see, `later` is how much lies after NOW."""
    rng, other = np.random.default_rng(luck), np.random.default_rng(hidden + 1000)
    rows = n + later
    time = np.concatenate([np.sort(rng.integers(0, NOW, n)), NOW + 1 + np.sort(other.integers(0, NOW, later))])
    texts = [["nothing much", "call +44 7700 900123", "write to a.b@example.org", None][i % 4] for i in range(rows)]
    columns = {
        "kind": rng.integers(0, len(KINDS), n),
        "audience": rng.integers(0, len(AUDIENCES), n),
        "estimated": rng.integers(0, 1 << len(CLASSES), n) * rng.integers(0, 2, n),
        "likes": rng.poisson(3, n),
        "reshares": rng.poisson(0.5, n),
    }
    whole = {name: np.concatenate([seen, other.integers(0, 3, later)]) for name, seen in columns.items()}
    posts = table(
        "posts",
        {
            "post": np.arange(rows) + (9 << 32),
            "author": np.full(rows, 9),
            "subject": np.full(rows, 9),
            "time": time,
            "kind": whole["kind"].astype(np.int8),
            "audience": whole["audience"].astype(np.int8),
            "tagged": np.zeros(rows, dtype=bool),
            "sensitive": other.integers(0, 1 << len(CLASSES), rows).astype(np.int32),
            "text": pa.array(texts, type=pa.string()),
            "native_id": pa.array([f"n{i}" for i in range(rows)]),
        },
    )
    counts = {name: whole[name].astype(np.int32) for name in ("estimated", "likes", "reshares")}
    crowd = {"followers": np.arange(100, 140), "passed_on": np.random.default_rng(luck).poisson(1, 40)}
    return observe(posts, owner=9, now=NOW, gone=np.empty(0, dtype=np.int64), **counts, **crowd)


def taken(seen: Account, rows: Any) -> Account:
    """The account as if only `rows` of it were there."""
    columns = {
        field.name: getattr(seen, field.name)[rows]
        for field in dataclasses.fields(seen)[2:]
        if field.name not in ("text", "native_id", *OF_PEOPLE) and getattr(seen, field.name) is not None
    }
    columns |= {name: getattr(seen, name) for name in OF_PEOPLE}
    strings = {name: getattr(seen, name).take(pa.array(rows)) for name in ("text", "native_id")}
    return Account(owner=seen.owner, now=seen.now, **columns, **strings)


def ask(name: str, seen: Account) -> Choice:
    return strategy(name).rank(seen, LIMITS, NOISE)


def test_there_are_at_least_twelve() -> None:
    assert len(NAMES) >= 12
    assert {"nothing", "make_private", "delete_account"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_file_holds_one_top_key_of_its_name_and_sources(name: str) -> None:
    (key,) = config = read(name)
    assert key == name
    assert config[name]["_target_"].startswith("sim.cleanup.strategies.")
    assert all(node.get("unit") and node.get("grade") for _, node in parameters(config))
    made = strategy(name)
    assert dataclasses.is_dataclass(made) and made.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert {field.default for field in dataclasses.fields(made)} <= {dataclasses.MISSING}, "defaults live in conf/"


@pytest.mark.parametrize("n", [0, 1, 2, 300])
@pytest.mark.parametrize("name", NAMES)
def test_it_answers_known_targets_once_and_again_the_same(name: str, n: int) -> None:
    seen = account(n)
    choice, again = ask(name, seen), ask(name, account(n))
    assert choice.target.dtype == np.int64 and choice.target.ndim == 1
    assert choice.target.tolist() == again.target.tolist() and choice.action == again.action
    assert 0 <= choice.action < len(ACTIONS) and choice.reason
    if WHOLE_ACCOUNT in choice.target:
        assert choice.target.tolist() == [WHOLE_ACCOUNT]
    else:
        assert len(set(choice.target.tolist())) == len(choice.target)
        known = seen.followers if ACTIONS[choice.action] in ON_PEOPLE else seen.post
        assert set(choice.target.tolist()) <= set(known.tolist())
    assert n < 300 or name == "nothing" or len(choice.target)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hidden_or_later_changes_nothing(name: str) -> None:
    expected = ask(name, account(300)).target.tolist()
    for hidden, later in ((1, 7), (2, 7), (3, 0), (4, 50)):
        assert ask(name, account(300, hidden=hidden, later=later)).target.tolist() == expected


@pytest.mark.parametrize("name", [name for name in NAMES if name != "most_sensitive" or strategy(name).share == 1.0])
def test_one_post_less_leaves_the_order_of_the_rest(name: str) -> None:
    seen = account(300)
    without = np.delete(np.arange(300), 123)
    before = [one for one in ask(name, seen).target.tolist() if one != seen.post[123]]
    assert ask(name, taken(seen, without)).target.tolist() == before


@pytest.mark.parametrize("name", NAMES)
def test_it_works_without_what_it_does_not_need(name: str) -> None:
    made, seen = strategy(name), account(100)
    bare = dataclasses.replace(seen, **dict.fromkeys(("likes", "reshares", "text", "native_id", *OF_PEOPLE)))
    assert missing(made, seen) == ()
    assert missing(made, bare) == made.needs
    if made.needs:
        with pytest.raises(Mistake):
            made.rank(bare, LIMITS, NOISE)
    else:
        made.rank(bare, LIMITS, NOISE)


@pytest.mark.parametrize("name", NAMES)
def test_it_cannot_write_into_what_it_sees(name: str) -> None:
    seen = account(10)
    ask(name, seen)
    with pytest.raises(ValueError, match="read-only"):
        seen.estimated[0] = 1


def test_orders() -> None:
    seen = account(300)
    posts = seen.post.tolist()
    place = {one: i for i, one in enumerate(posts)}
    assert ask("nothing", seen).target.tolist() == []
    assert ask("everything", seen).target.tolist() == posts[::-1]
    assert ask("oldest_first", seen).target.tolist() == posts
    shuffled = ask("at_random", seen).target.tolist()
    assert sorted(shuffled) == posts and shuffled != posts
    assert strategy("at_random").rank(seen, LIMITS, Noise(6)).target.tolist() != shuffled
    both = seen.likes + seen.reshares
    assert ask("most_seen", seen).target.tolist() == sorted(posts, key=lambda p: (-both[place[p]], -place[p]))
    silent = dataclasses.replace(seen, reshares=None)
    assert ask("most_seen", silent).target.tolist() == sorted(posts, key=lambda p: (-seen.likes[place[p]], -place[p]))
    spread = [p for p in posts if seen.reshares[place[p]] > 0]
    assert ask("viral_first", seen).target.tolist() == sorted(
        spread, key=lambda p: (-seen.reshares[place[p]], -place[p])
    )
    old = [p for p in posts if NOW - seen.time[place[p]] > 365 * DAY_S]
    assert ask("keep_last", seen).target.tolist() == old[::-1]
    for name, action in (("make_private", "limit"), *((a, a) for a in ON_ACCOUNT if a != "limit")):
        assert ask(name, seen).target.tolist() == [WHOLE_ACCOUNT]
        assert ACTIONS[ask(name, seen).action] == action
    order = sorted(range(40), key=lambda i: (-seen.passed_on[i], i))[:10]
    assert ask("block_spreaders", seen).target.tolist() == [100 + i for i in order]
    assert strategy("block_spreaders", most_people=40).rank(seen, LIMITS, NOISE).target.tolist() == [
        100 + i for i in sorted(range(40), key=lambda i: (-seen.passed_on[i], i)) if seen.passed_on[i] > 0
    ]
    pictures = np.isin(seen.kind, [KINDS.index("photo"), KINDS.index("video")]) & (seen.audience == 2)
    assert ask("public_pictures", seen).target.tolist() == seen.post[pictures][::-1].tolist()


def test_the_contact_filter_finds_addresses_and_numbers() -> None:
    seen = account(8)
    assert ask("filter", seen).target.tolist() == seen.post[[6, 5, 2, 1]].tolist()


def test_most_sensitive_weighs_classes_then_newest() -> None:
    bits = np.array([0, 1 << CLASSES.index("health"), 1 << CLASSES.index("name"), 3, 1 << CLASSES.index("health")])
    seen = dataclasses.replace(taken(account(5), np.arange(5)), estimated=bits.astype(np.int32))
    made = MostSensitive(weights={"health": 3.0, "name": 1.0, "face": 0.5}, share=1.0)
    assert made.rank(seen, LIMITS, NOISE).target.tolist() == seen.post[[4, 1, 3, 2]].tolist()
    some = dataclasses.replace(made, share=0.3)
    assert some.rank(seen, LIMITS, NOISE).target.tolist() == seen.post[[4, 1]].tolist()


def test_mastodons_policy_keeps_what_its_exceptions_say() -> None:
    seen = account(300)
    old = seen.time <= NOW - 14 * DAY_S
    assert ask("mastodon_auto_delete", seen).target.tolist() == seen.post[old].tolist()
    made = strategy("mastodon_auto_delete", min_favs=4, min_reblogs=2, keep_media=True)
    assert made.needs == ("likes", "reshares")
    goes = old & (seen.likes < 4) & (seen.reshares < 2) & ~np.isin(seen.kind, [1, 2])
    assert made.rank(seen, LIMITS, NOISE).target.tolist() == seen.post[goes].tolist()
    with pytest.raises(Mistake, match="730"):
        MastodonAutoDelete(age_days=10, min_favs=0, min_reblogs=0, keep_media=False, every_days=7)


def test_semiphemeral_keeps_the_popular_and_the_new() -> None:
    seen = account(300)
    made = strategy("semiphemeral", min_likes=4, min_reshares=2, repost_days=100)
    age_s, repost = NOW - seen.time, seen.kind == KINDS.index("repost")
    own = ~repost & (age_s > 30 * DAY_S) & (seen.likes < 4) & (seen.reshares < 2)
    expected = seen.post[own | (repost & (age_s > 100 * DAY_S))]
    assert 0 < len(expected) < 300
    assert made.rank(seen, LIMITS, NOISE).target.tolist() == expected.tolist()


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(Misuse, match="health"):
        strategy("most_sensitive", weights={"helth": 1.0})
    for weight in (float("nan"), -1.0, float("inf")):
        with pytest.raises(Mistake, match="health"):
            strategy("most_sensitive", weights={"health": weight})
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(Mistake, match="share"):
            strategy("most_sensitive", share=share)
    for name, field in (
        ("keep_last", "days"),
        ("viral_first", "min_reshares"),
        ("semiphemeral", "repost_days"),
        ("block_spreaders", "most_people"),
        ("mastodon_auto_delete", "min_favs"),
    ):
        for bad in (-1, float("nan"), float("inf"), 1.5):
            with pytest.raises(Mistake, match=field):
                strategy(name, **{field: bad})
