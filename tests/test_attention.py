"""Limited attention: never more than the day holds, nothing without its parent, and eyes that move to others."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import UNITS_S, aimed_doors, channels, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S
from sim.exposure.apply import apply
from sim.exposure.attention import READS, VIEWS, attend
from sim.exposure.propagate import propagate
from sim.measure.displacement import Displacement, rows, tell

TRAIN = CHANNELS.index("train")
EVERY = {"views_per_day": 10**6, "readings_per_day": 10**6}


def plainly(log: Log, offered: list, views_per_day: int, readings_per_day: int) -> list[list[bool]]:
    """The same, slow and obvious: every offer in order of time, a count for each viewer and day."""
    offers = sorted(
        (int(t), number, row) for number, b in enumerate(log.blocks) for row, t in enumerate(b.events.time.tolist())
    )
    happens = [[False] * len(b.events.time) for b in log.blocks]
    used: dict[tuple[int, int], int] = {}
    for time, number, row in offers:
        events = log.blocks[number].events
        parent = events.parent[row]
        if not offered[number][row] or (parent >= 0 and not happens[number][parent]):
            continue
        if VIEWS[events.channel[row]] or READS[events.channel[row]]:
            who = int(events.actor[row]) if VIEWS[events.channel[row]] else -1
            key = (who, time // DAY_S)
            if used.get(key, 0) >= (views_per_day if who >= 0 else readings_per_day):
                continue
            used[key] = used.get(key, 0) + 1
        happens[number][row] = True
    for b, mask in zip(log.blocks, happens, strict=True):
        e, post = b.events, np.repeat(np.arange(b.posts), np.diff(b.event_start))
        trained = Counter(
            (int(post[r]), int(e.actor[r])) for r in np.flatnonzero((e.channel == TRAIN) & (e.mark == 0)) if mask[r]
        )
        for row in np.flatnonzero(e.mark):
            mask[row] &= trained[int(post[row]), int(e.key[row])] >= int(e.mark[row])
    return happens


@given(seed=st.integers(0, 2**32), unit_s=st.sampled_from(UNITS_S), views=st.integers(0, 4), reads=st.integers(0, 4))
@settings(max_examples=25)
def test_compiled_and_plain_agree(seed: int, unit_s: int, views: int, reads: int) -> None:
    stage = scene(seed, unit_s=unit_s)
    log = propagate(stage, list(channels(unit_s).values()), Noise(seed), posts_a_block=3)
    offered = apply(aimed_doors(seed, stage, log), log)
    found = attend(log, offered, views_per_day=views, readings_per_day=reads)
    assert [mask.tolist() for mask in found] == plainly(log, offered, views, reads)


def test_without_a_limit_a_deletion_moves_nobody_and_with_one_it_does() -> None:
    moved = 0
    for seed in range(40):
        stage = scene(seed, unit_s=60)
        log = propagate(stage, list(channels(60).values()), Noise(seed))
        doors = aimed_doors(seed, stage, log)
        untouched = [block.first + np.arange(block.posts) for block in log.blocks]
        doors[:, ::2] = 2**62  # every other post is left alone
        offered = apply(doors, log)
        assert all((a == b).all() for a, b in zip(attend(log, offered, **EVERY), offered, strict=True))
        few = {"views_per_day": 2, "readings_per_day": 2}
        before, after = attend(log, None, **few)[0], attend(log, offered, **few)[0]
        post = np.repeat(untouched[0], np.diff(log.blocks[0].event_start))
        spared = post % 2 == 0
        assert (after[spared] <= 1).all()
        moved += int((after & ~before & spared).sum())
    assert moved > 0


def test_rows_and_words_say_how_it_was_found() -> None:
    found = [Displacement("views", 100, 60, 30, 12, 0, 40), Displacement("views", 100, 60, 20, 2, 0, 40)]
    row = rows(found)[0]
    assert row["moved_share"] == pytest.approx(14 / 50)
    assert (row["low"], row["high"], row["by"]) == (0.1, 0.4, "re-simulation")
    told = tell([row], 0.5, "2025-11-22")
    assert "re-simulation" in told["paragraphs"][0]
    assert "28%" in told["paragraphs"][1]
    assert "none could move" in tell(rows([Displacement("readings", 0, 0, 0, 0, 0, 0)]), 0.5, "2025")["paragraphs"][1]
