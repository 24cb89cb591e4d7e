"""One action of a plan as the journal holds it, and what it can be in."""

from dataclasses import dataclass

from sim.core.errors import Mistake

STATES = ("planned", "sent", "unsure", "accepted", "done", "open", "ticked", "undoing", "undone")
"""planned: to be done. sent: a call is on its way (written before it goes). unsure: it may have been done, to be read
again. accepted: the platform said yes, to be read again. done: booked with a result. open, ticked: by hand, not yet or
done. undoing, undone: an undo is on its way, or carried out."""

API, BY_HAND = "api", "by_hand"


class Stopped(Mistake):
    """A run that ends early: everything is booked, and the same command goes on where it stopped."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """An action. number: its place in the plan, from 1. due: not before, s. time: when it was carried out, s.

    tries: calls with an unclear end. alone: goes in a call of its own. returned: times it came back. checked: last
    read again, s; checks: how often since carried out; check_at: when next, s. kept: where it lies in the archive.
    link, letter: of an action by hand.
    """

    number: int
    target: int | None
    native_id: str | None
    action: str
    route: str
    due: int
    label: str
    link: str | None = None
    letter: str | None = None
    state: str = "planned"
    result: str | None = None
    http_status: int | None = None
    detail: str = ""
    tries: int = 0
    alone: bool = False
    returned: int = 0
    time: float | None = None
    checked: float | None = None
    checks: int = 0
    check_at: float | None = None
    kept: str | None = None
    undo: bytes | None = None
    new_id: str | None = None
