"""Speed of ties: how many a second are made, and how the time grows with the number of people."""

import resource
from math import log
from pathlib import Path
from time import perf_counter, process_time

import pyarrow as pa
import pytest
import yaml

from sim.core.build import build
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.world.people import populate
from sim.world.ties import Ties, befriend

CONF = Path(__file__).parents[1] / "conf"
DECISION_S = 627_696_000
MEAN_FRIENDS = 60
"""Of every world here, so that time against people is not time against friends."""


def laws(**changes: object) -> Ties:
    ties = settle(yaml.safe_load((CONF / "graph/facebook.yaml").read_text()), None)["ties"]
    ties.pop("_target_")
    return Ties(**(ties | {"mean_friends": MEAN_FRIENDS} | changes))


def crowd(size: int) -> pa.Table:
    people = build(settle(yaml.safe_load((CONF / "people.yaml").read_text()), None))
    return populate(people, Noise(1), size=size, decision=DECISION_S)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    befriend(laws(), crowd(1000), Noise(1), size=1000, decision=DECISION_S)


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_ties_a_second(benchmark, size):  # type: ignore[no-untyped-def]
    people = crowd(size)
    spent = process_time()
    made = benchmark.pedantic(
        lambda: befriend(laws(), people, Noise(1), size=size, decision=DECISION_S), rounds=1, iterations=1
    )
    benchmark.extra_info["ties"] = made.num_rows
    benchmark.extra_info["ties_per_s"] = round(made.num_rows / benchmark.stats.stats.mean)
    benchmark.extra_info["ties_per_cpu_s"] = round(made.num_rows / (process_time() - spent))
    benchmark.extra_info["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_time_grows_with_people_to_a_power_near_one(benchmark):  # type: ignore[no-untyped-def]
    took = {}
    for size in (10_000, 100_000):
        people, begun = crowd(size), perf_counter()
        befriend(laws(), people, Noise(1), size=size)
        took[size] = perf_counter() - begun
    exponent = log(took[100_000] / took[10_000]) / log(10)
    benchmark.extra_info["exponent"] = round(exponent, 2)
    benchmark.pedantic(lambda: None, rounds=1)
    assert exponent < 1.5
