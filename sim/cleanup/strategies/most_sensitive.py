"""Posts the owner's detector calls sensitive, the gravest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from typing import ClassVar

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.errors import require, unknown
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, CLASSES


@dataclass(frozen=True)
class MostSensitive:
    """Deletes posts by the summed `weights` of their estimated classes, equals by newest.

    weights: from 0 up, by class; a class left out counts 0, and posts that come to 0 are kept. `share`: at most
    that share of the account, above 0 to 1.
    """

    weights: Mapping[str, float]
    share: float
    needs: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, weight in self.weights.items():
            if name not in CLASSES:
                raise unknown("class", name, CLASSES)
            require(
                isfinite(weight) and weight >= 0, f"The weight of '{name}' is {weight!r}; it takes a number from 0."
            )
        require(0 < self.share <= 1, f"'share' is {self.share!r}; it takes a share of the account above 0, at most 1.")

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Posts with an estimated class, heaviest first."""
        weight = np.zeros(len(account))
        for bit, name in enumerate(CLASSES):
            weight += ((account.estimated >> bit) & 1) * self.weights.get(name, 0.0)
        order = np.argsort(weight, kind="stable")[::-1]
        chosen = order[weight[order] > 0][: ceil(self.share * len(account))]
        return Choice(account.post[chosen], ACTIONS.index("delete"), "most sensitive first, as estimated")
