"""The end of the frontier where everything stays: no action at all."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class Nothing:
    """Leaves the account as it is."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """No post."""
        return Choice(np.empty(0, dtype=np.int64), ACTIONS.index("delete"), "nothing is done")
