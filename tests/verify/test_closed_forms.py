"""The engine against closed forms: views by hand, branching processes, percolation; each sees a planted error."""

from dataclasses import replace
from math import exp, lgamma, log
from typing import NamedTuple

import numpy as np
import pytest
from judge import FALSE_ALARM, of_counts, of_law, of_mean, refuses
from processes import (
    HORIZON_S,
    RESHARE,
    VIEWS,
    Graph,
    Passing,
    Showing,
    cascades,
    channels,
    erdos_renyi,
    reached,
    scene,
    sharers,
    uniform,
)  # fmt: skip
from scipy.optimize import brentq
from scipy.stats import lognorm, poisson
from scipy.stats import uniform as scipy_uniform

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S, YEAR_S
from sim.exposure.channels.discovery import Discovery
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.reshare import Reshare
from sim.exposure.draft import Draft
from sim.exposure.propagate import propagate

pytestmark = pytest.mark.verify

DEGREE, CHANCE, PASSED = 20, 0.25, 0.04
R = DEGREE * PASSED
"""Offspring of one who passes on: 0.8, of Bin(20, 0.04), seen by a friend and passed on."""


@pytest.fixture(scope="module")
def tree() -> Graph:
    return uniform(50_000, DEGREE, np.random.default_rng(1))


def random_seeds(graph: Graph, count: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, graph.people, count)


def columns(log: Log, name: str) -> np.ndarray:
    return np.concatenate([getattr(block.events, name) for block in log.blocks])


def test_feed_alone_is_what_the_hand_expects(tree: Graph) -> None:
    """Each of 20 friends sees a post with chance 1/4, after a lognormal delay: by hand 5 views, 2.5 by its median."""
    posts, feed = 4000, Feed(delay_median_s=4800, delay_sigma=1.757, quality_share=0.0)
    log = propagate(scene(tree, random_seeds(tree, posts), CHANCE), [feed], Noise(3))
    views, times = np.diff(log.blocks[0].event_start), columns(log, "time")
    binomial = [np.exp(_binomial(DEGREE, k, CHANCE)) for k in range(DEGREE + 1)]
    law = lognorm(s=1.757, scale=4800)
    early = np.add.reduceat(np.append(times <= 4800, 0), log.blocks[0].event_start[:-1]) * (views > 0)
    spread = DEGREE * (CHANCE / 2) * (1 - CHANCE / 2)

    def luck(chance: float, median_s: float) -> tuple[float, float, float]:
        laws = [np.exp(_binomial(DEGREE, k, chance)) for k in range(DEGREE + 1)]
        shifted = lognorm(s=1.757, scale=median_s)
        counts = np.bincount(views, minlength=DEGREE + 1)
        return (
            of_counts(counts, posts * np.array(laws)),
            of_law(times, shifted.cdf),
            of_mean(early, DEGREE * chance * shifted.cdf(4800), spread),
        )

    assert sum(binomial) == pytest.approx(1)
    assert law.cdf(4800) == pytest.approx(0.5)
    assert min(luck(CHANCE, 4800)) > FALSE_ALARM
    refuses("5% more views", max(luck(CHANCE * 1.05, 4800)[::2]))
    refuses("a delay 10% longer", luck(CHANCE, 5280)[1])


def test_feed_ends_at_the_horizon(tree: Graph) -> None:
    """A post's views by a day later: 5 times the lognormal's share below a day, 0.95."""
    stage = scene(tree, random_seeds(tree, 4000), CHANCE)
    stage.time[:] = HORIZON_S - DAY_S
    log = propagate(stage, [Feed(delay_median_s=4800, delay_sigma=1.757, quality_share=0.0)], Noise(4))
    views = np.diff(log.blocks[0].event_start)
    share = lognorm(s=1.757, scale=4800).cdf(DAY_S)
    assert of_mean(views, DEGREE * CHANCE * share) > FALSE_ALARM
    refuses("views beyond the horizon", of_mean(views, DEGREE * CHANCE))


