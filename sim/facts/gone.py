"""Measure what is published of natural deletion (V23 to V26): the ends of posts nobody cleans up, and of accounts."""

from math import expm1

import numpy as np

from sim.core.schema import DAY_S, NEVER, YEAR_S
from sim.exposure.scene import Scene
from sim.facts.ties import Friendships, decline
from sim.measure.facts import Found

WEEK_S = 7 * DAY_S
LEAST_POSTS = 100
LEAST_PEOPLE = 100
"""A share of accounts deleted is taken of this many people, at least."""
MOST_FRIENDS = 10
"""Beyond, the share no longer falls (D04)."""
SPARE = 2.0
"""Deletion in the first week is modelled if there is this many times what the later constant rate would give."""
UNMODELLED = "Not modelled: posts vanish at a constant yearly rate, with no wave of regret in the first week."


def leaving_facts(graph: Friendships) -> dict[str, Found]:
    """Rank correlation of the share of accounts deleted with the number of friends, up to MOST_FRIENDS (D04)."""
    left = graph.people["left"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    people = np.bincount(graph.degree, minlength=MOST_FRIENDS + 1)[: MOST_FRIENDS + 1]
    gone = np.bincount(graph.degree[left], minlength=MOST_FRIENDS + 1)[: MOST_FRIENDS + 1]
    enough = people >= LEAST_PEOPLE
    falls = decline(gone[enough] / people[enough])
    if not np.isfinite(falls):
        return {}
    some = np.flatnonzero(enough)
    share = gone[some] / people[some]
    said = f"{share[0]:.2f} of people with {some[0]} friends, {share[-1]:.3f} with {some[-1]}."
    return {"V26.falls": Found(falls, f"{said} {graph.where}")}


def deletion_facts(scene: Scene) -> dict[str, Found]:
    """Shares of posts that vanish by themselves within a week and six years, and how soon."""
    mortal = scene.natural < NEVER
    lasted = scene.natural[mortal] - scene.time[mortal]
    if len(lasted) < LEAST_POSTS:
        return {}
    said = f"{len(lasted):,} posts."
    week, years = (lasted < WEEK_S), (lasted < 6 * YEAR_S)
    found = {"V25.six_years": Found(float(years.mean()), said)}
    steady = -expm1(-WEEK_S * -np.log1p(-float(years.mean())) / (6 * YEAR_S)) if years.mean() < 1 else 1.0
    if week.mean() <= SPARE * steady:
        return found | {name: Found(None, UNMODELLED) for name in ("V23.week", "V24.median")}
    found["V23.week"] = Found(float(week.mean()), said)
    found["V24.median"] = Found(float(np.median(lasted[week])) / 60, said)
    return found
