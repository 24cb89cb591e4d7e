"""Measure every fact of a configuration on its world, and on worlds made for those of one size or kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.build import build, build_each
from sim.core.clock import seconds
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import DAY_S, YEAR_S
from sim.experiment import simulate
from sim.exposure.shifts import figures
from sim.exposure.workforce import hire
from sim.facts.adversary import crawl_facts, inference_facts, uniqueness_facts
from sim.facts.gone import deletion_facts, leaving_facts
from sim.facts.labels import label_facts
from sim.facts.posts import lorenz, mention_facts, posting_facts, posts_a_month
from sim.facts.ties import Friendships, friendships, ties_curves, ties_facts
from sim.facts.views import last_year, reshare_facts, view_curve, view_facts
from sim.measure.facts import Found
from sim.world.people import populate
from sim.world.world import World
from sim.worlds import Config, make_world, world_noise

VIEW_CHANNELS = ("feed", "discovery", "reshare")
"""Channels whose events facts of views are about; leaving the others out changes none of theirs."""
LUCKS = 6
"""Draws of luck that facts of reshares are the mean of: of one, the share reshared twice misses by an eighth."""
SIZED = ("V05.distance", "V06.transitivity", "V08.assortativity")
"""Facts of a network of one size: never measured on another."""
OF_ITS_OWN_KIND = "A real graph of its own kind, not Facebook as a whole: nothing generated is at fault."


@dataclass(frozen=True)
class Measured:
    """What was found, by 'id.name' of the facts; what the figures draw; and what was made for it."""

    found: dict[str, Found]
    curves: dict[str, Any]
    facts: dict[str, Any]


def measure(config: Config) -> Measured:
    """Every fact that can be measured under the configuration, each on the world it belongs to."""
    config = {**config, "world": _with_owners(config)}
    world, noise = make_world(config, 0), world_noise(config, 0)
    measuring = noise.branch("validate")
    read, directed = config["graph"]["source"] != "generated", bool(config["graph"]["directed"])
    graph = _friendships(world, "the graph given" if read else "a world")
    found = {} if read else _new_orleans(config, measuring)
    if read or not directed:
        own = _of_graph(graph, measuring)
        found |= _of_real(own, config, world.size) if read else _better(own, found)
    laws = build(settle(config["posts"], None, "posts"), "posts")
    monthly = posts_a_month(laws, world, noise)
    found |= posting_facts(monthly) | mention_facts(laws, world, noise)
    year = last_year(world)
    luck = noise.branch("luck 0")
    _, log = simulate(year, _viewed(config), luck)
    found |= view_facts(year, log, luck, like_share=settle(config["account"]["like_share"], None))
    found |= (
        _gone(world, config, luck)
        | _workers(config, luck, world.decision)
        | _followers(config, luck)
        | _unique(config, noise)
    )
    curves = ties_curves(graph) | {"posts": lorenz(monthly), "views": view_curve(year, log)}
    facts = {"people": world.size, "ties": world.ties, "mean_friends": float(graph.degree.mean())}
    return Measured(found, curves, facts | {"owners": len(world.owners), "events": log.events})


def _friendships(world: World, what: str) -> Friendships:
    """The friendships of a world that `what` names."""
    author = np.repeat(np.arange(world.size), np.diff(world.audience.start))
    ties = pa.table({"source": world.audience.viewer, "target": author})
    return friendships(ties, world.people, size=world.size, what=what)


def _better(own: dict[str, Found], found: dict[str, Found]) -> dict[str, Found]:
    """What the world itself shows, but for facts of one size, and where another world shows what it cannot."""
    kept = {name: one for name, one in own.items() if name not in SIZED}
    return {name: one for name, one in kept.items() if one.value is not None or name not in found}


def _of_real(own: dict[str, Found], config: Config, size: int) -> dict[str, Found]:
    """What a real graph shows; facts of a network of one size only if it is about as large."""
    right = _sizes(config, "new_orleans")["size"]
    other = Found(None, f"The fact belongs to a network of {right:,} people; the graph given has {size:,}.")
    near = right / 2 <= size <= right * 2
    return {
        name: other if name in SIZED and not near else replace(one, why_out=OF_ITS_OWN_KIND)
        for name, one in own.items()
    }


def _with_owners(config: Config) -> dict[str, Any]:
    """The world with enough people followed: its own owners are the first of them, and nothing of theirs changes."""
    world = dict(config["world"])
    owners = settle(config["worlds_of_facts"], None)["owners"]
    return world | {"owners": min(max(world["owners"], owners), world["size"])}


def _viewed(config: Config) -> dict[str, Any]:
    """The configuration with the channels of views alone."""
    kept = {name: law for name, law in config["channel"].items() if name in VIEW_CHANNELS}
    return {**config, "channel": kept}


def made_for(config: Config, *, size: int, mean_friends: float, kind: str) -> dict[str, Any]:
    """The configuration with a generated graph of `size` people with `mean_friends`, of friends or followers."""
    graph = config["graph"]
    ties = {**graph["ties"], "kind": kind, "mean_friends": mean_friends}
    graph = {**graph, "source": "generated", "path": None, "directed": kind == "followers", "ties": ties}
    return {**config, "graph": graph, "world": {**config["world"], "size": size}}


def _sizes(config: Config, name: str) -> Mapping[str, Any]:
    sizes: Mapping[str, Any] = settle(config["worlds_of_facts"], None)[name]
    return sizes


def _of_graph(graph: Friendships, noise: Noise) -> dict[str, Found]:
    return ties_facts(graph, noise) | leaving_facts(graph) | crawl_facts(graph, noise) | inference_facts(graph, noise)


def _new_orleans(config: Config, noise: Noise) -> dict[str, Found]:
    """Facts of friendships on a world of the size at which several were published."""
    world = make_world(made_for(config, **_sizes(config, "new_orleans"), kind="friends"), 0)
    graph = _friendships(world, "a world made for it")
    return _of_graph(graph, noise)


def _followers(config: Config, luck: Noise) -> dict[str, Found]:
    """Facts of cascades on a world of followers with full-size audiences."""
    made = made_for(config, **_sizes(config, "followers"), kind="followers")
    year = last_year(make_world(made, 0), public=True)
    each = [reshare_facts(year, simulate(year, _viewed(made), luck.branch(f"luck {n}"))[1]) for n in range(LUCKS)]
    if not all(each):
        return {}
    means = {name: float(np.mean([found[name].value for found in each])) for name in each[0]}
    return {
        name: Found(mean, f"Mean of {LUCKS} draws of luck; the first: {each[0][name].note}")
        for name, mean in means.items()
    }


def _gone(world: World, config: Config, luck: Noise) -> dict[str, Found]:
    return deletion_facts(simulate(world, {**config, "channel": {}}, luck)[0])


def _workers(config: Config, luck: Noise, decision: int) -> dict[str, Found]:
    """The half-life of annotators, from the quantiles their stays are drawn from, their work's share, their labels."""
    review = build_each(settle(config["channel"], None, "channel"), "channel").get("review")
    if review is None:
        return {}
    stay = review.pool.stays()
    horizon_end = decision + config["horizon_days"] * DAY_S
    pool = hire(review.pool, luck, horizon_end=horizon_end)
    shift = figures(review.shifts, review.projects, pool, luck, until=decision, horizon_end=horizon_end)
    load, items = shift.get("load_gini"), "Items done in the year before the decision, of who did any."
    return {
        "V32.half_life": Found(float(stay[len(stay) // 2]) / (YEAR_S / 12), "Median stay in the pool."),
        "V32.load": Found(load, "Nobody worked in the year before the decision." if load is None else items),
        **label_facts(review, pool, luck, time=decision),
    }


def _unique(config: Config, noise: Noise) -> dict[str, Found]:
    """How unique people are in places the size of a ZIP code, whatever the size of the world's towns."""
    sizes = settle(config["worlds_of_facts"], None)
    laws = build(settle(config["world"], None, "world"), "world")["people"]
    people = populate(
        laws, noise, size=sizes["zip_people"] * sizes["zips"], decision=seconds(config["world"]["decision"])
    )
    return uniqueness_facts(people, place_people=sizes["zip_people"])
