"""Real cascades: when reshares come, how deep and how many; and the share still to come, which deletion can stop.

Twitter15 (Ma, Gao, Wong 2017, doi:10.18653/v1/P17-1066) was selected by size: it checks times and depths, not sizes.
The #auspol sample was not: it checks how many.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from judge import refuses
from processes import Graph, scene, uniform
from scipy import stats

from sim.core.build import build_each
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.quantile import beta_thresholds
from sim.core.schema import CHANNELS, YEAR_S
from sim.experiment import simulate
from sim.exposure.channels import reshare
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene
from sim.verbs.compose import compose_config
from sim.world.world import World
from sim.worlds import make_world, world_noise

pytestmark = pytest.mark.verify

Record = Callable[[str, object], None]
Told = tuple[list[np.ndarray], np.ndarray]
TAU_S = (3600, 6 * 3600, 86_400)
RESHARE = CHANNELS.index("reshare")


@pytest.fixture(scope="module")
def twitter15(shared_data: Path) -> tuple[list[np.ndarray], float]:
    """Times of the reshares of each cascade, s, ascending; and the share of reshares at depth 1."""
    rows = pq.read_table(shared_data / "cascades/rumor_twitter15.parquet")
    cascade, event, time, depth = (rows[name].to_numpy() for name in ("cascade", "event", "t_s", "depth"))
    keep = (event > 0) & (time >= 0)
    order = np.lexsort((time[keep], cascade[keep]))
    starts = np.flatnonzero(np.diff(cascade[keep][order])) + 1
    return np.split(time[keep][order], starts), float((depth[keep] == 1).mean())


WORLDS: list[World] = []


def cached_world(config: dict[str, Any]) -> World:
    """The one world of these tests: what is overridden lies in its channels."""
    if not WORLDS:
        WORLDS.append(make_world(config, 0))
    return WORLDS[0]


def simulated(*words: str) -> Told:
    """Reshares' times by public post that has any, and each reshare's depth."""
    config = compose_config("propagate", [*WORLD, *words])
    world = cached_world(config)
    staged, log = simulate(world, config, world_noise(config, 0).branch("luck 0"))
    times, depths = [], []
    for block in log.blocks:
        events = block.told
        depth = np.zeros(len(events.time), dtype=np.int64)
        for row in np.flatnonzero(np.isin(events.channel, [RESHARE, CHANNELS.index("forward")])):
            parent = events.parent[row]
            depth[row] = (depth[parent] if parent >= 0 else 0) + (events.channel[row] == RESHARE)
        for p in np.flatnonzero(staged.audience[block.first : block.first + block.posts] == 2):
            at = slice(block.event_start[p], block.event_start[p + 1])
            passed = events.channel[at] == RESHARE
            if passed.any():
                times.append(np.sort(events.time[at][passed] - staged.time[block.first + p]))
                depths.append(depth[at][passed])
    return times, np.concatenate(depths)


WORLD = ("graph=followers", "world.size=20000", "world.owners=150", "content=none", "params=centre")
FRESH = "channel=[feed,reshare]"
SELDOM = ("channel.discovery.per_tie_per_year=0.005", "channel.discovery.visits_per_month=0.5")
"""The low ends of both ranges of discovery."""


EVEN = "channel.reshare.fades_power=0"
"""The low end of how interest fades: an old post is passed on as readily as a new one."""


def seen_after(median_s: int) -> list[str]:
    return [f"channel.{name}.delay_median_s={median_s}" for name in ("feed", "reshare")]


def after(times: list[np.ndarray]) -> np.ndarray:
    """Mean share of a cascade's reshares that come after each moment of TAU_S."""
    return np.array([np.mean([(each >= tau).mean() for each in times]) for tau in TAU_S])


@pytest.fixture(scope="module")
def fresh() -> Told:
    """The follower world at its centre, posts seen in feeds alone."""
    return simulated(FRESH)


def test_share_still_to_come_lies_in_the_range(twitter15: tuple[list[np.ndarray], float]) -> None:
    """After an hour 47% of real reshares are still to come, after six 21%, after a day 8%.

    The ranges of view delays and of how interest fades hold that if old posts are seldom found again; a wait before
    passing on does not.
    """
    real = after(twitter15[0])

    def hold(*words: str) -> bool:
        low = after(simulated(FRESH, *seen_after(1200), *words)[0])
        high = after(simulated(*SELDOM, *seen_after(7200), EVEN, *words)[0])
        return bool((low < real).all() and (real < high).all())

    assert hold()
    refuses("a wait before passing on", hold("channel.reshare.reaction_mean_s=20000"))


def test_the_centre_of_fresh_posts_is_near(twitter15: tuple[list[np.ndarray], float], fresh: Told) -> None:
    """44%, 12% and 2% at the sourced view delay, near the real shares, on which the short reaction was chosen."""
    real = after(twitter15[0])
    assert np.abs(after(fresh[0]) - real).max() < 0.12
    late = simulated(FRESH, *seen_after(14400))
    refuses("views three times as late", np.abs(after(late[0]) - real).max() < 0.12)


