"""A world goes out to other tools and says the same there: edge lists, GraphML, NetworkX, DuckDB, polars."""

import json
import re
from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest

from sim.core.errors import Mistake, Misuse
from sim.verbs import generate
from sim.verbs.compose import compose_config
from sim.world.graph import read_graph, to_networkx

DATASETS = Path(__file__).parents[1] / "datasets"
EXAMPLES = re.findall(r"```python\n(.*?)```", (DATASETS / "README.md").read_text("utf-8"), re.S)
SMALL = ["world.size=120", "world.owners=0", "graph_as=[edges,graphml]"]


@pytest.fixture(scope="module", params=["facebook", "followers"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = compose_config("generate", [*SMALL, f"graph={request.param}", f"out={tmp_path_factory.mktemp('out')}"])
    return Path(generate.run(config)["run"])


def directed(folder: Path) -> bool:
    record = json.loads((folder / "provenance.json").read_text("utf-8"))
    return bool(record["parameters"]["graph"]["directed"])


@pytest.mark.parametrize("name", ["ties.csv", "ties.graphml"])
def test_what_is_written_reads_back_as_the_same_ties(folder: Path, name: str) -> None:
    ties = pq.read_table(folder / "ties.parquet")
    graph = read_graph(folder / name, directed=directed(folder))
    back = zip(graph.ties["original_source"].to_pylist(), graph.ties["original_target"].to_pylist(), strict=True)
    assert {(int(u), int(v)) for u, v in back} == set(
        zip(ties["source"].to_pylist(), ties["target"].to_pylist(), strict=True)
    )


def test_graphml_has_what_is_known_of_people_and_ties(folder: Path) -> None:
    people, ties = (pq.read_table(folder / f"{name}.parquet") for name in ("people", "ties"))
    graph = nx.read_graphml(folder / "ties.graphml")
    assert graph.is_directed() == directed(folder) and graph.number_of_nodes() == people.num_rows
    for row in people.to_pylist():
        assert graph.nodes[str(row["person"])] == {name: value for name, value in row.items() if value is not None}
    for row in ties.slice(0, 50).to_pylist():
        about = {name: row[name] for name in ("relation", "since") if row[name] is not None}
        edge = graph.edges[str(row["source"]), str(row["target"])]
        assert {name: value for name, value in edge.items() if name != "id"} == about


def test_networkx_has_the_same_graph(folder: Path) -> None:
    people, ties = (pq.read_table(folder / f"{name}.parquet") for name in ("people", "ties"))
    graph = to_networkx(ties, people, directed=directed(folder))
    read = nx.read_graphml(folder / "ties.graphml", node_type=int)
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(edge) for edge in read.edges}


def test_an_unknown_form_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="edges, graphml"):
        generate.run(compose_config("generate", [*SMALL, "graph_as=[gexf]", f"out={tmp_path}"]))
    assert list(tmp_path.iterdir()) == []


def test_graphml_of_a_crowd_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.world.exchange.MOST_PEOPLE", 100)
    with pytest.raises(Mistake, match="up to 100 people"):
        generate.run(compose_config("generate", [*SMALL, f"out={tmp_path}"]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=["duckdb", "polars"])
def test_the_examples_run_on_the_village(
    example: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(DATASETS / "village")
    exec(compile(example, "example", "exec"), {})
    said = capfd.readouterr().out
    assert len(said.splitlines()) > 8
    assert "posts" in said


def test_the_cards_own_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (DATASETS / "village" / "README.md").read_text("utf-8"), re.S)
    monkeypatch.chdir(DATASETS / "village")
    exec(compile(example, "example", "exec"), {})
