"""Seat simulated people on a real graph's nodes, so that friends share country, town and age."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.keyed import draw
from sim.core.noise import Noise
from sim.world.audience import adjacency
from sim.world.cells import codes

Ints = NDArray[np.int64]

COUNTRY_SHARE = 0.842
"""Share of ties within a country that is aimed at: G13, Ugander et al. 2011, arXiv:1111.4503."""

SWEEPS = 100
"""Passes over all people, in communities and in swaps; both have settled long before on the graphs tried."""


@compiled
def communities(key: np.uint64, order: Ints, start: Ints, neighbour: NDArray[np.int32], sweeps: int) -> Ints:
    """Label of each node by label propagation in the given order; equally frequent labels are told apart by noise.

    Raghavan, Albert, Kumara 2007, doi:10.1103/PhysRevE.76.036106.
    """
    label = np.arange(len(order))
    count = np.zeros(len(order), dtype=np.int64)
    for _ in range(sweeps):
        moved = 0
        for node in order:
            best, most = label[node], np.int64(0)
            for at in range(start[node], start[node + 1]):
                count[label[neighbour[at]]] += 1
            for at in range(start[node], start[node + 1]):
                other = label[neighbour[at]]
                if count[other] > most or (
                    count[other] == most and draw(key, node, other, 0)[0] < draw(key, node, best, 0)[0]
                ):
                    best, most = other, count[other]
            for at in range(start[node], start[node + 1]):
                count[label[neighbour[at]]] = 0
            moved += best != label[node]
            label[node] = best
        if moved == 0:
            break
    return label


@compiled
def _shared(node: int, other: int, trait: Ints, start: Ints, neighbour: NDArray[np.int32], value: int) -> int:
    """Number of `node`'s neighbours, `other` left out, whose trait is `value`."""
    found = 0
    for at in range(start[node], start[node + 1]):
        found += neighbour[at] != other and trait[neighbour[at]] == value
    return found


@compiled
def _gain(one: int, two: int, trait: Ints, start: Ints, neighbour: NDArray[np.int32]) -> int:
    """How many more ties join equal traits if the people on two nodes change places."""
    if trait[one] == trait[two]:
        return 0
    return (
        _shared(one, two, trait, start, neighbour, trait[two])
        + _shared(two, one, trait, start, neighbour, trait[one])
        - _shared(one, two, trait, start, neighbour, trait[one])
        - _shared(two, one, trait, start, neighbour, trait[two])
    )


@compiled
def swap(
    key: np.uint64,
    seats: Ints,
    traits: Ints,
    start: Ints,
    neighbour: NDArray[np.int32],
    aimed: int,
    sweeps: int,
) -> None:
    """Swap people between nodes, in place, until `aimed` rows of the adjacency join one country or nothing helps.

    traits: country, town, age group of the person on each node, one row each. A node's person is offered the
    place of a keyed other whose country a keyed friend has; a swap must bring the ties within a country nearer
    `aimed`, or leave them and join more equal towns and ages.
    """
    people = len(seats)
    country, town, age = traits[0], traits[1], traits[2]
    node_of = np.empty(people, dtype=np.int64)
    for node in range(people):
        node_of[seats[node]] = node
    within = 0
    for node in range(people):
        within += _shared(node, -1, country, start, neighbour, country[node])
    for sweep in range(sweeps):
        moved = 0
        for node in range(people):
            friends = start[node + 1] - start[node]
            if friends == 0:
                continue
            first, second = draw(key, node, sweep, 0)
            friend = neighbour[start[node] + np.int64((first >> np.uint64(32)) % np.uint64(friends))]
            other = node_of[np.int64((second >> np.uint64(32)) % np.uint64(people))]
            for step in range(people):  # the next in person order from the country of that friend
                if country[other] == country[friend] or step == 64:
                    break
                other = node_of[(seats[other] + 1) % people]
            if other == node:
                continue
            gain = 2 * _gain(node, other, country, start, neighbour)
            nearer = abs(within + gain - aimed) < abs(within - aimed)
            if not nearer and not (
                gain == 0 and _gain(node, other, town, start, neighbour) + _gain(node, other, age, start, neighbour) > 0
            ):
                continue
            within += gain
            moved += 1
            node_of[seats[node]], node_of[seats[other]] = other, node
            seats[node], seats[other] = seats[other], seats[node]
            for trait in range(3):
                traits[trait, node], traits[trait, other] = traits[trait, other], traits[trait, node]
        if moved == 0:
            break


def seat(people: pa.Table, ties: pa.Table, noise: Noise) -> pa.Table:
    """`people` with all columns but `person` permuted, so that communities of `ties` share country, town and age.

    People in order of country, town and age are laid along the nodes in order of community, then swapped toward
    the published share of ties within a country (0.842), as far as the graph allows. Either end of a tie counts
    alike, directed or not. Every row is a node: give the graph's people alone, without newcomers.
    """
    size = people.num_rows
    start, neighbour = adjacency(undirected(ties), people=size, directed=False)
    node = np.arange(size)
    word = noise.words("seat order", node)[0]
    label = communities(noise.key("community"), np.lexsort((node, word)), start, neighbour, SWEEPS)
    sizes = np.bincount(label, minlength=size)
    nodes = np.lexsort((node, label, -sizes[label]))

    country, town, age = codes(people["country"]), codes(people["city"]), people["age"].to_numpy().astype(np.int64)
    persons = np.lexsort((node, age, town, country))
    seats = np.empty(size, dtype=np.int64)
    seats[nodes] = persons
    traits = np.stack([country[seats], (country << 32 | town)[seats], (age // 10)[seats]])
    swap(noise.key("swap"), seats, traits, start, neighbour, round(COUNTRY_SHARE * len(neighbour)), SWEEPS)
    moved = people.take(pa.array(seats))
    return moved.set_column(0, people.schema.field("person"), people["person"]).combine_chunks()


def undirected(ties: pa.Table) -> pa.Table:
    """Each tied pair once, lower id first."""
    source, target = (ties[end].to_numpy() for end in ("source", "target"))
    pairs = np.sort(np.minimum(source, target) << 32 | np.maximum(source, target))
    once = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])] if len(pairs) else pairs
    return pa.table({"source": once >> 32, "target": once & 0xFFFFFFFF})
