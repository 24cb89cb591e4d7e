"""Strangers' visits: the law of their number, and one visitor who looks at several posts."""

from math import exp

import numpy as np
import pytest
from scenes import scene

from sim.core.compiled import SOME
from sim.core.noise import Noise
from sim.core.quantile import poisson
from sim.exposure.channels.discovery import MOST_VISITS, Discovery
from sim.exposure.guests import new_looks
from sim.exposure.propagate import propagate


@pytest.mark.parametrize("mean", [0.01, 1.0, 8.0, 300.0])
def test_counts_are_poisson(mean: float) -> None:
    """A count is how many entries do not exceed a word: its mean, its variance and its chance of nothing by hand."""
    table = poisson(mean=mean)
    at_least = np.append(1.0, 1 - table / 2**32)
    chance = at_least - np.append(at_least[1:], 0.0)
    count = np.arange(len(chance))
    assert (np.diff(table.astype(np.int64)) >= 0).all()
    assert chance[0] == pytest.approx(exp(-mean), abs=2**-32)
    assert (chance * count).sum() == pytest.approx(mean, rel=1e-6)
    assert (chance * (count - mean) ** 2).sum() == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("monthly", [1e-6, 3.0, MOST_VISITS])
def test_a_stretch_is_a_year_at_most_and_seconds_at_least(monthly: float) -> None:
    stretch_s, counts = Discovery(per_tie_per_year=1.0, visits_per_month=monthly, items_per_visit=1.0).stretches()
    assert 20 <= stretch_s <= 365.25 * 86_400
    assert len(counts) >= 1


def test_looks_have_room_for_a_whole_run_of_rows() -> None:
    """Rows are written SOME at once, however few are needed and however narrow this processor's registers are."""
    assert len(new_looks(0).guest) >= SOME
    assert len(new_looks(5).visit) >= 5 + SOME


def test_a_visitor_is_one_person_at_one_moment_whatever_she_looks_at() -> None:
    made = scene(4, unit_s=600, people=60, owners=4, each=30)
    (block,) = propagate(made, [Discovery(1.0, visits_per_month=3000, items_per_visit=10)], Noise(4)).blocks
    events = block.events
    strange = events.object % 3 == 1
    post = np.repeat(np.arange(block.posts), np.diff(block.event_start))
    visit = np.stack([made.author[post[strange]], events.key[strange]], axis=1)
    seen = np.stack([events.actor[strange], events.time[strange]], axis=1)
    visits, looks = np.unique(visit, axis=0, return_counts=True)
    assert looks.max() > 3
    assert len(np.unique(np.column_stack([visit, seen]), axis=0)) == len(visits)
