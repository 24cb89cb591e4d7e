"""Many plans in one pass, and a log on disk, say what one plan at a time and a log in memory say."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scenes import UNITS_S, aimed_doors, channels, happenings, held, scene

from sim.core.digest import digest, post_hashes
from sim.core.log import Block, Log, to_tables
from sim.core.log_store import read_blocks, read_log, write_block, written
from sim.core.noise import Noise
from sim.exposure.apply import apply
from sim.exposure.check import equal_to_twin
from sim.exposure.doors import LATEST, closings_of_many, open_doors
from sim.exposure.propagate import blocks, propagate
from sim.measure.many import LANES, avoided_by_each
from sim.measure.score import open_ledger


@pytest.mark.parametrize("seed", range(8))
def test_many_plans_in_one_pass_are_each_plan_alone(seed: int) -> None:
    unit_s = UNITS_S[seed % len(UNITS_S)]
    made = scene(90_000 + seed, unit_s=unit_s)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), posts_a_block=5)
    plans, owners = 70, np.unique(made.subject)
    number, items = np.searchsorted(owners, made.subject), np.arange(len(made.post)) % 3
    ledger = open_ledger(
        log, apply(open_doors(len(made.post)), log), owner=number, items=items, owners=len(owners),
        decision=made.horizon_end // 2,
    )  # fmt: skip
    every = [aimed_doors(1000 * seed + plan, made, log, holders=6 if seed % 2 else None) for plan in range(plans)]

    def doors(first: int, block: Block) -> np.ndarray:
        shut = np.full((block.posts, len(every[0]), LANES), LATEST, dtype=np.int32)
        for lane, each in enumerate(every[first : first + LANES]):
            shut[:, :, lane] = np.minimum(each[:, block.first : block.first + block.posts], LATEST).T
        return shut

    found = avoided_by_each(log, ledger, doors, closings_of_many, plans=plans)
    alone = np.array([ledger.avoided(log, apply(each, log)) for each in every])
    assert (found == alone).all()
    assert (found.sum(axis=(1, 2)) > 0).mean() > 0.9


def write_on(folder: Path, each: Iterable[Block], post: NDArray[np.int64]) -> None:
    for block in each:
        done = written(folder)
        events, late = sum(part.events for part in done), sum(part.late for part in done)
        write_block(folder, len(done), block, post, events_before=events, late_before=late)


def stored(folder: Path, log: Log) -> Log:
    write_on(folder, log.blocks, log.post)
    return read_log(folder)


@pytest.mark.parametrize("seed", range(6))
def test_a_log_on_disk_is_the_log_in_memory(seed: int, tmp_path: Path) -> None:
    unit_s = UNITS_S[seed % len(UNITS_S)]
    made = scene(91_000 + seed, unit_s=unit_s)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), posts_a_block=4)
    again = stored(tmp_path, log)
    assert happenings(again) == happenings(log) and held(again) == held(log)
    assert digest(again) == digest(log)
    assert all(one.equals(other) for one, other in zip(to_tables(log), to_tables(again), strict=True))
    doors = aimed_doors(seed, made, log)
    for one, other in zip(apply(doors, log), apply(doors, again), strict=True):
        assert (one == other).all()


def test_an_interrupted_log_goes_on_where_it_stopped(tmp_path: Path) -> None:
    made, chain, noise = scene(92_000, unit_s=60), list(channels(60).values()), Noise(1)
    whole = list(blocks(made, chain, noise, posts_a_block=3))
    write_on(tmp_path, whole[:2], made.post)
    (tmp_path / "events" / "000002.partial").write_bytes(b"cut off here")
    done = written(tmp_path)
    assert [part.posts for part in done] == [3, 3]
    write_on(tmp_path, blocks(made, chain, noise, posts_a_block=2, done=6), made.post)  # cut otherwise from here on
    assert digest(read_log(tmp_path)) == digest(propagate(made, chain, noise))


def test_posts_are_held_against_their_twins_by_hash(tmp_path: Path) -> None:
    made, chain = scene(93_000, unit_s=60), list(channels(60).values())
    alone = equal_to_twin(made, chain, Noise(1), posts=6)
    assert alone["equal"] and alone["events"] > 0 and alone["of"] == "posts alone"
    log = propagate(made, chain, Noise(1), posts_a_block=3)
    assert equal_to_twin(made, chain, Noise(1), posts=6, log=log) == alone | {"of": "the log"}
    write_on(tmp_path, iter(log.blocks), made.post)
    assert equal_to_twin(made, chain, Noise(1), posts=6, log=tmp_path) == alone | {"of": "the log"}
    other = equal_to_twin(made, chain, Noise(2), posts=6)
    assert other["equal"] and other["plain"] != alone["plain"]


@pytest.mark.parametrize("kept", ["memory", "disk"])
def test_one_wrong_second_in_a_log_is_seen_by_the_twin(kept: str, tmp_path: Path) -> None:
    made, chain = scene(93_000, unit_s=60), list(channels(60).values())
    log = propagate(made, chain, Noise(1), posts_a_block=3)
    log.blocks[-1].events.time[-1] += 1
    write_on(tmp_path, iter(log.blocks), made.post)
    held = {"memory": log, "disk": tmp_path}[kept]
    told = equal_to_twin(made, chain, Noise(1), posts=len(made.post), log=held)
    assert not told["equal"] and told["plain"] != told["compiled"]


def test_blocks_without_the_posts_wanted_are_not_read(tmp_path: Path) -> None:
    made, chain = scene(93_000, unit_s=60), list(channels(60).values())
    log = propagate(made, chain, Noise(1), posts_a_block=3)
    write_on(tmp_path, iter(log.blocks), made.post)
    first, last = log.blocks[0], log.blocks[-1]
    found = [block for _, block in read_blocks(tmp_path, of=np.array([first.first + 1, last.first]))]
    assert [block.first for block in found] == [first.first, last.first]
    for block, same in zip(found, (first, last), strict=True):
        assert np.array_equal(post_hashes(block), post_hashes(same))
