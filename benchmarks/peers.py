"""Other people's simulators behind one face each: prepare(graph, ...) loads them, run(seeds) spreads from each seed.

Each is used as its own documentation does; loading is apart, so that only the spreading is compared.
"""

from collections.abc import Callable
from time import process_time

import numpy as np
from numpy.typing import NDArray
from processes import Chance, Graph

Run = Callable[[NDArray[np.int64]], NDArray[np.float64]]


def networkx_of(graph: Graph) -> object:
    import networkx as nx

    made = nx.Graph()
    made.add_nodes_from(range(graph.people))
    source = np.repeat(np.arange(graph.people), np.diff(graph.start))
    made.add_edges_from(zip(source.tolist(), graph.viewer.tolist(), strict=True))
    return made


def cynetdiff(graph: Graph, chance: Chance, seed: int) -> Run:
    """CyNetDiff: how many each cascade activates."""
    from cynetdiff.models import IndependentCascadeModel

    starts, edges = graph.start[:-1].astype(np.uint32), graph.viewer.astype(np.uint32)
    one = isinstance(chance, float)
    chances = {"activation_prob": chance} if one else {"activation_probs": np.asarray(chance, dtype=np.float32)}
    model = IndependentCascadeModel(starts, edges, **chances, rng=np.random.default_rng(seed))

    def run(seeds: NDArray[np.int64]) -> NDArray[np.float64]:
        sizes = np.empty(len(seeds))
        for i, who in enumerate(seeds.tolist()):
            model.set_seeds([who])
            model.reset_model()
            model.advance_until_completion()
            sizes[i] = model.get_num_activated_nodes()
        return sizes

    return run


def ndlib(graph: Graph, chance: float, seed: int) -> Run:
    """NDlib: how many each cascade activates."""
    from ndlib.models import epidemics
    from ndlib.models.ModelConfig import Configuration

    given = networkx_of(graph)
    model = epidemics.IndependentCascadesModel(given)
    config = Configuration()
    for edge in given.edges():
        config.add_edge_configuration("threshold", edge, chance)
    config.add_model_initial_configuration("Infected", [0])
    model.set_initial_status(config)
    np.random.seed(seed)  # NDlib draws from numpy's global state

    def run(seeds: NDArray[np.int64]) -> NDArray[np.float64]:
        sizes = np.empty(len(seeds))
        for i, who in enumerate(seeds.tolist()):
            model.reset([who])
            began, infected = process_time(), 1
            while infected:
                infected = model.iteration(node_status=False)["node_count"][1]
            run.spent_s += process_time() - began
            sizes[i] = sum(status == 2 for status in model.status.values())
        return sizes

    run.spent_s = 0.0
    return run


def fast_sir(graph: Graph, ratio: float, seed: int) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """EoN.fast_SIR, rates `ratio` and 1: rows (how many caught it, when the median one did) of each outbreak."""
    import EoN

    given = networkx_of(graph)
    rng = np.random.default_rng(seed)

    def run(seeds: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.empty((2, len(seeds)))
        for i, who in enumerate(seeds.tolist()):
            times, susceptible, _, recovered = EoN.fast_SIR(given, ratio, 1.0, initial_infecteds=[who], rng=rng)
            caught = times[1:][np.diff(susceptible) < 0]
            found[:, i] = recovered[-1], np.median(np.append(caught, 0.0))
        return found

    return run
