"""What dealers' wares come to, at one seed: what of an owner lies in a dump, and who lists her at the horizon."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Block, Log
from sim.exposure.channels.market import Market
from sim.exposure.doors import HELD_FOR_SALE, Doors, close_doors, closings, open_doors
from sim.exposure.propagate import Channel
from sim.exposure.scene import Scene
from sim.measure.handled import Counts, split
from sim.measure.score import Ledger
from sim.measure.tally import Masks, happened
from sim.owners import at_once


@dataclass(frozen=True)
class Traded:
    """Buyers of a `market` and the owners of a `ledger`; what there is if nothing is done, and if everything is.

    `sunk`: items in a dump before the decision.
    """

    market: Market
    scene: Scene
    ledger: Ledger
    total: Counts
    sunk: Counts
    least: Counts

    def parts(self, log: Log, alive: Masks, doors: Doors) -> Counts:
        """Each measure under a plan, and its parts, of each owner, as in `measure/handled.py`.

        A listing can be taken down, so none is sunk: what is irreversible of it is listed anew whatever is done.
        """
        left = count(self.market, self.scene, self.ledger, log, alive, doors)
        return split(self.total, self.sunk, self.least, left)


def follow_traded(
    channels: Sequence[Channel], scene: Scene, log: Log, ledger: Ledger, everything: Masks, *,
    owners: NDArray[np.int64], decision: int,
) -> Traded | None:  # fmt: skip
    """Follow the market channel's wares through a log; None where nothing is sold.

    `everything` is what happens if every action of the `owners` is taken at the decision (s) and granted.
    """
    market = next((channel for channel in channels if isinstance(channel, Market)), None)
    if market is None:
        return None
    total = count(market, scene, ledger, log, None, open_doors(len(scene.post)))
    least = count(market, scene, ledger, log, everything, close_doors(scene, at_once(owners, decision)))
    sunk = dict.fromkeys(total, np.zeros(ledger.owners, dtype=np.int64))
    before = [block.events.time < decision for block in log.blocks]
    sunk["dumped_items"] = _dumped(ledger, log, before)
    return Traded(market, scene, ledger, total, sunk, least)


def count(market: Market, scene: Scene, ledger: Ledger, log: Log, alive: Masks | None, doors: Doors) -> Counts:
    """Items that lie in a dump, and whether she stands in each buyer's list at the horizon, by owner."""
    found = {"dumped_items": _dumped(ledger, log, alive)}
    for number, name in enumerate(market.buyers):
        listed = np.zeros(ledger.owners, dtype=np.bool_)
        for turn, block in enumerate(log.blocks):
            mask = None if alive is None else alive[turn]
            owner = ledger.owner[_standing(block, mask, doors, len(market.harvesters) + number, scene.horizon_end)]
            listed[owner[owner >= 0]] = True
        found[f"in_{name}"] = listed.astype(np.int64)
    return found


def _dumped(ledger: Ledger, log: Log, alive: Masks | None) -> NDArray[np.int64]:
    return ledger.by_owner((happened(log, alive, "dump") > 0).astype(np.int32)[:, None])[:, 0]


def _standing(
    block: Block, alive: NDArray[np.bool_] | None, doors: Doors, buyer: int, horizon_end: int
) -> NDArray[np.int64]:
    """Posts, numbered through the log, that a buyer lists at the horizon."""
    o = block.objects
    rows = np.flatnonzero((o.kind == HELD_FOR_SALE) & (o.holder == buyer))
    if alive is not None:
        rows = rows[alive[o.maker[rows]]]
    close = closings(
        o.kind[rows], o.holder[rows], o.birth[rows], o.natural[rows], o.flags[rows], o.post[rows], block.first, doors
    )
    return block.first + o.post[rows[close > horizon_end]].astype(np.int64)
