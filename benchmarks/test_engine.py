"""Speed of the engine: events a second of `propagate`, of its plain twin, and of `apply` with scoring."""

import os
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pytest

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import DAY_S, KINDS
from sim.experiment import prepare
from sim.exposure.apply import apply
from sim.exposure.doors import DELETE, Doors, close_doors, open_doors
from sim.exposure.propagate import propagate, tell
from sim.measure.score import open_ledger
from sim.owners import at_once, know
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

PEOPLE = 100_000
REPEATS = 5


@pytest.fixture(scope="module")
def staged() -> dict[str, Any]:
    """A city of 100,000 with 200 owners, and its log."""
    config = compose_config("propagate", ["world=city", f"world.size={PEOPLE}", "content=none", "params=centre"])
    world = make_world(config, 0)
    noise = world_noise(config, 0).branch("luck 0")
    scene, channels = prepare(world, config, noise)
    log = propagate(scene, channels, noise)
    return {"world": world, "scene": scene, "channels": channels, "noise": noise, "log": log}


def least(work: Any) -> tuple[float, float]:
    """The least wall and processor time of some repeats, s."""
    wall, cpu = [], []
    for _ in range(REPEATS):
        began, spent = perf_counter(), process_time()
        work()
        wall.append(perf_counter() - began)
        cpu.append(process_time() - spent)
    return min(wall), min(cpu)


def note(benchmark: Any, events: int, wall: float, cpu: float, threads: int) -> None:
    benchmark.extra_info["events"] = events
    benchmark.extra_info["events_per_s"] = round(events / wall)
    benchmark.extra_info["events_per_cpu_s"] = round(events / cpu)
    benchmark.extra_info["threads"] = threads
    benchmark.pedantic(lambda: None, rounds=1)


@pytest.mark.parametrize("threads", [1, 2])
def test_propagate(benchmark, staged, threads):  # type: ignore[no-untyped-def]
    scene, channels, noise = (staged[name] for name in ("scene", "channels", "noise"))
    wall, cpu = least(lambda: propagate(scene, channels, noise, threads=threads))
    note(benchmark, staged["log"].events, wall, cpu, threads)


def test_tell(benchmark, staged):  # type: ignore[no-untyped-def]
    scene, channels, noise = (staged[name] for name in ("scene", "channels", "noise"))
    rows = np.flatnonzero(scene.audience > 0)[:: max(1, len(scene.post) // 50)]
    began, spent = perf_counter(), process_time()
    events = sum(len(tell(scene, channels, noise, row).events) for row in rows.tolist())
    note(benchmark, events, perf_counter() - began, process_time() - spent, 1)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("plan", ["at once", "hardest"])
def test_apply_with_scoring(benchmark, staged, plan, threads):  # type: ignore[no-untyped-def]
    """Events of the log, all channels, over the time from doors to pairs avoided by owner.

    `at once`: every owner does all she can 30 days after the decision. This touches every post, but most events are
    past; posts that expose nothing sensitive are filtered and not counted. `hardest`: every post is deleted in the
    middle of its events and counts, so half of all events go and nothing can be passed over.
    """
    scene, log, world = (staged[name] for name in ("scene", "log", "world"))
    owners = know(world, KINDS)
    number = owners.number
    items = np.bitwise_count(world.posts["sensitive"].to_numpy()).astype(np.int64)
    doors = close_doors(scene, at_once(world.owners, world.decision + 30 * DAY_S))
    if plan == "hardest":
        number, items, doors = np.maximum(number, 0), np.maximum(items, 1), halves(log)
    ledger = open_ledger(
        log, apply(doors, log), owner=number, items=items, owners=len(world.owners), decision=world.decision
    )
    wall, cpu = least(lambda: ledger.avoided(log, apply(doors, log, threads=threads), threads=threads))
    note(benchmark, log.events, wall, cpu, threads)


def halves(log: Log) -> Doors:
    """Every post deleted at the median time of its events."""
    doors = open_doors(len(log.post))
    for block in log.blocks:
        for p in np.flatnonzero(np.diff(block.event_start)):
            times = block.events.time[block.event_start[p] : block.event_start[p + 1]]
            doors[DELETE, block.first + p] = np.median(times)
    return doors


@pytest.mark.parametrize("people", [10_000, 100_000, 1_000_000])
def test_time_grows_with_people_as_events_do(benchmark, people):  # type: ignore[no-untyped-def]
    """An event costs as much in a large world as in a small one: same posts, more people to be looked up."""
    words = ["world=city", f"world.size={people}", "world.owners=50", "content=none", "params=centre"]
    config = compose_config("propagate", [*words, "graph.ties.mean_friends=60"])
    world = make_world(config, 0)
    noise = Noise(1)
    scene, channels = prepare(world, config, noise)
    events = propagate(scene, channels, noise).events
    wall, cpu = least(lambda: propagate(scene, channels, noise))
    benchmark.extra_info["ns_an_event"] = round(cpu / events * 1e9, 1)
    note(benchmark, events, wall, cpu, os.cpu_count() or 1)
