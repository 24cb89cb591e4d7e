"""Reads an item again and believes only what is sure: gone must be so signed in, and must not be there signed out."""

from collections.abc import Callable

from sim.platforms.connectors.connector import Answer, Connector, Kept, Look, Sight
from sim.platforms.replay.task import Stopped, Task
from sim.platforms.replay.waiting import Manners, Waiting

SIGNED_OUT = (
    "The platform no longer accepts the credentials (401): they expired or were taken back. Nothing was done with the "
    "item under way. Renew them and give the same command again."
)


class Reader:
    """Paced, patient reading."""

    def __init__(self, connector: Connector, waiting: Waiting, manners: Manners) -> None:
        self._connector = connector
        self._waiting = waiting
        self._manners = manners

    def sight(self, task: Task) -> Sight:
        """What has become of an item. A stranger who sees it outweighs an owner who does not."""
        native_id = task.native_id
        if native_id is None:
            return "unknown"
        inside = self._look(lambda: self._connector.look(native_id, signed_in=True), signed_in=True)
        if inside != "gone":
            return inside
        outside = self._look(lambda: self._connector.look(native_id, signed_in=False), signed_in=False)
        return "there" if outside == "there" else "gone"

    def fetch(self, native_id: str) -> Kept | Answer:
        """An item for the archive, or a clear answer why not; again after unclear ends, as often as manners allow."""
        why = ""
        for times in range(1, self._manners.tries + 1):
            self._waiting.before_reading()
            found = self._connector.fetch(native_id)
            if isinstance(found, Kept):
                self._waiting.succeeded()
                return found
            if found.status == "signed_out":
                raise Stopped(SIGNED_OUT)
            if found.status not in ("retry", "unsure"):
                self._waiting.heed(found.not_before)
                return found
            why = found.detail or str(found.http_status)
            self._waiting.back_off(times, found.not_before)
        raise Stopped(
            f"'{native_id}' could not be read to be kept ({why}), tried "
            f"{self._manners.tries} times, and nothing is deleted that is not kept. The same command goes on later."
        )

    def _look(self, look: Callable[[], Look], *, signed_in: bool) -> Sight:
        for times in range(1, self._manners.tries + 1):
            self._waiting.before_reading()
            seen = look()
            if seen.http_status == 401 and signed_in:
                raise Stopped(SIGNED_OUT)
            if seen.sight != "unknown":
                self._waiting.heed(seen.not_before)
                self._waiting.succeeded()
                return seen.sight
            if seen.http_status is not None and seen.http_status < 429:
                return "unknown"  # a clear answer that shows nothing: asking again would not
            self._waiting.back_off(times, seen.not_before)
        return "unknown"
