"""generate: a world as a folder of Parquet tables, and if asked its owners as archives of a platform."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.core.errors import unknown
from sim.core.provenance import fingerprint, record, run_id
from sim.core.schema import BESIDE, KINDS
from sim.core.store import content_hashes, new_folder, write_json, write_table
from sim.experiment import make_world
from sim.platforms.exports.writing import Writer, writers
from sim.world.world import World


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Make a world and write it; returns the document, with a content hash for each table."""
    write_as = config["write_as"]
    if write_as is not None and write_as not in writers():
        raise unknown("archive to write as", str(write_as), writers())
    graph = config["graph"]["path"]
    inputs = {Path(graph).name: fingerprint(Path(graph).expanduser())} if graph else {}
    provenance = record("generate", config, inputs)
    world = make_world(config, 0)
    folder = Path(config["out"]).expanduser() / run_id(provenance)
    tables = {"people": world.people, "ties": world.ties, "posts": world.posts, "mentions": world.mentions}
    with new_folder(folder) as beside:
        for name, rows in tables.items():
            write_table(beside / f"{name}.parquet", rows, provenance)
        write_json(beside / "provenance.json", provenance)
        archives = _write_archives(world, writers()[write_as], beside / "archives") if write_as else []
    return {
        "run": str(folder),
        "people": world.size,
        "ties": world.ties.num_rows,
        "mean_friends": len(world.audience.viewer) / world.people.num_rows,
        "owners": len(world.owners),
        "posts": world.posts.num_rows,
        "archives": [str(folder / "archives" / name) for name in archives],
        "content_sha256": {name: content_hashes(rows) for name, rows in tables.items()},
    }


def _write_archives(world: World, writer: Writer, folder: Path) -> list[str]:
    """One archive an owner, named by her handle."""
    folder.mkdir()
    people = world.people.take(world.owners)
    beside = pa.array([KINDS.index(name) for name in BESIDE], pa.int8())
    posted = world.posts.filter(pc.invert(pc.is_in(world.posts["kind"], beside)))
    names = []
    for owner, handle, name in zip(
        world.owners.tolist(), people["handle"].to_pylist(), people["name"].to_pylist(), strict=True
    ):
        own = posted.filter(pc.and_(pc.equal(posted["author"], owner), pc.equal(posted["subject"], owner)))
        names.append(f"{handle}{writer.ENDING}")
        writer.write(own, handle=handle, name=name, path=folder / names[-1])
    return names


def show(document: dict[str, Any]) -> None:
    """What was made, in words."""
    print(
        f"{document['people']:,} people with {document['mean_friends']:.1f} friends each on average, "
        f"{document['ties']:,} ties; {document['posts']:,} posts by or about {document['owners']:,} owners."
    )
    for path in document["archives"][:3]:
        print(f"Archive: {path}")
    print(f"World: {document['run']}")
