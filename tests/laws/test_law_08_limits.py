"""Law 8: what was benchmarked is what is replayed. One Limits object schedules and is priced; plans obey it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from laws.conftest import Run

from sim.__main__ import main
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice, Plan
from sim.cleanup.strategies.everything import Everything
from sim.core.parameters import settle
from sim.core.schema import EPOCH_UNIX_S
from sim.experiment import Life, clean_up
from sim.owners import know
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.pace import Pace
from sim.platforms.replay.rehearse import rehearse
from sim.platforms.replay.task import API, Task
from sim.platforms.replay.waiting import Manners
from sim.verbs.compose import compose_config
from sim.verbs.saved import load
from sim.worlds import make_world, world_noise

STRATEGIES = ("everything", "at_random", "keep_last", "semiphemeral", "make_private", "delete_account")
BY_API = ("mastodon", "x")


def life(platform: str, *, calls: int | None = None) -> tuple[dict[str, Any], Life]:
    """One seed on `platform`; `calls`: as if its first rule allowed only so many."""
    config = compose_config(
        "compare",
        ["world.size=120", "world.owners=3", "content=none", "horizon_days=60", "params=centre",
         f"platform={platform}", f"strategy=[{','.join(STRATEGIES)}]"],
    )  # fmt: skip
    if calls is not None:
        config["platform"]["limits"]["rules"][0]["calls"] = calls
    world = know(make_world(config, 0), config["account"]["kinds"])
    return config, clean_up(world, config, world_noise(config, 0).branch("luck 0"), archived=False)


@pytest.fixture(scope="module", params=[*BY_API, "a slow one"])
def lived(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Life]:
    """On the slow one weekly rounds queue behind calls of the week before."""
    return life("mastodon", calls=2) if request.param == "a slow one" else life(request.param)


def test_one_limits_object_ranks_schedules_and_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[int]] = {"slots": set(), "rank": set()}
    alive: list[Limits] = []  # keeps ids from being given twice
    slots = Limits.slots

    def watched(self: Limits, *arguments: Any, **named: Any) -> Any:
        alive.append(self)
        seen["slots"].add(id(self))
        return slots(self, *arguments, **named)

    rank = Everything.rank

    def asked(self: Everything, account: Any, limits: Limits, noise: Any) -> Choice:
        alive.append(limits)
        seen["rank"].add(id(limits))
        return rank(self, account, limits, noise)

    monkeypatch.setattr(Limits, "slots", watched)
    monkeypatch.setattr(Everything, "rank", asked)
    life("mastodon")
    assert len(seen["slots"]) == 1 and seen["rank"] == seen["slots"]


def calls(plan: Plan, limits: dict[str, Any]) -> np.ndarray:
    """Times of a plan's calls, s since 2007, where every item is done at the one call it takes, a batch sharing it."""
    assert limits["calls_per_item"] == 1
    if (plan.target == -1).any():
        return plan.time
    every: list[int] = []
    for time in np.unique(plan.time):
        every += [int(time)] * -(-int((plan.time == time).sum()) // limits["batch"])
    return np.array(every, dtype=np.int64)


def test_plans_obey_the_published_rules_at_our_pace(lived: tuple[dict[str, Any], Life]) -> None:
    config, found = lived
    limits = settle(config["platform"], None)["limits"]
    crowded = 0
    for plans in found.plans.values():
        for plan in plans:
            times = calls(plan, limits)
            for rule in limits["rules"]:
                points = rule.get("points_per_call", 1) + rule.get("points_per_item", 0) * limits["batch"]
                most = max(1, int(rule["calls"] * limits["pace"] / points + 1e-9))
                if rule["window"] == "fixed":
                    counts = np.unique((times + EPOCH_UNIX_S) // rule["per_s"], return_counts=True)[1]
                    assert counts.max(initial=0) <= most
                    crowded += counts.max(initial=0) == most
                elif rule["window"] == "sliding" and len(times) > most:
                    assert (times[most:] - times[:-most] >= rule["per_s"]).all()
                    crowded += 1
    assert crowded, "no plan came near a limit, so none was tried"


def test_a_plan_acts_no_earlier_than_it_is_decided(lived: tuple[dict[str, Any], Life]) -> None:
    config, found = lived
    decision = make_world(config, 0).decision
    for plans in found.plans.values():
        for plan in plans:
            assert (plan.time >= decision).all()
            assert (np.diff(plan.time) >= 0).all()


def test_both_waits_are_those_of_the_plans(lived: tuple[dict[str, Any], Life]) -> None:
    config, found = lived
    decision = make_world(config, 0).decision
    slower = 0
    for name, plans in found.plans.items():
        deed = found.outcome.deeds[name]
        for owner, plan in enumerate(plans):
            ends = plan.finish if plan.finish is not None else decision
            assert deed.days[owner] == (ends - decision) / 86_400
            assert deed.calls[owner] == plan.calls
            assert deed.usd[owner] == plan.money_usd
            slower += deed.days[owner] > deed.days_full_limit[owner]
        if name in ("everything", "at_random"):  # asked once: at half the pace never sooner than at full
            assert (deed.days >= deed.days_full_limit).all() or config["platform"]["limits"]["pace"] == 1
    assert slower or config["platform"]["limits"]["pace"] == 1


def test_both_waits_are_in_the_results(small_run: Run) -> None:
    measures = {(row["strategy"], row["measure"]): row["mean"] for row in small_run.document["leaderboard"]}
    for name in small_run.results["strategies"]:
        if small_run.results["strategies"][name]["applicable"]:
            assert measures[name, "days"] is not None and measures[name, "days_full_limit"] is not None
            assert small_run.results["strategies"][name]["days_full_limit"] == measures[name, "days_full_limit"]
    assert "full limit" in (small_run.folder / "report.html").read_text(encoding="utf-8")
    assert small_run.results["facts"]["pace"] == settle(small_run.config["platform"], None)["limits"]["pace"]


def test_rehearsal_and_live_replay_pace_by_the_limits_that_the_plan_was_made_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan is made under other limits than conf/ has; its folder alone says so, and replay obeys them."""
    paced: list[Limits] = []
    begin = Pace.__init__

    def watched(self: Pace, limits: Limits, *arguments: Any, **named: Any) -> None:
        paced.append(limits)
        begin(self, limits, *arguments, **named)

    words = ["platform=mastodon", "platform.limits.rules.0.calls=14", "world.size=120", "content=none",
             "choose=everything", "world.owners=1", f"out={tmp_path}"]  # fmt: skip
    assert main(["plan", *words, "output=json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    run = Path(plan["run"])
    schedule = pq.read_table(run / "plan.parquet")
    made = [(n + 1, f"s{n}") for n in range(schedule.num_rows)]
    monkeypatch.setattr(Pace, "__init__", watched)
    platform = load({"path": str(run)}, 0.0).platform
    assert platform.limits.rules[0].calls == 14
    start = int(schedule["time"][0].as_py())
    journal = Journal.create(
        None,
        [Task(number=n, target=n, native_id=name, action="delete", route=API, due=0, label="") for n, name in made],
        {"plan": "x"},
    )
    manners = Manners(
        forbidden_in_a_row=3, tries=6, backoff_s=2, backoff_most_s=300, patience_s=90_000, look_after_s=(0, 5),
        recheck_days=(),
    )  # fmt: skip
    told = rehearse(journal, platform.limits, manners, now=start, answer_s=0.0)
    assert paced[0] is platform.limits
    assert told.calls == plan["calls"]
    planned_s = int(schedule["time"][-1].as_py()) - start
    assert told.seconds == planned_s, "the rehearsal ends when the plan said"
