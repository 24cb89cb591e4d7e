"""A rehearsal: the same runner, journal and Limits, in virtual time, against a platform that does as it is told."""

from collections.abc import Iterator, Sequence

from sim.cleanup.limits import Limits
from sim.platforms.connectors.connector import Answer, Clock, Evidence, Kept, Look
from sim.platforms.exports.item import Item
from sim.platforms.replay.clock import VirtualClock
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import Outcome, outcome
from sim.platforms.replay.runner import Runner
from sim.platforms.replay.waiting import Manners


def rehearse(journal: Journal, limits: Limits, manners: Manners, *, now: float, answer_s: float) -> Outcome:
    """What carrying out all that `journal` holds, from `now` (s), would take; the journal is left as it is.

    answer_s: how long the platform takes for each request. Tasks that are not due yet are waited for.
    """
    copy = journal.copy()
    clock = VirtualClock(now)
    connector = Obedient(clock, limits.batch, answer_s)
    runner = Runner(copy, Unkept(), connector, limits, clock, manners, allow=None)
    runner.run()
    while (due := copy.next_due(clock.now())) is not None:
        clock.sleep(due - clock.now())
        runner.run()
    found = outcome(copy, limits, reads=runner.waiting.reads, backoffs=runner.waiting.backoffs)
    copy.close()
    return found


class Unkept:
    """An archive that keeps nothing."""

    def keep(self, items: Sequence[Kept]) -> list[str]:
        """Every item lies nowhere."""
        return ["" for _ in items]


class Obedient:
    """A platform where each request takes `answer_s` seconds and does what it should."""

    title = server = undo_by = "rehearsal"
    evidence: Evidence = "server"
    actions: tuple[str, ...] = ()

    def __init__(self, clock: Clock, batch: int, answer_s: float) -> None:
        self.batch = batch
        self._clock = clock
        self._answer_s = answer_s
        self._gone: set[str] = set()

    def whoami(self) -> str:
        """Nobody."""
        return self.title

    def listed(self) -> Iterator[Item]:
        """Nothing of its own."""
        return iter(())

    def fetch(self, native_id: str) -> Kept | Answer:
        """An empty item."""
        self._clock.sleep(self._answer_s)
        return Kept(native_id=native_id, raw=b"")

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Done."""
        self._clock.sleep(self._answer_s)
        self._gone |= set(native_ids)
        return Answer(status="accepted", http_status=200)

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """There until it was acted on."""
        self._clock.sleep(self._answer_s)
        return Look(sight="gone" if native_id in self._gone else "there")

    def undo(self, kept: Kept) -> Answer:
        """There is none."""
        return Answer(status="refused")
