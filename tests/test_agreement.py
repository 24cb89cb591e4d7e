"""Labels scored: against hand counts, closed forms, and four published sets whose statistics are known."""

import csv
import gzip
import json
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.build import build
from sim.core.clock import seconds
from sim.core.errors import Mistake
from sim.core.inequality import gini
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import DAY_S
from sim.exposure.workforce import hire
from sim.facts.labels import give_labels
from sim.measure.agreement import (
    NO_GOLD,
    Labels,
    agreement,
    dawid_skene,
    majority_accuracy,
    score,
    single_accuracy,
)
from sim.verbs.compose import compose_config

REAL = Path(__file__).parents[2] / "shared" / "data" / "labels"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no folder {REAL.name} of published label sets beside the project")


def drawn(seed: int, *, items: int, each: int, skill: np.ndarray, classes: int) -> Labels:
    """Items with `each` labels of different workers, right with the worker's skill, else any other class."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, classes, items)
    worker = np.concatenate([rng.choice(len(skill), each, replace=False) for _ in range(items)])
    item = np.repeat(np.arange(items), each)
    wrong = (gold[item] + rng.integers(1, classes, len(item))) % classes
    return Labels(worker, item, np.where(rng.random(len(item)) < skill[worker], gold[item], wrong), gold)


def test_scores_by_hand() -> None:
    labels = Labels(
        worker=np.array([0, 1, 2, 0, 1, 0]), item=np.array([0, 0, 0, 1, 1, 2]), label=np.array([1, 1, 0, 0, 1, 1]),
        gold=np.array([1, 0, NO_GOLD, 1]),
    )  # fmt: skip
    counts = labels.counts()
    assert counts.tolist() == [[1, 2], [1, 1], [0, 1], [0, 0]]
    assert agreement(counts) == pytest.approx((1 / 3 + 0) / 2)
    assert single_accuracy(counts, labels.gold) == pytest.approx(3 / 5)
    assert majority_accuracy(counts, labels.gold) == pytest.approx((1 + 0.5) / 2)
    assert gini(np.array([3, 2, 1])) == pytest.approx(2 / 9)
    assert gini(np.full(9, 4)) == 0


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_the_gini_is_half_the_mean_difference(load: list[int]) -> None:
    array = np.array(load)
    mean_difference = np.abs(array[:, None] - array[None, :]).mean()
    assert gini(array) == pytest.approx(mean_difference / (2 * array.mean()), abs=1e-12)


@pytest.mark.parametrize("each", [3, 5])
def test_equal_workers_agree_and_vote_as_the_binomial_says(each: int) -> None:
    right = 0.75
    labels = drawn(each, items=6_000, each=each, skill=np.full(40, right), classes=2)
    counts = labels.counts()
    assert single_accuracy(counts, labels.gold) == pytest.approx(right, abs=0.012)
    assert agreement(counts) == pytest.approx(right**2 + (1 - right) ** 2, abs=0.02)
    majority = sum(comb(each, k) * right**k * (1 - right) ** (each - k) for k in range(each // 2 + 1, each + 1))
    assert majority_accuracy(counts, labels.gold) == pytest.approx(majority, abs=0.02)


def test_who_errs_and_who_does_not_is_found_out() -> None:
    pytest.importorskip("crowdkit", reason="Crowd-Kit is not installed: pip install 'afterpost[science]'")
    skill = np.where(np.arange(30) < 8, 0.97, 0.52)
    labels = drawn(5, items=1_500, each=5, skill=skill, classes=2)
    counts = labels.counts()
    by_vote = majority_accuracy(counts, labels.gold)
    estimated = (dawid_skene(labels) == labels.gold).mean()
    assert estimated > by_vote + 0.05
    assert score(labels).dawid_skene == pytest.approx(estimated)


def test_rows_must_have_worker_item_and_class() -> None:
    with pytest.raises(Mistake, match="each row needs one of each"):
        Labels(np.array([0]), np.array([5]), np.array([0]), np.array([1]))


def read(path: Path) -> Labels:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    items, workers = ({name: i for i, name in enumerate(dict.fromkeys(r[c] for r in rows))} for c in ("item", "worker"))
    classes = {name: i for i, name in enumerate(sorted({row[c] for row in rows for c in ("label", "gold")} - {""}))}
    gold = np.full(len(items), NO_GOLD)
    for row in rows:
        if row["gold"]:
            gold[items[row["item"]]] = classes[row["gold"]]
    codes = ((workers, "worker"), (items, "item"), (classes, "label"))
    return Labels(*(np.array([code[row[name]] for row in rows]) for code, name in codes), gold)


@real
@pytest.mark.parametrize("name", ["gal_AdultContent2", "ti_product", "ti_dog"])
def test_published_sets_score_as_published(name: str) -> None:
    stated = json.loads((REAL / "label_stats.json").read_text(encoding="utf-8"))[name]
    labels = read(REAL / f"{name}.csv.gz")
    counts = labels.counts()
    assert gini(np.bincount(labels.worker)) == pytest.approx(stated["worker_load_gini"], abs=0.002)
    assert single_accuracy(counts, labels.gold) == pytest.approx(stated["label_accuracy"], abs=0.002)
    assert majority_accuracy(counts, labels.gold) == pytest.approx(stated["majority_vote_accuracy"], abs=0.01)
    if not stated["same_worker_repeat_labels"]:
        assert agreement(counts) == pytest.approx(stated["pairwise_agreement_mean"], abs=0.002)


@real
@pytest.mark.parametrize("seed", range(3))
def test_the_workforces_labels_lie_within_the_published_sets(seed: int) -> None:
    stated = json.loads((REAL / "label_stats.json").read_text(encoding="utf-8"))

    def within(name: str, value: float) -> None:
        published = [own[name] for own in stated.values() if own.get(name) is not None]
        assert min(published) <= value <= max(published), (name, value, published)

    config = compose_config("validate", [])
    review = build(settle(config["channel"], None, "channel"), "channel")["review"]
    decision = seconds(config["world"]["decision"])
    pool = hire(review.pool, Noise(seed), horizon_end=decision + DAY_S)
    labels = give_labels(review, pool, Noise(seed), time=decision)
    counts = labels.counts()
    load = np.bincount(labels.worker)
    within("worker_load_gini", gini(load[load > 0]))
    within("pairwise_agreement_mean", agreement(counts))
    within("label_accuracy", single_accuracy(counts, labels.gold))
    within("majority_vote_accuracy", majority_accuracy(counts, labels.gold))
