"""Projects: kinds of annotation work that appear and vanish, and how often an item is read in each."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require, require_above_0, require_share, unknown
from sim.core.noise import Noise
from sim.core.quantile import delay, exponential
from sim.core.schema import DAY_S, KINDS

MOST_PROJECTS = 64
MOST_ROUNDS = 10_000
LABEL, REWORK, GOLD, REVIEW, AUDIT = 0, 64, 128, 960, 992
"""The first slot of each kind; slots of an item in a project lie below 1,024."""


@dataclass(frozen=True)
class Project:
    """A type of task over held items of some `kinds` (all of KINDS if empty); `sample_share` of them are given out.

    It runs in rounds: a round begins `gap_mean_days` after the one before ended and lasts `round_mean_days`, both
    exponential, from `since` to `until` (s); between rounds nobody is given anything. Each item goes to `labels`
    people. A label judged wrong is done again by another: at the labeller's own error, and with `ambiguous_share`
    (of items on which the instructions allow both answers, as on copyright) at one half. `reviews` reviewers look after
    them, with `audit_share` one more. `gold_share` of items become test items that `gold_readers` people are shown.

    For the workers: `items_per_hour`, pay `usd_per_hour` of which `paid_share` arrives against what was promised, and
    `disturbing_share` of items from elsewhere that are explicit or disturbing, against `promised_disturbing_share`.
    """

    kinds: tuple[str, ...]
    sample_share: float
    since: int
    until: int
    gap_mean_days: float
    round_mean_days: float
    labels: int
    reviews: int
    audit_share: float
    ambiguous_share: float
    gold_share: float
    gold_readers: int
    items_per_hour: float
    usd_per_hour: float
    paid_share: float
    disturbing_share: float
    promised_disturbing_share: float

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise unknown("kind of post", kind, KINDS)
        require_share(
            sample_share=self.sample_share, audit_share=self.audit_share, ambiguous_share=self.ambiguous_share,
            gold_share=self.gold_share, paid_share=self.paid_share, disturbing_share=self.disturbing_share,
            promised_disturbing_share=self.promised_disturbing_share,
        )  # fmt: skip
        require_above_0(
            gap_mean_days=self.gap_mean_days, round_mean_days=self.round_mean_days,
            items_per_hour=self.items_per_hour, usd_per_hour=self.usd_per_hour,
        )  # fmt: skip
        require(0 <= self.labels <= REWORK, f"A task has 0 to {REWORK} labels, not {self.labels}.")
        require(0 <= self.reviews <= AUDIT - REVIEW, f"A task has 0 to {AUDIT - REVIEW} reviews, not {self.reviews}.")
        require(0 <= self.gold_readers <= REVIEW - GOLD, f"A test item has 0 to {REVIEW - GOLD} readers.")
        require(self.until > self.since, "A project ends before it begins.")

    def takes(self) -> NDArray[np.bool_]:
        """By kind of post: whether the project takes it."""
        return np.array([not self.kinds or kind in self.kinds for kind in KINDS])

    def rounds(self, noise: Noise, name: str, *, horizon_end: int) -> NDArray[np.int64]:
        """Rounds of the project called `name` up to the horizon: rows (begin, end), s, ascending and apart."""
        return _rounds(self, noise, name, horizon_end)


@lru_cache(maxsize=4 * MOST_PROJECTS)
def _rounds(project: Project, noise: Noise, name: str, horizon_end: int) -> NDArray[np.int64]:
    gap = exponential(mean_s=project.gap_mean_days * DAY_S)
    length = exponential(mean_s=project.round_mean_days * DAY_S)
    end = min(project.until, horizon_end)
    rows: list[tuple[int, int]] = []
    time = project.since
    while time < end:
        require(len(rows) < MOST_ROUNDS, f"Project '{name}' has over {MOST_ROUNDS} rounds; lengthen its rounds.")
        waiting, lasting = noise.words(f"round {name}", len(rows))
        begin = time + int(delay(gap, waiting)[0])
        time = begin + 1 + int(delay(length, lasting)[0])
        if begin < end:
            rows.append((begin, min(time, end)))
    return np.array(rows, dtype=np.int64).reshape(-1, 2)
