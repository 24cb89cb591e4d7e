"""Workers: who reads, what a worker more changes, how loads, stays, leaks and shifts come out; and nothing by posts."""

import dataclasses
from math import erf

import numpy as np
import pytest
from scenes import UNITS_S, channels, happenings, scene

from sim.core.inequality import gini
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S, NEVER, YEAR_S
from sim.exposure.projects import Project
from sim.exposure.propagate import propagate
from sim.exposure.shifts import FIGURES, Shifts, figures, longest
from sim.exposure.workforce import PAGE_S, Pool, chosen, hire

SINCE, END = 300_000_000, 300_000_000 + 10 * YEAR_S
POOL = Pool(
    workers=4000, since=SINCE, half_life_months=15, load_sigma=1.0, qualified_share=0.5,
    countries={"A": 1.0, "B": 3.0}, reviewers_share=0.2, accuracy=0.74, accuracy_spread=0.15,
    leaks_per_year=0.05, kept_share=0.5,
)  # fmt: skip
SHIFTS = Shifts(hours_per_week=20, promised_hours_per_week=40, shift_hours=8)
EVERYBODY = np.ones((1, POOL.workers), dtype=np.bool_)
READ, LEAK = CHANNELS.index("review"), CHANNELS.index("leak")


def project(**changes: float) -> Project:
    return Project(**{
        "kinds": (), "sample_share": 1.0, "since": SINCE, "until": END, "gap_mean_days": 20, "round_mean_days": 60,
        "labels": 1, "reviews": 1, "audit_share": 0.1, "ambiguous_share": 0.2, "gold_share": 0.0, "gold_readers": 0,
        "items_per_hour": 25, "usd_per_hour": 20, "paid_share": 0.5, "disturbing_share": 0.02,
        "promised_disturbing_share": 0.0,
    } | changes)  # type: ignore[arg-type]  # fmt: skip


def test_work_goes_to_those_employed_by_their_load_and_reviews_to_reviewers() -> None:
    pool, key = hire(POOL, Noise(1), horizon_end=END), Noise(1).key("task slot")
    time = SINCE + 6 * YEAR_S
    now = (pool.came <= time) & (time < pool.left)
    who = np.array([chosen(key, 7, slot, time, 0, pool.staff, EVERYBODY, 0) for slot in range(20_000)])
    assert now[who].all()
    share = pool.weight * now / pool.weight[now].sum()
    heavy = np.argsort(share)[-100:]
    expected = share[heavy].sum() * len(who)
    assert abs(np.isin(who, heavy).sum() - expected) < 5 * np.sqrt(expected)
    reviewers = np.array([chosen(key, 7, slot, time, 1, pool.staff, EVERYBODY, 0) for slot in range(500)])
    assert pool.reviewer[reviewers].all() and now[reviewers].all()
    assert (
        chosen(key, 7, 0, SINCE - 1, 0, pool.staff, EVERYBODY, 0)
        == chosen(key, 7, 0, END + PAGE_S, 0, pool.staff, EVERYBODY, 0)
        == -1
    )


def test_the_least_keyed_number_at_any_time_is_what_a_look_at_everybody_finds() -> None:
    small = dataclasses.replace(POOL, workers=60)
    pool, key = hire(small, Noise(3), horizon_end=END), Noise(3).key("task slot")
    for slot, time in enumerate(np.random.default_rng(0).integers(SINCE, END, 300).tolist()):
        words = Noise(3).words("task slot", 9, np.arange(60), slot)[0] >> np.uint64(11)
        fit = (pool.came <= time) & (time < pool.left)
        number = np.where(fit, words.astype(np.float64) / pool.weight, np.inf)
        assert chosen(key, 9, slot, time, 0, pool.staff, EVERYBODY, 0) == (int(number.argmin()) if fit.any() else -1)


