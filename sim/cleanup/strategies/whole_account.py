"""One action on the whole account: make it private, delete it, object, have every tag or every copy of it removed."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import ON_ACCOUNT, WHOLE_ACCOUNT, Choice
from sim.core.errors import unknown
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class WholeAccount:
    """Takes `action`, one of plan.ON_ACCOUNT, at once; `reason` says it in a few words."""

    action: str
    reason: str
    needs: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if self.action not in ON_ACCOUNT:
            raise unknown("action on a whole account", self.action, ON_ACCOUNT)

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """The whole account."""
        return Choice(np.array([WHOLE_ACCOUNT], dtype=np.int64), ACTIONS.index(self.action), self.reason)
