"""Well-known spreading processes as special cases of the product's channels: independent cascade and SIR.

A cascade is a public post: its author is the seed, a tie's visibility the chance of transmission, and whoever
sees the post passes it on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.quantile import ROWS, Quantiles, exponential
from sim.core.schema import CHANNELS, NEVER
from sim.exposure.bars import no_bars
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.reshare import Reshare
from sim.exposure.propagate import POSTS_A_BLOCK, propagate
from sim.exposure.quality import ONE, Fading, never_fading
from sim.exposure.scene import Scene

Chance = float | NDArray[np.float64]
"""Of transmission: one for all ties, or each tie's own in the order of `Graph.viewer`."""
HORIZON_S = 2**30
VIEWS = [CHANNELS.index(name) for name in ("feed", "forward")]
RESHARE = CHANNELS.index("reshare")


@dataclass(frozen=True)
class Graph:
    """Ties in compressed sparse rows: the people who may see person i are viewer[start[i]:start[i + 1]], ascending."""

    start: NDArray[np.int64]
    viewer: NDArray[np.int32]

    @property
    def people(self) -> int:
        return len(self.start) - 1

    @property
    def mean_degree(self) -> float:
        return len(self.viewer) / self.people


def undirected(pairs: NDArray[np.int64], people: int) -> Graph:
    """A graph of distinct pairs, seen from both ends."""
    low, high = np.sort(pairs, axis=1).T
    key = np.unique(low[low != high] * people + high[low != high])
    low, high = key // people, key % people
    both = np.sort(np.concatenate([low * people + high, high * people + low]))
    return Graph(np.searchsorted(both // people, np.arange(people + 1)), (both % people).astype(np.int32))


def attached(people: int, each: int, rng: np.random.Generator) -> Graph:
    """Barabasi and Albert's graph: newcomers tie themselves to `each` ends of earlier ties; labels shuffled."""
    ends = np.zeros(2 * each * people, dtype=np.int64)
    pick = rng.random((people, each))
    filled = 0
    for person in range(1, people):
        count = min(each, person)
        chosen = ends[(pick[person, :count] * filled).astype(np.int64)] if filled else np.zeros(count, dtype=np.int64)
        ends[filled : filled + count] = chosen
        ends[filled + count : filled + 2 * count] = person
        filled += 2 * count
    label = rng.permutation(people)
    tie = np.stack([label[_old(ends, people, each)], label[_new(people, each)]], axis=1)
    return undirected(tie, people)


def _counts(people: int, each: int) -> NDArray[np.int64]:
    return np.minimum(each, np.arange(people))


def _new(people: int, each: int) -> NDArray[np.int64]:
    return np.repeat(np.arange(people), _counts(people, each))


def _old(ends: NDArray[np.int64], people: int, each: int) -> NDArray[np.int64]:
    counts = _counts(people, each)
    first = np.concatenate([[0], np.cumsum(2 * counts)])[:-1]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return ends[np.repeat(first, counts) + within]


def uniform(people: int, degree: int, rng: np.random.Generator) -> Graph:
    """Everybody is seen by `degree` distinct others, chosen uniformly: locally a tree."""
    rows = np.sort(np.stack([rng.choice(people - 1, degree, replace=False) for _ in range(people)]), axis=1)
    rows += rows >= np.arange(people)[:, None]
    return Graph(np.arange(people + 1) * degree, rows.ravel().astype(np.int32))


def erdos_renyi(people: int, mean_degree: float, rng: np.random.Generator) -> Graph:
    """A random graph of that mean degree."""
    count = rng.poisson(mean_degree * people / 2)
    return undirected(rng.integers(0, people, (count, 2)), people)


@dataclass(frozen=True)
class Passing(Reshare):
    """Reshares by any share of viewers, at once, seen after an exponential delay; not held below one offspring.

    A reshare is shown for an exponential time of mean `period_s`, None: for ever.
    """

    share: float
    mean_s: float
    period_s: float | None

    def fading(self) -> Fading:
        return never_fading(self.share)

    def interest(self, scene: Scene, noise: Noise, post: Array) -> tuple[Array, Array]:
        return np.full(len(post), ONE), np.full(len(post), ONE)

    def tables(self) -> tuple[Quantiles, Quantiles, Quantiles]:
        forever = np.full(ROWS + 1, HORIZON_S, dtype=np.int32)
        ending = forever if self.period_s is None else exponential(mean_s=self.period_s)
        return np.zeros(ROWS + 1, dtype=np.int32), exponential(mean_s=self.mean_s), ending


@dataclass(frozen=True)
class Showing(Feed):
    """Views of the seed's post after an exponential delay."""

    mean_s: float

    def delays(self) -> Quantiles:
        return exponential(mean_s=self.mean_s)


def channels(*, share: float, mean_s: float, period_s: float | None = None) -> list[Showing | Passing]:
    """A cascade: `share` of those reached pass on, each transmission takes an exponential time."""
    return [
        Showing(1.0, 1.0, 0.0, mean_s),
        Passing(
            p_share=0.0,
            fades_after_s=1.0,
            fades_power=0.0,
            virality_sigma=0.0,
            second_hand_share=1.0,
            reaction_mean_s=1.0,
            delay_median_s=1.0,
            delay_sigma=1.0,
            gone_per_year=1.0,
            share=share,
            mean_s=mean_s,
            period_s=period_s,
        ),
    ]


def scene(graph: Graph, seeds: NDArray[np.int64], chance: Chance) -> Scene:
    """A cascade from each of `seeds` (people), ties transmitting with `chance`."""
    order = np.argsort(seeds, kind="stable")
    author = seeds[order]
    number = np.arange(len(seeds)) - np.searchsorted(author, author)
    people, posts = graph.people, len(seeds)
    return Scene(
        post=(author << 32) + number,
        author=author.astype(np.int32),
        subject=author.astype(np.int32),
        time=np.zeros(posts, dtype=np.int64),
        kind=np.zeros(posts, dtype=np.int8),
        audience=np.full(posts, 2, dtype=np.int8),
        tagged=np.zeros(posts, dtype=np.bool_),
        natural=np.full(posts, NEVER, dtype=np.int64),
        shows=np.zeros(posts, dtype=np.int32),
        people=people,
        population=people,
        start=graph.start,
        viewer=graph.viewer,
        visibility=np.minimum(np.full(len(graph.viewer), chance) * 2.0**32, 2.0**32 - 1).astype(np.uint32),
        joined=np.zeros(people, dtype=np.int64),
        opens_roll=np.zeros(people, dtype=np.bool_),
        public_items=np.zeros(people),
        horizon_end=HORIZON_S,
        bars=no_bars(posts),
    )


@dataclass(frozen=True)
class Process:
    """A process on a graph from some seeds, ready to run."""

    scene: Scene
    channels: list[Showing | Passing]

    def run(self, seed: int, *, threads: int = 1, posts_a_block: int = POSTS_A_BLOCK) -> Log:
        """Its log."""
        return propagate(self.scene, self.channels, Noise(seed), threads=threads, posts_a_block=posts_a_block)


def cascades(
    graph: Graph, seeds: NDArray[np.int64], *, chance: Chance, share: float = 1.0, mean_s: float = 1e6
) -> Process:  # fmt: skip
    """A cascade from each of `seeds`."""
    return Process(scene(graph, seeds, chance), channels(share=share, mean_s=mean_s))


def epidemics(graph: Graph, seeds: NDArray[np.int64], *, ratio: float, period_s: float = 1e5) -> Process:
    """SIR from each of `seeds`: transmission at `ratio` times the rate of recovery, `period_s` the infectious period.

    Recovery is the end of a reshare's being shown. A post's author, whom nobody can see, shows it to the seed alone,
    so that the seed too recovers by itself and not with the post.
    """
    people = graph.people
    wider = Graph(
        np.concatenate([graph.start, len(graph.viewer) + 1 + np.arange(people)]),
        np.concatenate([graph.viewer, np.arange(people, dtype=np.int32)]),
    )
    made = channels(share=1.0, mean_s=period_s / ratio, period_s=period_s)
    return Process(scene(wider, people + seeds, 1.0), made)


def infections(log: Log, *, period_s: float = 1e5) -> NDArray[np.float64]:
    """Rows (how many caught it, when the median one did, in infectious periods since the seed did) of each outbreak."""
    rows = []
    for block in log.blocks:
        for p in range(block.posts):
            at = slice(block.event_start[p], block.event_start[p + 1])
            times = block.events.time[at][block.events.channel[at] == RESHARE] / period_s
            rows.append((len(times), np.median(times) - times.min()))
    return np.array(rows).T


def reached(log: Log) -> NDArray[np.int64]:
    """How many people each cascade reached, its seed among them."""
    return 1 + _by_post(log, VIEWS, first_views_only=True)


def sharers(log: Log) -> NDArray[np.int64]:
    """How many people passed each cascade on, its seed among them."""
    return 1 + _by_post(log, [RESHARE], first_views_only=False)


def _by_post(log: Log, channels: list[int], *, first_views_only: bool) -> NDArray[np.int64]:
    parts = []
    for block in log.blocks:
        post = np.repeat(np.arange(block.posts), np.diff(block.event_start))
        found = np.isin(block.events.channel, channels)
        pair = post[found] << 32 | block.events.actor[found].astype(np.int64)
        pair = np.unique(pair) if first_views_only else pair
        parts.append(np.bincount(pair >> 32, minlength=block.posts))
    return np.concatenate(parts)
