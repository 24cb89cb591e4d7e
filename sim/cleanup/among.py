"""Any strategy, held to the posts a selection finds: what it does not find is as if it were not there."""

from dataclasses import dataclass

from sim.cleanup.account import Account, part
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice, Strategy
from sim.cleanup.select import select
from sim.cleanup.selection import Selection
from sim.core.noise import Noise


@dataclass(frozen=True)
class Among:
    """`strategy` on the posts that `selection` finds. An action on the whole account stays one."""

    strategy: Strategy
    selection: Selection

    @property
    def needs(self) -> tuple[str, ...]:
        """What either asks for."""
        return tuple(dict.fromkeys((*self.strategy.needs, *self.selection.needs)))

    @property
    def every_days(self) -> int | None:
        """When it is asked again, as the strategy says."""
        return getattr(self.strategy, "every_days", None)

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """The strategy's own choice among what the selection finds."""
        return self.strategy.rank(part(account, select(self.selection, account)), limits, noise)
