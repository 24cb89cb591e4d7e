"""Statistics of graphs against NetworkX, twins of graphs, and how near a fit comes to real ones."""

from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim.core.noise import Noise
from sim.world import statistics as measure
from sim.world.audience import adjacency
from sim.world.distance import components, giant_share, hops, mean_distance, sampled_hops
from sim.world.fit import fit, twin_of
from sim.world.graph import from_networkx, read_graph
from sim.world.like import grow
from sim.world.louvain import louvain, median_modularity, modularity
from sim.world.rewire import rewired

DATA = Path(__file__).parents[1] / "../shared/data"

GRAPHS = {
    "karate": nx.karate_club_graph(),
    "random": nx.gnp_random_graph(60, 0.1, seed=2),
    "clustered": nx.powerlaw_cluster_graph(200, 4, 0.6, seed=1),
    "apart": nx.disjoint_union(nx.complete_graph(5), nx.path_graph(7)),
    "star": nx.star_graph(9),
}


def rows(graph):
    """A NetworkX graph of 0 ... n - 1 as a table."""
    start = np.concatenate([[0], np.cumsum([graph.degree(node) for node in range(len(graph))])])
    neighbour = [other for node in range(len(graph)) for other in sorted(graph[node])]
    return start.astype(np.int64), np.array(neighbour, dtype=np.int32)


def graph_of(start, neighbour):
    graph = nx.empty_graph(len(start) - 1)
    graph.add_edges_from(
        zip(np.repeat(np.arange(len(start) - 1), np.diff(start)).tolist(), neighbour.tolist(), strict=True)
    )
    return graph


@pytest.fixture(params=GRAPHS, name="both")
def _both(request):
    return GRAPHS[request.param], *rows(GRAPHS[request.param])


def test_triangles_and_clustering(both):
    graph, start, neighbour = both
    found = measure.triangles(start, neighbour)
    assert found.tolist() == [nx.triangles(graph)[node] for node in range(len(graph))]
    assert measure.transitivity(found, np.diff(start)) == pytest.approx(nx.transitivity(graph))
    local = measure.local_clustering(found, np.diff(start))
    assert local.tolist() == pytest.approx([nx.clustering(graph)[node] for node in range(len(graph))])
    share, people = measure.clustering_by_degree(found, np.diff(start), [2, 4, 8, 300])
    low = [node for node in graph if 2 <= graph.degree(node) < 4]
    assert people[0] == len(low)
    assert not low or share[0] == pytest.approx(np.mean([nx.clustering(graph, node) for node in low]))


def test_mixing_by_degree_and_trait(both):
    graph, start, neighbour = both
    wanted = nx.degree_assortativity_coefficient(graph)
    assert measure.assortativity(start, neighbour) == pytest.approx(wanted)
    trait = np.arange(len(graph)) % 3
    share, chance = measure.share_within(start, neighbour, trait)
    nx.set_node_attributes(graph, dict(enumerate(trait.tolist())), "trait")
    matrix = nx.attribute_mixing_matrix(graph, "trait", mapping={0: 0, 1: 1, 2: 2})
    assert share == pytest.approx(np.trace(matrix))
    assert chance == pytest.approx((matrix.sum(axis=0) ** 2).sum())


def test_the_friendship_paradox_is_the_share_below_the_median_friend(both):
    graph, start, neighbour = both
    fewer = [graph.degree(v) < np.median([graph.degree(w) for w in graph[v]]) for v in graph]
    assert measure.paradox_share(start, neighbour) == pytest.approx(np.mean(fewer))


def test_degeneracy_of_ego_networks(both):
    graph, start, neighbour = both
    found = measure.ego_degeneracy(start, neighbour, np.arange(len(graph)))
    assert found.tolist() == [max(nx.core_number(graph.subgraph(graph[node])).values()) for node in range(len(graph))]


def test_distances_and_components(both):
    graph, start, neighbour = both
    found = hops(start, neighbour, np.arange(len(graph)))
    wanted = Counter(far for _, way in nx.all_pairs_shortest_path_length(graph) for far in way.values())
    assert found.tolist() == [wanted[far] for far in range(len(found))]
    assert sum(wanted.values()) == found.sum()
    far = np.repeat(np.arange(1, len(found)), found[1:])
    assert mean_distance(found) == pytest.approx(far.mean())
    largest = max(nx.connected_components(graph), key=len)
    assert giant_share(start, neighbour) == len(largest) / len(graph)
    assert len(set(components(start, neighbour).tolist())) == nx.number_connected_components(graph)


