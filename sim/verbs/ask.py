"""How many items a replay may act on: given in the command, or asked for at a terminal after a preview."""

import sys
from pathlib import Path

from sim.core.errors import require
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import Outcome
from sim.platforms.replay.receipts import compared

SAMPLES = 5


def allowance(
    journal: Journal, predicted: Outcome, allow: object, *, who: str, archive: Path, silent: bool
) -> int:  # fmt: skip
    """Most items this command may act on. Raises Mistake where nobody said so. silent: stdout is not for people."""
    if allow is not None:
        require(
            isinstance(allow, int) and not isinstance(allow, bool) and allow >= 1,
            f"allow={allow!r}: it takes a whole number from 1 up.",
        )
        return int(str(allow))
    todo = "route = 'api' AND state = 'planned'"
    count = journal.count(todo)
    require(
        sys.stdin.isatty() and sys.stdout.isatty() and not silent,
        "live=true acts on a real account, and nobody sits at a terminal to say yes. Say how many items this "
        f"command may act on: allow=N ({count} are to be done).",
    )
    print(f"{count} items of {who} are to be done, the first of them:")
    for task in journal.tasks(todo, most=SAMPLES):
        print(f"  {task.action}  {task.label}")
    print(compared(predicted, None))
    answer = input(f"Each is kept in {archive} first. To go on, type how many ({count}): ").strip()
    require(answer.isdigit() and int(answer) >= 1, "Nothing was done.")
    return int(answer)
