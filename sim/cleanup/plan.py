"""From a strategy's ranking to a dated plan: who acts on what, when, at which price."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits, Platform
from sim.core.errors import Mistake, require
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S, table

WHOLE_ACCOUNT = -1
"""The target of an action on the account, not on one post."""

ON_POSTS = ("delete", "limit", "untag", "takedown")
ON_PEOPLE = ("block",)
ON_ACCOUNT = ("limit", "untag", "takedown", "erase", "object", "delete_account")

Ids = NDArray[np.int64]
See = Callable[[int, Ids], Account]
"""The account at a moment (s), without the posts (ids) already planned."""


@dataclass(frozen=True)
class Choice:
    """What a strategy wants done now: ids of posts, or of the people it blocks, most urgent first, or
    [WHOLE_ACCOUNT]; one action (code); why.
    """

    target: Ids
    action: int
    reason: str


class Strategy(Protocol):
    """A way to clean up. One that also has `every_days: int` is asked again every so many days.

    `needs` names columns of the Account that may be missing (likes, reshares, those of ON_REQUEST) and must be there.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns without which it is not applicable."""

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        """What to act on, in order, from what the owner can see at `account.now`."""


@dataclass(frozen=True)
class Plan:
    """One owner's actions in the order of their calls. due: when the strategy asked for each; time: when it takes
    effect, s.

    calls, money_usd: of all of it. finish: time of the last action; None: no action.
    """

    owner: int
    target: Ids
    action: NDArray[np.int8]
    due: Ids
    time: Ids
    reason: str
    calls: int
    money_usd: float
    finish: int | None


def missing(strategy: Strategy, account: Account) -> tuple[str, ...]:
    """What `strategy` needs and `account` lacks; if any, it is not applicable."""
    return tuple(name for name in strategy.needs if getattr(account, name) is None)


def impossible(plan: Plan, platform: Platform) -> tuple[str, ...]:
    """Actions of `plan` that a user of `platform` cannot take; if any, its strategy is not applicable there."""
    return tuple(ACTIONS[code] for code in np.unique(plan.action) if ACTIONS[code] not in platform.actions)


def decide(strategy: Strategy, see: See, limits: Limits, noise: Noise, *, decision: int, horizon_end: int) -> Plan:
    """The plan of `strategy`: ranked at `decision` (s), and for a recurring one again until `horizon_end` (s).

    Each round sees the account as it then is under the plan so far, and its calls queue behind those planned
    before. The strategy draws from a branch of `noise` and cannot recompute the world's. Raises Mistake if it
    names a post that is not in its account, or one twice.
    """
    own = noise.branch("strategy")
    every_days = _every_days(strategy)
    targets, dues, times, actions = [_NO_IDS], [_NO_IDS], [_NO_IDS], [_NO_CODES]
    made, reason, now = _NO_IDS, "", decision
    while True:
        acted = [target for target, action in zip(targets, actions, strict=True) if not on_people(action)]
        account = see(now, np.concatenate([_NO_IDS, *acted]))
        choice = strategy.rank(account, limits, own)
        target = _checked(strategy, choice, account)
        if len(target):
            last_call = last_calls(target, limits)
            slots = limits.slots(int(last_call[-1]) + 1, start=now, made=made) + now
            made, reason = np.concatenate([made, slots]), choice.reason
            targets.append(target)
            dues.append(np.full(len(target), now, dtype=np.int64))
            times.append(slots[last_call])
            actions.append(np.full(len(target), choice.action, dtype=np.int8))
        now += every_days * DAY_S
        if every_days == 0 or now >= horizon_end or WHOLE_ACCOUNT in target:
            break
    time = np.concatenate(times)
    return Plan(
        owner=account.owner,
        target=np.concatenate(targets),
        action=np.concatenate(actions),
        due=np.concatenate(dues),
        time=time,
        reason=reason,
        calls=len(made),
        money_usd=len(made) * limits.usd_per_call,
        finish=int(time[-1]) if len(time) else None,
    )


def to_table(plans: Iterable[Plan]) -> pa.Table:
    """All plans as one `plan` table, in their order."""
    every = list(plans)
    lengths = [len(plan.target) for plan in every]
    reasons = sorted({plan.reason for plan in every})
    place = {reason: code for code, reason in enumerate(reasons)}
    codes = np.repeat(np.array([place[plan.reason] for plan in every], dtype=np.int32), lengths)
    return table(
        "plan",
        {
            "owner": np.repeat(np.array([plan.owner for plan in every], dtype=np.int64), lengths),
            "target": np.concatenate([_NO_IDS, *(plan.target for plan in every)]),
            "action": np.concatenate([_NO_CODES, *(plan.action for plan in every)]),
            "due": np.concatenate([_NO_IDS, *(plan.due for plan in every)]),
            "time": np.concatenate([_NO_IDS, *(plan.time for plan in every)]),
            "reason": pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(reasons, type=pa.string())),
        },
    )


_NO_IDS: Ids = np.empty(0, dtype=np.int64)
_NO_CODES: NDArray[np.int8] = np.empty(0, dtype=np.int8)


def on_people(actions: NDArray[np.int8]) -> bool:
    """Whether a round's actions are on people, not on posts: then nothing of hers is gone."""
    return len(actions) > 0 and ACTIONS[actions[0]] in ON_PEOPLE


def _every_days(strategy: Strategy) -> int:
    every_days = getattr(strategy, "every_days", None)
    if every_days is None:
        return 0
    if isinstance(every_days, bool) or not isinstance(every_days, int) or every_days < 1:
        raise Mistake(
            f"Strategy {type(strategy).__name__} recurs every {every_days!r} days; it takes a whole number from 1 up."
        )
    return every_days


def last_calls(target: Ids, limits: Limits) -> Ids:
    """For each item the place of the call with which it is done: a batch shares it, a whole account takes one."""
    if target[0] == WHOLE_ACCOUNT:
        return np.zeros(1, dtype=np.int64)
    return (np.arange(len(target)) // limits.batch + 1) * limits.calls_per_item - 1


def _checked(strategy: Strategy, choice: Choice, account: Account) -> Ids:
    target, who = np.asarray(choice.target), f"Strategy {type(strategy).__name__}"
    require(
        target.ndim == 1 and (target.dtype == np.int64 or not len(target)),
        f"{who} answered targets of type {target.dtype} in {target.ndim} dimensions; expected int64[m].",
    )
    require(
        0 <= choice.action < len(ACTIONS), f"{who} answered action {choice.action}; they end at {len(ACTIONS) - 1}."
    )
    whole = bool((target == WHOLE_ACCOUNT).any())
    require(not whole or len(target) == 1, f"{who} answered the whole account and single posts at once.")
    action, possible = ACTIONS[choice.action], ON_ACCOUNT if whole else (*ON_POSTS, *ON_PEOPLE)
    require(
        not len(target) or action in possible,
        f"{who} answered '{action}' for {'the whole account' if whole else 'posts'}; possible: {', '.join(possible)}.",
    )
    known = account.followers if action in ON_PEOPLE else account.post
    strange = target[:0] if whole else target[~np.isin(target, _NO_IDS if known is None else known)]
    require(
        not len(strange), f"{who} answered {len(strange)} targets not in the account it saw, such as {strange[:1]}."
    )
    doubled = len(target) - len(np.unique(target))
    require(not doubled, f"{who} answered {doubled} targets twice.")
    return target.astype(np.int64, copy=False)
