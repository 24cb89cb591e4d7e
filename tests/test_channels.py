"""What every channel of conf/channel obeys, found by its YAML alone: a new file is tested without a change here."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scenes import aimed_doors, happenings, held, retold

from sim.core.build import build
from sim.core.digest import digest
from sim.core.log import Log, to_tables
from sim.core.noise import Noise
from sim.core.parameters import is_parameter, parameters, settle
from sim.core.schema import CHANNELS, CLASSES, DAY_S, KINDS, LEARNERS, NEVER, YEAR_S
from sim.exposure.apply import apply
from sim.exposure.bars import no_bars
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene
from sim.verbs.compose import compose_config

FOLDER = Path(__file__).parents[1] / "conf/channel"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
USUAL = yaml.safe_load((FOLDER.parent / "base.yaml").read_text(encoding="utf-8"))["defaults"]
ORDER: list[str] = next(entry["channel"] for entry in USUAL if "channel" in entry)
LIKELY = ("share", "per view", "per item")
"""Units of chances: raised to the high ends of their ranges, else a small scene would see none of the rare events."""


def chain(name: str) -> list[str]:
    """The usual channels before `name`, then it; one that is not among them comes last."""
    return [*(ORDER[: ORDER.index(name)] if name in ORDER else ORDER), name]


@cache
def configured(name: str) -> dict[str, Any]:
    return compose_config("propagate", [f"channel=[{','.join(chain(name))}]"])["channel"]


def likelier(node: Any) -> Any:
    """A configuration with every chance at the high end of its range."""
    if is_parameter(node):
        raised = node.get("high") is not None and str(node.get("unit", "")).startswith(LIKELY)
        return node | {"value": node["high"]} if raised else node
    return {key: likelier(child) for key, child in node.items()} if isinstance(node, Mapping) else node


def built(name: str, how: str) -> list[Channel]:
    config = configured(name)
    if how == "likely":
        config = likelier(config)
    return list(build(settle(config, Noise(4) if how == "drawn" else None, "channel"), "channel").values())


@pytest.fixture(scope="module")
def made() -> Scene:
    """Eight years of four authors among twenty people, public or for friends; times as in a real world."""
    rng, people, owners, each = np.random.default_rng(7), 20, 4, 5
    tie = np.triu(rng.random((people, people)) < 0.4, 1)
    who, viewer = np.nonzero(tie | tie.T)
    subject = np.repeat(rng.choice(people, owners, replace=False), each)
    author = np.where(np.arange(owners * each) % each == each - 1, (subject + 1) % people, subject)
    time = 12 * YEAR_S + np.tile(np.sort(rng.integers(0, 8 * YEAR_S, each)), owners)
    kind = rng.integers(0, 4, owners * each).astype(np.int8)
    kind[each - 1 :: each] = [KINDS.index(name) for name in ("camera_roll", "message", "message", "message")]
    return Scene(
        post=(subject << 32) + (author != subject) * 2**31 + np.tile(np.arange(each), owners),
        author=author.astype(np.int32), subject=subject.astype(np.int32), time=time,
        kind=kind,
        audience=rng.choice([1, 2, 2], owners * each).astype(np.int8), tagged=author != subject,
        natural=np.where(author != subject, time + 5 * YEAR_S, NEVER),
        shows=rng.integers(0, 1 << len(CLASSES), owners * each).astype(np.int32), people=people, population=people,
        start=np.searchsorted(who, np.arange(people + 1)).astype(np.int64), viewer=viewer.astype(np.int32),
        visibility=rng.integers(2**31, 2**32, len(viewer)).astype(np.uint32),
        joined=rng.integers(11 * YEAR_S, 12 * YEAR_S, people), public_items=np.full(people, float(each)),
        opens_roll=np.arange(people) % 2 > 0,
        horizon_end=int(20.9 * YEAR_S), bars=no_bars(owners * each),
    )  # fmt: skip


HOW = ("centre", "likely", "drawn")
LUCK = Noise(12)


@pytest.mark.parametrize("name", NAMES)
def test_its_file_holds_one_top_key_of_its_name_and_sources(name: str) -> None:
    assert list(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))) == [name]
    config = configured(name)[name]
    assert config["_target_"].startswith("sim.exposure.channels.")
    assert [path for path, node in parameters(config) if node["source"] and node["grade"]]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", NAMES)
def test_it_equals_its_twin(made: Scene, name: str, how: str) -> None:
    channels = built(name, how)
    log = propagate(made, channels, LUCK)
    events, objects = retold(made, channels, LUCK)
    assert happenings(log) == events
    assert held(log) == objects


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_something(made: Scene, name: str) -> None:
    """Under likely parameters and twenty draws of luck; else the tests beside this one would say nothing of it."""
    channels = built(name, "likely")
    assert any(
        propagate(made, channels, Noise(seed)).events > propagate(made, channels[:-1], Noise(seed)).events
        for seed in range(20)
    )


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_a_filter_of_it(made: Scene, name: str, how: str) -> None:
    channels = built(name, how)
    log = propagate(made, channels, LUCK)
    for seed in range(3):
        doors = aimed_doors(seed, made, log)
        again = propagate(made, channels, LUCK, doors=doors)
        alive = apply(doors, log)
        assert happenings(log, alive) == happenings(again)
        assert held(log, alive) == held(again)
        assert again.events < log.events


@pytest.mark.parametrize("name", NAMES)
def test_threads_and_blocks_do_not_enter(made: Scene, name: str) -> None:
    channels = built(name, "likely")
    digests = {
        digest(propagate(made, channels, LUCK, threads=threads, posts_a_block=size))
        for threads in (1, 2) for size in (1, 7, 4096)
    }  # fmt: skip
    assert len(digests) == 1
    assert digest(propagate(made, channels, Noise(13))) not in digests


@pytest.mark.parametrize("name", NAMES)
def test_it_leaves_what_earlier_channels_wrote(made: Scene, name: str) -> None:
    channels = built(name, "likely")
    assert happenings(propagate(made, channels[:-1], LUCK)) <= happenings(propagate(made, channels, LUCK))


@pytest.mark.parametrize("name", NAMES)
def test_its_log_obeys_the_schema(made: Scene, name: str) -> None:
    log: Log = propagate(made, built(name, "likely"), LUCK, posts_a_block=7)
    objects, events = ({c: rows[c].to_numpy() for c in rows.column_names} for rows in to_tables(log))
    rows = np.arange(len(events["time"]))
    assert (events["parent"] < rows).all(), "a parent stands behind its child"
    child = np.flatnonzero(events["parent"] >= 0)
    assert (events["time"][events["parent"][child]] <= events["time"][child]).all(), "a parent later than its child"
    assert (events["time"] < made.horizon_end).all()
    assert ((events["channel"] >= 0) & (events["channel"] < len(CHANNELS))).all()
    assert ((events["learner"] >= 0) & (events["learner"] < len(LEARNERS))).all()
    people = events["learner"] < LEARNERS.index("scrapers")
    assert ((events["actor"] >= 0) & ((events["actor"] < made.people) | ~people)).all()
    lying = events["object"] >= 0
    assert (events["mark"][~lying] > 0).all() and (events["mark"] >= 0).all()
    where = events["object"][lying]
    assert (objects["birth"][where] <= events["time"][lying]).all(), "an event before its object is born"
    assert (events["time"][lying] < objects["natural"][where]).all(), "an event in an object that is gone"
    late = np.flatnonzero(objects["maker"] >= 0)
    assert (objects["birth"][late] == events["time"][objects["maker"][late]]).all()
    assert (objects["parent"][late] >= 0).all() and (objects["birth"] >= 0).all()
    assert set(made.post.tolist()) == set(objects["post"].tolist())
    author = dict(zip(made.post.tolist(), made.author.tolist(), strict=True))
    subject = dict(zip(made.post.tolist(), made.subject.tolist(), strict=True))
    seen_by = np.flatnonzero(lying & people)
    for row in seen_by.tolist():
        post = int(objects["post"][events["object"][row]])
        assert events["actor"][row] not in (author[post], subject[post]), "she learns what she said herself"


@pytest.mark.parametrize("name", NAMES)
def test_it_manages_scenes_without_posts_ties_or_time(made: Scene, name: str) -> None:
    channels = built(name, "centre")
    columns = ("post", "author", "subject", "time", "kind", "audience", "tagged", "natural", "shows")
    empty = replace(made, bars=no_bars(0), **{column: getattr(made, column)[:0] for column in columns})
    lonely = replace(made, start=np.zeros_like(made.start), viewer=made.viewer[:0], visibility=made.visibility[:0])
    for scene in (empty, lonely, replace(made, horizon_end=int(made.time.min()) + DAY_S)):
        log = propagate(scene, channels, LUCK)
        assert happenings(log) == retold(scene, channels, LUCK)[0]
