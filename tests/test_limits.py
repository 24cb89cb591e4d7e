"""Limits: no rule is ever broken, no call is later than it must be, and the waits are those published."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cleanup.limits import WINDOWS, Limits, Platform, Rule
from sim.core.build import build
from sim.core.errors import Mistake, Misuse
from sim.core.parameters import settle
from sim.core.schema import EPOCH_UNIX_S
from sim.verbs.compose import compose_option

PLATFORMS = sorted((Path(__file__).parents[1] / "conf/platform").glob("*.yaml"))


def platform(name: str) -> Platform:
    made = build(settle(compose_option("platform", name), None))
    assert isinstance(made, Platform)
    return made


def limits(*rules: Rule, **changes: Any) -> Limits:
    return Limits(**({"rules": rules, "calls_per_item": 1, "batch": 1, "usd_per_call": 0.0, "pace": 0.5} | changes))


def allowed(time: int, made: list[int], cap: int, per_s: int, window: str) -> bool:
    """The definition of each window, said plainly: may a call follow those `made`, now?"""
    if window == "fixed":
        here = (time + EPOCH_UNIX_S) // per_s
        return sum((one + EPOCH_UNIX_S) // per_s == here for one in made) < cap
    if window == "sliding":
        return sum(one > time - per_s for one in made) < cap
    return all(  # a bucket of cap tokens lets through, in every stretch, what it holds and what flows in meanwhile
        (len(made) - first + 1 - cap) * per_s <= (time - made[first]) * cap for first in range(len(made))
    )


def plain_slots(rules: tuple[Rule, ...], calls: int, pace: float, start: int, made: list[int]) -> list[int]:
    """The slow twin: second after second, and one call after another."""
    made, time = list(made), max([start, *made[-1:]])
    for _ in range(calls):
        while not all(allowed(time, made, rule.cap(batch=1, pace=pace), rule.per_s, rule.window) for rule in rules):
            time += 1
        made.append(time)
    return [one - start for one in made[-calls:]] if calls else []


some_rules = st.lists(
    st.builds(Rule, calls=st.integers(1, 9), per_s=st.integers(1, 40), window=st.sampled_from(WINDOWS)),
    min_size=1,
    max_size=3,
).map(tuple)
paces = st.floats(0.01, 1.0)
starts = st.integers(-50, 10**9)


@given(rules=some_rules, calls=st.integers(0, 40), pace=paces, start=starts)
def test_slots_are_those_of_the_slow_twin(rules: tuple[Rule, ...], calls: int, pace: float, start: int) -> None:
    slots = limits(*rules).slots(calls, pace=pace, start=start)
    assert slots.tolist() == plain_slots(rules, calls, pace, start, [])
    assert calls == 0 or slots[0] == 0


@given(
    rules=some_rules, calls=st.integers(1, 20), start=starts, gaps=st.lists(st.integers(0, 30), min_size=1, max_size=25)
)
def test_slots_after_earlier_calls_are_those_of_the_slow_twin(
    rules: tuple[Rule, ...], calls: int, start: int, gaps: list[int]
) -> None:
    earlier: list[int] = []  # what the same rules allowed, at odd moments
    for gap in gaps:
        now = (earlier[-1] if earlier else start) + gap
        earlier.append(now + plain_slots(rules, 1, 1.0, now, earlier)[0])
    now = start + sum(gaps) // 2
    slots = limits(*rules).slots(calls, pace=1.0, start=now, made=np.array(earlier))
    assert slots.tolist() == plain_slots(rules, calls, 1.0, now, earlier)


@given(rules=some_rules, first=st.integers(1, 30), then=st.integers(0, 30), start=starts)
def test_a_queue_continued_is_the_queue(rules: tuple[Rule, ...], first: int, then: int, start: int) -> None:
    some = limits(*rules)
    whole = some.slots(first + then, start=start)
    head = some.slots(first, start=start)
    tail = some.slots(then, start=start, made=head + start)
    assert np.concatenate([head, tail]).tolist() == whole.tolist()


@given(rules=some_rules, pace=paces, start=starts)
def test_no_window_ever_holds_more_than_its_cap(rules: tuple[Rule, ...], pace: float, start: int) -> None:
    times = limits(*rules).slots(60, pace=pace, start=start) + start
    assert (np.diff(times) >= 0).all()
    for rule in rules:
        cap = rule.cap(batch=1, pace=pace)
        assert cap == 1 or cap <= rule.calls * pace + 1e-6
        if rule.window == "fixed":
            assert np.unique((times + EPOCH_UNIX_S) // rule.per_s, return_counts=True)[1].max() <= cap
        elif rule.window == "sliding":
            assert (times[cap:] - times[:-cap] >= rule.per_s).all()
        else:
            for more in range(1, 60 - cap):
                assert ((times[cap - 1 + more :] - times[: -(cap - 1 + more)]) * cap >= more * rule.per_s).all()


@given(rules=some_rules, slow=paces, fast=paces, start=starts)
def test_a_faster_pace_is_never_later(rules: tuple[Rule, ...], slow: float, fast: float, start: int) -> None:
    slow, fast = min(slow, fast), max(slow, fast)
    some = limits(*rules)
    assert (some.slots(50, pace=fast, start=start) <= some.slots(50, pace=slow, start=start)).all()


@given(rules=some_rules, start=starts)
def test_from_the_start_of_a_fixed_window_the_wait_is_longest(rules: tuple[Rule, ...], start: int) -> None:
    some = limits(*rules, pace=1.0)
    if len({rule.per_s for rule in rules if rule.window == "fixed"}) <= 1:
        assert some.slots(40, start=start)[-1] <= some.wait_s(40)


def test_mastodons_fixed_windows_let_twice_the_cap_pass_around_a_boundary() -> None:
    mastodon = platform("mastodon").limits
    slots = mastodon.slots(61, pace=1.0, start=1800 - 10)
    assert slots[29] == 0
    assert set(slots[30:60]) == {10}
    assert slots[60] == 1810


def test_bluesky_counts_points_by_item_and_calls_by_batch() -> None:
    bluesky = platform("bluesky").limits
    assert bluesky.calls(10_000) == 50
    assert bluesky.slots(26, pace=1.0)[[24, 25]].tolist() == [0, 3600]  # 25 calls of 200 are the hour's 5,000 points
    assert bluesky.slots(13)[[11, 12]].tolist() == [0, 3600]  # at half pace 2,400 of 2,500


def test_reddit_takes_two_calls_an_item_and_x_takes_money() -> None:
    assert platform("reddit").limits.calls(7) == 14
    assert platform("x").limits.money_usd(10_000) == pytest.approx(100.0)
    assert platform("mastodon").limits.money_usd(10_000) == 0


# Waits at the full limit for 1,000 and 10,000 items, worked out apart from this program with sliding windows.
WAITS = {
    "bluesky": ("0 s", "60 min"),
    "mastodon": ("16.5 h", "6.9 d"),
    "mastodon_server_job": ("3.3 h", "33.3 h"),
    "misskey": ("3.0 h", "33.0 h"),
    "gotosocial": ("15 min", "2.8 h"),
    "pleroma": ("11 min", "111 min"),
    "lemmy": ("5 min", "55 min"),
    "matrix": ("82 min", "13.9 h"),
    "x": ("4.8 h", "2.1 d"),
    "reddit": ("10 min", "3.2 h"),
    "threads": ("9.0 d", "99.0 d"),
    "youtube": ("4.0 d", "49.0 d"),
    "slack": ("19 min", "3.3 h"),
    "tumblr": ("3 min", "28.1 h"),
    "pinterest": ("0 s", "9.0 d"),
    "github": ("5 min", "87 min"),
}
UNITS_S = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


@pytest.mark.parametrize("name", WAITS)
def test_waits_at_the_full_limit_match_the_table(name: str) -> None:
    some = platform(name).limits
    for items, wait in zip((1_000, 10_000), WAITS[name], strict=True):
        figure, unit = wait.split()
        half_a_digit = 0.5 * 10 ** -len(figure.partition(".")[2])
        assert some.wait_s(items, pace=1.0) / UNITS_S[unit] == pytest.approx(float(figure), abs=half_a_digit * 1.05)
        assert some.wait_s(items) >= some.wait_s(items, pace=1.0)


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_every_platform_has_sources_and_usable_limits(path: Path) -> None:
    some = platform(path.stem)
    assert some.name == path.stem
    assert some.title and some.source and some.route
    parts = [some.limits, *some.limits.rules]
    assert {part.evidence for part in parts} <= {"read", "part", "second-hand", "assumption"}
    assert some.terms and all(part.source for part in parts)
    assert some.connector.grade in ("A", "B", "C", "X") and some.connector.evidence in ("server", "spec", "docs")
    assert len(some.actions) and some.limits.wait_s(1) <= 600
    by_hand = any(part.evidence == "assumption" for part in parts)
    assert some.limits.pace == (1.0 if by_hand or path.stem == "mastodon_server_job" else 0.5)


def test_results_are_cached_and_cannot_be_written() -> None:
    some = limits(Rule(calls=10, per_s=60, window="sliding"))
    first, again = some.slots(100), limits(Rule(calls=10, per_s=60, window="sliding")).slots(90)
    assert np.shares_memory(first, again)
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        some.slots(3, made=np.array([0, 1]))[0] = 1


def test_nothing_to_do_takes_no_time() -> None:
    some = limits(Rule(calls=10, per_s=60, window="bucket"))
    assert len(some.slots(0)) == some.wait_s(0) == some.calls(0) == some.money_usd(0) == 0


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, 1.5, True, "30", None])
def test_bad_rules_are_refused(bad: Any) -> None:
    for field in ("calls", "per_s"):
        with pytest.raises(Mistake, match=field):
            Rule(**({"calls": 1, "per_s": 1, "window": "fixed"} | {field: bad}))
    for field in ("batch", "calls_per_item"):
        with pytest.raises(Mistake, match=field):
            limits(Rule(calls=1, per_s=1, window="fixed"), **{field: bad})


@pytest.mark.parametrize("bad", [0, -0.5, 1.01, math.nan, math.inf, True, "half", []])
def test_bad_paces_are_refused(bad: Any) -> None:
    with pytest.raises(Mistake, match="pace"):
        limits(Rule(calls=1, per_s=1, window="fixed"), pace=bad)
    with pytest.raises(Mistake, match="pace"):
        limits(Rule(calls=1, per_s=1, window="fixed")).slots(1, pace=bad)


@pytest.mark.parametrize("bad", [-0.01, math.nan, math.inf, "free", None])
def test_bad_prices_are_refused(bad: Any) -> None:
    with pytest.raises(Mistake, match="usd_per_call"):
        limits(Rule(calls=1, per_s=1, window="fixed"), usd_per_call=bad)


def test_other_mistakes_say_what_to_mend() -> None:
    rule = Rule(calls=100, per_s=60, window="sliding", points_per_call=0, points_per_item=1)
    with pytest.raises(Misuse, match="sliding"):
        Rule(calls=1, per_s=1, window="slidng")
    with pytest.raises(Mistake, match="Make 'batch' smaller"):
        limits(rule, batch=101)
    with pytest.raises(Mistake, match="without a rule"):
        limits()
    with pytest.raises(Mistake, match="number of calls"):
        limits(rule).slots(-1)
    with pytest.raises(Mistake, match="number of items"):
        limits(rule).calls(-1)
    with pytest.raises(Misuse, match="'delete'"):
        Platform("p", "P", limits(rule), followers=True, actions=("delet",), source="s")
