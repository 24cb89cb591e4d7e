"""Every post, the most liked and reshared first: counts are the traces of eyes that an owner can see."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class MostSeen:
    """Deletes all posts by likes plus reshares (where the platform counts them), equals by newest."""

    needs: ClassVar[tuple[str, ...]] = ("likes",)

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """All posts, most counted reactions first."""
        require(account.likes is not None, "Most seen needs likes, which this account does not have.")
        seen = np.asarray(account.likes, dtype=np.int64)
        if account.reshares is not None:
            seen = seen + account.reshares
        order = np.argsort(seen, kind="stable")[::-1]
        return Choice(account.post[order], ACTIONS.index("delete"), "most likes and reshares first")
