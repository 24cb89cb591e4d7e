"""Law 6: each compiled channel equals its plain twin, event for event, in random scenes and at the edges."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import UNITS_S, Happening, channels, happenings, held, retold, scene

from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S
from sim.exposure.bars import no_bars
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene
from sim.exposure.visits import Periodic, Push, Walk

UNIT_S = 60
MADE_BY = {
    "feed": {"feed", "tag"}, "discovery": {"discovery"}, "reshare": {"reshare", "forward"},
    "copy": {"copy", "copied"}, "scrape": {"scrape"}, "review": {"review", "leak"},
    "train": {"train", "extract", "complete"},
    "ingest": {"ingest"}, "market": {"sell", "breach", "dump"},
}  # fmt: skip


def told(made: Scene, chain: dict[str, Any], seed: int) -> set[Happening]:
    """The events, asserted to be the same from compiled code and twin."""
    noise, listed = Noise(seed), list(chain.values())
    log = propagate(made, listed, noise, threads=1, posts_a_block=5)
    events, objects = retold(made, listed, noise)
    assert happenings(log) == events
    assert held(log) == objects
    return events


@pytest.mark.parametrize("name", MADE_BY)
def test_each_channel_equals_its_twin(name: str) -> None:
    made_by_it = 0
    for seed in range(18):
        unit_s = UNITS_S[seed % len(UNITS_S)]
        chain = channels(unit_s)
        upto = {each: chain[each] for each in list(chain)[: list(chain).index(name) + 1]}
        events = told(scene(50_000 + seed, unit_s=unit_s), upto, seed)
        found = {CHANNELS[each.name[1]] for each in events}
        assert not found & {kind for later in set(MADE_BY) - set(upto) for kind in MADE_BY[later]}
        made_by_it += sum(CHANNELS[each.name[1]] in MADE_BY[name] for each in events)
    assert made_by_it > 200


@given(st.integers(0, 2**63), st.sampled_from(UNITS_S), st.integers(2, 8), st.permutations(list(MADE_BY)))
@settings(max_examples=60)
def test_channels_in_any_order_equal_their_twins(seed: int, unit_s: int, people: int, order: list[str]) -> None:
    """A channel reads what earlier ones wrote and nothing else, so even a strange order has one meaning."""
    chain = channels(unit_s)
    told(scene(seed, unit_s=unit_s, people=people, owners=2), {name: chain[name] for name in order}, seed)


Edge = Callable[[Scene], Scene]


def with_posts(**columns: Any) -> Edge:
    def changed(made: Scene) -> Scene:
        full = {
            name: np.full(len(made.post), value).astype(getattr(made, name).dtype) for name, value in columns.items()
        }
        return dataclasses.replace(made, **full)

    return changed


def without(person: Callable[[Scene], np.ndarray]) -> Edge:
    """Nobody sees anything of these persons: their rows of the audience are empty."""

    def changed(made: Scene) -> Scene:
        source = np.repeat(np.arange(made.people), np.diff(made.start))
        stays = ~np.isin(source, person(made))
        start = np.searchsorted(source[stays], np.arange(made.people + 1)).astype(np.int64)
        return dataclasses.replace(made, start=start, viewer=made.viewer[stays], visibility=made.visibility[stays])

    return changed


def seen_with(chance: int) -> Edge:
    return lambda made: dataclasses.replace(made, visibility=np.full(len(made.viewer), chance, dtype=np.uint32))


def no_posts(made: Scene) -> Scene:
    names = ("post", "author", "subject", "time", "kind", "audience", "tagged", "natural", "shows")
    return dataclasses.replace(made, bars=no_bars(0), **{name: getattr(made, name)[:0] for name in names})


def of_herself(made: Scene) -> Scene:
    return dataclasses.replace(made, subject=made.author, tagged=np.ones(len(made.post), dtype=bool))


def at_the_horizon(made: Scene) -> Scene:
    when = made.horizon_end - np.arange(len(made.post)) % 3 * (made.horizon_end // 20)
    return dataclasses.replace(made, time=when, natural=when + made.horizon_end)


EDGES: dict[str, Edge] = {
    "no posts": no_posts,
    "only me": with_posts(audience=0),
    "friends only": with_posts(audience=1),
    "all public": with_posts(audience=2),
    "author without friends": without(lambda made: made.author),
    "subject without friends": without(lambda made: made.subject),
    "nobody has friends": without(lambda made: np.arange(made.people)),
    "posted around the horizon": at_the_horizon,
    "posted at time 0": with_posts(time=0),
    "gone at once": lambda made: dataclasses.replace(made, natural=made.time.copy()),
    "she mentions and tags herself": of_herself,
    "all tagged": with_posts(tagged=True),
    "none seen": seen_with(0),
    "few seen, with one chance": seen_with(2**29),
    "all but certainly seen": seen_with(2**32 - 1),
    "joined after posting": lambda made: dataclasses.replace(made, joined=made.joined + made.horizon_end // 2),
    "joined after the horizon": lambda made: dataclasses.replace(made, joined=made.joined + made.horizon_end),
    "hardly any public items": lambda made: dataclasses.replace(made, public_items=made.public_items * 0),
}
SILENT = {"no posts", "gone at once"}


@pytest.mark.parametrize("name", EDGES)
def test_edges_of_scenes(name: str) -> None:
    events = 0
    for seed in range(6):
        unit_s = UNITS_S[seed % len(UNITS_S)]
        edge = EDGES[name](scene(60_000 + seed, unit_s=unit_s))
        found = told(edge, channels(unit_s), seed)
        events += len(found)
        assert name != "only me" or not {each.learner for each in found} & {0, 1}, "somebody saw what is hers alone"
    assert (events == 0) == (name in SILENT)


@pytest.mark.parametrize("chance", [2**29, 2**28, 1])
def test_ties_that_share_a_small_chance_are_skipped_to(chance: int) -> None:
    """Rows of ties of all lengths, up to some that take several tosses of skips; forwards are told from the feed's."""
    found = 0
    for seed in range(4):
        made, chain = scene(70_000 + seed, unit_s=UNIT_S, people=160, owners=2, each=1, about=1), channels(UNIT_S)
        made = dataclasses.replace(seen_with(chance)(made), audience=np.full(len(made.post), 2, dtype=np.int8))
        assert made.ties.skip > 0
        assert seen_with(2**29 + 1)(made).ties.skip == 0
        events = told(made, {name: chain[name] for name in ("feed", "reshare")}, seed)
        found += sum(CHANNELS[each.name[1]] == "forward" for each in events)
    assert (found > 100) == (chance > 1), found


