"""Large worlds in bounded memory: tables and scenes are the same in pieces of any size, and take no more at once."""

import tracemalloc
import weakref
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.core.content import content_hashes
from sim.core.log import Block
from sim.core.noise import Noise, threefry
from sim.experiment import prepare
from sim.exposure.propagate import blocks
from sim.exposure.scene import Scene, scene_of
from sim.verbs import propagate
from sim.verbs.compose import compose_config
from sim.world.posts import publish
from sim.world.world import Society, World
from sim.worlds import make_world, settled

SMALL = ["world.size=150", "world.owners=5", "world.decision=2011-01-01", "platform.reach.feed_share=0.7"]


def told(words: list[str]) -> tuple[dict[str, Any], Scene]:
    config = compose_config("compare", words)
    world = make_world(config, 0)
    tables = {name: content_hashes(getattr(world, name)) for name in ("people", "posts", "mentions")}
    return tables, prepare(world, config, Noise(1))[0]


@pytest.mark.parametrize("graph", ["facebook", "followers"])
@pytest.mark.parametrize("content", ["full", "none"])
def test_a_world_and_its_scene_do_not_show_their_pieces(
    graph: str, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*SMALL, f"graph={graph}", f"content={content}"]
    tables, scene = told(words)
    for rows, value in (("sim.core.pieces.ROWS", 97), ("sim.worlds.OWNERS", 2)):
        monkeypatch.setattr(rows, value)
    again, other = told(words)
    assert again == tables
    for field in fields(Scene):
        one, two = getattr(scene, field.name), getattr(other, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == two.dtype and np.array_equal(one, two), field.name


@pytest.mark.parametrize(("a", "b"), [((500, 1), (1, 7)), ((1, 7), (500, 1)), ((), (500, 7)), ((3000,), (1,))])
def test_many_words_are_those_of_each(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    one, two = (np.arange(np.prod(shape, dtype=int)).reshape(shape) * 3 - 5 for shape in (a, b))
    ids = np.broadcast_arrays(np.atleast_1d(one), two)
    key = np.atleast_1d(Noise(1).key("a decision"))
    plain = threefry(key, np.atleast_1d(np.uint64(9)), *(each.astype(np.int64).view(np.uint64) for each in ids))
    for made, expected in zip(Noise(1).words("a decision", one, two, 9), plain, strict=True):
        assert made.shape == expected.shape and (made == expected).all()


def most_at_once(work: Any) -> int:
    """Bytes numpy holds at most while something is done."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_a_scene_is_staged_in_little_more_than_it_takes() -> None:
    world = make_world(compose_config("compare", [*SMALL, "content=none"]), 0)
    many = replace(world, posts=pa.concat_tables([world.posts] * (1_000_000 // world.posts.num_rows)))
    most = most_at_once(lambda: scene_of(many, Noise(1), horizon_end=2**30, others_gone_per_year=0.05))
    assert most / many.posts.num_rows < 40


def test_posts_are_made_in_little_more_than_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    config = compose_config("propagate", ["experiment=speed", "world.size=500", "world.owners=200"])
    whole = most_at_once(lambda: make_world(config, 0))
    monkeypatch.setattr("sim.worlds.OWNERS", 20)
    assert most_at_once(lambda: make_world(config, 0)) < whole / 2


def test_ties_are_let_go_before_posts_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    held, found = [], []

    def watched(*given: Any) -> Society:
        made = settled(*given)
        held.append(weakref.ref(made.ties))
        return made

    def asked(*given: Any, **laws: Any) -> pa.Table:
        found.append(held[-1]())
        return publish(*given, **laws)

    monkeypatch.setattr("sim.worlds.settled", watched)
    monkeypatch.setattr("sim.worlds.publish", asked)
    make_world(compose_config("compare", SMALL), 0)
    assert found == [None]


def test_the_world_is_let_go_before_its_posts_are_simulated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    held, found = [], []

    def watched(*given: Any) -> World:
        made = make_world(*given)
        held.append(weakref.ref(made))
        return made

    def asked(*given: Any, **options: Any) -> Iterator[Block]:
        found.append(held[-1]())
        return blocks(*given, **options)

    monkeypatch.setattr(propagate, "make_world", watched)
    monkeypatch.setattr(propagate, "blocks", asked)
    propagate.run(compose_config("propagate", [*SMALL, "write=true", f"out={tmp_path}"]))
    assert found == [None]
