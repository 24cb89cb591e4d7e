"""The two clocks of replay: the machine's, and a virtual one for rehearsals."""

import time

from sim.core.schema import EPOCH_UNIX_S


class WallClock:
    """The machine's time, read once; from then on it runs evenly, whatever is done to the machine's clock."""

    def __init__(self) -> None:
        self._ahead = time.time() - EPOCH_UNIX_S - _elapsed()

    def now(self) -> float:
        """Seconds since 2007-01-01 UTC."""
        return _elapsed() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(max(0.0, seconds))


class VirtualClock:
    """Time that passes only by sleeping."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Seconds since 2007-01-01 UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Be `seconds` later at once."""
        self._now += max(0.0, seconds)


def _elapsed() -> float:
    """Seconds since some moment, those that the machine slept through counted where it can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