@pytest.mark.parametrize("friend", [True, False])
def test_a_mention_by_a_friend_and_by_somebody_who_is_none(friend: bool) -> None:
    """Person 0 is tagged by person 1. Viewers: 2 of both, 3 of the author alone, 4 of the subject alone."""
    ties = {0: [2, 4] + [1] * friend, 1: [2, 3] + [0] * friend, 2: [], 3: [], 4: []}
    viewer = np.array([who for person in ties for who in sorted(ties[person])], dtype=np.int32)
    one = np.ones(1, dtype=np.int64)
    made = Scene(
        post=one << 31, author=one.astype(np.int32), subject=0 * one.astype(np.int32), time=one,
        kind=one.astype(np.int8), tagged=one.astype(bool),
        audience=(one * 2).astype(np.int8), natural=one << 62, shows=one.astype(np.int32), people=5, population=5,
        start=np.concatenate([[0], np.cumsum([len(ties[person]) for person in ties])]), viewer=viewer,
        visibility=np.full(len(viewer), 2**32 - 1, dtype=np.uint32), joined=np.zeros(5, np.int64),
        opens_roll=np.ones(5, bool), public_items=np.ones(5), horizon_end=2_000 * UNIT_S, bars=no_bars(1),
    )  # fmt: skip
    chain = channels(UNIT_S)
    events = told(made, {"feed": chain["feed"]}, 1)
    assert {(CHANNELS[e.name[1]], e.name[2], e.learner) for e in events} == {
        ("feed", 2, 0), ("feed", 3, 1), ("tag", 2, 0), ("tag", 4, 0),
    }  # fmt: skip
    whole = told(dataclasses.replace(made, horizon_end=40 * UNIT_S), chain, 1)
    assert not {e.name[2] for e in whole if CHANNELS[e.name[1]] in ("forward", "copied")} & {0, 1}


