"""Review: held items become tasks, and hired people read them.

What a harvester holds for review is a task, with slots for labels, reviews and sometimes an audit (A02, A03). A
slot goes to the first worker, in an order keyed by task and slot, who is employed at that moment; when a worker
comes and goes does not depend on what is posted (A05). What workers read lies in the held copy, so only its
holder's erasing it stops them.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, whole
from sim.core.errors import require, require_above_0, require_share
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential
from sim.core.schema import DAY_S, YEAR_S
from sim.exposure.draft import Draft, Stage, no_objects
from sim.exposure.story import Story

REVIEW = 4
ATTEMPTS = 256
"""A slot asks at most so many workers; with one in ten employed fewer than one slot in 10^11 stays empty."""
LN2 = 0.6931471805599453


@dataclass(frozen=True)
class Review:
    """What is held for review is read by `labels` + `reviews` people, and by one more with `audit_share`.

    They read after an exponential `queue_mean_days`. `workers` come uniformly between `since` and the horizon
    (s) and stay for an exponential time of `half_life_months`.
    """

    labels: int
    reviews: int
    audit_share: float
    queue_mean_days: float
    workers: int
    half_life_months: float
    since: int

    def __post_init__(self) -> None:
        require_share(audit_share=self.audit_share)
        require_above_0(
            queue_mean_days=self.queue_mean_days, workers=self.workers, half_life_months=self.half_life_months
        )
        require(self.labels >= 0 and self.reviews >= 0, "A task has 0 or more labels and reviews.")

    def tables(self) -> tuple[Quantiles, Quantiles]:
        """Time from harvest to reading, and a worker's time in the pool, s."""
        stay = self.half_life_months * YEAR_S / 12 / LN2
        return exponential(mean_s=self.queue_mean_days * DAY_S), exponential(mean_s=stay)

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every reading of what is held of the draft's posts."""
        objects = draft.objects
        held = np.flatnonzero(objects.kind == REVIEW)
        columns = read(
            held, objects.id[held], objects.birth[held], draft.close[held], draft.scene.horizon_end,
            self.labels + self.reviews, int(self.audit_share * 2**32), self.workers,
            self.since, noise.key("audit"), noise.key("queue"), noise.key("slot"),
            noise.key("worker"), *self.tables(),
        )  # fmt: skip
        row, time, worker, slot = columns
        n = len(row)
        events = Events(
            row, objects.maker[row], time, np.full(n, 8, np.int8), worker, slot, np.zeros(n, np.int32),
            np.full(n, 3, np.int8),
        )  # fmt: skip
        return Stage(objects.post[row], events, no_objects())

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        queue, stay = self.tables()
        for thing in [t for t in story.objects.values() if t.kind == "held_for_review"]:
            audited = story.draw(noise, "audit", thing.id)[0] >> 32 < int(self.audit_share * 2**32)
            for slot in range(self.labels + self.reviews + audited):
                time = thing.birth + 1 + story.delay(queue, story.draw(noise, "queue", thing.id, slot)[0])
                for attempt in range(ATTEMPTS):
                    worker = story.draw(noise, "slot", thing.id, slot, attempt)[0] % self.workers
                    coming, staying = story.draw(noise, "worker", worker)
                    came = self.since + (coming >> 33) * (story.scene.horizon_end - self.since) // 2**31
                    if came <= time < came + story.delay(stay, staying):
                        story.see(thing, thing.maker, time, "review", worker, slot, "annotators")
                        break


@compiled
def read(
    held: Array,
    identity: Array,
    birth: Array,
    close: Array,
    horizon_end: Integer,
    slots: Integer,
    audit_share: Integer,
    workers: Integer,
    since: Integer,
    audit_key: np.uint64,
    queue_key: np.uint64,
    slot_key: np.uint64,
    worker_key: np.uint64,
    queue: Array,
    stay: Array,
) -> tuple[Array, Array, Array, Array]:
    """Object row, time, worker and slot of each reading."""
    rows = [(0, 0, 0, 0)]
    rows.clear()
    for i in range(len(held)):
        audited = whole(draw(audit_key, identity[i], 0, 0)[0] >> np.uint64(32)) < audit_share
        for slot in range(slots + (1 if audited else 0)):
            time = birth[i] + 1 + delay(queue, draw(queue_key, identity[i], slot, 0)[0])
            if time >= close[i] or time >= horizon_end:
                continue
            for attempt in range(ATTEMPTS):
                worker = whole(draw(slot_key, identity[i], slot, attempt)[0] % np.uint64(workers))
                coming, staying = draw(worker_key, worker, 0, 0)
                came = since + whole(coming >> np.uint64(33)) * (horizon_end - since) // 2**31
                if came <= time and time < came + delay(stay, staying):
                    rows.append((held[i], time, worker, slot))
                    break
    row, time_, worker_ = np.empty(len(rows), np.int32), np.empty(len(rows), np.int64), np.empty(len(rows), np.int32)
    slot_ = np.empty(len(rows), np.int32)
    for n in range(len(rows)):
        row[n], time_[n], worker_[n], slot_[n] = rows[n]
    return row, time_, worker_, slot_