def test_more_than_64_sources_are_counted_alike():
    start, neighbour = rows(GRAPHS["clustered"])
    halves = [hops(start, neighbour, part) for part in np.array_split(np.arange(200), 4)]
    whole = hops(start, neighbour, np.arange(200))
    deep = len(whole)
    assert whole.tolist() == sum(np.pad(half, (0, deep - len(half))) for half in halves).tolist()
    assert sampled_hops(start, neighbour, Noise(1), sources=50)[0] == 50


def test_modularity_is_that_of_networkx_and_louvain_finds_as_much(both):
    graph, start, neighbour = both
    found = louvain(Noise(1).key("order"), start, neighbour)
    groups = [set(np.flatnonzero(found == which).tolist()) for which in range(found.max() + 1)]
    assert modularity(start, neighbour, found) == pytest.approx(nx.community.modularity(graph, groups, weight=None))
    theirs = [
        nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=seed, weight=None), weight=None)
        for seed in range(5)
    ]
    assert median_modularity(start, neighbour, Noise(1)) > np.median(theirs) - 0.02


def test_planted_communities_are_found():
    graph = nx.planted_partition_graph(6, 30, 0.5, 0.01, seed=3)
    found = louvain(Noise(1).key("order"), *rows(graph))
    assert len(set(zip(found.tolist(), (np.arange(180) // 30).tolist(), strict=True))) == 6 == found.max() + 1


def test_rewiring_keeps_degrees_and_nothing_else():
    start, neighbour = rows(GRAPHS["clustered"])
    made = rewired(start, neighbour, Noise(1))
    assert np.array_equal(made[0], start)
    again = graph_of(*made)
    assert [again.degree(node) for node in range(200)] == np.diff(start).tolist()
    assert measure.triangles(*made).sum() < 0.7 * measure.triangles(start, neighbour).sum()
    assert np.array_equal(rewired(start, neighbour, Noise(1))[1], made[1])


@pytest.fixture(scope="module")
def fitted():
    graph = nx.powerlaw_cluster_graph(400, 8, 0.8, seed=1)
    return rows(graph), fit(*rows(graph), Noise(1), tries=20)


def test_a_twin_has_the_graphs_degrees_and_is_simple(fitted):
    (start, _), found = fitted
    twin = grow(found.twin, Noise(5))
    graph = graph_of(twin.start, twin.neighbour)
    assert nx.number_of_selfloops(graph) == 0
    assert 2 * graph.number_of_edges() == len(twin.neighbour)
    wanted, made = np.sort(np.diff(start)), np.sort(np.diff(twin.start))
    assert np.abs(wanted - made).sum() < 0.01 * wanted.sum()


def test_twins_differ_by_noise_alone(fitted):
    _, found = fitted
    one, same, other = (grow(found.twin, Noise(seed)) for seed in (5, 5, 6))
    assert np.array_equal(one.neighbour, same.neighbour)
    assert not np.array_equal(one.neighbour[:100], other.neighbour[:100])


def test_a_fit_is_repeated_and_says_what_it_missed(fitted):
    (start, neighbour), found = fitted
    again = fit(start, neighbour, Noise(1), tries=20)
    assert again.reached == found.reached
    assert again.twin.laws == found.twin.laws
    lattice = fit(*rows(nx.circular_ladder_graph(150)), Noise(1), tries=20)
    assert any("distance" in note for note in lattice.notes)


@pytest.mark.parametrize("graph", [nx.path_graph(2), nx.path_graph(3), nx.star_graph(4), nx.complete_graph(6)])
def test_tiny_graphs_have_twins(graph):
    found = fit(*rows(graph), Noise(1), tries=8)
    twin = grow(found.twin, Noise(2))
    assert len(twin.start) == len(graph) + 1
    assert len(twin.neighbour) <= 2 * graph.number_of_edges()


def test_a_twin_is_a_graph_without_names():
    twin = twin_of(from_networkx(GRAPHS["karate"]), Noise(1))
    assert (twin.size, twin.directed) == (34, False)
    assert twin.ties["original_source"].null_count == twin.ties.num_rows


@pytest.mark.skipif(not (DATA / "graphs").is_dir(), reason="the folder of public graphs is not here")
@pytest.mark.parametrize("name", ["fb100_Caltech36", "fb100_Haverford76"])
def test_twins_of_colleges_come_near(name):
    graph = read_graph(DATA / f"graphs/{name}.csv.gz")
    found = fit(*adjacency(graph.ties, people=graph.size, directed=False), Noise(1))
    real, reached = found.real, found.reached
    assert reached.clustering == pytest.approx(real.clustering, rel=0.15)
    assert reached.assortativity == pytest.approx(real.assortativity, abs=0.05)
    assert reached.distance == pytest.approx(real.distance, abs=0.2)
    assert reached.modularity == pytest.approx(real.modularity, abs=0.1)
    assert reached.degrees == pytest.approx(real.degrees, rel=0.1)
    assert found.notes == ()
