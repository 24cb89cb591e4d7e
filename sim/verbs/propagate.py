"""propagate: the event log of a world with one draw of luck: in memory, streamed to disk, or only counted."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from sim.core.digest import total
from sim.core.errors import Misuse
from sim.core.log import Block, Log
from sim.core.log_store import Part, part_of, write_block, written
from sim.core.provenance import fingerprint, record, run_id
from sim.core.schema import CHANNELS
from sim.core.store import new_folder, unfinished_folder, write_json
from sim.experiment import prepare
from sim.exposure.check import equal_to_twin
from sim.exposure.propagate import blocks, load
from sim.verbs.progress import progress
from sim.verbs.trace import trace
from sim.worlds import make_world, world_noise

KEEP = ("memory", "disk", "nothing")
PENS = 2
"""Blocks written at once."""


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Simulate, count events by channel, and keep the log as asked; returns the document."""
    if config["write"] and config["keep"] == "nothing":
        raise Misuse("write=true keeps the log on disk, keep=nothing only counts: ask for one of them.")
    keep = "disk" if config["write"] else config["keep"]
    if keep not in KEEP:
        raise Misuse(f"keep={keep!r}: it is {', '.join(KEEP)}.")
    if config["trace"] is not None and keep != "memory":
        raise Misuse("trace tells a post's story from the log in memory: leave write=false and keep=memory.")
    graph = config["graph"]["path"]
    inputs = {Path(graph).name: fingerprint(Path(graph).expanduser())} if graph else {}
    provenance = record("propagate", config, inputs)
    began = perf_counter()
    world = make_world(config, 0)
    noise = world_noise(config, 0).branch(f"luck {config['seed']}")
    scene, channels = prepare(world, config, noise)
    counts = {"people": world.size, "ties": world.ties, "owners": len(world.owners), "posts": world.posts.num_rows}
    if config["trace"] is None:
        del world  # what is simulated stands in the scene
    folder = Path(config["out"]).expanduser() / run_id(provenance)
    ready = perf_counter()
    load(scene, channels, noise)
    made = perf_counter()
    with (unfinished_folder if keep == "disk" else new_folder)(folder) as beside:
        parts = written(beside) if keep == "disk" else []
        resumed, held = len(parts), []
        done = sum(part.posts for part in parts)
        spent, log = process_time(), blocks(scene, channels, noise, threads=config["threads"], done=done)
        with progress("posts", len(scene.post)) as tick:
            tick(done)
            if keep == "disk":
                for part in _written(log, beside, scene.post, parts):
                    tick(part.posts)
            else:
                for block in log:
                    if keep == "memory":
                        held.append(block)
                    else:
                        parts.append(part_of(block))
                    tick(block.posts)
        seconds, cpu = perf_counter() - made, process_time() - spent
        parts = parts or [part_of(block) for block in held]
        events = sum(part.events for part in parts)
        here = sum(part.events for part in parts[resumed:])
        document = {
            "run": str(folder),
            **counts,
            "events": events,
            "by_channel": dict(zip(CHANNELS, np.sum([p.by_channel for p in parts], axis=0).tolist(), strict=True)),
            "digest": total(*(np.array([part.hashes], dtype=np.uint64) for part in parts)),
            "params": config["params"],
            "world_seconds": round(ready - began, 3),
            "loading_seconds": round(made - ready, 3),
            "simulated_seconds": round(seconds, 3),
            "simulated_cpu_seconds": round(cpu, 3),
            "events_per_second": round(here / seconds),
            "events_per_cpu_second": round(here / max(cpu, 1e-9)),
            "resumed_blocks": resumed,
        }
        if config["check"]:
            kept = Log(scene.post, tuple(held)) if keep == "memory" else beside if keep == "disk" else None
            document["twin"] = equal_to_twin(scene, channels, noise, posts=config["check"], log=kept)
        if config["trace"] is not None:
            document["trace"] = trace(config, world, scene, channels, noise, Log(scene.post, tuple(held)))
        write_json(beside / "provenance.json", provenance)
        write_json(beside / "counts.json", document)
    return document


def _written(log: Iterator[Block], folder: Path, post: Any, parts: list[Part]) -> Iterator[Part]:
    """Write blocks while the next are made; `parts` grows by what is yielded."""
    events, late = sum(part.events for part in parts), sum(part.late for part in parts)
    with ThreadPoolExecutor(PENS) as pens:
        waiting: deque[Future[Part]] = deque()
        for number, block in enumerate(log, len(parts)):
            if len(waiting) == PENS:
                parts.append(waiting.popleft().result())
                yield parts[-1]
            waiting.append(
                pens.submit(write_block, folder, number, block, post, events_before=events, late_before=late)
            )
            events, late = events + len(block.events.time), late + block.late
        for each in waiting:
            parts.append(each.result())
            yield parts[-1]


def show(document: dict[str, Any]) -> None:
    """Counts by channel, or one post's story."""
    if "trace" in document:
        print("\n".join(document["trace"]["story"]))
        print(f"\nRun: {document['run']}")
        return
    print(f"{document['events']:,} events of {document['posts']:,} posts by or about {document['owners']:,} owners:")
    for name, count in document["by_channel"].items():
        print(f"  {name:<10}{count:>14,}")
    print(f"{document['events_per_second']:,} events/s.")
    print(f"Run: {document['run']}")
