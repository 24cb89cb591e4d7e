"""A rolling window: what is older than so many days goes, again and again."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S


@dataclass(frozen=True)
class KeepLast:
    """Deletes posts older than `days`, newest first, and looks again every `every_days`."""

    days: int
    every_days: int
    needs: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        require(
            isinstance(self.days, int) and self.days >= 0,
            f"'days' is {self.days!r}; it takes a whole number from 0 up.",
        )

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Posts past their age, newest first."""
        old = int(np.searchsorted(account.time, account.now - self.days * DAY_S, side="left"))
        return Choice(account.post[:old][::-1], ACTIONS.index("delete"), f"older than {self.days} days")
