"""Mastodon's own automated post deletion, as a baseline: by age, with exceptions, all the time.

Its exceptions for pinned, bookmarked and own-favourited posts, polls and direct messages are left out: synthetic
posts have no such marks. A filter (`sim/cleanup/selection.py`) keeps those of an archive.
"""

from dataclasses import dataclass

import numpy as np

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits
from sim.cleanup.plan import Choice
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S, KINDS

AGES_DAYS = (7, 14, 30, 60, 90, 180, 365, 730)
"""The ages it offers, in whole days: mastodon/mastodon, app/models/account_statuses_cleanup_policy.rb."""


@dataclass(frozen=True)
class MastodonAutoDelete:
    """Deletes posts at least `age_days` old (one of AGES_DAYS), oldest first, and looks again every `every_days`.

    Kept are posts with at least `min_favs` likes or `min_reblogs` reshares (0: the exception is off, and the
    count is not needed), and with `keep_media` photos and videos.
    """

    age_days: int
    min_favs: int
    min_reblogs: int
    keep_media: bool
    every_days: int

    def __post_init__(self) -> None:
        require(
            self.age_days in AGES_DAYS,
            f"'age_days' is {self.age_days!r}; Mastodon offers {', '.join(map(str, AGES_DAYS))}.",
        )
        for name, least in (("min_favs", self.min_favs), ("min_reblogs", self.min_reblogs)):
            require(
                isinstance(least, int) and least >= 0,
                f"'{name}' is {least!r}; it takes a whole number from 1 up, or 0 for off.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """Counts, where an exception asks for them."""
        return ("likes",) * (self.min_favs > 0) + ("reshares",) * (self.min_reblogs > 0)

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """Posts past their age and without an exception, oldest first."""
        # Order and thresholds as in the same file: ascending ids; a post is kept from min_favs likes up.
        goes = account.time <= account.now - self.age_days * DAY_S
        for least, counts in ((self.min_favs, account.likes), (self.min_reblogs, account.reshares)):
            if least:
                require(counts is not None, "Mastodon's thresholds need counts, which this account does not have.")
                goes &= np.asarray(counts) < least
        if self.keep_media:
            goes &= ~np.isin(account.kind, [KINDS.index("photo"), KINDS.index("video")])
        return Choice(account.post[goes], ACTIONS.index("delete"), f"{self.age_days} days old, no exception")
