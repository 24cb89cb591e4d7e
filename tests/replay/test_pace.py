"""The pace of live calls: the benchmark's own Limits, in exact time, and a rehearsal that foretells it."""

from collections.abc import Sequence
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay.connector import MANNERS, Small, task
from replay.platform import TOKEN, Platform, served

from sim.cleanup.limits import Limits, Rule
from sim.platforms.connectors.secret import Secret
from sim.platforms.replay.clock import VirtualClock, WallClock
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import outcome
from sim.platforms.replay.pace import Pace
from sim.platforms.replay.rehearse import Unkept, rehearse
from sim.platforms.replay.runner import Runner

RULES = st.builds(
    Rule, calls=st.integers(1, 20), per_s=st.integers(1, 90), window=st.sampled_from(["fixed", "sliding"])
)


def crowded(times: Sequence[float], rule: Rule, cap: int) -> bool:
    """Whether more than `cap` calls fall into one window of a rule, in exact time."""
    if rule.window == "fixed":
        return bool(np.bincount([int((time + 1_167_609_600) // rule.per_s) % 100_000 for time in times]).max() > cap)
    # In a sliding window a call exactly `per_s` later is outside; a microsecond covers floating point.
    return any(later - first < rule.per_s - 1e-6 for first, later in zip(times, times[cap:], strict=False))


@given(
    rules=st.lists(RULES, min_size=1, max_size=3),
    pauses=st.lists(st.floats(0, 40), min_size=1, max_size=60),
    pace=st.sampled_from([0.3, 0.5, 1.0]),
)
def test_no_window_of_any_rule_is_overfilled_in_exact_time(rules: list[Rule], pauses: list[float], pace: float) -> None:
    limits, clock = Limits(tuple(rules), 1, 1, 0.0, pace), VirtualClock(600_000_000.3)
    paced, times = Pace(limits, clock), []
    for pause in pauses:
        clock.sleep(pause)
        clock.sleep(paced.earliest(1) - clock.now())
        paced.note(1)
        times.append(clock.now())
    for rule in rules:
        assert not crowded(times, rule, rule.cap(batch=1, pace=pace))


def test_an_idle_account_goes_at_the_slots_that_the_plan_foretold() -> None:
    limits = Limits((Rule(30, 1800, "fixed"), Rule(300, 300, "fixed")), 1, 1, 0.0, 0.5)
    start = 600_000_000
    clock = VirtualClock(start)
    paced, times = Pace(limits, clock), []
    for _ in range(100):
        clock.sleep(paced.earliest(1) - clock.now())
        paced.note(1)
        times.append(int(clock.now()) - start)
    assert times == limits.slots(100, start=start).tolist()


def test_calls_of_a_process_before_count_and_those_of_a_clock_set_back_count_as_now() -> None:
    limits = Limits((Rule(4, 100, "sliding"),), 1, 1, 0.0, 0.5)
    assert Pace(limits, VirtualClock(1050.0), [1000.0, 1001.0]).earliest(1) == 1100.0
    assert Pace(limits, VirtualClock(1050.0), [9000.0, 9001.0]).earliest(1) == 1150.0


PDS = Limits((Rule(5000, 60, "sliding", 0, 1), Rule(35000, 1440, "sliding", 0, 1)), 1, 200, 0.0, 0.5)
"""A personal data server's published rules (conf/platform/bluesky.yaml), sixty times as fast."""


@pytest.mark.servers
def test_against_a_real_limiter_the_pace_is_used_and_the_finish_is_foretold() -> None:
    items = 5_000
    with served(Platform(WallClock(), limits=PDS)) as (platform, address):
        ids = platform.fill(items)
        clock = WallClock()
        journal = Journal.create(None, [task(n + 1, name) for n, name in enumerate(ids)], {"plan": "x"})
        connector = Small(address, clock, Secret(TOKEN), batch=200)
        took_s = []
        for name in ids[:40]:
            began = clock.now()
            connector.fetch(name)
            took_s.append(clock.now() - began)
        predicted = rehearse(journal, PDS, MANNERS, now=clock.now(), answer_s=median(took_s))
        runner = Runner(journal, Unkept(), connector, PDS, clock, MANNERS, allow=None)
        runner.run()
        found = outcome(journal, PDS, reads=runner.waiting.reads, backoffs=runner.waiting.backoffs)
        assert platform.items == {} and len(set(platform.deleted)) == items
        assert found.results["confirmed"] == items, "an item is booked done that is not, or the other way round"
        assert platform.refused_429 == 0
    # In a window of 60 s the pace allows 12 calls of 200 items.
    paced_s = PDS.wait_s(items)
    report = f"paced {paced_s} s, predicted {predicted.seconds:.1f} s, observed {found.seconds:.1f} s"
    assert found.seconds <= paced_s / 0.95, report
    assert abs(predicted.seconds - found.seconds) <= 0.05 * found.seconds, report


def test_a_bucket_that_was_emptied_long_ago_is_not_taken_for_full() -> None:
    rule = Rule(calls=5, per_s=10, window="bucket")
    limits = Limits(rules=(rule,), calls_per_item=1, batch=1, usd_per_call=0.0, pace=1.0)
    clock = VirtualClock(1000.0)
    pace, calls = Pace(limits, clock), []
    for _ in range(60):
        clock.sleep(pace.earliest(1) - clock.now())
        pace.note(1)
        calls.append(clock.now())
        clock.sleep(1.2)  # the item is read meanwhile
    assert calls[-1] - calls[0] >= (60 - 5) / 0.5
