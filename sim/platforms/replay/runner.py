"""Carries out what a journal still holds: keep, write down, act, write down, read again; one step at a time."""

from collections.abc import Callable, Sequence

from sim.cleanup.limits import Limits
from sim.platforms.connectors.connector import Answer, Clock, Connector, Kept
from sim.platforms.replay.archive import Archive
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.judge import after_answer, after_check, after_doubt, booked
from sim.platforms.replay.reader import SIGNED_OUT, Reader
from sim.platforms.replay.task import API, Stopped, Task
from sim.platforms.replay.waiting import Manners, Waiting

NOT_KEPT = "not acted on, because it could not be kept first"


class Runner:
    """One process of a replay. allow: most items it may act on; None: all. watch: called after each step."""

    def __init__(
        self, journal: Journal, archive: Archive, connector: Connector, limits: Limits, clock: Clock,
        manners: Manners, *, allow: int | None, watch: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._journal, self._archive, self._connector = journal, archive, connector
        self._limits, self._clock, self._manners = limits, clock, manners
        self._watch, self._allow = watch, allow
        made = [row["sent"] for row in journal.calls() for _ in range(limits.calls_per_item)]
        self.waiting = Waiting(limits, clock, manners, made)
        self._reader = Reader(connector, self.waiting, manners)
        self._acted: set[int] = set()
        self._proved = False
        self._forbidden = self._blind = self._throttled = 0

    def run(self) -> None:
        """Do all that is due. Raises Stopped, everything booked, where going on would be wrong."""
        unknown = self._journal.tasks("route = ? AND state = 'done' AND result = 'unknown'", (API,))
        self._journal.change((task.number, {"state": "unsure", "result": None, "tries": 0}) for task in unknown)
        while self._step():
            self._watch()

    def _step(self) -> bool:
        """One step; False: nothing is left that is due."""
        for task in self._journal.tasks("state IN ('sent', 'unsure')"):
            self._settle(task)
        self._check()
        batch = self._next()
        if batch:
            self._act(batch)
            return True
        soon = self._journal.next_check("accepted")
        if soon is not None:
            self._clock.sleep(soon - self._clock.now())
        return soon is not None

    def _next(self) -> Sequence[Task]:
        """The next items to act on: one until one has been seen to work, then a batch; one alone after a doubt."""
        most = min(self._limits.batch, self._connector.batch) if self._proved else 1
        found = self._journal.tasks("route = ? AND state = 'planned' AND due <= ?", (API, self._clock.now()), most=most)
        first = found[:1]
        if first and (first[0].alone or first[0].native_id is None):
            batch = first
        else:
            batch = [task for task in found if task.action == first[0].action and not task.alone and task.native_id]
        if self._allow is None:
            return batch
        left = self._allow - len(self._acted)
        fresh = [task for task in batch if task.number not in self._acted]
        return [task for task in batch if task.number in self._acted or task in fresh[:left]]

    def _act(self, batch: Sequence[Task]) -> None:
        batch = self._keep(batch)
        if not batch:
            return
        self.waiting.before_acting()
        call = self._journal.sending(batch, self._clock.now())
        self._acted |= {task.number for task in batch}
        ids = tuple(task.native_id for task in batch if task.native_id is not None)
        answer = self._connector.act(batch[0].action, ids)
        now, alone = self._clock.now(), len(batch) == 1
        changes = [(task.number, after_answer(task, answer, now, self._manners, alone=alone)) for task in batch]
        self._journal.answered(call, answer, now, changes)
        self._heed(answer)
        if not self._proved:
            self._prove(batch[0].number)

    def _keep(self, batch: Sequence[Task]) -> list[Task]:
        """Those of `batch` that lie in the archive now; the others are booked."""
        ready, kept = [], []
        for task in batch:
            if task.kept is not None or task.native_id is None:
                ready.append(task)
                continue
            found = self._reader.fetch(task.native_id)
            if isinstance(found, Kept):
                kept.append((task, found))
            elif found.status == "gone":
                self._settle_as(task, found)
            else:
                detail = f"{NOT_KEPT}: {found.detail or found.http_status}"
                end = booked("refused", detail, http_status=found.http_status, time=self._clock.now())
                self._journal.change([(task.number, end)])
                self._heed(found)
        places = self._archive.keep([item for _, item in kept]) if kept else []
        self._journal.change((task.number, {"kept": place}) for (task, _), place in zip(kept, places, strict=True))
        return ready + [task for task, _ in kept]

    def _settle_as(self, task: Task, answer: Answer) -> None:
        """Write the doubt down; the next step reads the item again."""
        self._journal.change([(task.number, after_answer(task, answer, self._clock.now(), self._manners, alone=True))])

    def _heed(self, answer: Answer) -> None:
        """Wait, count or stop, as an answer asks for."""
        if answer.status == "signed_out":
            raise Stopped(SIGNED_OUT)
        if answer.status in ("retry", "unsure"):
            self._throttled += 1
            self.waiting.back_off(self._throttled, answer.not_before)
            return
        self.waiting.heed(answer.not_before)
        self._throttled = 0
        self.waiting.succeeded()
        self._forbidden = self._forbidden + 1 if answer.http_status == 403 else 0
        if self._forbidden >= self._manners.forbidden_in_a_row:
            raise Stopped(
                f"{self._forbidden} refusals (403) in a row: the account may be suspended or the token too narrow. "
                "Replay stops before it harms the account. Mend that, then add again=true to try the refused anew."
            )

    def _settle(self, task: Task) -> None:
        """Read an item again of which it is not known what became of it."""
        sight = self._reader.sight(task)
        now = self._clock.now()
        self._journal.change([(task.number, after_doubt(task, sight, now, self._manners))])
        self._blind = self._blind + 1 if sight == "unknown" and task.native_id is not None else 0
        if self._blind >= self._manners.forbidden_in_a_row:
            raise Stopped(
                f"{self._blind} items in a row could not be read again, so it is not known what became of them. "
                "They are booked unknown; the same command reads them again first."
            )

    def _check(self) -> None:
        """Read again what is due to be read."""
        now = self._clock.now()
        due = self._journal.tasks("state IN ('accepted', 'done') AND check_at <= ? AND native_id IS NOT NULL", (now,))
        size = max(1, self._limits.batch)
        for start in range(0, len(due), size):
            seen = [(task, self._reader.sight(task)) for task in due[start : start + size]]
            now = self._clock.now()
            self._journal.change((task.number, after_check(task, sight, now, self._manners)) for task, sight in seen)

    def _prove(self, number: int) -> None:
        """The first item of a process goes alone: nothing more is done until it is seen to be gone."""
        task = self._journal.task(number)
        while task.state in ("accepted", "unsure", "sent"):
            if task.state == "accepted":
                self._clock.sleep((task.check_at or 0.0) - self._clock.now())
                self._check()
            else:
                self._settle(task)
            if task.native_id is None:
                return
            task = self._journal.task(number)
        if task.state == "planned":
            return  # not done yet: it goes again
        if task.result != "confirmed":
            raise Stopped(
                f"The first item did not do what it should ({task.result}: {task.detail}), so nothing more is tried. "
                "Look at it on the platform; the same command begins with the next one."
            )
        if task.detail == "":
            self._proved = True
            if self._connector.evidence == "docs":
                raise Stopped(
                    f"One item is done and gone. {self._connector.title} is known from its documentation alone, so "
                    "replay stops after each item: look at it, then give the same command again."
                )


def again(journal: Journal) -> int:
    """Put what was refused back into the plan; returns how many."""
    refused = journal.tasks("route = ? AND state = 'done' AND result = 'refused'", (API,))
    journal.change((task.number, {"state": "planned", "result": None, "tries": 0, "returned": 0}) for task in refused)
    return len(refused)
