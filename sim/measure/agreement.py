"""Score labels that several workers gave the same items: load, agreement, accuracy, and what aggregation recovers.

Majority vote is our own count; Dawid and Skene's estimate (1979, doi:10.2307/2346806) is Crowd-Kit's.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import Mistake, require
from sim.core.inequality import gini

Ints = NDArray[np.int64]

NO_GOLD = -1


@dataclass(frozen=True)
class Labels:
    """One row a label: `worker` gave `item` the class `label`; codes from 0.

    `gold`: each item's true class, or NO_GOLD.
    """

    worker: Ints
    item: Ints
    label: Ints
    gold: Ints

    def __post_init__(self) -> None:
        require(
            len(self.worker) == len(self.item) == len(self.label) and int(self.item.max(initial=-1)) < len(self.gold),
            f"Labels have {len(self.worker)} workers, {len(self.item)} items and {len(self.label)} classes for "
            f"{len(self.gold)} items; each row needs one of each.",
        )  # fmt: skip

    def counts(self) -> Ints:
        """How many workers gave each item each class, int64[items, classes]."""
        classes = int(max(self.label.max(initial=0), self.gold.max(initial=0))) + 1
        return np.bincount(self.item * classes + self.label, minlength=len(self.gold) * classes).reshape(-1, classes)


@dataclass(frozen=True)
class Scores:
    """Of a set of labels; accuracies are of items with gold, nan where there are none.

    load_gini: of labels a worker. agreement: share of pairs of labels of an item that agree, mean over items with two
    or more. single, majority, dawid_skene: share right of single labels, of majority votes (equal votes share the
    point), of Dawid and Skene's estimate.
    """

    load_gini: float
    agreement: float
    single: float
    majority: float
    dawid_skene: float


def agreement(counts: Ints) -> float:
    """Mean over items of the share of pairs of labels that agree."""
    n = counts.sum(axis=1)
    two = n >= 2
    if not two.any():
        return float("nan")
    pairs = (counts[two] * (counts[two] - 1)).sum(axis=1) / (n[two] * (n[two] - 1))
    return float(pairs.mean())


def single_accuracy(counts: Ints, gold: Ints) -> float:
    """Share of labels that are right, of items with gold."""
    known = (gold != NO_GOLD) & (counts.sum(axis=1) > 0)
    right = counts[known, gold[known]].sum()
    return float(right / counts[known].sum()) if known.any() else float("nan")


def majority_accuracy(counts: Ints, gold: Ints) -> float:
    """Share of items whose commonest label is right; where several are commonest, a share of it."""
    known = (gold != NO_GOLD) & (counts.sum(axis=1) > 0)
    if not known.any():
        return float("nan")
    most = counts[known] == counts[known].max(axis=1, keepdims=True)
    return float((most[np.arange(len(most)), gold[known]] / most.sum(axis=1)).mean())


def dawid_skene(labels: Labels, *, rounds: int = 100) -> Ints:
    """Each item's likeliest class by Dawid and Skene's model, int64[items]; NO_GOLD for items without labels.

    Raises Mistake where Crowd-Kit is not installed.
    """
    try:
        import pandas as pd
        from crowdkit.aggregation import DawidSkene
    except ImportError:
        raise Mistake("Dawid and Skene's estimate needs Crowd-Kit: pip install 'afterpost[science]'.") from None
    given = pd.DataFrame({"task": labels.item, "worker": labels.worker, "label": labels.label})
    with warnings.catch_warnings():  # Crowd-Kit 1.4 calls pandas in ways that pandas 3 is giving up
        warnings.simplefilter("ignore")
        found = DawidSkene(n_iter=rounds).fit_predict(given)
    estimate = np.full(len(labels.gold), NO_GOLD, dtype=np.int64)
    estimate[found.index.to_numpy()] = found.to_numpy()
    return estimate


def score(labels: Labels) -> Scores:
    """All scores of a set of labels."""
    counts, load = labels.counts(), np.bincount(labels.worker)
    known = (labels.gold != NO_GOLD) & (counts.sum(axis=1) > 0)
    estimate = dawid_skene(labels)
    return Scores(
        load_gini=gini(load[load > 0]),
        agreement=agreement(counts),
        single=single_accuracy(counts, labels.gold),
        majority=majority_accuracy(counts, labels.gold),
        dawid_skene=float((estimate == labels.gold)[known].mean()) if known.any() else float("nan"),
    )
