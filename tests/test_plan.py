"""The path from ranking to plan: queue, batches, rounds, money, and answers that no strategy may give."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits, Platform, Rule
from sim.cleanup.plan import WHOLE_ACCOUNT, Choice, Plan, decide, impossible, to_table
from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S, check

DELETE = ACTIONS.index("delete")
HOURLY = Rule(calls=2, per_s=3600, window="sliding")


def limits(*rules: Rule, **changes: Any) -> Limits:
    given = {"rules": rules or (HOURLY,), "calls_per_item": 1, "batch": 1, "usd_per_call": 0.0, "pace": 1.0}
    return Limits(**(given | changes))


def account(now: int, time: NDArray[np.int64], gone: NDArray[np.int64]) -> Account:
    """Posts 100, 101 ... at `time`, as seen at `now` without `gone`."""
    post = np.arange(len(time)) + 100
    seen = (time <= now) & ~np.isin(post, gone)
    some = np.zeros(int(seen.sum()), dtype=np.int32)
    codes = some.astype(np.int8)
    return Account(
        owner=4, now=now, post=post[seen], time=time[seen], kind=codes, audience=codes, estimated=some,
        likes=None, reshares=None,
    )  # fmt: skip


def see(*times: int) -> Callable[[int, NDArray[np.int64]], Account]:
    return lambda now, gone: account(now, np.array(times, dtype=np.int64), gone)


@dataclass(frozen=True)
class Answer:
    """A strategy that answers as told."""

    answer: Callable[[Account], Choice]
    every_days: int | None = None
    needs: tuple[str, ...] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        return self.answer(account)


def deletes(*target: int) -> Answer:
    return Answer(lambda account: Choice(np.array(target, dtype=np.int64), DELETE, "told"))


ALL = Answer(lambda account: Choice(account.post, DELETE, "all"))


def plan_of(strategy: Any, some: Limits, *times: int, decision: int = 1000, horizon_end: int = 10**9) -> Plan:
    return decide(strategy, see(*times), some, Noise(1), decision=decision, horizon_end=horizon_end)


def test_items_take_their_slots_in_order() -> None:
    plan = plan_of(deletes(102, 100, 101), limits(usd_per_call=0.5), 1, 2, 3)
    assert plan.target.tolist() == [102, 100, 101]
    assert plan.time.tolist() == [1000, 1000, 4600]
    assert (plan.calls, plan.money_usd, plan.finish) == (3, 1.5, 4600)
    assert plan.owner == 4 and plan.reason == "told" and plan.action.tolist() == [DELETE] * 3


def test_a_batch_shares_its_call() -> None:
    plan = plan_of(ALL, limits(Rule(calls=1, per_s=60, window="sliding"), batch=2), 1, 2, 3, 4, 5)
    assert plan.time.tolist() == [1000, 1000, 1060, 1060, 1120]
    assert plan.calls == 3


def test_an_item_of_two_calls_is_done_at_its_second() -> None:
    plan = plan_of(ALL, limits(Rule(calls=1, per_s=60, window="sliding"), calls_per_item=2), 1, 2)
    assert plan.time.tolist() == [1060, 1180]
    assert plan.calls == 4


@pytest.mark.parametrize("action", ["limit", "delete_account"])
def test_a_whole_account_takes_one_call(action: str) -> None:
    whole = Answer(lambda account: Choice(np.array([WHOLE_ACCOUNT]), ACTIONS.index(action), "whole"), every_days=1)
    plan = plan_of(whole, limits(calls_per_item=2, usd_per_call=0.01), 1, 2, 3)
    assert plan.target.tolist() == [WHOLE_ACCOUNT]
    assert plan.time.tolist() == [1000]
    assert (plan.calls, plan.money_usd) == (1, 0.01)


def test_nothing_to_do_is_a_plan_without_an_end() -> None:
    for plan in (plan_of(deletes(), limits(), 1, 2), plan_of(ALL, limits())):
        assert (len(plan.target), plan.calls, plan.money_usd, plan.finish) == (0, 0, 0.0, None)


def test_actions_after_the_horizon_are_planned_too() -> None:
    plan = plan_of(ALL, limits(), 1, 2, 3, 4, 5, horizon_end=1000 + 3600)
    assert plan.time.tolist() == [1000, 1000, 4600, 4600, 8200]


def test_a_recurring_strategy_sees_new_posts_and_not_those_planned() -> None:
    start, day = 1000, DAY_S
    plan = plan_of(
        replace(ALL, every_days=1), limits(), 1, 2, start + 10, start + day + 10, start + 3 * day,
        horizon_end=start + 3 * day,
    )  # fmt: skip
    assert plan.target.tolist() == [100, 101, 102, 103]
    assert plan.time.tolist() == [start, start, start + day, start + 2 * day]


def test_a_backlog_keeps_its_slots_and_later_rounds_queue_behind_it() -> None:
    start = 1000
    daily = limits(Rule(calls=1, per_s=DAY_S, window="sliding"))
    plan = plan_of(replace(ALL, every_days=1), daily, 1, 2, 3, start + 5, horizon_end=start + 2 * DAY_S)
    assert plan.target.tolist() == [100, 101, 102, 103]
    assert ((plan.time - start) // DAY_S).tolist() == [0, 1, 2, 3]


def test_limits_hold_across_rounds() -> None:
    slow = limits(Rule(calls=2, per_s=3 * DAY_S, window="sliding"))
    times = [1, 2, *(1000 + day * DAY_S - 1 for day in range(1, 9))]
    plan = plan_of(replace(ALL, every_days=1), slow, *times, horizon_end=1000 + 9 * DAY_S)
    assert len(plan.target) == 10
    assert (plan.time[2:] - plan.time[:-2] >= 3 * DAY_S).all()


@given(
    posted=st.lists(st.integers(0, 20 * DAY_S), max_size=40),
    calls=st.integers(1, 5),
    per_s=st.integers(1, 3 * DAY_S),
    window=st.sampled_from(["fixed", "sliding", "bucket"]),
    batch=st.integers(1, 3),
    every_days=st.one_of(st.none(), st.integers(1, 5)),
)
def test_every_plan_is_in_order_and_never_before_its_posts(
    posted: list[int], calls: int, per_s: int, window: str, batch: int, every_days: int | None
) -> None:
    some = limits(Rule(calls=calls, per_s=per_s, window=window), batch=batch, usd_per_call=0.25)
    decision, end = 10 * DAY_S, 18 * DAY_S
    posted = sorted(posted)
    plan = plan_of(replace(ALL, every_days=every_days), some, *posted, decision=decision, horizon_end=end)
    assert (np.diff(plan.time) >= 0).all()
    assert len(set(plan.target.tolist())) == len(plan.target)
    assert (plan.time >= decision).all()
    assert (plan.time >= np.array(posted, dtype=np.int64)[plan.target - 100]).all()
    last_round = decision if every_days is None else max(range(decision, end, every_days * DAY_S))
    assert sorted(plan.target - 100) == [i for i, time in enumerate(posted) if time <= last_round]
    assert plan.money_usd == pytest.approx(plan.calls * 0.25)
    assert len(plan.target) <= plan.calls * batch


def test_a_strategy_draws_from_a_branch_of_the_noise() -> None:
    drawn = []

    @dataclass(frozen=True)
    class Cheat:
        needs: tuple[str, ...] = ()

        def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
            drawn.append(noise)
            return Choice(account.post, DELETE, "cheat")

    plan_of(Cheat(), limits(), 1, 2)
    assert drawn == [Noise(1).branch("strategy")]
    assert drawn[0].uniform("feed", [1, 2]).tolist() != Noise(1).uniform("feed", [1, 2]).tolist()


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (deletes(100, 999), "not in the account"),
        (deletes(100, 101, 100), "twice"),
        (deletes(100, WHOLE_ACCOUNT), "whole account"),
        (Answer(lambda account: Choice(np.array([0.5]), DELETE, "")), "int64"),
        (Answer(lambda account: Choice(account.post[:, None], DELETE, "")), "dimensions"),
        (Answer(lambda account: Choice(account.post, 99, "")), "action 99"),
        (Answer(lambda account: Choice(account.post, ACTIONS.index("delete_account"), "")), "for posts"),
        (Answer(lambda account: Choice(np.array([WHOLE_ACCOUNT]), DELETE, "")), "for the whole account"),
        (replace(ALL, every_days=0), "0 days"),
        (replace(ALL, every_days=1.5), "1.5 days"),
        (replace(ALL, every_days=-7), "-7 days"),
    ],
)
def test_a_strategys_error_does_not_pass(strategy: Answer, message: str) -> None:
    with pytest.raises(Mistake, match=message):
        plan_of(strategy, limits(), 1, 2, 3)


def test_plans_make_one_table() -> None:
    plans = [plan_of(deletes(102, 100), limits(), 1, 2, 3), plan_of(deletes(), limits()), plan_of(ALL, limits(), 1)]
    rows = to_table(plans)
    check("plan", rows)
    assert rows["target"].to_pylist() == [102, 100, 100]
    assert rows["owner"].to_pylist() == [4, 4, 4]
    assert rows["reason"].to_pylist() == ["told", "told", "all"]
    assert to_table([]).num_rows == 0
    assert rows["reason"].type == pa.dictionary(pa.int32(), pa.string())


def test_actions_a_platform_lacks_are_named() -> None:
    platform = Platform("p", "P", limits(), followers=True, actions=("delete", "delete_account"), source="s")
    private = Answer(lambda account: Choice(np.array([WHOLE_ACCOUNT]), ACTIONS.index("limit"), "private"))
    assert impossible(plan_of(private, limits(), 1), platform) == ("limit",)
    assert impossible(plan_of(ALL, limits(), 1), platform) == ()
