"""What a plan saves and what it draws, at one seed: views avoided, against views of the copies it leaves standing."""

import numpy as np
from numpy.typing import NDArray

from sim.core.log import SHOWS, Log
from sim.measure.handled import Counts
from sim.measure.score import Ledger
from sim.measure.tally import Masks, happened

Happens = tuple[Log, Masks]
"""A log and which of its events happen."""


def drawn(ledger: Ledger, log: Log, unnoticed: Happens, noticed: Happens) -> Counts:
    """Views and pairs of each owner, int64[owners]: what a plan avoids if nobody hears of it, and what hearing adds.

    `log` is that of the ledger, without a plan.
    """
    quiet, loud = views(ledger, *unnoticed), views(ledger, *noticed)
    learnt = ledger.over(unnoticed[0], log).avoided(*unnoticed) - ledger.over(noticed[0], log).avoided(*noticed)
    before = views(ledger, log, None)
    return {
        "views_avoided": before - quiet, "views_drawn": loud - quiet, "views_spared": before - loud,
        "pairs_drawn": learnt.sum(axis=1),
    }  # fmt: skip


def views(ledger: Ledger, log: Log, alive: Masks | None) -> NDArray[np.int64]:
    """How often somebody sees a post that shows each owner."""
    seen = np.sum([happened(log, alive, channel) for channel in SHOWS], axis=0)
    shows = ledger.owner >= 0
    return np.bincount(ledger.owner[shows], seen[shows], minlength=ledger.owners).astype(np.int64)
