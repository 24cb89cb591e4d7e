"""From a plan to the tasks of a journal: each action by the platform's API where there is a way, else by hand."""

from collections.abc import Iterable
from math import ceil

import pyarrow as pa

from sim.cleanup.limits import Platform
from sim.cleanup.plan import WHOLE_ACCOUNT
from sim.core.schema import ACTIONS, BESIDE, KINDS
from sim.platforms.exports.item import Item
from sim.platforms.replay.task import API, BY_HAND, Task

BY_API = ("delete",)
"""What connectors carry out; all else a person does, with a link or a letter."""

LABEL = 60


def planned(
    plan: pa.Table, targets: pa.Table, platform: Platform, *, decision: int, later_s: int, begin: int
) -> list[Task]:  # fmt: skip
    """The tasks of a plan in its order. later_s: how much later than planned the rounds after the first begin.

    begin: when a person starts on what goes by hand (s); it falls due at the pace that the plan was made for.
    """
    rows = {row["target"]: row for row in targets.to_pylist()}
    made = []
    for number, row in enumerate(plan.to_pylist(), 1):
        found = rows.get(row["target"], {"native_id": None, "uri": None, "kind": 0, "label": "the whole account"})
        native_id = None if KINDS[found["kind"]] in BESIDE else found["native_id"]  # a like's id is another's post
        made.append(
            _task(
                number, platform, target=row["target"], native_id=native_id, uri=found["uri"],
                action=ACTIONS[row["action"]], label=found["label"],
                due=0 if row["due"] <= decision else row["due"] + later_s, by=begin + row["time"] - decision,
            )
        )  # fmt: skip
    return made


def found(items: Iterable[Item], platform: Platform, *, before: float, known: set[str], first: int) -> list[Task]:
    """Deletions of the items older than `before` (s) whose ids are not `known`, the oldest first."""
    old = sorted(
        (item for item in items if item.created < before and item.native_id not in known),
        key=lambda item: (item.created, item.native_id or ""),
    )
    return [
        _task(
            first + place, platform, target=None, native_id=item.native_id, uri=item.uri, action="delete", due=0,
            label=" ".join(f"{item.kind} {item.text}".split())[:LABEL],
        )
        for place, item in enumerate(old)
    ]  # fmt: skip


def _task(
    number: int, platform: Platform, *, target: int | None, native_id: str | None, uri: str | None, action: str,
    label: str, due: int, by: int = 0,
) -> Task:  # fmt: skip
    maker = platform.connector  # without secrets there is nothing to connect with: by hand, or refused
    by_api = action in BY_API and maker.grade in ("A", "B") and bool(maker.secrets) and native_id is not None
    given: dict[str, object] = {}
    if not by_api:
        link = uri if uri and target != WHOLE_ACCOUNT else platform.links.get(action)
        given = {"state": "open", "link": link, "detail": platform.by_hand.get(action, "")}
        due = by
    return Task(
        number=number, target=target, native_id=native_id, action=action, route=API if by_api else BY_HAND,
        due=ceil(due), label=label, **given,  # type: ignore[arg-type]
    )  # fmt: skip