def test_one_person_alone() -> None:
    made = dataclasses.replace(
        scene(1, unit_s=UNIT_S, people=2, owners=1, about=0),
        author=np.zeros(2, np.int32), subject=np.zeros(2, np.int32), people=1, population=1, tagged=np.ones(2, bool),
        audience=np.full(2, 2, np.int8), start=np.zeros(2, np.int64), viewer=np.empty(0, np.int32),
        visibility=np.empty(0, np.uint32), joined=np.zeros(1, np.int64), opens_roll=np.ones(1, bool),
        public_items=np.ones(1),
    )  # fmt: skip
    events = told(made, channels(UNIT_S), 1)
    assert {e.learner for e in events} <= {2, 3, 4}, "a person took part"
    assert events


@pytest.mark.parametrize(("coverage", "way"), [(c, w) for c in (0.0, 1.0) for w in ("push", "periodic", "walk")])
def test_a_crawler_that_takes_nothing_and_one_that_takes_all(coverage: float, way: str) -> None:
    chain, taken = channels(UNIT_S), set()
    ways = {
        "push": Push(1),
        "periodic": Periodic(4 * UNIT_S / DAY_S),
        "walk": Walk(UNIT_S / DAY_S, 1.0, 2, 1, again=False),
    }
    crawler = dataclasses.replace(chain["scrape"].crawlers["web"], way=ways[way], coverage=coverage)
    scrape = dataclasses.replace(chain["scrape"], crawlers={"only": crawler}, public_copies_share=0.0)
    made = with_posts(audience=2, natural=1 << 62)(scene(70_000, unit_s=UNIT_S))
    for each in told(made, {"scrape": scrape}, 1):
        assert each.time < crawler.until
        taken.add(each.post)
    assert taken == (set() if coverage == 0 else set(made.post.tolist()))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_impossible_and_certain_shares(share: float) -> None:
    chain = channels(UNIT_S)
    crawlers = {
        name: dataclasses.replace(crawler, coverage=share, honours_share=share, review_share=share)
        for name, crawler in chain["scrape"].crawlers.items()
    }
    chain["reshare"] = dataclasses.replace(chain["reshare"], p_share=share)
    chain["copy"] = dataclasses.replace(chain["copy"], p_copy=share)
    chain["scrape"] = dataclasses.replace(chain["scrape"], crawlers=crawlers, public_copies_share=share)
    chain["review"] = dataclasses.replace(chain["review"], projects={
        name: dataclasses.replace(project, sample_share=share, audit_share=share, gold_share=share)
        for name, project in chain["review"].projects.items()
    })  # fmt: skip
    chain["ingest"] = dataclasses.replace(chain["ingest"], sources={
        name: dataclasses.replace(source, taken_share=share) for name, source in chain["ingest"].sources.items()
    })  # fmt: skip
    chain["train"] = dataclasses.replace(chain["train"], extractable_share=share)
    kinds = {CHANNELS[e.name[1]] for seed in range(4) for e in told(scene(80_000 + seed, unit_s=60), chain, seed)}
    rare = set(CHANNELS) - {"feed", "tag", "discovery"}
    assert kinds == set(CHANNELS) - (rare if share == 0 else set())
