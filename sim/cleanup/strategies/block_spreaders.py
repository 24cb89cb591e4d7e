"""Who passes most of her posts on is blocked first: no post is lost, and those posts reach fewer strangers."""

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
class BlockSpreaders:
    """Blocks up to `most_people` followers who have passed a post of hers on, most posts first, equals by id."""

    most_people: int
    needs: ClassVar[tuple[str, ...]] = ("followers", "passed_on")

    def __post_init__(self) -> None:
        most = self.most_people
        require(isinstance(most, int) and most >= 1, f"'most_people' is {most!r}; it takes a whole number from 1 up.")

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Followers who have passed something on, most first."""
        followers, passed_on = account.followers, account.passed_on
        require(
            followers is not None and passed_on is not None,
            "Block spreaders needs followers and passed_on, which this account does not have.",
        )
        assert followers is not None and passed_on is not None
        order = np.argsort(-passed_on, kind="stable")
        order = order[passed_on[order] > 0][: self.most_people]
        return Choice(followers[order].astype(np.int64), ACTIONS.index("block"), "passed most posts on")
