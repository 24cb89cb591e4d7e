"""Receipts: what became of each task, as the table `receipts` and as a text with predicted beside observed."""

from collections import Counter

import pyarrow as pa

from sim.core.clock import iso_date
from sim.core.schema import ACTIONS, RESULTS, table
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import Outcome


def receipts(journal: Journal) -> pa.Table:
    """Every task that came to an end so far, in the plan's order."""
    rows = journal.tasks("result IS NOT NULL AND time IS NOT NULL")
    return table(
        "receipts",
        {
            "number": pa.array([task.number for task in rows], pa.int64()),
            "target": pa.array([task.target for task in rows], pa.int64()),
            "native_id": pa.array([task.native_id for task in rows], pa.string()),
            "action": pa.array([ACTIONS.index(task.action) for task in rows], pa.int8()),
            "route": pa.array([task.route for task in rows], pa.string()).dictionary_encode(),
            "time": pa.array([int(task.time or 0) for task in rows], pa.int64()),
            "checked": pa.array([None if task.checked is None else int(task.checked) for task in rows], pa.int64()),
            "result": pa.array([RESULTS.index(task.result or "unknown") for task in rows], pa.int8()),
            "http_status": pa.array([task.http_status for task in rows], pa.int16()),
            "new_id": pa.array([task.new_id for task in rows], pa.string()),
            "detail": pa.array([task.detail for task in rows], pa.string()),
        },
    )


def readable(journal: Journal, predicted: Outcome, observed: Outcome | None) -> str:
    """The receipts as text: predicted beside observed, results, then each task that did not simply succeed."""
    lines = [compared(predicted, observed), ""]
    tasks = journal.tasks()
    for (route, result), count in sorted(Counter((task.route, task.result or "still to do") for task in tasks).items()):
        lines.append(f"{count:>8,}  {result:<12} {'by hand' if route == 'by_hand' else 'by the API'}")
    odd = [task for task in tasks if task.result in ("refused", "unknown") or (task.result and task.detail)]
    lines += ["", *(f"{task.number:>8}  {task.result:<10} {task.native_id or ''} {task.detail}" for task in odd)]
    return "\n".join(lines).rstrip() + "\n"


def compared(predicted: Outcome, observed: Outcome | None) -> str:
    """Three lines: calls, duration, failures, as rehearsed and as they were."""
    rows = [
        ("calls", f"{predicted.calls:,}", "" if observed is None else f"{observed.calls:,}"),
        ("duration", duration(predicted.seconds), "" if observed is None else duration(observed.seconds)),
        ("failures", f"{predicted.failures:,}", "" if observed is None else f"{observed.failures:,}"),
        ("finish", _day(predicted.finish), "" if observed is None else _day(observed.finish)),
    ]
    head = f"{'':<10}{'predicted':>14}{'observed':>14}"
    return "\n".join([head, *(f"{name:<10}{told:>14}{seen:>14}" for name, told, seen in rows)])


def duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _day(time: float | None) -> str:
    return "-" if time is None else iso_date(int(time))
