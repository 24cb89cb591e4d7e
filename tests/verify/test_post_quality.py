"""A post's quality: 35% of friends a post and 61% a month at once (R01, R03), fewer for posts nobody likes (R02); and
how much more reshares differ between posts than chance has them, on real ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from judge import FALSE_ALARM, of_mean, refuses
from processes import scene, uniform

from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.quantile import beta_thresholds
from sim.exposure.channels.feed import Feed
from sim.exposure.engagement import engagement
from sim.exposure.propagate import propagate
from sim.exposure.quality import ONE, interest, quality, virality
from sim.verbs.compose import compose_config

pytestmark = pytest.mark.verify

FRIENDS, AUTHORS, POSTS = 245, 600, 9
"""As those had whose posts were counted (P04), and as often as they posted (R05)."""


def shares(quality_share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What share of friends sees each post, whether nobody likes it; what share sees any of an author's nine."""
    config = settle(compose_config("propagate", []), None)
    graph = uniform(2000, FRIENDS, np.random.default_rng(1))
    stage = scene(graph, np.arange(AUTHORS).repeat(POSTS), 0.5)
    laws = {name: config["graph"]["ties"][f"visibility_{name}"] for name in "ab"}
    chance = beta_thresholds(**laws)[np.random.default_rng(2).integers(0, 4096, len(graph.viewer))]
    feed = Feed(delay_median_s=4800, delay_sigma=1.757, quality_share=quality_share)
    log = propagate(replace(stage, visibility=chance), [feed], Noise(3), threads=1)
    views = np.concatenate([np.diff(block.event_start) for block in log.blocks])
    viewer = np.concatenate([block.events.actor for block in log.blocks])
    liked = engagement(log, Noise(3), like_share=config["account"]["like_share"]).counts(2**31)[0]
    author = np.repeat(np.arange(AUTHORS * POSTS) // POSTS, views)
    month = np.bincount(np.unique(author << 32 | viewer) >> 32, minlength=AUTHORS) / FRIENDS
    return views / FRIENDS, liked == 0, month


def test_a_post_and_a_month_are_seen_as_published_at_once_and_a_dull_post_by_fewer() -> None:
    seen, silent, month = shares(1.0)
    assert seen.mean() == pytest.approx(0.35, abs=0.005)
    assert month.mean() == pytest.approx(0.61, abs=0.01)
    assert seen[silent].mean() == pytest.approx(0.289, abs=0.015)
    even, without, also = shares(0.0)
    assert even.mean() == pytest.approx(0.35, abs=0.005) and also.mean() == pytest.approx(0.61, abs=0.01)
    refuses("no quality: dull posts seen by as many", even[without].mean() == pytest.approx(0.289, abs=0.015))


def test_interest_is_heavy_tailed_around_one() -> None:
    """A lognormal's mean is 1 whatever its width, and its variance exp(sigma^2) - 1."""
    found = interest(quality(Noise(4), np.arange(200_000)), virality(0.8)) / ONE
    assert of_mean(found, 1.0) > FALSE_ALARM
    refuses("a mean of 1.02", of_mean(found, 1.02))
    assert found.var() == pytest.approx(np.exp(0.8**2) - 1, rel=0.05)
    refuses("a sigma of 0.9", found.var() == pytest.approx(np.exp(0.9**2) - 1, rel=0.05))


def test_real_reshares_differ_more_than_chance_has_them(shared_data: Path) -> None:
    """#auspol, not selected by size: among authors with like numbers of followers, the variance of how often a post is
    passed on lies above Poisson's by what the range of sigma allows, and cannot be had without it."""
    rows = pq.read_table(shared_data / "cascades/evently_auspol_even.parquet")
    cascade, event, followers = (rows[name].to_numpy() for name in ("cascade", "event", "followers"))
    size = np.unique(cascade, return_counts=True)[1] - 1
    audience = followers[event == 0][np.argsort(cascade[event == 0], kind="stable")]
    sigma = compose_config("propagate", [])["channel"]["reshare"]["virality_sigma"]
    for least, most in ((100, 300), (300, 1000), (1000, 3000), (3000, 10_000)):
        among = (audience >= least) & (audience < most)
        mean = size[among].sum() / audience[among].sum() * audience[among]
        beyond = ((size[among] - mean) ** 2 - size[among]).sum() / (mean**2).sum()
        assert np.expm1(sigma["low"] ** 2) < beyond < np.expm1(sigma["high"] ** 2) + 0.1, (least, beyond)
        drawn = np.random.default_rng(5).poisson(mean, (200, among.sum()))
        chance = (((drawn - mean) ** 2 - drawn).sum(axis=1) / (mean**2).sum()).max()
        refuses("reshares by chance alone", chance >= beyond)
