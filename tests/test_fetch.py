"""Real graphs are fetched by name from where they are published, and kept only if their edges are the known ones."""

import gzip
import importlib.util
import io
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sim.world.graph import read_graph

SCRIPT = Path(__file__).parents[1] / "datasets" / "fetch.py"
spec = importlib.util.spec_from_file_location("fetch", SCRIPT)
assert spec is not None and spec.loader is not None
fetch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fetch)

EDGES = b"0,1\n0,2\n1,2\n2,3\n"
TABLE = b"node_1,node_2\r\n2,0\r\n1,0\r\n2,1\r\n2,3\r\n3,3\r\n0,1\r\n"
MATRIX = b"%%MatrixMarket matrix coordinate pattern symmetric\n% about it\n4 4 4\n2 1\n3 1\n3 2\n4 3\n"
SPACED = b"# FromNodeId ToNodeId\n0 1\n0 2\n1 2\n2 3\n"


def zipped(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(name, data)
    return made.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed:
        about = tarfile.TarInfo(name)
        about.size = len(data)
        packed.addfile(about, io.BytesIO(data))
    return made.getvalue()


SERVED = {
    "/table.zip": zipped("some/edges.csv", TABLE),
    "/matrix.zip": zipped("m.mtx", MATRIX),
    "/table.tar.gz": tarred("some/edges.csv", TABLE),
    "/list.txt.gz": gzip.compress(SPACED),
    "/broken.zip": zipped("some/edges.csv", TABLE)[:60],
    "/words.zip": zipped("some/edges.csv", TABLE + b"five,six\n"),
}


class Publisher(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = SERVED.get(self.path)
        self.send_response(200 if data is not None else 404)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def entry(url: str, member: str | None, digest: str = sha256(EDGES).hexdigest()) -> dict[str, dict]:
    return {"some": {"url": url, "member": member, "ties": 4, "edges_sha256": digest}}


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/table.zip", "some/edges.csv"),
        ("/matrix.zip", "m.mtx"),
        ("/table.tar.gz", "some/edges.csv"),
        ("/list.txt.gz", None),
    ],
)
def test_a_graph_is_the_same_however_it_is_packed(path: str, member: str | None, address: str, tmp_path: Path) -> None:
    kept = fetch.fetch("some", tmp_path, entry(address + path, member))
    assert kept.read_bytes() == EDGES and list(tmp_path.iterdir()) == [kept]
    graph = read_graph(kept)
    assert graph.size == 4 and graph.ties.num_rows == 4


@pytest.mark.parametrize(
    ("path", "member", "digest", "said"),
    [
        ("/table.zip", "some/edges.csv", "0" * 64, "is not the graph 'some'"),
        ("/table.zip", "other.csv", "0" * 64, "not packed as expected"),
        ("/broken.zip", "some/edges.csv", "0" * 64, "not packed as expected"),
        ("/words.zip", "some/edges.csv", "0" * 64, "two whole numbers were expected"),
        ("/absent.zip", "some/edges.csv", "0" * 64, "404"),
    ],
)
def test_what_is_not_the_graph_is_not_kept(
    path: str, member: str, digest: str, said: str, address: str, tmp_path: Path
) -> None:
    with pytest.raises(fetch.Refused, match=said):
        fetch.fetch("some", tmp_path, entry(address + path, member, digest))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(fetch.Refused, match=r"There are: .*lastfm"):
        fetch.fetch("orkut", tmp_path, fetch.known())


def test_every_known_graph_says_where_what_how_large_and_whose() -> None:
    for name, graph in fetch.known().items():
        assert set(graph) == {"what", "url", "member", "people", "ties", "edges_sha256", "cite"}, name
        assert graph["url"].startswith("https://") and len(graph["edges_sha256"]) == 64 and graph["cite"]
        assert (graph["member"] is None) == graph["url"].endswith(".txt.gz")


NAMES = {
    "caltech36": "fb100_Caltech36", "haverford76": "fb100_Haverford76", "amherst41": "fb100_Amherst41",
    "mit8": "fb100_MIT8", "ego_facebook": "snap_ego_facebook", "lastfm": "musae_lastfm", "deezer": "musae_deezer",
    "github": "musae_github", "twitch_de": "twitch_DE", "twitch_engb": "twitch_ENGB",
    "pages_company": "fbpages_company", "pages_politician": "fbpages_politician", "pages_tvshow": "fbpages_tvshow",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_checksum_is_that_of_the_graph(name: str) -> None:
    file = Path(__file__).parents[2] / "shared/data/graphs" / f"{NAMES[name]}.csv.gz"
    if not file.exists():
        pytest.skip("the real graphs are not beside this checkout")
    edges = fetch.lines(gzip.decompress(file.read_bytes()).decode(), str(file))
    assert sha256(edges).hexdigest() == fetch.known()[name]["edges_sha256"]
