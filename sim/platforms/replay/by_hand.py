"""What a person does herself: a checklist with links, letters and dates, ticked off in the same journal."""

from collections.abc import Sequence
from pathlib import Path

from sim.core.clock import iso_date
from sim.core.errors import Mistake
from sim.core.schema import DAY_S
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.letters import ANSWER_DAYS, Sender, letter
from sim.platforms.replay.task import BY_HAND, Task

LETTERS = ("erase", "object", "takedown")


def write_letters(journal: Journal, folder: Path, sender: Sender, *, holder: str, now: float) -> None:
    """Write each letter that is still to be written into `folder`, and note its name in the journal."""
    for task in journal.tasks(f"route = '{BY_HAND}' AND state = 'open' AND letter IS NULL"):
        if task.action not in LETTERS:
            continue
        items = [] if task.target == -1 else [task.link or task.native_id or task.label]
        name = f"{task.number:04}-{task.action}.txt"
        folder.mkdir(parents=True, exist_ok=True)
        text = letter(task.action, sender, holder=holder, items=items, date=now)
        (folder / name).write_text(text, encoding="utf-8")
        journal.change([(task.number, {"letter": name})])


def tick(journal: Journal, numbers: Sequence[int], *, now: float) -> None:
    """Tick tasks off, all or none. A letter is ticked twice: when it is sent, and when what it asks for was granted."""
    hand = {task.number: task for task in journal.tasks(f"route = '{BY_HAND}'")}
    for number in numbers:
        if number not in hand:
            some = ", ".join(map(str, list(hand)[:20])) or "none"
            raise Mistake(f"tick={number}: that is no action by hand. Those are: {some}.")
    for number in dict.fromkeys(numbers):
        task = hand[number]
        if task.state == "open":
            waits = {"check_at": now + ANSWER_DAYS * DAY_S} if task.action in LETTERS else {}
            detail = "sent" if task.action in LETTERS else "ticked off by hand"
            done = {"state": "ticked", "result": "accepted", "time": now, "detail": detail, **waits}
            journal.change([(number, done)])
        elif task.check_at is not None:
            journal.change([(number, {"state": "done", "result": "confirmed", "detail": "granted", "check_at": None})])


def checklist(journal: Journal, *, now: float) -> str:
    """The checklist as text, in the plan's order: what is open, what waits for an answer, what is done."""
    tasks = journal.tasks(f"route = '{BY_HAND}'")
    open_count = sum(task.state == "open" for task in tasks)
    lines = [f"By hand: {open_count} of {len(tasks)} still to do. Tick off with: afterpost replay RUN tick=NUMBER", ""]
    for task in tasks:
        lines.append(f"[{'x' if task.state == 'done' else '-' if task.state == 'ticked' else ' '}] {_line(task, now)}")
    return "\n".join(lines) + "\n"


def _line(task: Task, now: float) -> str:
    parts = [f"{task.number:>5}  {task.action.replace('_', ' '):<14} {task.label}"]
    if task.state == "open":
        parts.append(f"by {iso_date(int(max(now, task.due)))}")
        parts += [part for part in (task.link, task.detail) if part]
        parts += [f"letter: letters/{task.letter}"] if task.letter else []
    elif task.check_at is not None:
        late = " (it is late: complain to the supervisory authority)" if task.check_at < now else ""
        parts.append(f"sent; answer due by {iso_date(int(task.check_at))}{late}")
    else:
        parts.append(task.detail)
    return "\n           ".join(parts)
