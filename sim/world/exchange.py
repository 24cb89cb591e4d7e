"""Write the ties of a world as others read them: a list of edges, or GraphML with people's columns."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from sim.core.errors import require
from sim.world.graph import to_networkx

MOST_PEOPLE = 100_000
"""People in a GraphML file at most: beyond, XML of everything about everybody is of no use to anyone."""
FORMATS = {"edges": "ties.csv", "graphml": "ties.graphml"}
"""What ties can be written as, and the name of the file."""


def write_graph(form: str, folder: Path, people: Iterable[Path], ties: Iterable[Path], *, directed: bool) -> Path:
    """Write ties (files of the table, in order) as `form`, one of FORMATS, into `folder`; returns the file."""
    path = folder / FORMATS[form]
    if form == "edges":
        _write_edges(path, ties)
    else:
        whole = [pa.concat_tables([pq.read_table(part) for part in files]) for files in (people, ties)]
        _write_graphml(path, *whole, directed=directed)
    return path


def _write_edges(path: Path, ties: Iterable[Path]) -> None:
    """Rows `source,target` below a line that says so."""
    kinds = pa.schema([("source", pa.int64()), ("target", pa.int64())])
    with pcsv.CSVWriter(path, kinds, write_options=pcsv.WriteOptions(quoting_style="none")) as rows:
        for part in ties:
            rows.write_table(pq.read_table(part, columns=kinds.names).replace_schema_metadata().cast(kinds))


def _write_graphml(path: Path, people: pa.Table, ties: pa.Table, *, directed: bool) -> None:
    """Every column of people at their nodes, relation and since at the ties; what is null is left out."""
    import networkx as nx

    require(
        people.num_rows <= MOST_PEOPLE,
        f"GraphML is written for up to {MOST_PEOPLE:,} people, and there are {people.num_rows:,}; take edges.",
    )
    graph = to_networkx(ties, people, directed=directed)
    for _, about in graph.nodes(data=True):
        for name in [name for name, value in about.items() if value is None]:
            del about[name]
    for row in ties.select(["source", "target", "relation", "since"]).to_pylist():
        known = {name: row[name] for name in ("relation", "since") if row[name] is not None}
        graph.edges[row["source"], row["target"]].update(known)
    nx.write_graphml_xml(graph, path)