def test_who_reads_is_fit_for_the_project() -> None:
    pool, key = hire(POOL, Noise(1), horizon_end=END), Noise(1).key("task slot")
    fit, time = pool.fit(["a", "b"]), SINCE + 6 * YEAR_S
    assert abs(fit.mean() - 0.5) < 0.02 and abs((fit[0] & fit[1]).mean() - 0.25) < 0.02
    assert (pool.fit(["b"]) == fit[1:]).all(), "one project more changed who is fit for another"
    for number in range(2):
        who = np.array([chosen(key, 7, slot, time, 0, pool.staff, fit, number) for slot in range(2_000)])
        assert fit[number][who].all() and not fit[1 - number][who].all()
    assert chosen(key, 7, 0, time, 0, pool.staff, ~EVERYBODY, 0) == -1


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_a_worker_more_takes_some_readings_and_changes_no_other(unit_s: int) -> None:
    made, chain, taken = scene(11, unit_s=unit_s), channels(unit_s), 0
    review = chain["review"]
    more = dataclasses.replace(review, pool=dataclasses.replace(review.pool, workers=review.pool.workers + 1))
    before = happenings(propagate(made, list(chain.values()), Noise(5)))
    after = happenings(propagate(made, list((chain | {"review": more}).values()), Noise(5)))
    newcomer = review.pool.workers
    theirs = {(each.name[0], each.name[3]) for each in after if each.name[1] == READ and each.name[2] == newcomer}
    taken += len(theirs)

    def follows(events: set, each: tuple) -> bool:  # type: ignore[type-arg]
        """Whether a reading is of a slot the newcomer has, or comes after one."""
        named = {(other.post, other.name): other for other in events}
        while each is not None:
            if each.name[1] == READ and (each.name[0], each.name[3]) in theirs:
                return True
            each = named.get((each.post, each.parent))
        return False

    assert all(follows(after, each) or (each.name[1] == LEAK and each.name[2] == newcomer) for each in after - before)
    assert all(follows(before, each) for each in before - after)
    assert taken, "the newcomer was given nothing, so nothing was tried"


def test_lives_loads_and_leaks_have_their_laws() -> None:
    law = dataclasses.replace(POOL, workers=60_000)
    pool = hire(law, Noise(2), horizon_end=END)
    stays = (pool.left - pool.came) / (YEAR_S / 12)
    assert abs(np.median(stays) - 15) < 0.4
    assert abs(gini(pool.weight.astype(float)) - erf(0.5)) < 0.01
    worked = (np.minimum(np.minimum(pool.left, END), pool.leaks) - pool.came).sum() / YEAR_S  # until her leak
    leaking = (pool.leaks < NEVER).sum()
    assert abs(leaking / worked - law.leaks_per_year) < 0.003
    assert ((pool.leaks == NEVER) | ((pool.came <= pool.leaks) & (pool.leaks < pool.left))).all()
    assert abs((pool.country == 1).mean() - 0.75) < 0.01


def test_figures_of_work_without_gaps_are_what_one_computes_by_hand() -> None:
    always = {"a": project(gap_mean_days=1e-4, round_mean_days=1e6)}
    pool = hire(dataclasses.replace(POOL, half_life_months=1e4, qualified_share=1.0), Noise(1), horizon_end=END)
    found = figures(SHIFTS, always, pool, Noise(1), until=END - DAY_S, horizon_end=END)
    assert set(found) == set(FIGURES)
    assert found["pay_promised_per_task_usd"] == pytest.approx(20 / 25)
    assert found["pay_per_task_usd"] == pytest.approx(10 / 25)
    assert found["hours_met_share"] == pytest.approx(0.5)
    assert found["weeks_without_work_share"] == found["longest_gap_days"] == 0
    assert found["income_volatility"] == pytest.approx(0)
    assert found["disturbing_share"] == pytest.approx(0.02)
    assert found["disturbing_shifts_share"] == pytest.approx(1 - 0.98**200)
    assert found["wrong_copyright_share"] == pytest.approx(0.26 * 0.8 + 0.1, abs=0.003)


def test_projects_that_vanish_bring_gaps_and_churn_does_not_censor_the_half_life() -> None:
    steady = figures(
        SHIFTS, {"a": project(gap_mean_days=1e-4, round_mean_days=1e6)}, hire(POOL, Noise(1), horizon_end=END),
        Noise(1), until=END - DAY_S, horizon_end=END,
    )  # fmt: skip
    unsteady = figures(
        SHIFTS, {"a": project()}, hire(POOL, Noise(1), horizon_end=END), Noise(1), until=END - DAY_S, horizon_end=END
    )
    assert unsteady["longest_gap_days"] > steady["longest_gap_days"]
    assert unsteady["income_volatility"] > 0.2 and steady["income_volatility"] == pytest.approx(0)
    assert abs(unsteady["half_life_months"] - 15) < 1
    assert figures(SHIFTS, {}, hire(POOL, Noise(1), horizon_end=END), Noise(1), until=END, horizon_end=END).keys() == {
        "half_life_months"
    }
    assert longest(np.array([[True, True, False, True], [False] * 4])).tolist() == [2, 0]
