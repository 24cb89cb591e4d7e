"""The end of the frontier where nothing stays: the account itself goes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import WHOLE_ACCOUNT, Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class DeleteAccount:
    """Deletes the account, and with it every post of its owner."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """The whole account."""
        target = np.array([WHOLE_ACCOUNT], dtype=np.int64)
        return Choice(target, ACTIONS.index("delete_account"), "the account is deleted")
