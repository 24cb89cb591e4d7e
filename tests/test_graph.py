"""Real graphs: every kind of file, every wrong one, and people seated on them."""

import gzip
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.build import build
from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import check
from sim.world.cells import codes
from sim.world.graph import NAMED, from_networkx, named_graph, read_graph, seat, to_networkx
from sim.world.people import populate

CONF = Path(__file__).parents[1] / "conf"
DATA = Path(__file__).parents[1] / "../shared/data"


def crowd(size):
    laws = settle(yaml.safe_load((CONF / "people.yaml").read_text()), None)
    return populate(build(laws), Noise(1), size=size, decision=627_696_000)


def edges(graph):
    ties = graph.ties
    return set(zip(ties["original_source"].to_pylist(), ties["original_target"].to_pylist(), strict=True))


def write(folder, text, name="g.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


TRIANGLE = {("1", "2"), ("2", "10"), ("1", "10")}


@pytest.mark.parametrize(
    "text",
    [
        "u,v\n1,2\n10,2\n1,10\n",
        "1,2\n2,10\n10,1",
        "Source;Target\r\n1;2\r\n2;10\r\n10;1\r\n",
        "\ufeffsource,target,weight\n1,2,0.5\n2,10,1\n10,1,3\n",
        "# a comment\n% another\n\n 1 2\n2   10\n\n10\t1 \n",
        "1\t2\n2\t10\n10\t1\n",
        '1 2 {}\n2 10 {"weight": 3}\n10 1 {}\n',
        '"1","2"\n"2","10"\n"10","1"\n',
        "person who,other\n1, 2\n2, 10\n10, 1\n",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_edge_list_gives_the_same_graph(tmp_path, text, packed):
    data = gzip.compress(text.encode()) if packed else text.encode()
    graph = read_graph(write(tmp_path, data, "My export (1), old=new.txt"))
    check("ties", graph.ties)
    assert graph.size == 3
    assert graph.names == ["1", "2", "10"]  # by value
    assert edges(graph) == TRIANGLE
    assert graph.ties["source"].to_pylist() == [0, 0, 1]


def test_names_may_be_words_with_blanks_and_commas(tmp_path):
    graph = read_graph(write(tmp_path, 'Ann Lee,"Smith, Bob"\nZoé,Ann Lee\n'))
    assert graph.names == ["Ann Lee", "Smith, Bob", "Zoé"]


def test_a_header_of_words_above_words_needs_to_be_known(tmp_path):
    assert read_graph(write(tmp_path, "source,target\nann,bob\n")).size == 2
    assert read_graph(write(tmp_path, "eve,dan\nann,bob\n")).size == 4


def test_loops_and_doubles_are_left_out_and_said(tmp_path):
    path = write(tmp_path, "a,b\nb,a\na,b\nc,c\nb,c\n")
    graph = read_graph(path)
    assert edges(graph) == {("a", "b"), ("b", "c")}
    assert graph.notes == (
        "Ties of a person with herself, left out: 1.",
        "Ties given again or reversed, counted once: 2.",
    )
    directed = read_graph(path, directed=True)
    assert edges(directed) == {("a", "b"), ("b", "a"), ("b", "c")}
    assert "Ties given again, counted once: 1." in directed.notes


def test_the_order_of_rows_does_not_matter(tmp_path):
    rows = [f"{u},{v}" for u, v in nx.karate_club_graph().edges()]
    one = read_graph(write(tmp_path, "\n".join(rows)))
    other = read_graph(write(tmp_path, "\n".join(reversed(rows))))
    assert one.ties.equals(other.ties)
    assert one.names == other.names


@pytest.mark.parametrize("directed", [False, True])
def test_graphml(tmp_path, directed):
    wanted = nx.DiGraph([("x", "y"), ("y", "x"), ("y", "z")])
    wanted.add_node("alone")
    nx.write_graphml(wanted, tmp_path / "g.xml")
    graph = read_graph(tmp_path / "g.xml", directed=directed)
    assert graph.names == ["alone", "x", "y", "z"]
    assert graph.ties.num_rows == (3 if directed else 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is empty"),
        (b"# nothing\n\n", "is empty"),
        (b"u,v\n", "empty but for its header"),
        (b"1,1\n", "self-loop"),
        (b"1,2\n2,3\n4\n5,6\n", "Line 3 .* has 1 field, not 2: '4'"),
        (b"# note\n\n1,2\n2,3,9\n", "Line 4 .* has 3 fields, not 2: '2,3,9'"),
        (b"1 2 9\n2 3 9\n", "Line 1 .* has 3 fields, not 2: '1 2 9'"),
        (b"one\ntwo\n", "Line 1 .* has 1 field"),
        (b"1,2\n,3\n", "Line 2 .* empty name"),
        (b"1,2\n\xff\xfe,3\n", "not UTF-8 text: line 2 holds byte 0xff"),
        (b"1,2\n\0\0\0,3\n", "binary, not text: line 2"),
        (b"\x89PNG\r\n\x1a\n\0", "not UTF-8"),
        (gzip.compress(b"1,2\n" * 1000, mtime=0)[:-12], "cut-off gzip"),
        (gzip.compress(b"1,2\n", mtime=0)[:9], "cut-off gzip"),
        (b"\x1f\x8b\x08\x00nonsense nonsense", "gzip"),
        (b"<?xml version='1.0'?><graphml><graph>", "not well-formed XML"),
        (b"<?xml version='1.0'?><html></html>", "not GraphML"),
    ],
)
def test_a_wrong_file_is_one_clear_paragraph(tmp_path, text, says):
    path = write(tmp_path, text)
    with pytest.raises(Mistake, match=says) as caught:
        read_graph(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_and_a_folder_are_said(tmp_path):
    with pytest.raises(Mistake, match="does not exist"):
        read_graph(tmp_path / "nothing.csv")
    with pytest.raises(Mistake, match="is a folder"):
        read_graph(tmp_path)


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(
    pairs=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30),
    mark=st.sampled_from([",", ";", "\t", "  "]),
    end=st.sampled_from(["\n", "\r\n"]),
    directed=st.booleans(),
)
def test_what_is_written_is_read(tmp_path_factory, pairs, mark, end, directed):
    text = end.join(["u" + mark + "v", *(mark.join(pair) for pair in pairs)])
    path = write(tmp_path_factory.mktemp("g"), text)
    kept = {pair if directed else tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]}
    if not kept:
        with pytest.raises(Mistake, match="self-loop"):
            read_graph(path, directed=directed)
        return
    graph = read_graph(path, directed=directed)
    assert {pair if directed else tuple(sorted(pair)) for pair in edges(graph)} == kept
    assert sorted(graph.names) == sorted({name for pair in pairs for name in pair})


@pytest.mark.parametrize(
    ("name", "size", "rows"),
    [("karate", 34, 78), ("davis", 18, 139), ("florentine", 15, 20), ("les_miserables", 77, 254)],
)
def test_networkx_own_graphs(name, size, rows):
    graph = named_graph(name)
    assert (graph.size, graph.ties.num_rows) == (size, rows)


def test_every_named_graph_has_its_configuration():
    for name in NAMED:
        assert yaml.safe_load((CONF / f"graph/{name}.yaml").read_text())["source"] == "networkx"


def test_an_unknown_graph_is_guessed():
    with pytest.raises(Misuse, match="Did you mean 'karate'"):
        named_graph("karat")


def test_a_graph_without_edges_is_a_mistake():
    with pytest.raises(Mistake, match="ties nobody"):
        from_networkx(nx.empty_graph(5))


def test_nodes_equal_as_text_are_a_mistake():
    with pytest.raises(Mistake, match="equal as text"):
        from_networkx(nx.Graph([(1, 2), ("1", 3)]))


def test_a_graph_goes_out_as_it_came_in():
    graph = named_graph("karate")
    out = to_networkx(graph.ties, crowd(34))
    assert nx.is_isomorphic(out, nx.karate_club_graph())
    assert out.nodes[3]["handle"].endswith("3")


@pytest.mark.skipif(not (DATA / "graphs").is_dir(), reason="the folder of public graphs is not here")
def test_a_college_has_its_people():
    graph = read_graph(DATA / "graphs/fb100_Caltech36.csv.gz")
    assert (graph.size, graph.ties.num_rows) == (769, 16656)
    assert not graph.notes


def planted():
    return nx.planted_partition_graph(10, 40, 0.4, 0.01, seed=4)


def same(people, ties, column="country"):
    trait = codes(people[column])
    return float((trait[ties["source"].to_numpy()] == trait[ties["target"].to_numpy()]).mean())


def test_seated_people_are_the_same_people_and_friends_share_countries():
    ties = from_networkx(planted()).ties
    people = crowd(400)
    seated = seat(people, ties, Noise(1))
    check("people", seated)
    assert seated["person"].to_pylist() == list(range(400))
    assert sorted(seated["handle"].to_pylist()) == sorted(people["handle"].to_pylist())
    rows = {row["handle"]: row for row in people.drop_columns("person").to_pylist()}
    assert all(rows[row["handle"]] == row for row in seated.drop_columns("person").to_pylist())
    assert same(seated, ties) > 0.6
    assert same(seated, ties) > 3 * same(people, ties)
    assert same(seated, ties, "city") > 2 * same(people, ties, "city")
    assert seated.equals(seat(people, ties, Noise(1)))
    assert not seated.equals(seat(people, ties, Noise(2)))


def test_homophily_stops_at_the_published_share():
    blocks = nx.disjoint_union_all([nx.gnp_random_graph(n, 0.3, seed=n) for n in range(20, 60)])
    ties = from_networkx(blocks).ties
    assert same(seat(crowd(len(blocks)), ties, Noise(1)), ties) == pytest.approx(0.842, abs=0.05)


def test_people_without_ties_and_arcs_both_ways_can_be_seated():
    graph = nx.DiGraph([(0, 1), (1, 0), (1, 2)])
    graph.add_nodes_from(range(3, 6))
    read = from_networkx(graph)
    seated = seat(crowd(6), read.ties, Noise(1))
    assert np.array_equal(seated["person"].to_numpy(), np.arange(6))
