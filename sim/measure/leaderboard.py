"""From outcomes of all worlds and seeds to the leaderboard and the record a report is drawn from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import LEARNERS
from sim.measure import attention, handled, secondary
from sim.measure.conclusions import keeps, winner
from sim.measure.interval import Estimate, estimate
from sim.measure.outcome import Deed, Outcome
from sim.measure.results import Part, Row, StopHere, Waiting, WorkRow

Worlds = Sequence[Sequence[Outcome]]
"""Outcomes by world, then by seed."""


def rows(worlds: Worlds, noise: Noise) -> list[Row]:
    """The leaderboard, most avoided first: every measure of every strategy with its interval."""
    names = list(worlds[0][0].deeds)
    shares = {name: _estimate(worlds, name, _avoided, _avoidable, noise) for name in names}
    names.sort(key=lambda name: -(shares[name].mean if shares[name] else 0.0))  # type: ignore[union-attr]
    return [row for name in names for row in _rows_of(worlds, name, noise)]


def _rows_of(worlds: Worlds, name: str, noise: Noise) -> list[Row]:
    made = [_row(name, "avoided_share", "share of avoidable", _estimate(worlds, name, _avoided, _avoidable, noise))]
    kept = _estimate(worlds, name, lambda _, d: d.kept, lambda _, d: d.posts, noise)
    made.append(_row(name, "kept_share", "share of posts", kept))
    for measure, unit, part in MEASURES:
        made.append(_row(name, measure, unit, _estimate(worlds, name, part, None, noise)))
    for code, learner in enumerate(LEARNERS):
        for what, part in PARTS.items():
            found = _estimate(worlds, name, lambda o, d, p=part, c=code: p(o, d)[:, c], None, noise)  # type: ignore[misc]
            made.append(_row(name, f"{what}_{learner}", "pairs an owner", found))
    for measure in worlds[0][0].inferred.get(name, ()):
        right = _estimate(worlds, name, lambda o, _, m=measure: o.inferred[name][m], None, noise)  # type: ignore[misc]
        made.append(_row(name, measure, "share of owners", right))
    for measure in worlds[0][0].handled.get(name, ()):
        found = _estimate(worlds, name, lambda o, _, m=measure: o.handled[name][m], None, noise)  # type: ignore[misc]
        made.append(_row(name, measure, _unit_of(measure), found))
    if any(name in outcome.anew for outcomes in worlds for outcome in outcomes):
        nobody = np.zeros(1)
        anew = _estimate(worlds, name, lambda o, d: o.anew.get(name, nobody * d.kept), None, noise)
        made.append(_row(name, "simulated_anew", "posts an owner", anew))
    return made


def _unit_of(measure: str) -> str:
    """The unit of a count beside exposure, or of a part of one."""
    units = handled.UNITS | secondary.UNITS | attention.UNITS
    return next(said for name, said in units.items() if measure.startswith(name))


Measure = Callable[[Outcome, Deed], NDArray[Any]]

PARTS: dict[str, Measure] = {
    "sunk": lambda o, _: o.ledger.sunk,
    "irreversible": lambda o, _: o.ledger.irreversible,
    "avoidable": lambda o, _: o.ledger.avoidable,
    "avoided": lambda _, d: d.avoided,
}


def _avoided(outcome: Outcome, deed: Deed) -> NDArray[Any]:
    return deed.avoided.sum(axis=1)


def _avoidable(outcome: Outcome, deed: Deed) -> NDArray[Any]:
    return outcome.ledger.avoidable.sum(axis=1)


MEASURES: tuple[tuple[str, str, Measure], ...] = (
    ("total", "pairs an owner", lambda o, _: o.ledger.total.sum(axis=1)),
    ("sunk", "pairs an owner", lambda o, _: o.ledger.sunk.sum(axis=1)),
    ("irreversible", "pairs an owner", lambda o, _: o.ledger.irreversible.sum(axis=1)),
    ("avoidable", "pairs an owner", _avoidable),
    ("avoided", "pairs an owner", _avoided),
    ("extractable", "items an owner and model", lambda o, _: o.ledger.extractable),
    ("extractable_avoided", "items an owner and model", lambda _, d: d.extractable),
    ("calls", "calls an owner", lambda _, d: d.calls),
    ("days", "days", lambda _, d: d.days),
    ("days_full_limit", "days", lambda _, d: d.days_full_limit),
    ("money_usd", "US dollars an owner", lambda _, d: d.usd),
)


def _estimate(worlds: Worlds, name: str, part: Measure, whole: Measure | None, noise: Noise) -> Estimate | None:
    def table(measure: Measure) -> NDArray[np.float64]:
        """[owners of all worlds, seeds]."""
        columns = [np.stack([measure(o, o.deeds[name]) for o in outcomes], axis=1) for outcomes in worlds]
        return np.concatenate(columns).astype(np.float64)

    return estimate(table(part), None if whole is None else table(whole), noise)


def _row(strategy: str, measure: str, unit: str, found: Estimate | None) -> Row:
    if found is None:
        return Row(strategy=strategy, measure=measure, unit=unit, n=0, mean=None, low=None, high=None, mc_se=None)
    return Row(
        strategy=strategy, measure=measure, unit=unit, n=found.n, mean=found.mean, low=found.low, high=found.high,
        mc_se=found.mc_se,
    )  # fmt: skip


def parts(board: Sequence[Row]) -> dict[str, dict[str, Part]]:
    """By strategy and class: sunk, irreversible, avoidable and avoided, mean pairs an owner."""
    means = {(row["strategy"], row["measure"]): row["mean"] or 0.0 for row in board}
    return {
        name: {
            learner: Part(**{what: means[name, f"{what}_{learner}"] for what in PARTS})  # type: ignore[typeddict-item]
            for learner in LEARNERS
        }
        for name in dict.fromkeys(row["strategy"] for row in board)
    }


def stop_here(worlds: Worlds) -> dict[str, StopHere]:
    """By strategy that deletes post by post: what the first deletions achieve, as a share of avoidable."""
    curves: dict[str, StopHere] = {}
    for name in worlds[0][0].stop_here:
        made, shares = [], []
        for o in (o for world in worlds for o in world if o.ledger.avoidable.sum() > 0):
            deletions, pairs = o.stop_here[name]
            made.append(deletions / o.ledger.owners)
            shares.append(pairs / o.ledger.avoidable.sum())
        if not shares:
            continue
        grid = np.unique(np.concatenate(made))
        mean, low, high = _band(np.stack([np.interp(grid, x, y) for x, y in zip(made, shares, strict=True)]))
        curves[name] = StopHere(deletions=grid.tolist(), share=mean, low=low, high=high)
    return curves


def waiting(worlds: Worlds) -> Waiting:
    """What is still avoidable if everything is done only later, pairs an owner."""
    curves = np.stack([o.waiting / max(1, o.ledger.owners) for world in worlds for o in world])
    mean, low, high = _band(curves)
    return Waiting(days=worlds[0][0].waits_days.tolist(), avoidable=mean, low=low, high=high)


def over_time(worlds: Worlds) -> dict[str, list[float]]:
    """By strategy: pairs an owner known by each moment, mean of worlds and seeds."""
    every = [o for world in worlds for o in world]
    return {
        name: np.mean([o.over_time[name] / max(1, o.ledger.owners) for o in every], axis=0).tolist()
        for name in every[0].over_time
    }


def workers(worlds: Worlds, units: Mapping[str, str]) -> list[WorkRow]:
    """The workers' own figures over seeds and worlds, in the order of `units`, without those nobody's work gives."""
    every = [o.workers for world in worlds for o in world]
    made = []
    for measure, said in units.items():
        values = np.array([found[measure] for found in every if measure in found])
        if len(values):
            mean, low, high = (float(curve[0]) for curve in _band(values[:, None]))
            error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
            row = WorkRow(measure=measure, unit=said, n=len(values), mean=mean, low=low, high=high, mc_se=error)
            made.append(row)
    return made


def robust(worlds: Worlds, names: Sequence[str]) -> dict[str, float]:
    """By strategy that keeps half of the posts in some seed: share of seeds in which it avoids most of these."""
    every = [o for world in worlds for o in world if o.ledger.avoidable.sum() > 0]
    wins = {name: 0 for name in names if any(keeps(outcome.deeds.get(name)) for outcome in every)}
    for outcome in every:
        best = winner(outcome, names)
        if best is not None:
            wins[best] += 1
    return {name: count / len(every) for name, count in wins.items()} if every else {}


def _band(curves: NDArray[np.float64]) -> tuple[list[float], list[float], list[float]]:
    """Mean, 2.5% and 97.5% points over the first axis."""
    low, high = np.quantile(curves, [0.025, 0.975], axis=0, method="inverted_cdf")
    mean = curves.mean(axis=0)
    return mean.tolist(), np.minimum(low, mean).tolist(), np.maximum(high, mean).tolist()
