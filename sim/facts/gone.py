"""Measure what is published of natural deletion (V23 to V25) on the ends of posts nobody cleans up."""

from math import expm1

import numpy as np

from sim.core.schema import DAY_S, NEVER, YEAR_S
from sim.exposure.scene import Scene
from sim.measure.facts import Found

WEEK_S = 7 * DAY_S
LEAST_POSTS = 100
SPARE = 2.0
"""Deletion in the first week is modelled if there is this many times what the later constant rate would give."""
UNMODELLED = "Not modelled: posts vanish at a constant yearly rate, with no wave of regret in the first week."


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
