"""What is booked after an answer and after a look: the whole judgement of a replay, without any effect."""

from typing import Any

from sim.core.schema import DAY_S
from sim.platforms.connectors.connector import Answer, Sight
from sim.platforms.replay.task import Task
from sim.platforms.replay.waiting import Manners

ALREADY_GONE = "was gone already"
STILL_THERE = "the platform said that it was done, but it is still there"
DENIED = "the platform said that there is no such item, but it is still there"
UNCLEAR = "still there after calls without a clear end"
CAME_BACK = "came back after it had been gone"


def booked(result: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """A task that came to an end."""
    return {"state": "done", "result": result, "detail": detail, **more}


def after_answer(task: Task, answer: Answer, now: float, manners: Manners, *, alone: bool) -> dict[str, Any]:
    """New values of a task whose call was answered. alone: it was the only item of the call."""
    heard = {"http_status": answer.http_status, "detail": answer.detail}
    match answer.status:
        case "accepted" if task.native_id is None:
            return booked("accepted", "the account itself cannot be read again", time=now)
        case "accepted":
            return {
                **heard, "state": "accepted", "result": "accepted", "time": now, "checks": 0,
                "check_at": now + manners.look_after_s[0], "undo": answer.undo, "alone": alone,
            }  # fmt: skip
        case "retry" | "signed_out":
            return {**heard, "state": "planned"}
        case "refused" if alone:
            return booked("refused", answer.detail, http_status=answer.http_status, time=now)
        case "gone" if alone:
            return {**heard, "state": "unsure", "detail": DENIED, "time": now}
        case _:  # unclear, or a batch of which some items may be at fault
            return {**heard, "state": "unsure", "time": now, "tries": task.tries + (answer.status == "unsure")}


def after_doubt(task: Task, sight: Sight, now: float, manners: Manners) -> dict[str, Any]:
    """New values of an unsure task that was read again."""
    seen = {"checked": now, "time": task.time or now}
    if sight == "gone":
        mine = task.detail != DENIED or task.tries > 0
        return _confirmed(task, now, manners) | {"detail": "" if mine else ALREADY_GONE}
    if sight == "unknown":
        return booked("unknown", "could not be read again", **seen)
    if task.detail == DENIED:
        return booked("refused", DENIED, **seen)
    if task.tries >= manners.tries:
        return booked("refused", UNCLEAR, **seen)
    return {"state": "planned", "alone": True, "checked": now}


def after_check(task: Task, sight: Sight, now: float, manners: Manners) -> dict[str, Any]:
    """New values of a task that was accepted or booked, and read again when it was due."""
    if sight == "gone":
        return _confirmed(task, now, manners)
    seen = {"checked": now, "checks": task.checks + 1}
    if task.state == "accepted":
        if task.checks + 1 < len(manners.look_after_s):
            return {**seen, "check_at": (task.time or now) + manners.look_after_s[task.checks + 1]}
        if sight == "there" and not task.alone:  # another item of the call may be at fault
            return {**seen, "state": "planned", "result": None, "alone": True, "check_at": None}
        if sight == "there":
            return booked("refused", STILL_THERE, **seen, check_at=None)
        return booked("accepted", "could not be read again", **seen, check_at=_recheck(task, now, manners))
    if sight == "unknown":
        return {"check_at": now + DAY_S}
    if task.returned:
        return booked("refused", f"{CAME_BACK}, twice", **seen, check_at=None, returned=task.returned + 1)
    return {
        **seen, "state": "planned", "result": None, "detail": CAME_BACK, "returned": 1, "tries": 0, "check_at": None,
    }  # fmt: skip


def _confirmed(task: Task, now: float, manners: Manners) -> dict[str, Any]:
    return {
        "state": "done", "result": "confirmed", "checked": now, "checks": task.checks + 1, "time": task.time or now,
        "check_at": _recheck(task, now, manners), "detail": CAME_BACK if task.returned else "",
    }  # fmt: skip


def _recheck(task: Task, now: float, manners: Manners) -> float | None:
    """The first later day of reading again that is still to come."""
    days = ((task.time or now) + days * DAY_S for days in manners.recheck_days)
    return next((day for day in days if day > now), None)
