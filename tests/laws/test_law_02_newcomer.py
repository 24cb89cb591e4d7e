"""Law 2: a person without ties, a post, a channel, a strategy or an owner more leaves everybody else as they are."""

import dataclasses
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scenes import UNITS_S, Happening, channels, happenings, held, scene

from sim.core.build import build
from sim.core.content import content_hashes
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import CHANNELS, NEVER
from sim.experiment import clean_up, simulate
from sim.exposure.bars import no_bars
from sim.exposure.channels.market import Market
from sim.exposure.channels.scrape import Crawler, Scrape
from sim.exposure.channels.train import Train
from sim.exposure.propagate import propagate
from sim.exposure.scene import OF_POSTS, Scene
from sim.owners import know
from sim.verbs.compose import compose_config
from sim.world.audience import see
from sim.world.world import choose, inhabit
from sim.worlds import make_world, world_noise

WORLDS = [(seed, unit_s) for seed in range(4) for unit_s in UNITS_S]
NUMBERED = tuple(
    CHANNELS.index(name) for name in ("scrape", "ingest", "sell", "breach", "dump", "train", "extract", "complete")
)


def log_of(made: Scene, chain: dict[str, Any], seed: int) -> Log:
    return propagate(made, list(chain.values()), Noise(seed), posts_a_block=7)


@pytest.mark.parametrize(("seed", "unit_s"), WORLDS)
def test_a_person_without_ties_changes_no_event(seed: int, unit_s: int) -> None:
    made, chain = scene(seed, unit_s=unit_s), channels(unit_s)
    more = dataclasses.replace(
        made,
        people=made.people + 1,
        start=np.append(made.start, made.start[-1]),
        joined=np.append(made.joined, 0),
        opens_roll=np.append(made.opens_roll, True),
        public_items=np.append(made.public_items, 50.0),
    )
    before, after = log_of(made, chain, seed), log_of(more, chain, seed)
    assert happenings(after) == happenings(before)
    assert held(after) == held(before)


@pytest.mark.parametrize(("seed", "unit_s"), WORLDS)
def test_a_tie_more_changes_no_other_view(seed: int, unit_s: int) -> None:
    """Views of feed, tag and discovery follow from their post and viewer alone, never from a place in a row of ties."""
    made, tried = scene(seed, unit_s=unit_s, people=12), 0
    chain = {name: channel for name, channel in channels(unit_s).items() if name in ("feed", "discovery")}
    before = {(each.name, each.time) for each in happenings(log_of(made, chain, seed))}
    source = np.repeat(np.arange(made.people), np.diff(made.start))
    for author in np.unique(np.concatenate([made.author, made.subject])).tolist():
        strangers = np.setdiff1d(np.arange(made.people), [*made.viewer[source == author], author])
        if len(strangers) == 0:
            continue
        new = int(strangers[0])
        place = int(made.start[author]) + int((made.viewer[source == author] < new).sum())
        more = dataclasses.replace(
            made,
            start=made.start + (np.arange(made.people + 1) > author),
            viewer=np.insert(made.viewer, place, new),
            visibility=np.insert(made.visibility, place, 2**32 - 1),
        )
        after = {(each.name, each.time) for each in happenings(log_of(more, chain, seed))}
        assert before <= after
        assert {name[2] for name, _ in after - before} <= {new}
        tried += after != before
    assert tried or len(source) > 100


@pytest.mark.parametrize(("seed", "unit_s"), WORLDS)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_post_more_changes_no_other(seed: int, unit_s: int, where: str) -> None:
    made, chain = scene(seed, unit_s=unit_s, each=3), channels(unit_s)
    place = {"first": 0, "middle": 1, "last": len(made.post)}[where]
    like = min(place, len(made.post) - 1)
    owner = int(made.post[like] >> 32)
    # A public post with an id nobody has, of the author of its neighbour, so that it stands in her stream.
    one = {"post": (owner << 32) + 999, "audience": 2, "time": made.time[like], "natural": NEVER}
    columns = {
        name: np.insert(getattr(made, name), place, one.get(name, getattr(made, name)[like])) for name in OF_POSTS
    }
    more = dataclasses.replace(made, bars=no_bars(len(made.post) + 1), **columns)
    before, after = log_of(made, chain, seed), log_of(more, chain, seed)
    new = {each for each in happenings(after) if each.post == one["post"]}
    assert new, "the newcomer had no event, so nothing was tried"
    assert happenings(after) - new == happenings(before)
    assert {each for each in held(after) if each.post != one["post"]} == held(before)


@pytest.mark.parametrize(("seed", "unit_s"), WORLDS)
def test_a_later_channel_leaves_the_events_of_earlier_ones(seed: int, unit_s: int) -> None:
    made, chain = scene(seed, unit_s=unit_s), channels(unit_s)
    names = list(chain)
    whole = {name: log_of(made, {n: chain[n] for n in names[: place + 1]}, seed) for place, name in enumerate(names)}
    for earlier, later in pairwise(names):
        assert happenings(whole[earlier]) <= happenings(whole[later])
        kinds = {each.name[1] for each in happenings(whole[later]) - happenings(whole[earlier])}
        assert not kinds & {each.name[1] for each in happenings(whole[earlier])}, (earlier, later)
        assert held(whole[earlier]) <= held(whole[later])


