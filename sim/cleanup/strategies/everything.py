"""Every post, the newest first, as tools work that list an account from its top."""

from dataclasses import dataclass
from typing import ClassVar

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class Everything:
    """Deletes all posts in descending (time, id)."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """All posts, newest first."""
        return Choice(account.post[::-1], ACTIONS.index("delete"), "all posts, newest first")
