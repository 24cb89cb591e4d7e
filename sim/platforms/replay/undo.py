"""Bringing back what was deleted: restored where the platform can, posted anew from the archive where it cannot."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Answer, Clock, Connector
from sim.platforms.replay.archive import Folder
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.task import Stopped, Task
from sim.platforms.replay.waiting import Waiting

CALLED = {
    "restore": "restored",
    "redraft": "posted anew from its source, under a new id",
    "none": "re-posted from the archive, under a new id",
}
"""What an undo is called by a connector's `undo_by`: only a restored item is the old one."""


def undo(
    journal: Journal, archive: Folder, connector: Connector, waiting: Waiting, clock: Clock, *, numbers: Iterable[int]
) -> int:
    """Bring the tasks of `numbers` back, the last deleted first; returns how many came.

    An undo whose answer never came is not repeated (it may have been done): it is booked so, to be looked at.
    """
    journal.change(
        (
            task.number,
            {"state": "undone", "detail": "an undo was under way when the process ended: look whether it came"},
        )
        for task in journal.tasks("state = 'undoing'")
    )
    came = 0
    for number in sorted(numbers, reverse=True):
        found = journal.tasks("number = ? AND state = 'done' AND result = 'confirmed' AND kept != ''", (number,))
        if not found:
            raise Mistake(f"undo={number}: that is no task that was confirmed gone and kept, or it was undone before.")
        came += _bring_back(journal, archive, connector, waiting, clock, found[0])
    return came


def _bring_back(
    journal: Journal, archive: Folder, connector: Connector, waiting: Waiting, clock: Clock, task: Task
) -> int:
    kept = replace(archive.find(task.kept or ""), undo=task.undo)
    for times in count(1):
        waiting.before_acting()
        call = journal.sending([task], clock.now(), state="undoing")
        answer = connector.undo(kept)
        journal.answered(call, answer, clock.now(), [(task.number, _after(task, answer, connector.undo_by))])
        if answer.status == "signed_out":
            raise Stopped("The platform no longer accepts the credentials (401). Renew them and undo again.")
        if answer.status != "retry":
            break
        waiting.back_off(times, answer.not_before)
    waiting.succeeded()
    return int(answer.status == "accepted")


def _after(task: Task, answer: Answer, undo_by: str) -> dict[str, object]:
    match answer.status:
        case "accepted":
            return {"state": "undone", "detail": CALLED[undo_by], "new_id": answer.new_id, "check_at": None}
        case "unsure":
            return {"state": "undone", "detail": f"an undo without a clear end: look whether it came ({answer.detail})"}
        case _:
            return {"state": "done", "detail": f"could not be undone: {answer.detail}"}
