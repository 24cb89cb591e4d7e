"""Distinct learners, and those a plan spares, are what counting with Python's sets gives."""

import numpy as np
import pytest
from scenes import UNITS_S, aimed_doors, channels, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import LEARNERS, NEVER
from sim.exposure.apply import apply
from sim.exposure.doors import open_doors
from sim.exposure.propagate import propagate
from sim.measure.score import summed
from sim.measure.spared import lost
from sim.measure.tally import LEARNS, Masks, room, tally


def by_sets(log: Log, alive: Masks, until: int = NEVER) -> np.ndarray:
    """Distinct (class, learner) of each post, the obvious way."""
    rows = []
    for mask, block in zip(alive, log.blocks, strict=True):
        events = block.events
        for p in range(block.posts):
            at = range(block.event_start[p], block.event_start[p + 1])
            known = {
                (int(events.learner[row]), int(events.actor[row]))
                for row in at
                if mask[row] and events.time[row] < until and LEARNS[events.channel[row]]
            }
            rows.append([sum(kind == code for kind, _ in known) for code in range(len(LEARNERS))])
    return np.array(rows)


@pytest.mark.parametrize("seed", range(12))
def test_learners_and_those_spared_are_those_of_sets(seed: int) -> None:
    unit_s = UNITS_S[seed % len(UNITS_S)]
    made = scene(94_000 + seed, unit_s=unit_s)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), posts_a_block=5)
    every, sizes = apply(open_doors(len(made.post)), log), room(log)
    assert all(mask.all() for mask in every)
    whole, middle = by_sets(log, every), made.horizon_end // 2
    assert (tally(log, sizes) == whole).all()
    assert (tally(log, sizes, until=middle) == by_sets(log, every, until=middle)).all()
    for plan in range(10):
        alive = apply(aimed_doors(100 * seed + plan, made, log), log)
        spared = lost(log, alive, sizes, np.ones(len(made.post), dtype=np.bool_))
        assert (spared == whole - by_sets(log, alive)).all()
        counted = np.arange(len(made.post)) % 2 == 0
        assert (lost(log, alive, sizes, counted) == np.where(counted[:, None], spared, 0)).all()
        assert spared.sum() > 0


def test_sums_by_owner_pass_over_posts_of_nobody() -> None:
    of_posts = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], dtype=np.int32)
    owner, items = np.array([1, -1, 0, 1]), np.array([2, 9, 1, 0])
    assert summed(owner, items, 3, of_posts).tolist() == [[5, 6], [2, 4], [0, 0]]
