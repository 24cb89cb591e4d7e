"""Posts that spread furthest, first: the policy of skeeter-deleter, as a baseline.

Gorcenski/skeeter-deleter deletes posts reshared at least as often as a threshold, against harassment by strangers.
It goes through them as the feed lists them; the order by reshares is ours. Its exceptions for own likes and for
linked domains are left out: an Account has neither.
"""

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
class ViralFirst:
    """Deletes posts with at least `min_reshares` reshares, most reshared first, equals by newest."""

    min_reshares: int
    needs: ClassVar[tuple[str, ...]] = ("reshares",)

    def __post_init__(self) -> None:
        least = self.min_reshares
        require(
            isinstance(least, int) and least >= 1, f"'min_reshares' is {least!r}; it takes a whole number from 1 up."
        )

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Posts at or above the threshold, most reshared first."""
        require(account.reshares is not None, "Viral first needs reshares, which this account does not have.")
        reshares = np.asarray(account.reshares)
        order = np.argsort(reshares, kind="stable")[::-1]
        return Choice(
            account.post[order[reshares[order] >= self.min_reshares]], ACTIONS.index("delete"), "most reshared first"
        )