@pytest.mark.parametrize("visits", [40, 4000])
def test_strangers_come_as_a_poisson_process(tree: Graph, visits: int) -> None:
    """So many visits to each profile on average until the horizon, of which 20 look at its post: a Poisson number, at
    any time, each apart from the others. By hand, whatever the stretches are in which visits are drawn."""
    posts, share = 4000, 20 / visits
    authors = np.arange(posts)
    stage = replace(scene(tree, authors, CHANCE), public_items=np.full(tree.people, 10 / share))
    monthly = visits / (HORIZON_S / (YEAR_S / 12))
    log = propagate(stage, [Discovery(per_tie_per_year=1e-9, visits_per_month=monthly, items_per_visit=10)], Noise(5))
    looks = np.diff(log.blocks[0].event_start)
    post = np.repeat(np.arange(posts), looks)
    times = columns(log, "time")[np.lexsort((columns(log, "time"), post))]
    gaps = np.diff(times)[np.diff(post) == 0]

    def luck(mean: float, horizon_s: float) -> tuple[float, float]:
        return (
            of_counts(
                np.bincount(looks, minlength=60), posts * poisson(mean * (1 - 1 / tree.people)).pmf(np.arange(60))
            ),
            of_law(times, scipy_uniform(scale=horizon_s).cdf),
        )

    assert min(luck(visits * share, HORIZON_S)) > FALSE_ALARM
    refuses("5% more visits", luck(visits * share * 1.05, HORIZON_S)[0])
    refuses("a horizon 5% later", luck(visits * share, HORIZON_S * 1.05)[1])
    # between two of n looks at uniform times lies on average T / (n + 1), and more than x with chance (1 - x / T)^n
    many = np.repeat(looks, np.maximum(looks - 1, 0))
    stayed = (1 - gaps / HORIZON_S) ** many
    assert of_law(stayed, scipy_uniform().cdf) > FALSE_ALARM
    refuses("5% longer between looks", of_law((1 - gaps * 1.05 / HORIZON_S) ** many, scipy_uniform().cdf))


def _binomial(n: int, k: int, p: float) -> float:
    """Logarithm of P(Bin(n, p) = k)."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)


def progeny(size: int, chance: float) -> float:
    """P(a branching process with Bin(20, chance) offspring has `size` members): Dwass 1969, doi:10.2307/3212112."""
    return exp(_binomial(DEGREE * size, size - 1, chance)) / size


class Branching(NamedTuple):
    log: Log
    chance: float


@pytest.fixture(scope="module", params=[CHANCE, 0.1], ids=["a coin a tie", "geometric skips"])
def branching(tree: Graph, request: pytest.FixtureRequest) -> Branching:
    seeds, chance = random_seeds(tree, 20_000), float(request.param)
    assert (scene(tree, seeds, chance).ties.skip > 0) == (chance < CHANCE)
    return Branching(cascades(tree, seeds, chance=chance, share=PASSED / chance).run(5), chance)


def test_sizes_are_those_of_a_branching_process(branching: Branching) -> None:
    sizes = sharers(branching.log)
    seen = np.bincount(np.minimum(sizes, 60), minlength=61)[1:]

    def luck(chance: float) -> float:
        law = np.array([progeny(size, chance) for size in range(1, 60)])
        return of_counts(seen, len(sizes) * np.append(law, 1 - law.sum()))

    assert luck(PASSED) > FALSE_ALARM
    refuses("offspring 5% more", luck(PASSED * 1.05))


def test_mean_size_and_reach_are_the_closed_forms(branching: Branching) -> None:
    """1 / (1 - R) pass on; each has 20 times the chance of viewers. 50,000 people are not quite a tree: 1%."""
    sizes, views, viewers = sharers(branching.log), reached(branching.log) - 1, DEGREE * branching.chance
    variance = R * (1 - PASSED) / (1 - R) ** 3
    assert of_mean(sizes, 1 / (1 - R), variance) > FALSE_ALARM
    refuses("offspring 5% more", of_mean(sizes, 1 / (1 - R * 1.05), variance))
    assert views.mean() == pytest.approx(viewers / (1 - R), rel=0.03)
    refuses("viewers of 5% more offspring", views.mean() == pytest.approx(viewers / (1 - R * 1.05), rel=0.03))


def test_generations_shrink_by_the_reproduction_number(branching: Branching) -> None:
    """R^g pass on in generation g, counted along parents."""
    counts = np.zeros(6)
    for block in branching.log.blocks:
        events = block.told
        depth = np.zeros(len(events.time), dtype=np.int64)
        for row in range(len(depth)):
            parent, passes = events.parent[row], events.channel[row] == RESHARE
            depth[row] = (depth[parent] if parent >= 0 else 0) + passes
            if passes and depth[row] < len(counts):
                counts[depth[row]] += 1
    cascades_ = len(branching.log.post)
    for generation in (1, 2, 3, 4, 5):
        # Var Z_g = sigma^2 R^(g-1) (R^g - 1) / (R - 1)
        variance = R * (1 - PASSED) * R ** (generation - 1) * (1 - R**generation) / (1 - R)
        lucky = [R**generation, (R * 1.05) ** generation]
        z = [abs(counts[generation] / cascades_ - mean) / np.sqrt(variance / cascades_) for mean in lucky]
        assert z[0] < 3.9, generation  # two-sided 1 in 10,000
        assert z[1] > z[0], generation
    refuses("offspring 5% more", z[1] < 3.9)


def giant(mean_degree: float) -> float:
    """Share of a random graph's giant component: S = 1 - exp(-c S) (Erdos and Renyi 1960)."""
    return float(brentq(lambda s: s - 1 + exp(-mean_degree * s), 1e-6, 1))


