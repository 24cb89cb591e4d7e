"""What is inferred under a plan: only what stands, was taken, or friends tell; and a plan can only take away."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scenes import held

from sim.core.parameters import settle
from sim.core.schema import OBJECTS
from sim.experiment import clean_up, prepare, simulate
from sim.exposure.apply import apply
from sim.exposure.channels.scrape import Scrape
from sim.exposure.doors import HANGS, close_doors, standing
from sim.exposure.propagate import propagate
from sim.measure.inferred import MEASURES, paragraph, shares
from sim.onlooker import infer, look, seen
from sim.owners import at_once, know
from sim.verbs.compose import compose_config
from sim.verbs.study import study
from sim.worlds import make_world, world_noise

WORDS = ["world.size=150", "world.owners=12", "content=none", "params=centre",
         "strategy=[nothing,everything,make_private,delete_account]"]  # fmt: skip


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return compose_config("compare", WORDS)


def test_what_shows_decides_and_else_the_guess(config: dict[str, Any]) -> None:
    world, noise = make_world(config, 0), world_noise(config, 0)
    owners = know(world)
    onlooker = look(world, owners.number, noise, settle(config["adversary"], None))
    nobody = np.zeros(world.posts.num_rows, dtype=bool)
    blind, all_seen = infer(onlooker, nobody), infer(onlooker, ~nobody)
    assert (blind["town_inferred"] == onlooker.guessed["town"]).all()
    assert not blind["linked_elsewhere"].any()
    place = onlooker.shows["town"]
    for number in range(len(world.owners)):
        hers = (owners.number == number) & place
        assert all_seen["town_inferred"][number] == (hers.any() or onlooker.guessed["town"][number])
        if hers.any():
            one = nobody.copy()
            one[np.flatnonzero(hers)[0]] = True
            assert infer(onlooker, one)["town_inferred"][number]
    for measure, right in all_seen.items():
        assert (right >= blind[measure]).all(), "seeing more never tells less"


def test_hiding_and_telling_decide_what_friends_tell(config: dict[str, Any]) -> None:
    world, noise = make_world(config, 0), world_noise(config, 0)
    number = know(world).number

    def guessed(**changed: float) -> np.ndarray:
        return look(world, number, noise, settle(config["adversary"], None) | changed).guessed["town"]

    silent = look(world, number, noise, settle(config["adversary"], None) | {"tells_share": 0.0})
    assert (silent.guessed["town"] == silent.commonest["town"]).all()
    hidden = guessed(hides_friends_share=1.0, tells_share=1.0)
    assert (hidden == silent.commonest["town"]).all()
    assert guessed(hides_friends_share=0.0, tells_share=1.0).mean() > silent.commonest["town"].mean()


def test_more_rounds_reach_friends_of_friends(config: dict[str, Any]) -> None:
    world, noise = make_world(config, 0), world_noise(config, 0)
    number = know(world, config["account"]["kinds"]).number
    settled = settle(config["adversary"], None) | {"tells_share": 0.05, "hides_friends_share": 0.0}
    near, far = (look(world, number, noise, settled | {"rounds": rounds}).guessed["town"] for rounds in (1, 10))
    assert (near != far).any() and far.mean() > near.mean()


def test_the_platforms_own_copy_is_not_for_sale(config: dict[str, Any]) -> None:
    world, noise = make_world(config, 0), world_noise(config, 0)
    scene, channels = prepare(world, config, noise)
    scrape = next(channel for channel in channels if isinstance(channel, Scrape))
    log, shut = propagate(scene, channels, noise), close_doors(scene, at_once(world.owners, world.decision))
    alive = apply(shut, log)

    def shown(outside: set[str]) -> set[int]:
        each = {name: replace(own, first_party=name not in outside) for name, own in scrape.crawlers.items()}
        sold = [replace(scrape, crawlers=each, public_copies_share=0.0)]
        return set(np.flatnonzero(seen(sold, scene, noise, log, alive, shut) & ~standing(scene, shut)).tolist())

    names = set(scrape.crawlers)
    own = {name for name, crawler in scrape.crawlers.items() if crawler.first_party}
    assert own and shown(own) - shown(names - own), "what only the platform took would tell more"
    assert not shown(set()) and shown(names) == shown(own) | shown(names - own)


def test_what_stands_is_public_linked_and_not_acted_on(config: dict[str, Any]) -> None:
    world, noise = make_world(config, 0), world_noise(config, 0)
    scene, _ = simulate(world, config | {"channel": {}}, noise)
    left = standing(scene, close_doors(scene, np.empty((0, 4), np.int64)))
    assert left.any() and (scene.audience[left] == 2).all() and (scene.natural[left] > scene.horizon_end).all()
    assert ((scene.author == scene.subject) | scene.tagged)[left].all()
    code = 6  # delete_account
    gone = standing(scene, close_doors(scene, np.array([(o, -1, code, world.decision) for o in world.owners])))
    assert not gone.any()


def test_what_somebody_copied_still_shows_it(config: dict[str, Any]) -> None:
    """After she deletes everything, public copies that stand tell of hers and of what tags her, and of nothing else."""
    copying = config["channel"]["copy"] | {"p_copy": 0.02}
    every = config["channel"]["scrape"] | {"public_copies_share": 1.0}
    how = config | {"params": "centre", "channel": config["channel"] | {"copy": copying, "scrape": every}}
    world, noise = make_world(how, 0), world_noise(how, 0)
    scene, channels = prepare(world, how, noise)
    log = propagate(scene, channels, noise)
    doors = close_doors(scene, np.array([(o, -1, 6, world.decision) for o in world.owners]))
    alive = apply(doors, log)
    scrape = next(channel for channel in channels if isinstance(channel, Scrape))
    own = {name: replace(crawler, first_party=True) for name, crawler in scrape.crawlers.items()}
    public = replace(scrape, crawlers=own)  # nothing is for sale: copies alone tell
    shown, none = (
        seen([each], scene, noise, log, alive, doors) for each in (public, replace(public, public_copies_share=0.0))
    )
    things = [each for each in held(log, alive) if OBJECTS[each.kind] == "copy"]
    row = {post: place for place, post in enumerate(scene.post.tolist())}
    gone = np.isin(scene.author, world.owners)
    stands = [each for each in things if each.natural > scene.horizon_end]
    left = {row[each.post] for each in stands if not (each.flags & HANGS and gone[row[each.post]])}
    linked = (scene.author == scene.subject) | scene.tagged
    assert set(np.flatnonzero(shown).tolist()) == {place for place in left if linked[place]} != set()
    assert not none.any(), "what she deleted stands nowhere else"


def test_a_clean_up_never_tells_the_adversary_more(config: dict[str, Any]) -> None:
    owners = know(make_world(config, 0))
    outcome = clean_up(owners, config, world_noise(config, 0).branch("luck 0"), archived=False).outcome
    before = outcome.inferred["nothing"]
    for rights in outcome.inferred.values():
        for measure, right in rights.items():
            assert (right <= before[measure]).all()
        assert (rights["town_from_friends"] == before["town_from_friends"]).all()
    assert outcome.inferred["delete_account"]["linked_elsewhere"].sum() <= before["linked_elsewhere"].sum()


def test_the_report_says_what_changes_nothing(config: dict[str, Any]) -> None:
    results = study("compare", config | {"seeds": 2}).results
    found = shares(results)
    assert set(found) == {"nothing", "everything", "make_private", "delete_account"}
    assert all(set(MEASURES) <= set(rows) for rows in found.values())
    said = paragraph(results)
    assert "Friends who tell theirs are enough for" in said
    idle = [n for n, rows in found.items() if n != "nothing"
            and all(abs(rows[m]["mean"] - found["nothing"][m]["mean"]) < 0.01 for m in MEASURES)]  # fmt: skip
    assert ("nothing changes by" in said) == bool(idle)
    results["leaderboard"] = [row for row in results["leaderboard"] if row["unit"] != "share of owners"]
    assert paragraph(results) == ""
