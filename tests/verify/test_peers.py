"""Equal distributions to other people's simulators on shared graphs: EoN's SIR, CyNetDiff's and NDlib's cascades.

Skipped where they are not installed; `make verify` builds their environment and runs these.
"""

import numpy as np
import pytest
from judge import FALSE_ALARM, of_two_samples, refuses
from peers import cynetdiff, fast_sir, ndlib
from processes import Chance, Graph, attached, cascades, epidemics, infections, reached

pytestmark = pytest.mark.verify

PEOPLE, EACH = 400, 5


@pytest.fixture(scope="module")
def graph() -> Graph:
    return attached(PEOPLE, EACH, np.random.default_rng(11))


def ours(graph: Graph, chance: Chance, runs: int) -> np.ndarray:
    seeds = np.random.default_rng(12).integers(0, graph.people, runs)
    return reached(cascades(graph, seeds, chance=chance).run(13))


@pytest.mark.parametrize("chance", [0.05, 0.2])
def test_cascade_sizes_are_cynetdiffs(graph: Graph, chance: float) -> None:
    pytest.importorskip("cynetdiff", reason="CyNetDiff is not installed: make verify")
    seeds = np.random.default_rng(14).integers(0, graph.people, 4000)
    theirs = cynetdiff(graph, chance, 15)(seeds)
    assert of_two_samples(ours(graph, chance, 4000), theirs) > FALSE_ALARM
    refuses("a chance 25% higher", of_two_samples(ours(graph, chance * 1.25, 4000), theirs))


def test_cascade_sizes_are_cynetdiffs_where_ties_differ(graph: Graph) -> None:
    """Each tie has a chance of its own, from 0 to 0.1."""
    pytest.importorskip("cynetdiff", reason="CyNetDiff is not installed: make verify")
    rng = np.random.default_rng(21)
    seeds, chance = rng.integers(0, graph.people, 4000), rng.uniform(0, 0.1, len(graph.viewer))
    theirs = cynetdiff(graph, chance, 22)(seeds)
    assert of_two_samples(ours(graph, chance, 4000), theirs) > FALSE_ALARM
    refuses("a chance 25% higher", of_two_samples(ours(graph, chance * 1.25, 4000), theirs))


def test_cascade_sizes_are_ndlibs(graph: Graph) -> None:
    pytest.importorskip("ndlib", reason="NDlib is not installed: make verify")
    seeds = np.random.default_rng(16).integers(0, graph.people, 400)
    theirs = ndlib(graph, 0.1, 17)(seeds)
    assert of_two_samples(ours(graph, 0.1, 4000), theirs) > FALSE_ALARM
    refuses("a chance 50% higher", of_two_samples(ours(graph, 0.15, 4000), theirs))


@pytest.mark.parametrize(("ratio", "slower"), [(0.1, 4.0), (0.3, 1.3)])
def test_sizes_and_times_are_fast_sirs(graph: Graph, ratio: float, slower: float) -> None:
    """Transmission at `ratio` times the rate of recovery; times in mean infectious periods."""
    pytest.importorskip("EoN", reason="EoN is not installed: make verify")
    seeds = np.random.default_rng(18).integers(0, graph.people, 600)
    theirs = fast_sir(graph, ratio, 19)(seeds)
    found = {r: infections(epidemics(graph, seeds, ratio=r).run(20)) for r in (ratio, ratio * 1.3)}
    for place, what in enumerate(("how many", "when the median person")):
        assert of_two_samples(found[ratio][place], theirs[place]) > FALSE_ALARM, what
    refuses("transmission 30% faster", of_two_samples(found[ratio * 1.3][0], theirs[0]))
    refuses("times so many times as long", of_two_samples(found[ratio][1] * slower, theirs[1]))
