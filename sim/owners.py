"""The owners of a world at their desks: what each sees of her account, and the plans a strategy makes for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.cleanup.account import Account, observe
from sim.cleanup.detector import detect
from sim.cleanup.limits import Platform
from sim.cleanup.plan import Plan, Strategy, decide, impossible, missing
from sim.core.errors import unknown
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, DAY_S, KINDS, NEVER, QUIET
from sim.exposure.engagement import Engagement
from sim.measure.outcome import Deed
from sim.measure.score import Ledger
from sim.measure.tally import Masks, extractable
from sim.world.world import World

Counts = NDArray[np.int32]
SEEN_BY_OTHERS = tuple(kind for kind in KINDS if kind not in QUIET)


@dataclass(frozen=True)
class Owners:
    """The owners of `world`; `estimated` are the classes each finds in her own posts, int32[posts]; `kinds`: codes of
    KINDS, what of her own she looks through."""

    world: World
    estimated: NDArray[np.int32]
    kinds: tuple[int, ...]

    @cached_property
    def rows(self) -> list[NDArray[np.int64]]:
        """Rows of `posts` each owner wrote herself and looks through, in order."""
        author, subject, kind = (self.world.posts[name].to_numpy() for name in ("author", "subject", "kind"))
        mine = np.where((author == subject) & np.isin(kind, self.kinds), author, -1)
        return [np.flatnonzero(mine == owner) for owner in self.world.owners]

    @cached_property
    def own(self) -> list[pa.Table]:
        """Her own posts, of each owner."""
        return [self.world.posts.take(pa.array(rows)) for rows in self.rows]

    def followers(self, owner: int) -> NDArray[np.int64]:
        """Who may see the posts of owner number `owner`, ascending."""
        audience, person = self.world.audience, self.world.owners[owner]
        return audience.viewer[audience.start[person] : audience.start[person + 1]].astype(np.int64)

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """The owner each post exposes, by number; -1: none of them."""
        subject = self.world.posts["subject"].to_numpy()
        place = np.minimum(np.searchsorted(self.world.owners, subject), len(self.world.owners) - 1)
        return np.where(self.world.owners[place] == subject, place, -1)


def know(world: World, kinds: Sequence[str] = SEEN_BY_OTHERS) -> Owners:
    """The owners, each having looked through her own posts of these `kinds` with her detector."""
    for name in kinds:
        if name not in KINDS:
            raise unknown("kind in account.kinds", str(name), KINDS)
    estimated = detect(world.posts["text"].combine_chunks(), world.posts["kind"].to_numpy())
    return Owners(world, estimated, tuple(KINDS.index(name) for name in kinds))


@dataclass(frozen=True)
class Desk:
    """What the platform shows the owners: the engagement of a log; None: an archive's own counts stand."""

    owners: Owners
    engagement: Engagement | None

    @cached_property
    def _each(self) -> list[Engagement]:
        assert self.engagement is not None
        return [self.engagement.of(rows) for rows in self.owners.rows]

    def account(self, owner: int, now: int, gone: NDArray[np.int64], strategy: Strategy) -> Account:
        """What owner number `owner` sees at `now` (s) without the posts in `gone`."""
        own = self.owners.own[owner]
        if self.engagement is None:
            likes, reshares = _counted(own["likes"]), _counted(own["reshares"])
        else:
            likes, reshares = self._each[owner].counts(now)
        followers = passed_on = None
        if self.engagement is not None and "followers" in strategy.needs:
            followers = self.owners.followers(owner)
            passed_on = self._each[owner].passed_on(now, followers)
        return observe(
            own,
            owner=int(self.owners.world.owners[owner]),
            now=now,
            estimated=self.owners.estimated[self.owners.rows[owner]],
            likes=likes,
            reshares=reshares,
            gone=gone,
            columns=strategy.needs,
            followers=followers,
            passed_on=passed_on,
        )


def _counted(column: pa.ChunkedArray) -> Counts | None:
    """An archive's counts; None if it has none."""
    if len(column) and column.null_count == len(column):
        return None
    return np.asarray(pc.fill_null(column, 0).to_numpy(), dtype=np.int32)


def plans(
    strategy: Strategy, desk: Desk, platform: Platform, noise: Noise, *, decision: int, horizon_end: int
) -> list[Plan] | str:
    """The plan of each owner; or, where the strategy is not applicable, why not."""
    made = []
    for number in range(len(desk.owners.world.owners)):
        lacking = missing(strategy, desk.account(number, decision, np.empty(0, np.int64), strategy))
        if lacking:
            return f"It needs {' and '.join(lacking)}, which this account does not show."

        def see(now: int, gone: NDArray[np.int64], number: int = number) -> Account:
            return desk.account(number, now, gone, strategy)

        plan = decide(strategy, see, platform.limits, noise, decision=decision, horizon_end=horizon_end)
        cannot = impossible(plan, platform)
        if cannot:
            return f"{platform.title} offers no way to {' or '.join(a.replace('_', ' ') for a in cannot)}."
        made.append(plan)
    return made


def actions(made: Sequence[Plan]) -> NDArray[np.int64]:
    """Rows (owner, target, action, time) of all plans."""
    parts = [
        np.stack([np.full(len(p.target), p.owner), p.target, p.action.astype(np.int64), p.time], axis=1) for p in made
    ]
    return np.concatenate(parts) if parts else np.empty((0, 4), dtype=np.int64)


def at_once(owners: NDArray[np.int64], when: int) -> NDArray[np.int64]:
    """Every action of every owner at one moment (s), as if all were granted."""
    every = [ACTIONS.index(name) for name in ("delete_account", "takedown", "erase", "object")]
    return np.array([(owner, -1, action, when) for owner in owners for action in every], dtype=np.int64)


def deed(
    log: Log, alive: Masks, ledger: Ledger, made: Sequence[Plan], owners: Owners, platform: Platform, *,
    decision: int, horizon_end: int,
) -> Deed:  # fmt: skip
    """What plans cost the owners and what they did."""
    standing = [_standing(own, decision) for own in owners.own]
    total = np.array(standing, dtype=np.float64)
    gone = np.array([_deleted(plan, count, horizon_end) for plan, count in zip(made, standing, strict=True)])
    ends = np.array([plan.finish if plan.finish is not None else decision for plan in made])
    waits = {count: platform.limits.wait_s(count, pace=1.0) for count in {plan.calls for plan in made}}
    repeat = ledger.by_owner(extractable(log, alive)[:, None])[:, 0]
    return Deed(
        avoided=ledger.avoided(log, alive),
        extractable=ledger.extractable - repeat,
        posts=total,
        kept=total - gone,
        calls=np.array([plan.calls for plan in made], dtype=np.float64),
        days=(ends - decision) / DAY_S,
        days_full_limit=np.array([waits[plan.calls] for plan in made]) / DAY_S,
        usd=np.array([plan.money_usd for plan in made]),
    )


def _standing(own: pa.Table, decision: int) -> int:
    """How many of her own posts an owner has not deleted of her own accord by `decision` (s)."""
    return int((pc.fill_null(own["deleted"], NEVER).to_numpy() > decision).sum())


def _deleted(plan: Plan, posts: int, horizon_end: int) -> int:
    """How many posts of its owner a plan deletes by the horizon."""
    done = plan.time < horizon_end
    if (done & (plan.action == ACTIONS.index("delete_account"))).any():
        return posts
    return int((done & (plan.action == ACTIONS.index("delete"))).sum())
