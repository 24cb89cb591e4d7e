"""All waiting of a replay: its pace, what the platform's headers say, and backing off; never longer than patience."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.cleanup.limits import Limits
from sim.core.clock import iso_date
from sim.platforms.connectors.connector import Clock
from sim.platforms.replay.pace import Pace, reading
from sim.platforms.replay.task import Stopped


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How replay behaves where a platform does not say.

    forbidden_in_a_row: refusals of this kind in a row that end the run. tries: unclear ends until an item is given
    up. backoff_s, backoff_most_s: the first wait after an unclear end, and the longest, each twice the one before.
    patience_s: a longer wait, or a longer time without any success, ends the run. look_after_s: when an item is read
    again after the platform said yes, until it is gone. recheck_days: when it is read again later.
    """

    forbidden_in_a_row: int
    tries: int
    backoff_s: int
    backoff_most_s: int
    patience_s: int
    look_after_s: tuple[int, ...]
    recheck_days: tuple[int, ...]


class Waiting:
    """The waits of one process."""

    def __init__(self, limits: Limits, clock: Clock, manners: Manners, made: Iterable[float]) -> None:
        self._clock = clock
        self._manners = manners
        self._calls_per_item = limits.calls_per_item
        self._acting = Pace(limits, clock, made)
        reads = reading(limits)
        self._reading = None if reads is None else Pace(reads, clock)
        self._not_before = 0.0
        self._failing_since: float | None = None
        self.reads = 0
        self.backoffs = 0

    def before_acting(self) -> None:
        """Wait until the pace and the headers allow the call (or calls) of one item or batch."""
        calls = self._calls_per_item
        self._until(max(self._acting.earliest(calls), self._not_before))
        self._acting.note(calls)
        if self._reading is not None:
            self._reading.note(calls)

    def before_reading(self) -> None:
        """Wait until the pace of reading and the headers allow one more."""
        earliest = self._clock.now() if self._reading is None else self._reading.earliest(1)
        self._until(max(earliest, self._not_before))
        if self._reading is not None:
            self._reading.note(1)
        self.reads += 1

    def heed(self, not_before: float | None) -> None:
        """No call before that time."""
        self._not_before = max(self._not_before, not_before or 0.0)

    def back_off(self, times: int, not_before: float | None) -> None:
        """No call for a while after the `times`-th failure in a row (from 1): as long as the headers say, if they do.

        What they say is believed once; if it did not help, the own wait counts too.
        """
        self.backoffs += 1
        now = self._clock.now()
        if self._failing_since is None:
            self._failing_since = now
        self.heed(not_before)
        if times > 1 or not_before is None or not_before <= now:
            self.heed(now + min(self._manners.backoff_s * 2 ** min(times - 1, 30), self._manners.backoff_most_s))
        failing_s = now - self._failing_since
        if failing_s > self._manners.patience_s:
            raise Stopped(
                f"Nothing has succeeded for {failing_s / 3600:.1f} h, so replay stops. Nothing is lost and nothing was "
                "booked that is not so; the same command goes on later."
            )

    def succeeded(self) -> None:
        """A call came to a clear end."""
        self._failing_since = None

    def _until(self, time: float) -> None:
        wait = time - self._clock.now()
        if wait > self._manners.patience_s:
            raise Stopped(
                f"The next call may be made on {iso_date(int(time))}, in {wait / 3600:.1f} h; replay does not wait "
                "so long. The same command goes on then."
            )
        if wait > 0:
            self._clock.sleep(wait)