def test_outbreaks_are_percolation() -> None:
    """A cascade that transmits with p reaches the seed's cluster: large with chance S, and then of size S N."""
    people, degree, chance = 5000, 10.0, 0.2
    rng = np.random.default_rng(6)
    large, sizes, runs = 0, [], 0
    for number in range(16):
        graph = erdos_renyi(people, degree, rng)
        found = reached(cascades(graph, rng.integers(0, people, 64), chance=chance).run(number))
        big = found[found > people // 10]
        large, runs, sizes = large + len(big), runs + len(found), [*sizes, big.mean() / people]
    share = giant(degree * chance)

    def luck(s: float) -> tuple[float, float]:
        return of_counts([large, runs - large], [runs * s, runs * (1 - s)]), of_mean(sizes, s)

    assert min(luck(share)) > FALSE_ALARM
    refuses("a degree 20% higher", max(luck(giant(degree * chance * 1.2))))


def test_without_memory_a_cascade_would_be_too_large() -> None:
    """Nobody passes a post on twice, and its size is then far below that of a tree; who forgets is planted."""
    graph = erdos_renyi(2000, 10, np.random.default_rng(7))
    log = cascades(graph, np.arange(50), chance=0.3).run(8)
    block = log.blocks[0]
    post = np.repeat(np.arange(block.posts), np.diff(block.event_start))
    passed = np.flatnonzero(block.events.channel == RESHARE)

    def twice(rows: np.ndarray) -> int:
        pairs = post[rows] << 32 | block.events.actor[rows]
        return len(pairs) - len(np.unique(pairs))

    assert twice(passed) == 0, "somebody passed a post on twice"
    refuses("one who passes on twice", twice(np.append(passed, passed[-1])) == 0)
    assert np.bincount(post[passed]).max() < graph.people
    assert twice(np.flatnonzero(block.events.channel == VIEWS[1])) == 0, "a delivery is its viewer's first"
    assert reached(log).max() <= graph.people


def test_times_of_a_chain_add_up() -> None:
    """On a line of people each transmission takes an exponential time: the k-th hears after Gamma(k)."""
    people, mean_s = 12, 1e5
    start = np.concatenate([np.arange(people), [people - 1]])
    line = Graph(start, np.arange(1, people, dtype=np.int32))
    log = propagate(
        scene(line, np.zeros(2000, dtype=np.int64), 1.0), channels(share=1.0, mean_s=mean_s), Noise(9), threads=1
    )
    seen = np.isin(columns(log, "channel"), [CHANNELS.index("feed"), CHANNELS.index("forward")])
    times, who = columns(log, "time")[seen], columns(log, "actor")[seen]
    for k in (1, 4, 11):
        found = times[who == k]
        assert len(found) == 2000
        assert of_mean(found, k * mean_s, k * mean_s**2) > FALSE_ALARM
    refuses("a link less", of_mean(found, 10 * mean_s, 10 * mean_s**2))


def test_the_reductions_use_the_channels_own_code() -> None:
    class Rival(Showing):
        def emit(self, draft: Draft, noise: Noise) -> None: ...

    assert Passing.emit is Reshare.emit
    assert Showing.emit is Feed.emit
    refuses("another engine", Rival.emit is Feed.emit)
