"""A block's drafting: what is written does not hang on how much room there was, nor on what the paper held before."""

import numpy as np
import pytest

from sim.core.compiled import SOME, wider
from sim.core.digest import digest, post_hashes
from sim.core.log import Log
from sim.core.noise import Noise
from sim.exposure.channels import copy, discovery, reshare
from sim.exposure.columns import Paper, Rows
from sim.exposure.propagate import blocks, propagate
from sim.exposure.scene import Scene
from tests.scenes import channels, scene

KERNELS = {"found": discovery, "spread": reshare, "copied": copy}
"""Compiled code that writes an amount that is not known before, and where it is called."""


def crowded(seed: int) -> Scene:
    """A scene whose posts are seen by hundreds."""
    return scene(seed, unit_s=2000, people=400, owners=2, each=12, about=6)


def run(seed: int) -> Log:
    """Its log of all channels."""
    return propagate(crowded(seed), list(channels(2000).values()), Noise(seed), threads=1)


def test_where_room_lacks_the_same_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = dict.fromkeys(KERNELS, 0)

    def counted(name: str, posts: int) -> None:
        kernel = getattr(KERNELS[name], name)

        def call(*given: object) -> int:
            done: int = kernel(*given)
            again[name] += done < 0 or (name != "copied" and done < posts)
            return done

        monkeypatch.setattr(KERNELS[name], name, call)

    for name in KERNELS:
        counted(name, len(crowded(0).post))
    monkeypatch.setattr(Paper, "rows_for", tight)
    logs = [run(seed) for seed in range(6)]
    monkeypatch.undo()
    assert all(again.values()), again
    assert [digest(log) for log in logs] == [digest(run(seed)) for seed in range(6)]


def tight(paper: Paper, count: int, more: int) -> Rows:
    """No more room than is asked for."""
    paper.rows = Rows(*(wider(column[:count], count + more + SOME) for column in paper.rows))
    return paper.rows


@pytest.mark.parametrize("upto", [1, 2, 9])
def test_a_block_keeps_nothing_of_the_paper_it_was_drafted_on(upto: int) -> None:
    chain = list(channels(2000).values())[:upto]
    log = [(block, post_hashes(block)) for block in blocks(crowded(1), chain, Noise(1), threads=1, posts_a_block=3)]
    assert len(log) > 5
    for block, hashes in log:
        assert np.array_equal(hashes, post_hashes(block))
