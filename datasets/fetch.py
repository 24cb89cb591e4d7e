"""Fetch a public real graph by name, check it, and keep it as rows `u,v` that Afterpost reads.

    python datasets/fetch.py                 what there is
    python datasets/fetch.py lastfm          fetches datasets/graphs/lastfm.csv
    afterpost compare graph=edgelist graph.path=datasets/graphs/lastfm.csv

Nothing is fetched unless asked for. What is checked is what the graph says, however its publisher packs it: SHA-256 of
its edges as lines `u,v`, u < v, ascending, people counted from 0, without loops and repeated edges.
"""

import gzip
import io
import json
import os
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

HERE = Path(__file__).parent
MOST_BYTES = 200 * 2**20
"""The largest download and the largest list of edges taken in."""
TIMEOUT_S = 60


class Refused(Exception):
    """Why a graph was not kept, in one paragraph."""


def known() -> dict[str, dict]:
    """The graphs there are: what each is, where, how large, the checksum of its edges, and what to cite."""
    return json.loads((HERE / "graphs.json").read_text(encoding="utf-8"))


def fetch(name: str, into: Path, graphs: dict[str, dict]) -> Path:
    """Fetch graph `name` of `graphs` to `into`/NAME.csv, whole or not at all; raises Refused."""
    if name not in graphs:
        raise Refused(f"There is no graph '{name}'. There are: {', '.join(sorted(graphs))}.")
    graph = graphs[name]
    edges = lines(unpack(download(graph["url"]), graph["member"], graph["url"]), graph["url"])
    found = sha256(edges).hexdigest()
    if found != graph["edges_sha256"]:
        raise Refused(
            f"What {graph['url']} holds is not the graph '{name}' that is known here: SHA-256 of its "
            f"{edges.count(bytes([10])):,} edges is {found}, expected are {graph['ties']:,} edges with "
            f"{graph['edges_sha256']}. Nothing was kept."
        )
    into.mkdir(parents=True, exist_ok=True)
    beside = into / f".{name}.{os.getpid()}.partial"
    beside.write_bytes(edges)
    return beside.replace(into / f"{name}.csv")


def download(url: str) -> bytes:
    """The bytes at an address."""
    try:
        with urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - addresses are those of graphs.json
            data = answer.read(MOST_BYTES + 1)
    except OSError as problem:
        raise Refused(f"Could not fetch {url}: {problem}. Try again later, or fetch it by hand.") from None
    if len(data) > MOST_BYTES:
        raise Refused(f"{url} holds over {MOST_BYTES >> 20} MiB, which none of these graphs does.")
    return data


def unpack(data: bytes, member: str | None, url: str) -> str:
    """The text of a gzip file, or of the named member of a zip or tar.gz archive."""
    try:
        if member is None:
            with gzip.open(io.BytesIO(data)) as file:
                text = file.read(MOST_BYTES)
        elif data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as packed, packed.open(member) as file:
                text = file.read(MOST_BYTES)
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as packed:
                inside = packed.extractfile(member)
                text = inside.read(MOST_BYTES) if inside else b""
        return text.decode("utf-8")
    except (OSError, KeyError, EOFError, ValueError, zipfile.BadZipFile, tarfile.TarError) as problem:
        raise Refused(f"{url} is not packed as expected (wanted: {member or 'gzip'}): {problem}.") from None


def lines(text: str, url: str) -> bytes:
    """Edges as lines `u,v`, each once, in order, people counted from 0; of a table, a list or a Matrix Market file."""
    rows = [row for row in text.splitlines() if row.strip() and row[0] not in "%#"]
    if text.startswith("%%MatrixMarket"):
        rows = rows[1:]
    pairs = []
    for row in rows:
        ends = row.replace(",", " ").split()[:2]
        if len(ends) == 2 and all(end.isdecimal() for end in ends):
            pairs.append((int(ends[0]), int(ends[1])))
        elif pairs:
            raise Refused(f"{url} has a row '{row[:60]}' where two whole numbers were expected.")
    least = min((min(pair) for pair in pairs), default=0)
    once = sorted({(min(pair) - least, max(pair) - least) for pair in pairs if pair[0] != pair[1]})
    return "".join(f"{u},{v}\n" for u, v in once).encode()


def main(words: list[str]) -> int:
    """List the graphs, or fetch those named; returns the exit status."""
    graphs = known()
    if not words:
        for name, graph in graphs.items():
            print(f"{name:<17}{graph['people']:>7,} people {graph['ties']:>8,} ties  {graph['what']}")
    for name in words:
        try:
            print(f"{fetch(name, HERE / 'graphs', graphs)}: {graphs[name]['what']}. Cite: {graphs[name]['cite']}.")
        except Refused as refused:
            print(f"fetch: {refused}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
