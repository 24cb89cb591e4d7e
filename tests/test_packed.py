"""Events kept without the columns that most of them leave empty."""

import numpy as np
import pytest

from sim.core.compiled import SOME
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.packed import Packed, leading
from sim.exposure.propagate import propagate
from tests.scenes import channels, scene


@pytest.mark.parametrize("seed", range(30))
def test_leading_rows_are_counted_to_the_first_that_says_something(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(0, 70))
    columns = [np.full(rows + SOME, -1, np.int32), np.zeros(rows + SOME, np.int32), np.zeros(rows + SOME, np.int16)]
    which, at = columns[rng.integers(3)], int(rng.integers(0, rows + SOME))
    which[at] += 1 + rng.integers(5)
    low = int(rng.integers(0, rows + 1))
    assert leading(*columns, low, rows) == (min(at, rows) if at >= low else rows) - low


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_kept_of_a_block_says_what_was_written(order: int) -> None:
    made = scene(3, unit_s=60, people=60, each=20, about=10)
    chain = list(channels(60).values())
    log = propagate(made, [*chain[:2][::order], *chain[2:]], Noise(1), threads=1, posts_a_block=7)
    few = every = 0
    for block in log.blocks:
        events = block.events
        assert isinstance(events, Packed) and isinstance(block.told, Events)
        told = (block.told.parent >= 0) | (block.told.key != 0) | (block.told.mark != 0)
        firsts = [told[low:high].argmax() if told[low:high].any() else high - low
                  for low, high in zip(block.event_start, block.event_start[1:], strict=False)]  # fmt: skip
        assert events.plain.tolist() == firsts
        others = np.arange(len(told)) >= np.repeat(block.event_start[:-1] + firsts, np.diff(block.event_start))
        for name in ("parent", "key", "mark"):
            assert np.array_equal(getattr(block.told, name)[others], getattr(events, name + "s")), name
        few, every = few + len(events.parents), every + len(told)
    assert few < every
