"""One call that takes the whole past from strangers and leaves it to friends."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import WHOLE_ACCOUNT, Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class MakePrivate:
    """Limits the account to friends, as protected accounts and a limit on past posts do."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """The whole account."""
        return Choice(np.array([WHOLE_ACCOUNT], dtype=np.int64), ACTIONS.index("limit"), "the account is made private")
