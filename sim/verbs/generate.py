"""generate: a world as a dataset folder, and if asked its owners as archives of a platform."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.core.clock import seconds
from sim.core.errors import require, unknown
from sim.core.parts import Parts
from sim.core.provenance import fingerprint, record, run_id
from sim.core.schema import BESIDE, KINDS, table
from sim.core.store import new_folder, write_json
from sim.platforms.exports.writing import Writer, writers
from sim.verbs.dataset.folder import describe
from sim.verbs.dataset.made import Made
from sim.world.exchange import FORMATS, write_graph
from sim.world.stream import Makers, in_order, pieces
from sim.worlds import OWNERS, make_world, settled, world_laws, world_noise


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Make a world and write it; returns the document, with a content hash for each table."""
    write_as = config["write_as"]
    if write_as is not None and write_as not in writers():
        raise unknown("archive to write as", str(write_as), writers())
    for form in config["graph_as"]:
        if form not in FORMATS:
            raise unknown("form of a graph", str(form), FORMATS)
    graph = config["graph"]["path"]
    inputs = {Path(graph).name: fingerprint(Path(graph).expanduser())} if graph else {}
    provenance = record("generate", config | {"folder": None}, inputs)
    folder = Path(config["folder"] or Path(config["out"]) / run_id(provenance)).expanduser()
    with new_folder(folder) as beside:
        with Parts(beside) as parts:
            for name, rows in tables(config):
                parts.write(name, rows)
        made = Made(config, provenance, parts.files(), parts.content)
        write_json(beside / "provenance.json", provenance)
        archives = _write_archives(made, writers()[write_as], beside / "archives") if write_as else []
        for form in config["graph_as"]:
            write_graph(form, beside, made.files["people"], made.files["ties"], directed=not made.friends)
        describe(made, beside)
    return {
        "run": str(folder),
        "people": made.rows("people"),
        "ties": made.rows("ties"),
        "mean_friends": made.mean_friends,
        "owners": made.rows("owners"),
        "posts": made.rows("posts"),
        "archives": [str(folder / "archives" / name) for name in archives],
        "content_sha256": made.hashes(),
    }


def warm(config: dict[str, Any]) -> None:
    """Compile, or load from the cache, what a world needs, before its time is taken."""
    few = {"size": 60, "owners": 2, "decision": "2009-01-01"}
    graph = config["graph"] | {"source": "generated", "path": None}
    small = {"content": "none", "owners_aged": [13, 90], "graph": graph, "world": config["world"] | few}
    for _ in tables(config | small):
        pass


def tables(config: dict[str, Any]) -> Iterator[tuple[str, pa.Table]]:
    """The tables of the configuration's world, in parts where it is generated, so that none need be in memory."""
    if config["graph"]["source"] != "generated":
        require(config["world"]["owners"] > 0, "world.owners=0 goes with a generated graph only; give 1 or more.")
        society = settled(config, 0)
        world = make_world(config, 0, society=society)
        posts, mentions = in_order(world.posts, world.mentions)
        owners = table("owners", {"person": world.owners})
        yield from {"ties": society.ties, "people": world.people, "owners": owners, "posts": posts}.items()
        yield "mentions", mentions
        return
    laws = world_laws(config, 0)
    world, content = laws["world"], config["content"] == "full"
    makers = Makers(
        people=world["people"], ties=laws["graph"]["ties"], posts=laws["posts"], belongings=laws["belongings"],
        size=world["size"], owners=world["owners"], aged=config["owners_aged"], at_once=OWNERS,
        decision=seconds(config["world"]["decision"]), content=content,
    )  # fmt: skip
    yield from pieces(makers, world_noise(config, 0))


def _write_archives(made: Made, writer: Writer, folder: Path) -> list[str]:
    """One archive an owner, named by her handle."""
    require(made.rows("owners") > 0, f"write_as={made.config['write_as']} needs owners; give world.owners=N.")
    folder.mkdir()
    posts, owners = (pa.concat_tables([pq.read_table(path) for path in made.files[n]]) for n in ("posts", "owners"))
    beside = pa.array([KINDS.index(name) for name in BESIDE], pa.int8())
    own = posts.filter(pc.and_(pc.equal(posts["author"], posts["subject"]), pc.invert(pc.is_in(posts["kind"], beside))))
    people = pa.concat_tables([pq.read_table(path, columns=["handle", "name"]) for path in made.files["people"]])
    names = []
    for owner in owners["person"].to_pylist():
        handle, name = (people[column][owner].as_py() for column in ("handle", "name"))
        names.append(f"{handle}{writer.ENDING}")
        writer.write(own.filter(pc.equal(own["author"], owner)), handle=handle, name=name, path=folder / names[-1])
    return names


def show(document: dict[str, Any]) -> None:
    """What was made, in words."""
    print(
        f"{document['people']:,} people with {document['mean_friends']:.1f} friends each on average, "
        f"{document['ties']:,} ties; {document['posts']:,} posts, messages, likes and the "
        f"like by or about {document['owners']:,} owners."
    )
    for path in document["archives"][:3]:
        print(f"Archive: {path}")
    if len(document["archives"]) > 3:
        print(f"         and {len(document['archives']) - 3} more beside")
    print(f"World: {document['run']}")
