"""What must add up in every log: views follow what brought them, nobody passes on unseen, nothing outlives its end."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from judge import refuses

from sim.core.log import Block, Log
from sim.core.schema import ACTIONS, CHANNELS, OBJECTS
from sim.experiment import simulate
from sim.exposure.apply import apply
from sim.exposure.doors import close_doors
from sim.exposure.scene import Scene
from sim.measure.spared import lost
from sim.measure.tally import room, tally
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

pytestmark = pytest.mark.verify

COPY = OBJECTS.index("copy")
CODE = {name: code for code, name in enumerate(CHANNELS)}
BUSY = (
    "channel.reshare.p_share=0.02", "channel.copy.p_copy=0.01", "channel.scrape.crawlers.platform.review_share=0.1",
)  # fmt: skip


@pytest.fixture(scope="module")
def told() -> tuple[Scene, Log]:
    config = compose_config("propagate", ["world.size=1500", "world.owners=30", "params=centre", *BUSY])
    config["content"] = "none"
    return simulate(make_world(config, 0), config, world_noise(config, 0).branch("luck 0"))


def faults(scene: Scene, block: Block) -> dict[str, int]:
    """How many rows break each rule of conservation."""
    e, o = block.events, block.objects
    post = np.repeat(np.arange(block.posts), np.diff(block.event_start))
    has = e.parent >= 0
    parent = np.where(has, e.parent, 0)
    before = e.time >= np.where(has, e.time[parent], scene.time[block.first + post])
    laid = e.object >= 0
    thing = np.where(laid, e.object, 0)
    is_ = {name: e.channel == code for name, code in CODE.items()}
    reach = {name: o.kind[thing] == code for code, name in enumerate(OBJECTS)}
    views = is_["feed"] | is_["discovery"] | is_["forward"] | is_["tag"] | is_["copied"]
    public = scene.audience[block.first + post] == 2
    return {
        "an event before its parent": int((~before).sum()),
        "a parent of another post": int((has & (post[parent] != post)).sum()),
        "an event before its object's birth": int((laid & (e.time < o.birth[thing])).sum()),
        "an event after its object's natural end": int((laid & (e.time >= o.natural[thing])).sum()),
        "an event after the horizon": int((e.time >= scene.horizon_end).sum()),
        "an object of another post": int((laid & (o.post[thing] != post)).sum()),
        "a reshare without a view of one's own": int(
            (is_["reshare"] & ~(has & views[parent] & (e.actor[parent] == e.actor))).sum()
        ),
        "a delivery without its resharer": int(
            (is_["forward"] & ~(has & is_["reshare"][parent] & (e.actor[parent] == e.key))).sum()
        ),
        "a copy without a view of one's own": int(
            (is_["copy"] & ~(has & views[parent] & (e.actor[parent] == e.actor))).sum()
        ),
        "a view of a copy without its copier": int((is_["copied"] & ~(has & is_["copy"][parent])).sum()),
        "a reading without a harvest": int(  # a label done again follows the one judged wrong
            (is_["review"] & ~(has & (is_["scrape"][parent] | is_["review"][parent]))).sum()
        ),
        "a leak without a reading of one's own": int(
            (is_["leak"] & ~(has & is_["review"][parent] & (e.actor[parent] == e.actor))).sum()
        ),
        "a training without a harvest": int(  # what a student inherits hangs on its teacher's count
            (is_["train"] & (e.mark == 0) & ~(has & is_["scrape"][parent])).sum()
        ),
        "a reshare of what is not public": int(((is_["reshare"] | is_["forward"]) & ~public).sum()),
        "a reshare outside public reach": int(((is_["reshare"] | is_["forward"]) & ~reach["public_reach"]).sum()),
        "an author who sees her own": int(
            ((is_["feed"] | is_["forward"] | is_["copied"]) & (e.actor == scene.author[block.first + post])).sum()
        ),
        "a copy without the event that made it": int(((o.kind >= 3) & (o.maker < 0)).sum()),
    }


@pytest.mark.planted_in("test_each_rule_sees_one_planted_error")
def test_nothing_is_created_or_lost(told: tuple[Scene, Log]) -> None:
    scene, log = told
    assert log.events > 20_000
    assert {name for name, code in CODE.items() if any((b.events.channel == code).any() for b in log.blocks)} >= {
        "feed", "tag", "discovery", "reshare", "forward", "copy", "copied", "scrape", "review", "train",
    }  # fmt: skip
    for block in log.blocks:
        assert not {name: count for name, count in faults(scene, block).items() if count}


Planted = tuple[np.ndarray, int, int]
"""A column, a row of it, and the value that breaks a rule there."""


def other(block: Block, post: int) -> int:
    return (post + 1) % block.posts


def plant(rule: str, scene: Scene, block: Block, row: int, post: int) -> Planted:
    """What breaks a rule at an event `row` of a `post` of the block."""
    e, o = block.events, block.objects
    elsewhere = int(block.event_start[other(block, post)])
    forged: dict[str, Callable[[], Planted]] = {
        "an event before its parent": lambda: (e.time, row, 0),
        "a parent of another post": lambda: (e.parent, row, elsewhere),
        "an event before its object's birth": lambda: (o.birth, int(e.object[row]), int(e.time[row]) + 1),
        "an event after its object's natural end": lambda: (o.natural, int(e.object[row]), int(e.time[row])),
        "an event after the horizon": lambda: (e.time, row, scene.horizon_end),
        "an object of another post": lambda: (e.object, row, 3 * other(block, post)),
        "a reshare without a view of one's own": lambda: (e.actor, row, int(e.actor[row]) + 1),
        "a delivery without its resharer": lambda: (e.key, row, int(e.key[row]) + 1),
        "a copy without a view of one's own": lambda: (e.actor, row, int(e.actor[row]) + 1),
        "a view of a copy without its copier": lambda: (e.parent, row, -1),
        "a reading without a harvest": lambda: (e.parent, row, -1),
        "a leak without a reading of one's own": lambda: (e.channel, row, CODE["leak"]),
        "a training without a harvest": lambda: (e.parent, row, -1),
        "a reshare of what is not public": lambda: (scene.audience, block.first + post, 1),
        "a reshare outside public reach": lambda: (e.object, row, 3 * post),
        "an author who sees her own": lambda: (e.actor, row, int(scene.author[block.first + post])),
        "a copy without the event that made it": lambda: (o.maker, int(np.flatnonzero(o.kind == COPY)[0]), -1),
    }
    return forged[rule]()


WHERE = {
    "an event before its parent": "forward", "a parent of another post": "forward",
    "an event before its object's birth": "copied", "an event after its object's natural end": "copied",
    "an event after the horizon": "forward", "an object of another post": "feed",
    "a reshare without a view of one's own": "reshare", "a delivery without its resharer": "forward",
    "a copy without a view of one's own": "copy", "a view of a copy without its copier": "copied",
    "a reading without a harvest": "review", "a leak without a reading of one's own": "scrape",
    "a training without a harvest": "train", "a reshare of what is not public": "reshare",
    "a reshare outside public reach": "forward", "an author who sees her own": "feed",
    "a copy without the event that made it": "copy",
}  # fmt: skip
"""Each rule, and what kind of event it is broken at."""


def test_every_rule_is_planted(told: tuple[Scene, Log]) -> None:
    rules = set(faults(told[0], told[1].blocks[0]))
    assert set(WHERE) == rules
    refuses("a rule at which nothing is planted", set(list(WHERE)[1:]) == rules)


@pytest.mark.parametrize("rule", WHERE)
def test_each_rule_sees_one_planted_error(told: tuple[Scene, Log], rule: str) -> None:
    scene, log = told
    block = next(b for b in log.blocks if (b.events.channel == CODE[WHERE[rule]]).any())
    block = replace(block, events=block.told, made=block.objects)  # all columns, to write into
    row = int(np.flatnonzero(block.events.channel == CODE[WHERE[rule]])[0])
    post = int(np.searchsorted(block.event_start, row, side="right")) - 1
    column, at, value = plant(rule, scene, block, row, post)
    kept = column[at]
    assert faults(scene, block)[rule] == 0
    column[at] = value
    found = faults(scene, block)[rule]
    column[at] = kept
    refuses(rule, found == 0)
    assert faults(scene, block)[rule] == 0


def test_learners_are_split_without_rest(told: tuple[Scene, Log]) -> None:
    """Known before a moment and learnt after it add up to all; a plan's survivors and losses add up to the log."""
    scene, log = told
    sizes, middle = room(log), int(np.median(scene.time))
    whole, early = tally(log, sizes), tally(log, sizes, until=middle)
    assert (early <= whole).all() and 0 < early.sum() < whole.sum()
    owner = int(scene.subject[0])
    mine = scene.subject == owner

    def adds_up(alive: list[np.ndarray]) -> list[bool]:
        kept = whole - lost(log, alive, sizes, np.ones(len(scene.post), dtype=np.bool_))
        return [
            bool((kept <= whole).all() and (kept[~mine] == whole[~mine]).all()),
            bool((kept[mine] >= early[mine]).all()),
            bool(kept[mine].sum() < whole[mine].sum()),
        ]

    alive = apply(close_doors(scene, [(owner, -1, ACTIONS.index("delete_account"), middle)]), log)
    assert adds_up(alive) == [True, True, True]
    refuses("a plan that does nothing", all(adds_up([np.ones_like(each) for each in alive])))
    refuses("a plan that reaches everybody", all(adds_up([np.zeros_like(each) for each in alive])))
