"""The factual and its counterfactuals: what happens at one seed if nobody does anything, and plans laid over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.annotators import Hired, follow_hired
from sim.cleanup.limits import Platform
from sim.cleanup.plan import Plan
from sim.core.build import build
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.parameters import numbers, settle
from sim.core.schema import ACTIONS
from sim.exposure.anew import attracts, simulate_anew, unnoticed
from sim.exposure.apply import apply
from sim.exposure.bars import bars_of
from sim.exposure.doors import Doors, close_doors
from sim.exposure.propagate import Channel
from sim.exposure.rights import Answers
from sim.exposure.scene import Scene
from sim.exposure.unlearn import forget
from sim.holders import answers
from sim.measure.drawn import drawn
from sim.measure.outcome import Laid, by_first_deletions, moments, steps
from sim.measure.score import Ledger, open_ledger
from sim.measure.tally import Masks, learnt_by
from sim.onlooker import Onlooker, infer, look, seen
from sim.owners import Owners, actions, at_once, deed
from sim.traded import Traded, follow_traded
from sim.worlds import Config, ranges_of

DELETE = ACTIONS.index("delete")


@dataclass(frozen=True)
class Factual:
    """The `log` of a scene without any plan, who learns what in it (`ledger`), and who else follows it.

    answers: of holders, to owners' requests. onlooker: None for an archive, whose neighbours are made up.
    hired, traded: None where nobody is hired to read, where nothing is sold.
    """

    owners: Owners
    scene: Scene
    channels: Sequence[Channel]
    noise: Noise
    log: Log
    ledger: Ledger
    platform: Platform
    answers: Answers
    onlooker: Onlooker | None
    hired: Hired | None
    traded: Traded | None
    threads: int | None

    @property
    def moments(self) -> NDArray[np.int64]:
        """The moments (s) at which curves over time are read."""
        return moments(self.owners.world.decision, self.scene.horizon_end)

    def avoidable_at(self, time: int) -> int:
        """Pairs of all owners that could still be avoided if every action were taken at a time (s) and granted."""
        doors = close_doors(self.scene, at_once(self.owners.world.owners, time))
        return int(self.ledger.avoided(self.log, self._happens(doors, self.log)).sum())

    def lay(self, planned: list[Plan]) -> Laid:
        """One strategy's plans over the log."""
        scene, log, ledger, owners, rows = self.scene, self.log, self.ledger, self.owners, actions(planned)
        doors = close_doors(scene, rows, self.answers)
        under: dict[str, Any] = {
            "doors": doors,
            "bars": bars_of(scene.post, scene.author, rows),
            "threads": self.threads,
        }
        after, fresh = simulate_anew(scene, self.channels, self.noise, log, **under)
        alive, book = self._happens(doors, after), ledger.over(after, log)
        handled = {} if self.hired is None else self.hired.parts(after, alive)
        if attracts(self.channels):
            quiet, _ = simulate_anew(scene, unnoticed(self.channels), self.noise, log, **under)
            handled |= drawn(ledger, log, (quiet, self._happens(doors, quiet)), (after, alive))
        if self.traded is not None:
            handled |= self.traded.parts(after, alive, doors)
        inferred = stop_here = None
        if self.onlooker is not None:
            inferred = infer(self.onlooker, seen(self.channels, scene, self.noise, after, alive, doors))
        if any((plan.action == DELETE).any() for plan in planned):
            grid = steps(max(len(own) for own in owners.rows))
            stop_here = by_first_deletions(after, book, alive, [plan.target for plan in planned], grid)
        whose, weight = owners.number[fresh], np.where(owners.number >= 0, ledger.items, 0)
        spans = {"decision": owners.world.decision, "horizon_end": scene.horizon_end}
        return Laid(
            deed(after, alive, book, planned, owners, self.platform, **spans),
            over_time=learnt_by(after, alive, book.sizes, self.moments, weight),
            stop_here=stop_here,
            inferred=inferred,
            handled=handled or None,
            anew=np.bincount(whose[whose >= 0], minlength=ledger.owners) if len(fresh) else None,
        )

    def _happens(self, doors: Doors, log: Log) -> Masks:
        return happens(doors, log, threads=self.threads, horizon_end=self.scene.horizon_end)


def happens(doors: Doors, log: Log, *, threads: int | None, horizon_end: int) -> Masks:
    """What happens of a log under a plan's doors, as models remember it at the horizon (s)."""
    return forget(doors, log, apply(doors, log, threads=threads), horizon_end=horizon_end)


def factual(
    owners: Owners, config: Config, noise: Noise, scene: Scene, channels: Sequence[Channel], log: Log, *, archived: bool
) -> Factual:
    """A log opened for plans: the ledger, answers and onlooker, and who follows hired readers and traded wares."""
    world, threads = owners.world, config["threads"]
    items = np.bitwise_count(world.posts["sensitive"].to_numpy()).astype(np.int64)
    if archived:  # what is sensitive to a real person nobody but she knows: every post counts at least once
        items = np.maximum(items, 1)
    at_decision = close_doors(scene, at_once(world.owners, world.decision))
    everything = happens(at_decision, log, threads=threads, horizon_end=scene.horizon_end)
    ledger = open_ledger(
        log, everything, owner=owners.number, items=items, owners=len(world.owners), decision=world.decision
    )  # fmt: skip
    means = numbers(settle(config["adversary"], ranges_of(config, noise), "adversary"), "adversary")
    follow = (channels, scene, log, ledger, everything)
    return Factual(
        owners, scene, channels, noise, log, ledger,
        platform=build(settle(config["platform"], None, "platform"), "platform"),
        answers=answers(world, config, noise),
        onlooker=None if archived else look(world, owners.number, noise, means),
        hired=follow_hired(*follow, noise, decision=world.decision) if config["annotators"] else None,
        traded=follow_traded(*follow, owners=world.owners, decision=world.decision),
        threads=threads,
    )  # fmt: skip
