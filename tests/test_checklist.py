"""What goes by hand: a checklist in the plan's order, each with a page to open, at a person's pace."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.cleanup.limits import Platform
from sim.core.build import build
from sim.core.clock import iso_date, seconds
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, DAY_S, table
from sim.platforms.replay.by_hand import checklist
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.tasks import planned
from sim.verbs.compose import compose_option

DECISION = seconds("2026-01-01")
BEGIN = DECISION + 30 * DAY_S


def listed(name: str, count: int, *, native: bool = False) -> tuple[Platform, str, Any]:
    """The checklist of a plan of `count` deletions, made at the decision and begun 30 days later; and its tasks."""
    platform: Platform = build(settle(compose_option("platform", name), None), name)
    slots = platform.limits.slots(count, start=DECISION)
    plan = table(
        "plan",
        {
            "owner": [0] * count,
            "target": list(range(count)),
            "action": pa.array([ACTIONS.index("delete")] * count, pa.int8()),
            "due": [DECISION] * count,
            "time": (slots + DECISION).tolist(),
            "reason": pa.array(["a test"] * count).dictionary_encode(),
        },
    )
    targets = table(
        "targets",
        {
            "target": list(range(count)),
            "native_id": pa.array([str(n) if native else None for n in range(count)], pa.string()),
            "uri": pa.array([None] * count, pa.string()),
            "kind": pa.array([0] * count, pa.int8()),
            "label": [f"post {n}" for n in range(count)],
        },
    )
    tasks = planned(plan, targets, platform, decision=DECISION, later_s=0, begin=BEGIN)
    journal = Journal.create(None, tasks, {})
    text = checklist(journal, now=BEGIN)
    journal.close()
    return platform, text, tasks


@pytest.mark.parametrize("name", ["facebook", "instagram", "tiktok"])
def test_a_person_is_asked_for_no_more_a_day_than_she_can(name: str) -> None:
    platform, text, tasks = listed(name, 500)
    assert [task.number for task in tasks] == list(range(1, 501)) and {task.route for task in tasks} == {"by_hand"}
    assert re.findall(r"post (\d+)", text) == [str(n) for n in range(500)], "in the plan's order"
    days = re.findall(r"by (\d{4}-\d\d-\d\d)", text)
    most = max(rule.calls for rule in platform.limits.rules)
    assert days == sorted(days) and max(np.unique(days, return_counts=True)[1]) <= most
    assert days[0] == iso_date(BEGIN) and days[-1] == iso_date(BEGIN + (500 // most) * DAY_S)
    assert text.count(platform.by_hand["delete"]) == 500
    assert text.count(platform.links.get("delete", platform.by_hand["delete"])) == 500


@pytest.mark.parametrize("name", ["slack", "youtube", "threads", "pinterest", "mastodon_server_job"])
def test_an_api_without_a_connector_goes_by_hand_too(name: str) -> None:
    _, _, tasks = listed(name, 3, native=True)
    assert {(task.route, task.state) for task in tasks} == {("by_hand", "open")}


def test_what_a_connector_can_do_goes_by_the_api() -> None:
    _, text, tasks = listed("mastodon", 3, native=True)
    assert {(task.route, task.state, task.due) for task in tasks} == {("api", "planned", 0)}
    assert text.startswith("By hand: 0 of 0")
