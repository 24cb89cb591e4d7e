"""Speed of ties, beside graph libraries in the same run: ratios, as absolute speeds differ by machine.

    pytest benchmarks/test_ties.py -s

Each is given the same list of wanted degrees; times are of the processor, ours with one thread. Chung and Lu's graphs
have degrees alone; ours have communities, triangles, families, homophily and a relation for each tie as well. When a
tie began is asked for where it says so.
"""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
import yaml

from sim.core.build import build
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.world.people import populate
from sim.world.ties import Ties, befriend, wanted_ties

CONF = Path(__file__).parents[1] / "conf"
DECISION_S = 627_696_000
MEAN_FRIENDS = 62
"""Of every world here, so that time against people is not time against friends."""
PEOPLE, FEW = 200_000, 5_000
ROUNDS = 2


def laws() -> Ties:
    ties = settle(yaml.safe_load((CONF / "graph/facebook.yaml").read_text()), None)["ties"]
    ties.pop("_target_")
    return Ties(**(ties | {"mean_friends": MEAN_FRIENDS}))


def crowd(size: int) -> pa.Table:
    people = build(settle(yaml.safe_load((CONF / "people.yaml").read_text()), None))
    return populate(people, Noise(1), size=size, decision=DECISION_S)


def make(size: int, people: pa.Table, *, dates: bool = False) -> int:
    return befriend(laws(), people, Noise(1), size=size, decision=DECISION_S if dates else None).num_rows


def wanted(size: int) -> np.ndarray[Any, Any]:
    return wanted_ties(laws(), Noise(1), size=size, mean=MEAN_FRIENDS)[0]


def per_second(work: Callable[[], int], clock: Callable[[], float] = process_time) -> float:
    """Ties a second, the best of ROUNDS."""
    best = 0.0
    for _ in range(ROUNDS):
        start = clock()
        made = work()
        best = max(best, made / (clock() - start))
    return best


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    make(1000, crowd(1000), dates=True)


def beside(benchmark, ours: float, name: str, theirs: float) -> None:  # type: ignore[no-untyped-def]
    benchmark.extra_info |= {"ours_per_cpu_s": round(ours), "theirs_per_cpu_s": round(theirs)}
    benchmark.extra_info["ratio"] = round(ours / theirs, 1)
    print(f"\nties a processor second: {ours / 1e6:.2f} M; {name} {theirs / 1e6:.3f} M; {ours / theirs:.1f} times")
    benchmark.pedantic(lambda: None, rounds=1)


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_ties_a_second(benchmark, size):  # type: ignore[no-untyped-def]
    people = crowd(size)
    spent = process_time()
    made = benchmark.pedantic(lambda: make(size, people, dates=True), rounds=1, iterations=1)
    benchmark.extra_info["ties"] = made
    benchmark.extra_info["ties_per_s"] = round(made / benchmark.stats.stats.mean)
    benchmark.extra_info["ties_per_cpu_s"] = round(made / (process_time() - spent))
    print(f"\n{size:,} people: {made:,} ties, {made / benchmark.stats.stats.mean / 1e6:.2f} M a second on all threads")


@pytest.mark.parametrize("size", [200_000, 1_000_000])
def test_networkit(benchmark, monkeypatch, size):  # type: ignore[no-untyped-def]
    networkit = pytest.importorskip("networkit", reason="networkit is not installed: pip install networkit")
    networkit.setSeed(1, False)
    degrees, people = wanted(size).tolist(), crowd(size)

    def theirs() -> int:
        return networkit.generators.ChungLuGenerator(degrees).generate().numberOfEdges()

    by_clock = per_second(lambda: make(size, people), perf_counter), per_second(theirs, perf_counter)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    networkit.setNumberOfThreads(1)
    benchmark.extra_info["ratio_by_the_clock"] = round(by_clock[0] / by_clock[1], 2)
    print(f"\n{size:,} people, all threads, by the clock: {by_clock[0] / by_clock[1]:.2f} times NetworKit")
    dated = per_second(lambda: make(size, people, dates=True))
    benchmark.extra_info["ours_with_dates_per_cpu_s"] = round(dated)
    print(f"with dates {dated / 1e6:.2f} M a processor second")
    beside(benchmark, per_second(lambda: make(size, people)), "NetworKit Chung-Lu", per_second(theirs))


def test_igraph(benchmark, one_thread):  # type: ignore[no-untyped-def]
    igraph = pytest.importorskip("igraph", reason="igraph is not installed: pip install igraph")
    degrees, people = wanted(PEOPLE).tolist(), crowd(PEOPLE)
    ours = per_second(lambda: make(PEOPLE, people))
    theirs = per_second(lambda: igraph.Graph.Chung_Lu(degrees, loops=False, variant="maxent").ecount())
    beside(benchmark, ours, "igraph Chung-Lu", theirs)


def test_networkx(benchmark, one_thread):  # type: ignore[no-untyped-def]
    degrees, people = wanted(FEW).tolist(), crowd(PEOPLE)
    ours = per_second(lambda: make(PEOPLE, people))
    start = process_time()
    made = nx.expected_degree_graph(degrees, seed=1, selfloops=False).number_of_edges()
    beside(benchmark, ours, "NetworkX Chung-Lu", made / (process_time() - start))


def test_time_grows_with_people_to_a_power_near_one(benchmark):  # type: ignore[no-untyped-def]
    took = {}
    for size in (10_000, 100_000, 1_000_000):
        people, begun = crowd(size), perf_counter()
        make(size, people, dates=True)
        took[size] = perf_counter() - begun
    exponent = np.polyfit(np.log(list(took)), np.log(list(took.values())), 1)[0]
    benchmark.extra_info |= {
        "exponent": round(float(exponent), 2),
        "seconds": {k: round(v, 3) for k, v in took.items()},
    }
    print(f"\nties: seconds {took}; time grows as people to the power {exponent:.2f}")
    benchmark.pedantic(lambda: None, rounds=1)
