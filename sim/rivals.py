"""Rivals: how the strategies stand among very many random plans, scored in one pass over the log.

In a random plan each owner deletes a random share of her own posts in a random order, at her platform's pace. A
strategy that does not beat random plans with as many deletions knows nothing that matters.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from sim.cleanup.limits import Platform
from sim.cleanup.plan import last_calls
from sim.core.codes import LATEST
from sim.core.compiled import Array, compiled
from sim.core.log import Block, Log
from sim.core.noise import Noise
from sim.exposure.doors import DELETE, DOORS, closings_of_many
from sim.measure.many import LANES, avoided_by_each
from sim.measure.score import Ledger
from sim.owners import Owners


@dataclass(frozen=True)
class Rivals:
    """By plan: deletions made by all owners, and pairs avoided by each, int64[plans, owners, 5]; and the time taken."""

    deletions: NDArray[np.int64]
    avoided: NDArray[np.int64]
    events: int
    seconds: float

    def beaten(self, deletions: int, avoided: int) -> float | None:
        """The share of random plans with about as many deletions (within a twentieth of the range) that avoid less."""
        near = np.abs(self.deletions - deletions) <= 0.05 * self.deletions.max()
        pairs = self.avoided.sum(axis=(1, 2))[near]
        return float((pairs < avoided).mean()) if len(pairs) else None


@dataclass(frozen=True)
class Draws:
    """What random plans are made of: for each post its owner (-1: nobody's own) and place in her list; for each owner
    her number of posts and, from `start` on, when her n-th deletion takes effect (s); for each plan and owner how many
    she deletes and the stride and offset of her order.
    """

    owner: NDArray[np.int32]
    place: NDArray[np.int64]
    count: NDArray[np.int64]
    start: NDArray[np.int64]
    time: NDArray[np.int32]
    deleted: NDArray[np.int64]
    stride: NDArray[np.int64]
    offset: NDArray[np.int64]


def draw_plans(owners: Owners, platform: Platform, noise: Noise, *, plans: int, decision: int) -> Draws:
    """`plans` random plans, keyed by plan and owner."""
    rows, limits = owners.rows, platform.limits
    count = np.array([len(each) for each in rows], dtype=np.int64)
    owner = np.full(owners.world.posts.num_rows, -1, dtype=np.int32)
    place = np.zeros(len(owner), dtype=np.int64)
    times = []
    for number, each in enumerate(rows):
        owner[each], place[each] = number, np.arange(len(each))
        if len(each):
            calls = last_calls(each, limits)
            slots = limits.slots(int(calls[-1]) + 1, start=decision, made=np.empty(0, dtype=np.int64)) + decision
            times.append(np.minimum(slots[calls], LATEST))
    plan, person = np.arange(plans)[:, None], np.arange(len(rows))[None, :]
    share = noise.uniform("rival share", np.arange(plans))[:, None]
    stride, offset = noise.words("rival order", plan + 0 * person, person + 0 * plan)
    many = np.maximum(count, 1).astype(np.uint64)
    strides = (stride % many).astype(np.int64)
    while (shared := np.gcd(strides, many.astype(np.int64)) > 1).any():  # a stride that visits every post
        strides = np.where(shared, (strides + 1) % many.astype(np.int64), strides)
    return Draws(
        owner, place, count, np.concatenate([[0], np.cumsum(count)]),
        np.concatenate([np.empty(0, np.int64), *times]).astype(np.int32), np.round(share * count).astype(np.int64),
        strides, (offset % many).astype(np.int64),
    )  # fmt: skip


def rival(
    owners: Owners, platform: Platform, log: Log, ledger: Ledger, noise: Noise, *, plans: int, threads: int | None
) -> Rivals:
    """Draw and score `plans` random plans over a log."""
    began = perf_counter()
    made = draw_plans(owners, platform, noise, plans=plans, decision=owners.world.decision)

    def doors(first: int, block: Block) -> NDArray[np.int32]:
        here, lanes = slice(block.first, block.first + block.posts), slice(first, min(first + LANES, plans))
        return doors_of(
            made.owner[here], made.place[here], made.count, made.start, made.time, made.deleted[lanes],
            made.stride[lanes], made.offset[lanes],
        )  # fmt: skip

    avoided = avoided_by_each(log, ledger, doors, closings_of_many, plans=plans, threads=threads)
    return Rivals(made.deleted.sum(axis=1), avoided, log.events, perf_counter() - began)


@compiled
def doors_of(
    owner: Array, place: Array, count: Array, start: Array, time: Array, deleted: Array, stride: Array, offset: Array
) -> Array:
    """Doors of a block's posts under up to 64 random plans: int32[posts, doors, 64]."""
    doors = np.full((len(owner), DOORS, LANES), LATEST, dtype=np.int32)
    for p in range(len(owner)):
        who = owner[p]
        if who < 0:
            continue
        for plan in range(len(deleted)):
            turn = (place[p] * stride[plan, who] + offset[plan, who]) % count[who]
            if turn < deleted[plan, who]:
                doors[p, DELETE, plan] = time[start[who] + turn]
    return doors


def in_words(rivals: Rivals, avoided: dict[str, tuple[int, int]]) -> dict[str, object]:
    """For a document: how many, how fast, and what share of equal rivals each strategy (deletions, pairs) beats."""
    pairs = rivals.avoided.sum(axis=(1, 2))
    return {
        "plans": len(pairs),
        "events": rivals.events,
        "seconds": round(rivals.seconds, 3),
        "best": int(pairs.max(initial=0)),
        "median": float(np.median(pairs)),
        "beaten_share": {name: rivals.beaten(*done) for name, done in avoided.items()},
    }
