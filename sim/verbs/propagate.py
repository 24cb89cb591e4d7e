"""propagate: the event log of a world with one draw of luck."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.core.log import digest, to_tables
from sim.core.provenance import fingerprint, record, run_id
from sim.core.schema import CHANNELS
from sim.core.store import new_folder, write_json, write_table
from sim.experiment import make_world, simulate, world_noise
from sim.verbs.trace import trace


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Simulate, count events by channel, and keep the log if asked; returns the document."""
    graph = config["graph"]["path"]
    inputs = {Path(graph).name: fingerprint(Path(graph).expanduser())} if graph else {}
    provenance = record("propagate", config, inputs)
    world = make_world(config, 0)
    scene, log = simulate(world, config, world_noise(config, 0).branch(f"luck {config['seed']}"))
    counts = sum(np.bincount(block.events.channel, minlength=len(CHANNELS)) for block in log.blocks)
    folder = Path(config["out"]).expanduser() / run_id(provenance)
    document = {
        "run": str(folder),
        "people": world.size,
        "owners": len(world.owners),
        "posts": world.posts.num_rows,
        "events": log.events,
        "by_channel": dict(zip(CHANNELS, np.asarray(counts).tolist(), strict=True)),
        "sha256": digest(log),
        "params": config["params"],
    }
    if config["trace"] is not None:
        document["trace"] = trace(config, world, scene, log)
    with new_folder(folder) as beside:
        write_json(beside / "provenance.json", provenance)
        write_json(beside / "counts.json", document)
        if config["write"]:
            objects, events = to_tables(log)
            write_table(beside / "objects.parquet", objects, provenance)
            write_table(beside / "events.parquet", events, provenance)
    return document


def show(document: dict[str, Any]) -> None:
    """Counts by channel, or one post's story."""
    if "trace" in document:
        print("\n".join(document["trace"]["story"]))
        print(f"\nRun: {document['run']}")
        return
    print(f"{document['events']:,} events of {document['posts']:,} posts by or about {document['owners']:,} owners:")
    for name, count in document["by_channel"].items():
        print(f"  {name:<10}{count:>14,}")
    print(f"Run: {document['run']}")
