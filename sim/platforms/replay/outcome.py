"""What a replay came to, of a rehearsal and of reality alike: results, calls, duration, failures, money."""

from dataclasses import dataclass

from sim.cleanup.limits import Limits
from sim.core.schema import RESULTS
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.task import API

PREDICTION = "prediction"
"""The fact of a journal that holds the outcome foretold before the first action, as JSON."""

ENDED = "state IN ('done', 'undoing', 'undone')"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Figures of the tasks that went by the API.

    results: how many by result; left: not booked yet. calls: acting calls that went out; repeated: of these, how many
    had no clear end or were told to wait. reads: requests that only read, backoffs: waits after failures (of this
    process). seconds: from the first call to the last, stops between commands included. finish: of the last call, s.
    """

    results: dict[str, int]
    left: int
    calls: int
    repeated: int
    reads: int
    backoffs: int
    seconds: float
    finish: float | None
    money_usd: float

    @property
    def failures(self) -> int:
        """Tasks that ended otherwise than confirmed or accepted."""
        return self.results["refused"] + self.results["unknown"]


def outcome(journal: Journal, limits: Limits, *, reads: int, backoffs: int) -> Outcome:
    """The figures of a journal as it stands."""
    calls = journal.calls()
    results = {result: journal.count(f"route = '{API}' AND {ENDED} AND result = '{result}'") for result in RESULTS}
    made = len(calls) * limits.calls_per_item
    return Outcome(
        results=results,
        left=journal.count(f"route = '{API}' AND NOT {ENDED}"),
        calls=made,
        repeated=sum(row["status"] in ("retry", "unsure", None) for row in calls),
        reads=reads,
        backoffs=backoffs,
        seconds=calls[-1]["sent"] - calls[0]["sent"] if calls else 0.0,
        finish=calls[-1]["sent"] if calls else None,
        money_usd=made * limits.usd_per_call,
    )
