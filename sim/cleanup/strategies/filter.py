"""Posts that a filter of words, dates, kinds and counts finds, the newest first."""

from dataclasses import dataclass

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.cleanup.select import select
from sim.cleanup.selection import Selection
from sim.core.noise import Noise
from sim.core.schema import ACTIONS


@dataclass(frozen=True)
class Filter:
    """Deletes what `selection` finds. A filter of one's own is a YAML file, no code."""

    selection: Selection

    @property
    def needs(self) -> tuple[str, ...]:
        """What the selection asks for."""
        return self.selection.needs

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Posts found, newest first."""
        found = account.post[select(self.selection, account)]
        return Choice(found[::-1], ACTIONS.index("delete"), "found by the filter")
