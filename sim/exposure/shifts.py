"""Shifts: what the work is like for those who do it, in the year before a moment.

The workers' side is measured and feeds nothing: what they earn and see follows from rounds of projects, their own
hours and pay, whatever an owner deletes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require_above_0
from sim.core.inequality import gini
from sim.core.noise import Noise
from sim.core.schema import DAY_S, YEAR_S
from sim.exposure.projects import Project
from sim.exposure.workforce import Workers

DAYS = 364
ASKED = 4000
"""Workers who are asked, from the first on: enough for two digits."""
WEEKS_LEAST = 8

Days = NDArray[np.bool_]


@dataclass(frozen=True)
class Shifts:
    """A worker wants `hours_per_week`, was promised `promised_hours_per_week`, in shifts of `shift_hours`."""

    hours_per_week: float
    promised_hours_per_week: float
    shift_hours: float

    def __post_init__(self) -> None:
        require_above_0(
            hours_per_week=self.hours_per_week, promised_hours_per_week=self.promised_hours_per_week,
            shift_hours=self.shift_hours,
        )  # fmt: skip


FIGURES: dict[str, str] = {
    "half_life_months": "months, median stay of a worker, whether or not it is over",
    "load_gini": "Gini coefficient of items done a worker, of those who did any",
    "hours_met_share": "share of the hours promised for which there was work",
    "weeks_without_work_share": "share of weeks employed",
    "longest_gap_days": "days, longest time without work a worker",
    "income_volatility": "standard deviation over mean of weekly income",
    "pay_promised_per_task_usd": "US dollars an item",
    "pay_per_task_usd": "US dollars an item",
    "disturbing_share": "share of items a shift, met",
    "disturbing_promised_share": "share of items a shift, promised",
    "disturbing_shifts_share": "share of shifts with at least one",
    "wrong_labels_share": "share of labels",
    "wrong_copyright_share": "share of labels of the projects with the most ambiguous instructions",
}
"""Unit of each figure of the workers' side."""


def figures(
    shifts: Shifts, projects: Mapping[str, Project], pool: Workers, noise: Noise, *, until: int, horizon_end: int
) -> dict[str, float]:
    """FIGURES of a pool in the year up to `until` (s); those that nobody's work gives are left out."""
    days = until - DAYS * DAY_S + DAY_S * np.arange(DAYS)
    each = list(projects.values())
    on = np.array([running(p.rounds(noise, name, horizon_end=horizon_end), days) for name, p in projects.items()])
    who = np.arange(min(ASKED, len(pool.came)))
    admitted = pool.fit(list(projects))[:, who].T
    employed = (pool.came[who, None] <= days) & (days < pool.left[who, None])
    offered = (admitted.astype(np.int64) @ on.astype(np.int64)) if each else np.zeros(employed.shape, np.int64)
    working = employed & (offered > 0)
    found = {"half_life_months": float(np.median((pool.left - pool.came) / (YEAR_S / 12)))}
    if not working.any():
        return found
    hours = working * shifts.hours_per_week / 7
    load = pool.weight[who, None] / pool.weight[who].mean()

    def per_hour(values: list[float]) -> NDArray[np.float64]:
        """Mean over the projects a worker is offered on each day."""
        return (admitted * np.array(values)) @ on / np.maximum(offered, 1)

    items = hours * load * per_hour([p.items_per_hour for p in each])
    promised = hours * load * per_hour([p.usd_per_hour for p in each])
    paid = hours * load * per_hour([p.usd_per_hour * p.paid_share for p in each])
    bad = hours * load * per_hour([p.items_per_hour * p.disturbing_share for p in each])
    told = hours * load * per_hour([p.items_per_hour * p.promised_disturbing_share for p in each])
    weekly = paid.reshape(len(who), -1, 7).sum(axis=2)
    weeks = employed.reshape(len(who), -1, 7).all(axis=2)
    whole_year = weeks.sum(axis=1) >= WEEKS_LEAST
    counted = np.maximum(weeks.sum(axis=1), 1)
    mean = (weekly * weeks).sum(axis=1) / counted
    spread = np.sqrt(((weekly - mean[:, None]) ** 2 * weeks).sum(axis=1) / counted)
    earning = whole_year & (mean > 0)
    share = bad[working] / items[working]
    a_shift = (per_hour([p.items_per_hour for p in each]) * working)[working] * shifts.shift_hours
    error = pool.error / 2.0**32
    ambiguous = np.array([p.ambiguous_share for p in each])

    def wrong(open_: float) -> float:
        return float((error * (1 - open_) + open_ / 2).mean())

    found |= {
        "load_gini": gini(items.sum(axis=1)[working.any(axis=1)]),
        "hours_met_share": hours[employed].mean() * 7 / shifts.promised_hours_per_week,
        "weeks_without_work_share": float((weekly[weeks] == 0).mean()) if weeks.any() else np.nan,
        "longest_gap_days": _mean(longest(employed & ~working)[whole_year]),
        "income_volatility": _mean(spread[earning] / mean[earning]),
        "pay_promised_per_task_usd": promised.sum() / items.sum(),
        "pay_per_task_usd": paid.sum() / items.sum(),
        "disturbing_share": bad.sum() / items.sum(),
        "disturbing_promised_share": told.sum() / items.sum(),
        "disturbing_shifts_share": float((1 - (1 - share) ** a_shift).mean()),
        "wrong_labels_share": wrong(float(ambiguous.mean())),
        "wrong_copyright_share": wrong(float(ambiguous.max())),
    }
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def running(rounds: NDArray[np.int64], days: NDArray[np.int64]) -> Days:
    """On which days (beginning at these times, s) a round is on."""
    on = np.zeros(len(days), dtype=np.bool_)
    for begin, end in rounds:
        on |= (begin <= days) & (days < end)
    return on


def longest(without: Days) -> NDArray[np.int64]:
    """Longest run of true days in each row."""
    most = run = np.zeros(len(without), dtype=np.int64)
    for day in range(without.shape[1]):
        run = (run + 1) * without[:, day]
        most = np.maximum(most, run)
    return most


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
