"""Quality: a chance stays a chance and keeps its mean; interest fades and keeps its mean; compiled as plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.quantile import lognormal
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.reshare import Reshare
from sim.exposure.engagement import like_thresholds
from sim.exposure.quality import ONE, chance_at, chance_of, fading, fresh_mean, lift, lift_each, lifted, quality

CHANCES = st.integers(0, 2**32 - 1)


@given(chance=CHANCES, word=st.integers(0, 2**64 - 1), share=st.floats(0, 1))
def test_a_lifted_chance_is_a_chance_around_its_own(chance: int, word: int, share: float) -> None:
    words = np.array([word, ~np.uint64(word)], dtype=np.uint64)
    up, down = (lifted(chance, by) for by in lift(words, share).tolist())
    assert 0 <= min(up, down) <= max(up, down) < 2**32
    assert abs(up + down - 2 * chance) <= 4, "posts as good as others are dull keep the mean"
    assert (up - chance) * (word - 2**63) >= -(2**64), "the better, the more"
    into = np.empty(2, dtype=np.uint32)
    lift_each(np.array([chance, chance], dtype=np.uint32), int(lift(words, share)[0]), into)
    assert into.tolist() == [up, up]


@given(age=st.integers(0, 5 * 10**8), keen=st.integers(0, 40 * ONE), power=st.floats(0, 0.6))
def test_interest_at_an_age_is_the_twin_s_and_falls(age: int, keen: int, power: float) -> None:
    faded = fading(0.002, 300.0, power)
    found = chance_of(faded, keen, age)
    assert chance_at(faded.ages, faded.chance, keen, age) == found
    assert found >= chance_of(faded, keen, 2 * age)
    exact = 0.002 * (1 + age / 300) ** -power * keen / ONE * 2**32
    assert found == pytest.approx(exact, rel=0.06, abs=3)


def test_what_fades_keeps_its_mean_in_a_feed() -> None:
    delays = lognormal(median_s=4800, sigma=1.757)
    mean = fresh_mean(delays, 300, 0.2314843)
    faded = fading(0.00191 / mean, 300, 0.2314843)
    chances = [chance_of(faded, ONE, int(age)) / 2**32 for age in delays]
    assert np.mean(chances) == pytest.approx(0.00191, rel=0.01)


def test_likes_follow_quality_around_their_mean() -> None:
    post = np.arange(20_000)
    found = like_thresholds(Noise(1), post, 0.026) / 2.0**32
    assert found.mean() == pytest.approx(0.026, rel=0.02) and found.max() == pytest.approx(0.052, rel=0.01)
    assert (np.argsort(found) == np.argsort(quality(Noise(1), post) >> np.uint64(32))).all()
    assert (like_thresholds(Noise(1), post, 1.0) > 0).all()


def test_shares_and_powers_are_checked() -> None:
    with pytest.raises(Mistake, match="quality_share"):
        Feed(delay_median_s=1, delay_sigma=1, quality_share=1.1)
    with pytest.raises(Mistake, match="fades_power"):
        Reshare(0.1, 300, -0.1, 1, 0.5, 60, 60, 1, 0.05)
