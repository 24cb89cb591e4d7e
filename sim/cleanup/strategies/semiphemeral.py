"""The thresholds of semiphemeral, as a baseline: what is old goes, unless many liked or reshared it.

micahflee/semiphemeral deleted tens of millions of tweets so, until 2023. Left out are its exceptions for whole
threads and for tweets picked by hand, which a filter (`sim/cleanup/selection.py`) has.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S, KINDS


@dataclass(frozen=True)
class Semiphemeral:
    """Deletes, oldest first, posts older than `days` with fewer than `min_likes` likes and `min_reshares` reshares.

    Own reposts of others go after `repost_days`, whatever their counts. It looks again every `every_days`.
    """

    days: int
    min_likes: int
    min_reshares: int
    repost_days: int
    every_days: int
    needs: ClassVar[tuple[str, ...]] = ("likes", "reshares")

    def __post_init__(self) -> None:
        for name in ("days", "min_likes", "min_reshares", "repost_days"):
            least = getattr(self, name)
            require(isinstance(least, int) and least >= 0, f"'{name}' is {least!r}; it takes a whole number from 0 up.")

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Old posts below both thresholds, and old reposts, oldest first."""
        likes, reshares = account.likes, account.reshares
        require(likes is not None and reshares is not None, "Semiphemeral needs likes and reshares; one is missing.")
        repost = account.kind == KINDS.index("repost")
        unpopular = (np.asarray(likes) < self.min_likes) & (np.asarray(reshares) < self.min_reshares)
        oldest_kept = account.now - np.where(repost, self.repost_days, self.days) * DAY_S
        goes = (account.time < oldest_kept) & (repost | unpopular)
        return Choice(account.post[goes], ACTIONS.index("delete"), f"older than {self.days} days, not popular")