def by_name(log: Log, scrape: Scrape, train: Train, market: Market) -> set[tuple[Happening, str | None]]:
    """Events with the names of harvesters and models in place of their numbers."""
    harvesters, models = list(scrape.crawlers), [*train.models, *train.distilled]
    takers = [*harvesters, *market.buyers, *(f"thieves at {name}" for name in harvesters)]

    def named(name: tuple[int, int, int, int] | None) -> Any:
        if name is None or name[1] not in NUMBERED:
            return name
        counted = models[name[3]] if name[0] < 0 else name[3]
        return (
            *name[:2],
            (models if CHANNELS[name[1]] in ("train", "extract", "complete") else takers)[name[2]],
            counted,
        )

    return {each._replace(name=named(each.name), parent=named(each.parent)) for each in happenings(log)}


@pytest.mark.parametrize(("seed", "unit_s"), WORLDS)
def test_a_crawler_or_a_model_more_changes_no_other(seed: int, unit_s: int) -> None:
    made, chain = scene(seed, unit_s=unit_s), channels(unit_s)
    scrape, train, market = chain["scrape"], chain["train"], chain["market"]
    before = by_name(log_of(made, chain, seed), scrape, train, market)
    newcomer = dataclasses.replace(next(iter(scrape.crawlers.values())), first_party=False)
    crawlers: dict[str, Crawler] = {"newcomer": newcomer, **scrape.crawlers}
    models = {
        "newcomer": dataclasses.replace(next(iter(train.models.values())), corpora=("newcomer", "web")),
        **train.models,
    }
    more = chain | {
        "scrape": dataclasses.replace(scrape, crawlers=crawlers),
        "train": dataclasses.replace(train, harvesters=tuple(crawlers), models=models),
        "ingest": dataclasses.replace(chain["ingest"], harvesters=tuple(crawlers)),
        "market": dataclasses.replace(market, harvesters=tuple(crawlers)),
    }
    after = by_name(log_of(made, more, seed), more["scrape"], more["train"], more["market"])
    assert before <= after
    new = after - before
    assert any(each.name[2] == "newcomer" and CHANNELS[each.name[1]] == "scrape" for each in new)
    held_by_newcomer = {(each.name, each.post) for each in new}
    for each in new:  # what is new is the newcomer's, or follows from what she holds
        assert each.name[2] == "newcomer" or (each.parent, each.post) in held_by_newcomer


def config(*words: str) -> dict[str, Any]:
    small = ["world.size=150", "world.owners=3", "seeds=1", "content=none", "horizon_days=90", "params=centre"]
    return compose_config("compare", [*small, *words])


def test_a_person_more_in_the_world_changes_no_tie_no_owner_and_no_visibility() -> None:
    chosen = config()
    laws = {name: build(settle(chosen[name], None, name), name) for name in ("world", "graph")}
    people, ties = laws["world"]["people"], laws["graph"]["ties"]
    found = []
    for newcomers in (0, 1, 5):
        made = inhabit(laws["graph"], people, ties, Noise(1), size=150, decision=600_000_000, newcomers=newcomers)
        audience = see(
            made.ties, Noise(1), people=150 + newcomers, directed=False, visibility_a=0.243, visibility_b=0.45
        )
        among = made.people.slice(0, 150), np.diff(audience.start[:151])
        owners = choose(*among, Noise(1), count=20, aged=(13, 90))
        tables = content_hashes(made.people.slice(0, 150)), content_hashes(made.ties)
        found.append((*tables, audience.viewer, audience.visibility, owners))
    for other in found[1:]:
        assert other[:2] == found[0][:2]
        assert all(np.array_equal(one, two) for one, two in zip(other[2:], found[0][2:], strict=True))


def test_more_owners_change_no_posts_and_no_events_of_the_others() -> None:
    chosen = config()
    noise = world_noise(chosen, 0)
    logs = []
    for owners in (2, 5):
        world = make_world(chosen | {"world": chosen["world"] | {"owners": owners}}, 0)
        logs.append((world, happenings(simulate(world, chosen, noise.branch("luck 0"))[1])))
    (few, events_few), (many, events_many) = logs
    assert set(few.owners.tolist()) < set(many.owners.tolist())
    ids = set(few.posts["post"].to_pylist())
    common = many.posts.filter(np.isin(many.posts["post"].to_numpy(), few.posts["post"].to_numpy()))
    assert common.sort_by("post").equals(few.posts.sort_by("post"))
    assert {each for each in events_many if each.post in ids} == events_few


def test_a_strategy_more_changes_no_other() -> None:
    world = know(make_world(config(), 0), config()["account"]["kinds"])
    lives = []
    for names in ("[everything,at_random]", "[nothing,at_random,most_seen,everything,keep_last]"):
        chosen = config(f"strategy={names}")
        lives.append(clean_up(world, chosen, world_noise(chosen, 0).branch("luck 0"), archived=False))
    few, many = lives
    for name, deed in few.outcome.deeds.items():
        other = many.outcome.deeds[name]
        for field in dataclasses.fields(deed):
            assert np.array_equal(getattr(deed, field.name), getattr(other, field.name)), (name, field.name)
        for one, two in zip(few.plans[name], many.plans[name], strict=True):
            assert np.array_equal(one.target, two.target) and np.array_equal(one.time, two.time)


def test_a_parameter_more_changes_the_draw_of_no_other() -> None:
    one: dict[str, Any] = {"value": 2.0, "low": 1.0, "high": 4.0, "source": "test"}
    few = settle({"b": one, "c": {"d": one}}, Noise(3))
    many = settle({"a": one, "b": one, "c": {"a": one, "d": one}}, Noise(3))
    assert few["b"] == many["b"] and few["c"]["d"] == many["c"]["d"]
    assert len({many["a"], many["b"], many["c"]["a"], many["c"]["d"]}) == 4