def test_most_reshares_are_direct(
    twitter15: tuple[list[np.ndarray], float], fresh: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kwak et al. 2010: 96% by Twitter's own attribution; Twitter15, trees rebuilt: 75%."""
    assert twitter15[1] < (fresh[1] == 1).mean() < 0.97
    monkeypatch.setattr(reshare, "MOST_OFFSPRING", 0.9)
    deep = simulated(FRESH, "channel.reshare.p_share=0.05", "channel.reshare.second_hand_share=1")[1]
    refuses("reshares that cause 0.9 others", twitter15[1] < (deep == 1).mean() < 0.97)


def test_reshares_a_view_lie_in_the_range(shared_data: Path) -> None:
    """#auspol, not selected by size: reshares by followers of the author, 35% of whom see a post (R01)."""
    rows = pq.read_table(shared_data / "cascades/evently_auspol_even.parquet")
    cascade, event, followers = (rows[name].to_numpy() for name in ("cascade", "event", "followers"))
    size = np.unique(cascade, return_counts=True)[1] - 1
    audience = followers[event == 0][np.argsort(cascade[event == 0], kind="stable")]
    share = compose_config("propagate", list(WORLD))["channel"]["reshare"]["p_share"]
    for least, most in ((100, 300), (300, 1000), (1000, 3000), (3000, 10_000)):
        among = (audience >= least) & (audience < most)
        rate = size[among].sum() / (0.35 * audience[among].sum())
        assert share["low"] < rate < share["high"], (least, rate)
        refuses("30 times the reshares", share["low"] < rate * 30 < share["high"])


MEDIANS = np.log(np.geomspace(100, 200_000, 22))
SIGMAS = np.linspace(0.6, 3.6, 11)
MEDIAN, SIGMA = (grid.ravel() for grid in np.meshgrid(MEDIANS, SIGMAS))
BURST = 0.1
"""Reshares come in bursts: ten tell as much of a cascade's pace as one would alone."""


def paces(cascades: list[np.ndarray]) -> np.ndarray:
    """How often each lognormal pace occurs among whole cascades: a prior, by expectation-maximisation."""
    tempered = BURST * np.array([_likelihood(each) for each in cascades])
    weight = np.full(len(MEDIAN), 1 / len(MEDIAN))
    for _ in range(200):
        posterior = tempered + np.log(weight + 1e-300)
        posterior = np.exp(posterior - posterior.max(axis=1, keepdims=True))
        weight = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
    return weight


def _likelihood(times: np.ndarray) -> np.ndarray:
    z = (np.log(np.maximum(times, 1))[:, None] - MEDIAN) / SIGMA
    return (-z * z / 2 - np.log(SIGMA)).sum(axis=0)


def place(times: np.ndarray, tau: int, prior: np.ndarray) -> tuple[float, float]:
    """Where the real share after `tau` lies in its forecast from the times before `tau` alone, 0 to 1; its median."""
    before = times[times < tau]
    done = np.clip(stats.norm.cdf((np.log(tau) - MEDIAN) / SIGMA), 1e-6, 1 - 1e-6)
    weight = BURST * (_likelihood(before) - len(before) * np.log(done)) + np.log(prior + 1e-300)
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    known = BURST * max(len(before), 5)
    real = np.array([max((times >= tau).mean(), 0.5 / len(times))])
    grid = np.linspace(0.01, 0.99, 25)
    laws = stats.beta(np.maximum(known * (1 - done) / done, 1e-3)[:, None], known)
    return float(weight @ laws.cdf(real)[:, 0]), float(grid[np.searchsorted(weight @ laws.cdf(grid), 0.5).clip(0, 24)])


def test_share_after_tau_is_forecast_with_its_coverage(twitter15: tuple[list[np.ndarray], float]) -> None:
    """What deletion at tau could stop, forecast from what came before: intervals of 90%, and what they are worth.

    A third of the cascades gives the prior of paces, a third the width that holds 90%, the last third is asked.
    """
    order = np.random.default_rng(21).permutation(len(twitter15[0]))[:750]
    thirds = [[twitter15[0][i] for i in part] for part in np.array_split(order, 3)]
    prior = paces(thirds[0])
    errors, guesses = [], []
    for tau in TAU_S:
        scores = sorted(abs(place(each, tau, prior)[0] - 0.5) for each in thirds[1])
        width = scores[int(np.ceil(0.9 * (len(scores) + 1))) - 1]
        found = [place(each, tau, prior) for each in thirds[2]]
        held = sum(abs(where - 0.5) <= width for where, _ in found)
        # n asked, width from as many: beta-binomial, twice the binomial's variance
        spread = np.sqrt(2 * 0.9 * 0.1 / len(found))
        assert abs(held / len(found) - 0.9) < 3.9 * spread, tau
        assert width < 0.4999, "an interval that holds everything says nothing"
        narrow = sum(abs(where - 0.5) <= 0.35 for where, _ in found)
        refuses("intervals of 70%", abs(narrow / len(found) - 0.9) < 3.9 * spread)
        real = np.array([(each >= tau).mean() for each in thirds[2]])
        mean = np.mean([(each >= tau).mean() for each in thirds[0]])
        errors.append(np.abs(np.array([median for _, median in found]) - real).mean())
        guesses.append(np.abs(mean - real).mean())
    assert (np.array(errors) < np.array(guesses)).all(), "the past of a cascade tells nothing of its future"


AUTHORS, FOLLOWERS, PEOPLE = 12, 10_000, 30_000
POSTS_EACH, DRAWS, ALIKE = 4, 96, 200
LEAST, MOST = (0.58, 0.64, 0.80), (0.75, 0.80, 0.95)
"""What nine-in-ten intervals of the engine are worth on real cascades, after each moment of TAU_S: from, to."""


@pytest.fixture(scope="module")
def stage() -> Scene:
    """Posts of twelve authors with 10,000 followers, who have 116 each, for a year: reshared as often as real ones."""
    rng = np.random.default_rng(1)
    others = uniform(PEOPLE, 116, rng)
    crowds = [np.sort(rng.choice(PEOPLE, FOLLOWERS, replace=False)).astype(np.int32) for _ in range(AUTHORS)]
    start = np.append(others.start, others.start[-1] + FOLLOWERS * np.arange(1, AUTHORS + 1))
    graph = Graph(start, np.concatenate([others.viewer, *crowds]))
    ties = settle(compose_config("propagate", [])["graph"], None)["ties"]
    chance = beta_thresholds(a=ties["visibility_a"], b=ties["visibility_b"])
    made = scene(graph, PEOPLE + np.arange(AUTHORS).repeat(POSTS_EACH), 0.5)
    chances = chance[rng.integers(0, len(chance), len(graph.viewer))]
    return replace(made, visibility=chances, public_items=np.full(graph.people, 300.0), horizon_end=YEAR_S)


def drawn(stage: Scene, *words: str, ranges: bool = True) -> list[np.ndarray]:
    """Times of the reshares of the engine's cascades of 20 or more, s, each run with parameters drawn anew."""
    laws, found = compose_config("propagate", ["channel.reshare.p_share=0.05", *words])["channel"], []
    views = {name: laws[name] for name in ("feed", "discovery", "reshare")}
    for seed in range(DRAWS if ranges else DRAWS // 4):
        noise = Noise(1000 + seed)
        settled = settle(views, noise.branch("parameters") if ranges else None, "channel")
        channels = list(build_each(settled, "channel").values())
        for block in propagate(stage, channels, noise, threads=1).blocks:
            passed = block.events.channel == RESHARE
            each = np.split(np.where(passed, block.events.time, -1), block.event_start[1:-1])
            found += [np.sort(times[times >= 0]) for times in each if (times >= 0).sum() >= 20]
    return found


def held(real: list[np.ndarray], engine: list[np.ndarray], tau: int) -> float:
    """How often the share after `tau` of a real cascade lies between the 5% and 95% points of those of the engine's
    that had about as many reshares by then."""

    def early_and_late(cascades: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        rows = [((times < tau).sum(), (times >= tau).mean()) for times in cascades]
        early, late = np.array([row for row in rows if row[0] >= 5]).T
        return early, late

    (early, late), (size, share) = early_and_late(engine), early_and_late(real)
    order = np.argsort(early, kind="stable")
    nearest = np.clip(np.searchsorted(early[order], size) - ALIKE // 2, 0, len(early) - ALIKE)
    low, high = np.quantile(late[order][nearest[:, None] + np.arange(ALIKE)], (0.05, 0.95), axis=1)
    return float(((low <= share) & (share <= high)).mean())


def test_the_engine_forecasts_the_share_after_tau_with_the_stated_coverage(
    twitter15: tuple[list[np.ndarray], float], stage: Scene, record_property: Record
) -> None:
    """What deletion at tau could stop, as runs with drawn parameters foretell it from how many reshares came before.

    Of real cascades 63%, 68% and 89% lie in intervals that should hold 90%, after an hour, six and a day: all posts of
    a run have one pace, and real cascades differ in theirs. Runs at the centre alone hold a sixth to a third.
    """
    real = twitter15[0]

    def coverage(*words: str, ranges: bool = True) -> list[float]:
        engine = drawn(stage, *words, ranges=ranges)
        return [held(real, engine, tau) for tau in TAU_S]

    def as_stated(found: list[float]) -> bool:
        return all(low < share < high for low, share, high in zip(LEAST, found, MOST, strict=True))

    def seen(factor: float) -> list[str]:
        law = compose_config("propagate", [])["channel"]["feed"]["delay_median_s"]
        ends = [(end, factor * law[end]) for end in ("value", "low", "high")]
        return [f"channel.{name}.delay_median_s.{end}={at}" for name in ("feed", "reshare") for end, at in ends]

    found = coverage()
    record_property("coverage of 90% intervals after an hour, six hours, a day", [round(share, 2) for share in found])
    assert as_stated(found), found
    for what, planted in {
        "interest that does not fade": coverage(EVEN), "views three times as late": coverage(*seen(3)),
        "views three times as soon": coverage(*seen(1 / 3)), "one pace for all": coverage(ranges=False),
    }.items():  # fmt: skip
        refuses(what, as_stated(planted))
