"""What one seed of one world gives: the ledger of its owners and what each strategy did to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.schema import DAY_S, LEARNERS
from sim.measure.score import Counts, Ledger
from sim.measure.tally import Masks

Owners = NDArray[np.float64]


@dataclass(frozen=True)
class Deed:
    """What a strategy's plans cost and did, by owner: float64[owners] each; `avoided` int64[owners, 5].

    `kept` of her `posts` stand at the horizon. `extractable`: items a model can be made to repeat that
    it avoids. `days`: until the last action, at our pace and at the platform's full limit.
    """

    avoided: Counts
    extractable: NDArray[np.int64]
    posts: Owners
    kept: Owners
    calls: Owners
    days: Owners
    days_full_limit: Owners
    usd: Owners


@dataclass(frozen=True)
class Laid:
    """What one strategy's plans do to a log; the fields are those of Outcome, None where a thing is not asked."""

    deed: Deed
    over_time: NDArray[np.int64]
    stop_here: NDArray[np.int64] | None
    inferred: Mapping[str, NDArray[np.bool_]] | None
    handled: Mapping[str, NDArray[np.int64]] | None
    anew: NDArray[np.int64] | None


@dataclass(frozen=True)
class Outcome:
    """One world and seed: the ledger's parts, each strategy's deed, and curves for the report.

    over_time: by strategy, pairs of all owners known by each of `moments_days`. stop_here: by strategy, how many
    deletions all owners have made and pairs avoided when each has made at most m, for a grid of m: int64[2, grid].
    waiting: pairs still avoidable if everything is done only after each of `waits_days`. inferred: by strategy and
    measure, what an adversary has right, bool[owners]; empty for an archive, whose neighbours are made up. handled: by
    strategy and measure, what hired people's work adds (measure/handled.py), int64[owners]; workers: figures of their
    own side; both empty where it is not asked. anew: by strategy whose actions are not all cut-offs, how many posts of
    each owner were simulated anew (DESIGN, law 3), int64[owners].
    """

    ledger: Ledger
    deeds: Mapping[str, Deed]
    moments_days: NDArray[np.int64]
    over_time: Mapping[str, NDArray[np.int64]]
    stop_here: Mapping[str, NDArray[np.int64]]
    waits_days: NDArray[np.int64]
    waiting: NDArray[np.int64]
    inferred: Mapping[str, Mapping[str, NDArray[np.bool_]]]
    handled: Mapping[str, Mapping[str, NDArray[np.int64]]]
    workers: Mapping[str, float]
    anew: Mapping[str, NDArray[np.int64]]


def gathered(
    ledger: Ledger, laid: Mapping[str, Laid], *, moments_days: NDArray[np.int64], waits_days: NDArray[np.int64],
    waiting: NDArray[np.int64], workers: Mapping[str, float],
) -> Outcome:  # fmt: skip
    """The outcome of a seed from what each strategy did."""

    def asked(name: str) -> dict[str, Any]:
        found = {strategy: getattr(each, name) for strategy, each in laid.items()}
        return {strategy: value for strategy, value in found.items() if value is not None}

    return Outcome(
        ledger, asked("deed"), moments_days, asked("over_time"), asked("stop_here"), waits_days, waiting,
        asked("inferred"), asked("handled"), workers, asked("anew"),
    )  # fmt: skip


def scores(outcomes: Sequence[Sequence[Outcome]], owners: Sequence[NDArray[np.int64]]) -> dict[str, Any]:
    """Columns of table `scores`, by owner, world and seed: what each strategy avoids of each class, what an adversary
    has right of her, and what hired people's work adds.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ("strategy", "measure", "owner", "world", "seed", "value")}
    for world, lives in enumerate(outcomes):
        for seed, outcome in enumerate(lives):
            for strategy, deed in outcome.deeds.items():
                found: dict[str, NDArray[Any]] = {}
                for code, learner in enumerate(LEARNERS):
                    found[f"avoidable_{learner}"] = outcome.ledger.avoidable[:, code]
                    found[f"avoided_{learner}"] = deed.avoided[:, code]
                found |= {**outcome.inferred.get(strategy, {}), **outcome.handled.get(strategy, {})}
                for measure, values in found.items():
                    count = len(owners[world])
                    for name, entry in (("strategy", strategy), ("measure", measure), ("world", world), ("seed", seed)):
                        columns[name] += [entry] * count
                    columns["owner"] += owners[world].tolist()
                    columns["value"] += values.astype(float).tolist()
    return columns


def moments(decision: int, horizon_end: int) -> NDArray[np.int64]:
    """Times at which curves are read, s: the three years before the decision by month, the time after by week."""
    before = decision + np.arange(-36, 0) * 30 * DAY_S
    after = np.arange(decision, horizon_end, 7 * DAY_S)
    return np.concatenate([before[before > 0], after, [horizon_end]])


def steps(most: int) -> NDArray[np.int64]:
    """Numbers of deletions at which a curve is read: 0, then 40 a factor of ten or every one, up to `most`."""
    grid = np.round(np.geomspace(1, max(most, 1), num=max(2, int(40 * np.log10(max(most, 2))) + 1)))
    return np.unique(np.concatenate([[0], grid])).astype(np.int64)


def by_first_deletions(
    log: Log, ledger: Ledger, alive: Masks, targets: Sequence[NDArray[np.int64]], deletions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Deletions made and pairs avoided, of all owners, when each makes her first m, for each m of `deletions`.

    `targets` are each owner's deletions in order (post ids). Posts do not touch each other, so what a deletion
    avoids is what its post's own events lose.
    """
    order = np.argsort(log.post, kind="stable")
    gains = ledger.avoided_by_post(log, alive)
    total = np.zeros((2, len(deletions)), dtype=np.int64)
    for target in targets:
        row = order[np.searchsorted(log.post, target, sorter=order)]
        summed = np.concatenate([[0], np.cumsum(gains[row])])
        made = np.minimum(deletions, len(target))
        total += np.stack([made, summed[made]])
    return total
