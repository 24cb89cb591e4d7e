"""The journal of a replay: SQLite, written before each call and after it, and flushed to the disk each time."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Answer
from sim.platforms.replay.task import Task

COLUMNS = tuple(field.name for field in fields(Task))
Change = tuple[int, dict[str, Any]]
"""A task's number and its new values."""

_SCHEMA = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tasks (number INTEGER PRIMARY KEY, {", ".join(COLUMNS[1:])});
CREATE INDEX by_state ON tasks (state, number);
CREATE TABLE calls (call INTEGER PRIMARY KEY, sent REAL NOT NULL, answered REAL, items INTEGER NOT NULL,
                    status TEXT, http_status INTEGER);
"""


class Journal:
    """What is to be done and what was done. One process at a time holds it.

    A call whose answer is not in it was under way when the process ended: its tasks are "sent".
    """

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._db = connection
        self._where = where
        self._db.row_factory = sqlite3.Row

    @classmethod
    def create(cls, path: Path | None, tasks: Iterable[Task], facts: dict[str, str]) -> Self:
        """A new journal at `path` (None: in memory), complete or absent."""
        beside = None if path is None else path.with_suffix(".partial")
        if beside is not None:
            beside.unlink(missing_ok=True)
        made = cls(_connect(beside), str(path or "memory"))
        with made._writing() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        made.add(tasks)
        if path is None or beside is None:
            return made
        made.close()
        beside.replace(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal at `path`. Raises Mistake if another process holds it, or if it is none."""
        found = cls(_connect(path), str(path))
        found._flush_always()
        found.fact("plan")
        return found

    def copy(self) -> "Journal":
        """The journal as it stands, in memory: for a rehearsal of what is left."""
        memory = _connect(None)
        self._db.backup(memory)
        return Journal(memory, "memory")

    def close(self) -> None:
        """Let another process have it."""
        self._db.close()

    def fact(self, name: str) -> str | None:
        """A fact about the whole run: the plan's hash, server, account, prediction."""
        row = self._read("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def state(self, name: str, value: str) -> None:
        """Write a fact down."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def add(self, tasks: Iterable[Task]) -> None:
        """More tasks, behind those it has."""
        marks = ", ".join("?" * len(COLUMNS))
        with self._writing() as db:
            db.executemany(f"INSERT INTO tasks VALUES ({marks})", (_values(task) for task in tasks))  # noqa: S608

    def tasks(self, where: str = "1", values: Sequence[Any] = (), *, most: int = -1) -> list[Task]:
        """Tasks that fit an SQL condition, in the plan's order."""
        query = f"SELECT * FROM tasks WHERE {where} ORDER BY number LIMIT {most}"  # noqa: S608
        return [_task(row) for row in self._read(query, values)]

    def task(self, number: int) -> Task:
        """The task of a number."""
        return self.tasks("number = ?", (number,))[0]

    def count(self, where: str) -> int:
        """How many tasks fit an SQL condition."""
        return int(self._read(f"SELECT COUNT(*) FROM tasks WHERE {where}").fetchone()[0])  # noqa: S608

    def next_check(self, state: str) -> float | None:
        """When a task in `state` is next to be read again, s."""
        query = "SELECT MIN(check_at) FROM tasks WHERE state = ?"
        time = self._read(query, (state,)).fetchone()[0]
        return None if time is None else float(time)

    def next_due(self, now: float) -> int | None:
        """When the next task falls due that is not due `now`, s."""
        query = "SELECT MIN(due) FROM tasks WHERE route = 'api' AND state = 'planned' AND due > ?"
        time = self._read(query, (now,)).fetchone()[0]
        return None if time is None else int(time)

    def change(self, changes: Iterable[Change]) -> None:
        """New values of tasks, all or none."""
        with self._writing():
            self._change(changes)

    def sending(self, tasks: Sequence[Task], now: float, *, state: str = "sent") -> int:
        """Write down that a call with `tasks` goes out now; returns its number. On the disk when this returns."""
        with self._writing() as db:
            self._change((task.number, {"state": state}) for task in tasks)
            return int(db.execute("INSERT INTO calls (sent, items) VALUES (?, ?)", (now, len(tasks))).lastrowid or 0)

    def answered(self, call: int, answer: Answer, now: float, changes: Iterable[Change]) -> None:
        """Write down what came of a call."""
        with self._writing() as db:
            self._change(changes)
            row = (now, answer.status, answer.http_status, call)
            db.execute("UPDATE calls SET answered = ?, status = ?, http_status = ? WHERE call = ?", row)

    def calls(self) -> list[sqlite3.Row]:
        """Every call: sent, answered (s; null: not known), items, status, http_status."""
        return self._read("SELECT sent, answered, items, status, http_status FROM calls ORDER BY call").fetchall()

    def _change(self, changes: Iterable[Change]) -> None:
        for number, values in changes:
            named = ", ".join(f"{name} = ?" for name in values)
            self._db.execute(f"UPDATE tasks SET {named} WHERE number = ?", (*values.values(), number))  # noqa: S608

    def _read(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, values)
        except sqlite3.Error as problem:
            raise self._mistake(problem) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as problem:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(problem, sqlite3.Error):
                raise self._mistake(problem) from None
            raise

    def _mistake(self, problem: sqlite3.Error) -> Mistake:
        if "locked" in str(problem):
            return Mistake(f"'{self._where}' is in use: another replay of the same plan is running. Wait for its end.")
        return Mistake(
            f"The journal '{self._where}' cannot be read or written ({problem}). Replay stops here: it never acts on "
            "what it could not write down first. Mend that (free some space?) and give the same command again."
        )

    def _flush_always(self) -> None:
        self._read("PRAGMA locking_mode = EXCLUSIVE")
        self._read("PRAGMA journal_mode = WAL")
        self._read("PRAGMA synchronous = FULL")
        with self._writing() as db:  # takes the lock now, not at the first call
            db.execute("UPDATE facts SET value = value WHERE name = 'plan'")


def _connect(path: Path | None) -> sqlite3.Connection:
    try:
        return sqlite3.connect(":memory:" if path is None else path, isolation_level=None, timeout=0.2)
    except sqlite3.Error as problem:
        raise Mistake(f"Could not open the journal '{path}': {problem}.") from None


def _values(task: Task) -> tuple[Any, ...]:
    return tuple(getattr(task, name) for name in COLUMNS)


def _task(row: sqlite3.Row) -> Task:
    return Task(**{name: row[name] for name in COLUMNS} | {"alone": bool(row["alone"])})
