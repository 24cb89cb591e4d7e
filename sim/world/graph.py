"""Real graphs come in, from edge lists, GraphML and NetworkX, and simulated ones go out to NetworkX."""

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.core.errors import Mistake, require, unknown
from sim.core.schema import table
from sim.world.edgelist import edges_of
from sim.world.seat import seat

if TYPE_CHECKING:  # NetworkX takes a third of a second to load: only where a graph comes from it or goes to it
    import networkx as nx

__all__ = ["NAMED", "Graph", "from_networkx", "named_graph", "read_graph", "seat", "to_networkx"]

MOST_BYTES = 2**31
"""The largest graph text taken in, unpacked: a larger one does not fit in memory as people either."""


@dataclass(frozen=True)
class Graph:
    """A graph that was read: `size` people, `ties` with original names, the name of each, and what was left out."""

    size: int
    ties: pa.Table
    names: list[str]
    notes: tuple[str, ...]
    directed: bool


def read_graph(path: Path, *, directed: bool = False) -> Graph:
    """The graph of a file: `u,v` rows, a whitespace edge list or GraphML, each also gzipped, recognised by content.

    Ids follow the natural order of names (by value if all are whole numbers), so the order of rows does not
    matter. Raises Mistake naming file, line, what was read and what was expected.
    """
    text = _text(path)
    if text[:200].lstrip().lower().startswith(("<?xml", "<graphml", "<!--")):
        return _from_graphml(text, path, directed=directed)
    source, target, notes = edges_of(text, str(path))
    return assemble(source, target, directed=directed, notes=notes, what=f"'{path}'")


def assemble(
    source: pa.Array,
    target: pa.Array,
    *,
    directed: bool,
    what: str,
    notes: Sequence[str] = (),
    alone: Sequence[str] = (),
) -> Graph:
    """A Graph from the names at both ends of each edge, and of people `alone` without any.

    Edges of a person with herself, and those given again (undirected: also reversed), are left out and noted.
    """
    both = pa.chunked_array([source, target, pa.array(alone, pa.string())]).combine_chunks().dictionary_encode()
    found = both.dictionary.to_pylist()
    numeric = all(re.fullmatch(r"[+-]?[0-9]{1,18}", name) for name in found)
    order = sorted(range(len(found)), key=lambda at: (int(found[at]) if numeric else 0, found[at]))
    person = np.empty(len(found), dtype=np.int64)
    person[order] = np.arange(len(found))
    ends = person[both.indices.to_numpy()]
    u, v = ends[: len(source)], ends[len(source) : 2 * len(source)]

    if not directed:
        u, v = np.minimum(u, v), np.maximum(u, v)
    pairs = np.sort((u << 32 | v)[u != v])
    once = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])] if len(pairs) else pairs
    loops, doubles = len(u) - len(pairs), len(pairs) - len(once)
    said = list(notes)
    if loops:
        said.append(f"Ties of a person with herself, left out: {loops}.")
    if doubles:
        said.append(f"Ties given again{'' if directed else ' or reversed'}, counted once: {doubles}.")
    require(len(once) > 0, f"The graph {what} ties nobody to anybody else: it has no edge but self-loops, or none.")
    names = [found[at] for at in order]
    name = pa.array(names, pa.string())
    low, high = once >> 32, once & 0xFFFFFFFF
    ties = table(
        "ties",
        {
            "source": low,
            "target": high,
            "original_source": name.take(pa.array(low)),
            "original_target": name.take(pa.array(high)),
        },
    )
    return Graph(len(names), ties, names, tuple(said), directed)


def from_networkx(graph: "nx.Graph[Any]", *, directed: bool | None = None, what: str = "of NetworkX") -> Graph:
    """The Graph of a NetworkX graph, directed as that is unless told; names become text, people without ties stay.

    An undirected edge read as directed counts both ways. Raises Mistake for names equal as text.
    """
    alone = [str(node) for node in graph.nodes()]
    require(
        len(set(alone)) == len(alone),
        f"The graph {what} has nodes whose names are equal as text (1 and '1', say); rename them.",
    )
    wanted = graph.is_directed() if directed is None else directed
    if wanted and not graph.is_directed():
        graph = graph.to_directed()
    ends = [(str(u), str(v)) for u, v in graph.edges()]
    source, target = (pa.array([pair[end] for pair in ends], pa.string()) for end in (0, 1))
    return assemble(source, target, directed=wanted, what=what, alone=alone)


NAMED = {
    "davis": "davis_southern_women_graph",
    "florentine": "florentine_families_graph",
    "karate": "karate_club_graph",
    "les_miserables": "les_miserables_graph",
}
"""Real graphs that come with NetworkX, so need no file, and its functions that make them."""


def named_graph(name: str) -> Graph:
    """One of NetworkX's own real graphs; of `davis` the women, tied if they met. Raises Misuse if unknown."""
    if name not in NAMED:
        raise unknown("graph of NetworkX", name, NAMED)
    import networkx as nx

    graph = getattr(nx, NAMED[name])()
    if name == "davis":
        graph = nx.bipartite.projected_graph(graph, graph.graph["top"])
    return from_networkx(graph, what=f"'{name}'")


def to_networkx(ties: pa.Table, people: pa.Table, *, directed: bool = False) -> "nx.Graph[Any]":
    """A NetworkX graph of people, by id, with every column of `people` as an attribute of the node."""
    import networkx as nx

    graph: nx.Graph[Any] = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from((row["person"], row) for row in people.to_pylist())
    graph.add_edges_from(zip(ties["source"].to_pylist(), ties["target"].to_pylist(), strict=True))
    return graph


def _text(path: Path) -> str:
    """What a file says, unpacked; raises Mistake for what cannot be read as text."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Mistake(f"The graph file '{path}' {what}; graph.path names a file of edges, one 'u,v' a line.")
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Mistake(f"The graph file '{path}' is a damaged or cut-off gzip file ({error}); fetch it again.") from None
    except OSError as error:
        raise Mistake(f"The graph file '{path}' cannot be read: {error.strerror or error}.") from None
    require(len(data) <= MOST_BYTES, f"The graph file '{path}' holds over {MOST_BYTES >> 30} GiB of text, too much.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Mistake(
            f"The graph file '{path}' is not UTF-8 text: line {line} holds byte 0x{data[error.start]:02x}. "
            "Expected are rows 'u,v', a whitespace edge list or GraphML; save the file as UTF-8."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Mistake(
            f"The graph file '{path}' is binary, not text: line {line} holds a zero byte. Export it as 'u,v'."
        )
    return text


def _from_graphml(text: str, path: Path, *, directed: bool) -> Graph:
    import networkx as nx

    try:
        found = nx.read_graphml(BytesIO(text.encode()))
    except SyntaxError as error:  # what the XML parser raises, with line and column
        raise Mistake(f"The graph file '{path}' is not well-formed XML: {error}. Expected is GraphML.") from None
    except (nx.NetworkXError, KeyError, ValueError) as error:
        raise Mistake(f"The graph file '{path}' is XML, but not GraphML that can be read: {error}.") from None
    return from_networkx(found, directed=directed, what=f"'{path}'")
