"""The people hired to read, at one seed: who reads whom under which plan, and what the work is like for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.log import Log
from sim.core.noise import Noise
from sim.exposure.channels.review import Review
from sim.exposure.propagate import Channel
from sim.exposure.scene import Scene
from sim.exposure.shifts import figures
from sim.exposure.workforce import hire
from sim.measure.handled import Handled, gather, handle
from sim.measure.score import Ledger
from sim.measure.tally import Masks


@dataclass(frozen=True)
class Hired:
    """What is `handled` by whom, and `figures` of the year's work before the decision (sim/exposure/shifts.py)."""

    handled: Handled
    figures: dict[str, float]


def follow_hired(
    channels: Sequence[Channel], scene: Scene, log: Log, ledger: Ledger, everything: Masks, noise: Noise, *,
    decision: int,
) -> Hired | None:  # fmt: skip
    """Follow the workers of the review channel through a log; None where nobody is hired."""
    review = next((channel for channel in channels if isinstance(channel, Review)), None)
    if review is None:
        return None
    end = scene.horizon_end
    pool = hire(review.pool, noise, horizon_end=end)
    hands = gather(log, owner=ledger.owner, items=ledger.items, country=pool.country, owners=ledger.owners)
    work = figures(review.shifts, review.projects, pool, noise, until=decision, horizon_end=end)
    return Hired(handle(hands, everything, decision=decision), work)
