"""A platform's reach: factors on the channels, as usual where nothing is known."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import channels, scene

from sim.core.build import build
from sim.core.digest import digest
from sim.core.errors import Mistake
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import CHANNELS
from sim.exposure.propagate import propagate
from sim.reach import Reach, reaching
from sim.verbs.compose import compose_config

USUAL = Reach(1.0, 1.0, 1.0, 1.0)


def told(reach: Reach, names: tuple[str, ...] = ("feed", "discovery", "reshare", "copy")) -> Log:
    made = scene(4, unit_s=600, people=60, owners=20, each=6)
    made = replace(made, visibility=made.visibility // 2, horizon_end=2**30)
    return propagate(*reaching(reach, made, {name: channels(600)[name] for name in names}), Noise(4))


def count(log: Log, name: str) -> int:
    return sum(int((block.events.channel == CHANNELS.index(name)).sum()) for block in log.blocks)


def test_as_usual_nothing_changes() -> None:
    made = scene(4, unit_s=600)
    chain = channels(600)
    assert digest(propagate(*reaching(USUAL, made, chain), Noise(4))) == digest(
        propagate(made, list(chain.values()), Noise(4))
    )


def test_half_of_a_feed_is_half_of_its_views() -> None:
    """By hand: all draws are shared, so the views are among those there were, and half as many."""
    whole, half = told(USUAL, ("feed",)), told(replace(USUAL, feed_share=0.5), ("feed",))
    assert count(half, "feed") / count(whole, "feed") == pytest.approx(0.5, abs=0.05)


def test_a_slower_feed_is_seen_later_by_as_many() -> None:
    usual, slow = told(USUAL, ("feed",)), told(replace(USUAL, feed_delay=10.0), ("feed",))
    assert count(slow, "feed") == pytest.approx(count(usual, "feed"), rel=0.1)
    late, soon = (np.median(np.concatenate([b.events.time for b in log.blocks])) for log in (slow, usual))
    assert late > soon


@pytest.mark.parametrize(("name", "reach"), [("friends_find", 0), ("strangers_visit", 1)])
def test_old_posts_are_found_less(name: str, reach: int) -> None:
    made = scene(4, unit_s=600, people=60, owners=20, each=6)
    found = {}
    for factor in (1.0, 0.2):
        chain = {"discovery": channels(600)["discovery"]}
        log = propagate(*reaching(replace(USUAL, **{name: factor}), made, chain), Noise(4))
        found[factor] = sum(int((block.events.object % 3 == reach).sum()) for block in log.blocks)
    assert 0 < found[0.2] < 0.8 * found[1.0]


def test_each_platform_has_a_reach_and_a_word_sets_it() -> None:
    def of(*words: str) -> Reach:
        made: Reach = build(settle(compose_config("compare", list(words))["platform"]["reach"], None), "reach")
        return made

    assert of() == of("platform=mastodon") == USUAL
    assert of("platform=instagram") == replace(USUAL, feed_delay=14)
    assert of("platform=x", "platform.reach.feed_share=0.5").feed_share == 0.5
    with pytest.raises(Mistake, match="feed_share"):
        of("platform.reach.feed_share=0")
