"""Every post, the oldest first: what was written longest ago is least meant for today."""

from dataclasses import dataclass
from typing import ClassVar

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class OldestFirst:
    """Deletes all posts in ascending (time, id)."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """All posts, oldest first."""
        return Choice(account.post, ACTIONS.index("delete"), "all posts, oldest first")
