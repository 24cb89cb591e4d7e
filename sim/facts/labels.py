"""Measure labels as the workforce gives them (V33): agreement, and how often one and how often most are right."""

import numpy as np

from sim.core.noise import Noise
from sim.exposure.channels.review import Review
from sim.exposure.workforce import Workers, chosen
from sim.measure.agreement import Labels, agreement, majority_accuracy, single_accuracy
from sim.measure.facts import Found

ITEMS = 3_000
"""Of each project: for two digits."""


def give_labels(review: Review, pool: Workers, noise: Noise, *, time: int, items: int = ITEMS) -> Labels:
    """Labels of `items` of each project that asks several people, all read at `time` (s): right (1) or wrong (0); none
    where nobody is fit for it then.

    A wrong label is the one that tempts; on what instructions leave open each answer is as likely as the other.
    """
    worker, item, right = [], [], []
    names = list(review.projects)
    fit = pool.fit(names)
    several = [(name, project) for name, project in review.projects.items() if project.labels > 1]
    for number, (name, project) in enumerate(several):
        which = np.arange(items)
        task = (noise.words(f"label task {name}", which)[0] >> np.uint64(2)).astype(np.int64)
        open_ = noise.uniform(f"label open {name}", which) < project.ambiguous_share
        key = noise.key("task slot")
        for slot in range(project.labels):
            hired = np.array(
                [chosen(key, each, slot, time, 0, pool.staff, fit, names.index(name)) for each in task.tolist()]
            )
            error = np.where(open_, 0.5, pool.error[hired] / 2.0**32)
            there = hired >= 0
            worker.append(hired[there])
            item.append((number * items + which)[there])
            right.append((noise.uniform(f"label wrong {name}", which, slot) >= error)[there].astype(np.int64))
    nobody = np.empty(0, dtype=np.int64)
    gold = np.ones(items * len(several), dtype=np.int64)
    who, which, label = (np.concatenate([nobody, *column]) for column in (worker, item, right))
    return Labels(who, which, label, gold)


def label_facts(review: Review, pool: Workers, noise: Noise, *, time: int) -> dict[str, Found]:
    """How well workers' labels agree and how often they are right."""
    labels = give_labels(review, pool, noise, time=time)
    if len(labels.label) == 0:
        return {}
    counts, said = labels.counts(), f"{len(labels.label):,} labels of {len(labels.gold):,} items at the decision."
    return {
        "V33.agreement": Found(agreement(counts), said),
        "V33.single": Found(single_accuracy(counts, labels.gold), said),
        "V33.majority": Found(majority_accuracy(counts, labels.gold), said),
    }
