"""Every post in an order of chance: what any ranking has to beat."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class AtRandom:
    """Deletes all posts by a keyed number of each, so one post more leaves the others' order as it was."""

    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """All posts, shuffled."""
        lot = noise.words("at_random", account.post)[0]
        return Choice(account.post[np.argsort(lot, kind="stable")], ACTIONS.index("delete"), "all posts, at random")
