"""What an adversary infers of people: traits from friends who tell theirs, and how alone a profile stands.

The guess is the relational-neighbour classifier's (Macskassy and Provost 2007, JMLR 8:935): the commonest trait among
a person's friends who tell theirs. With more rounds it is label propagation (Zhu, Ghahramani, Lafferty 2003, ICML).
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import Mistake, require

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

NO_GUESS = -1


def only(start: Ints, neighbour: NDArray[np.int32], kept: Bools) -> tuple[Ints, NDArray[np.int32]]:
    """The table of friends with the `kept` entries of `neighbour` alone."""
    return np.concatenate([[0], np.cumsum(kept)])[start].astype(np.int64), neighbour[kept]


def vote(start: Ints, neighbour: NDArray[np.int32], trait: Ints, told: Bools, asked: Ints) -> Ints:
    """The commonest trait among the friends of each person in `asked` who tell theirs, int64[asked].

    Friends of i are neighbour[start[i]:start[i + 1]]; `told`: who tells, bool[people]. Equal votes: the least code.
    NO_GUESS: no friend tells.
    """
    count = np.diff(start)[asked]
    which = np.repeat(np.arange(len(asked)), count)
    at = np.repeat(start[asked] - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(len(which))
    kept = told[neighbour[at]]
    kinds = int(trait.max(initial=0)) + 1
    pairs, votes = np.unique(which[kept] * kinds + trait[neighbour[at[kept]]], return_counts=True)
    best = np.lexsort((pairs, -votes, pairs // kinds))
    who, first = np.unique(pairs[best] // kinds, return_index=True)
    guess = np.full(len(asked), NO_GUESS, dtype=np.int64)
    guess[who] = pairs[best][first] % kinds
    return guess


def propagate_labels(
    start: Ints, neighbour: NDArray[np.int32], trait: Ints, told: Bools, asked: Ints, *, rounds: int
) -> Ints:
    """Each asked person's likeliest trait after `rounds` of label propagation over the whole graph, int64[asked].

    NetworkX's harmonic function, whose first iteration only sets what is told; one round gives `vote`.
    Raises Mistake where SciPy is not installed.
    """
    require(rounds >= 1, f"Label propagation takes 1 round or more, not {rounds}.")
    if rounds == 1 or not told.any():
        return vote(start, neighbour, trait, told, asked)
    import networkx as nx

    try:
        from networkx.algorithms.node_classification import harmonic_function

        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(start) - 1))
        graph.add_edges_from(zip(np.repeat(np.arange(len(start) - 1), np.diff(start)).tolist(), neighbour.tolist(),
                                 strict=True))  # fmt: skip
        for person in np.flatnonzero(told).tolist():
            graph.nodes[person]["label"] = int(trait[person])
        return np.array(harmonic_function(graph, max_iter=rounds + 1), dtype=np.int64)[asked]
    except ImportError:
        raise Mistake(
            "Label propagation needs SciPy: pip install 'afterpost[science]', or adversary.rounds=1."
        ) from None


def base_rate(trait: Ints) -> float:
    """How often the commonest trait is right: what an adversary reaches who knows nothing of the person."""
    return float(np.bincount(trait).max() / len(trait)) if len(trait) else float("nan")


def crowd(*attributes: Ints) -> Ints:
    """How many share each person's combination of attributes, herself among them: her anonymity set (k)."""
    _, which, count = np.unique(np.stack(attributes, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.asarray(count[which.ravel()], dtype=np.int64)
