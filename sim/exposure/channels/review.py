"""Review: held items become tasks, hired people read them, and some keep what they read until it gets out.

What a harvester holds for review is given out by the projects that run then; each takes labels, done again where
judged wrong, reviews and sometimes an audit (A02, A03). Who reads has the least keyed number of those employed and fit;
workers, rounds and leaks do not depend on what is posted. Readings lie in the held copy, so only its holder's erasing
it stops them; what a worker keeps no door shuts, and a leaking worker lets out all she kept at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array
from sim.core.errors import require, require_above_0
from sim.core.log import Events, Objects
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential
from sim.core.schema import CHANNELS, DAY_S, KINDS, LEARNERS, NEVER, OBJECTS
from sim.exposure.draft import Draft, Stage
from sim.exposure.projects import AUDIT, GOLD, MOST_PROJECTS, REVIEW, REWORK, Project
from sim.exposure.shifts import Shifts
from sim.exposure.story import Story, Thing, Told
from sim.exposure.tasks import DECISIONS, Keys, Work, read
from sim.exposure.workforce import Pool, Workers, hire

HELD, KEPT = OBJECTS.index("held_for_review"), OBJECTS.index("kept_by_worker")
READ, LEAK = CHANNELS.index("review"), CHANNELS.index("leak")


@dataclass(frozen=True)
class Review:
    """`projects` by name give what is held for review to people of the `pool`, `queue_mean_days` after the harvest.

    A task that comes between two rounds of its project waits for the next. `shifts` is the workers' side.
    """

    pool: Pool
    projects: Mapping[str, Project]
    queue_mean_days: float
    shifts: Shifts

    def __post_init__(self) -> None:
        require_above_0(queue_mean_days=self.queue_mean_days)
        require(len(self.projects) <= MOST_PROJECTS, f"There are {len(self.projects)} projects, over {MOST_PROJECTS}.")

    def queue(self) -> Quantiles:
        """Time from harvest to reading, s."""
        return exponential(mean_s=self.queue_mean_days * DAY_S)

    def work(self, noise: Noise, *, horizon_end: int) -> Work:
        """The projects as columns."""
        each = list(self.projects.values())
        rounds = [project.rounds(noise, name, horizon_end=horizon_end) for name, project in self.projects.items()]

        def shares(name: str) -> Array:
            return np.array([int(getattr(project, name) * 2**32) for project in each], dtype=np.int64)

        def counts(name: str) -> Array:
            return np.array([getattr(project, name) for project in each], dtype=np.int64)

        return Work(
            np.array([noise.key(f"task {name}") for name in self.projects], dtype=np.uint64),
            np.array([project.takes() for project in each], dtype=np.bool_).reshape(len(each), len(KINDS)),
            shares("sample_share"), counts("labels"), counts("reviews"), shares("audit_share"),
            shares("ambiguous_share"), shares("gold_share"), counts("gold_readers"),
            np.cumsum([0, *map(len, rounds)]), np.concatenate([np.empty((0, 2), np.int64), *rounds]),
        )  # fmt: skip

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every reading and leak of what is held of the draft's posts."""
        objects, end = draft.objects, draft.scene.horizon_end
        held = np.flatnonzero(objects.kind == HELD)
        pool = hire(self.pool, noise, horizon_end=end)
        kind = draft.scene.kind[draft.first + objects.post[held]]
        keys = Keys(*(noise.key(name) for name in DECISIONS))
        row, parent, time, worker, slot, kept = read(
            objects.id[held], objects.birth[held], draft.close[held], kind, end, self.work(noise, horizon_end=end),
            keys, self.queue(), pool.staff,
            pool.fit(list(self.projects)), int(self.pool.kept_share * 2**32),
        )  # fmt: skip
        leaks = np.flatnonzero(kept)
        thing = held[row]
        above = np.where(parent < 0, objects.maker[thing], -2 - parent)
        n, m = len(row), len(leaks)
        events = Events(
            np.concatenate([thing, -2 - np.arange(m)]).astype(np.int32),
            np.concatenate([above, -2 - leaks]).astype(np.int32),
            np.concatenate([time, pool.leaks[worker[leaks]]]),
            np.repeat([READ, LEAK], [n, m]).astype(np.int8),
            np.concatenate([worker, worker[leaks]]).astype(np.int32),
            np.concatenate([slot, np.zeros(m, np.int64)]).astype(np.int32),
            np.zeros(n + m, np.int32),
            np.full(n + m, LEARNERS.index("annotators"), np.int8),
        )
        made = Objects(
            id=kept[leaks], post=objects.post[thing[leaks]], kind=np.full(m, KEPT, np.int8),
            parent=thing[leaks].astype(np.int32), holder=worker[leaks].astype(np.int32), birth=time[leaks],
            natural=np.full(m, NEVER), flags=np.zeros(m, np.int8), maker=(-2 - leaks).astype(np.int32),
        )  # fmt: skip
        draft.add(Stage(np.concatenate([objects.post[thing], objects.post[thing[leaks]]]), events, made))

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post; workers and rounds are given, as people are."""
        pool = hire(self.pool, noise, horizon_end=story.scene.horizon_end)
        for thing in [t for t in story.objects.values() if t.kind == "held_for_review"]:
            for number, (name, project) in enumerate(self.projects.items()):
                if project.takes()[story.scene.kind[story.row]]:
                    coin, word = story.draw(noise, f"task {name}", thing.id)
                    if coin >> 32 < int(project.sample_share * 2**32):
                        rounds = project.rounds(noise, name, horizon_end=story.scene.horizon_end).tolist()
                        self._tell_task(story, noise, thing, number, name, project, rounds, word >> 2, pool)

    def _tell_task(
        self, story: Story, noise: Noise, thing: Thing, number: int, name: str, project: Project,
        rounds: list[list[int]], task: int, pool: Workers,
    ) -> None:  # fmt: skip
        def ask(slot: int, after: Told | None) -> Told | None:
            """The reading of one slot after another, with what the reader keeps of it."""
            waiting, place = story.draw(noise, "task time", task, slot)
            time = (after.time if after else thing.birth) + 1 + story.delay(self.queue(), waiting)
            begin, end = next((each for each in rounds if each[1] > time), [NEVER, NEVER])
            if time < begin:
                time = begin + (place >> 32) * (end - begin) // 2**32
            worker = _chosen(story, noise, pool, name, task, slot, time)
            parent = after.name if after else thing.maker
            key = number << 10 | slot
            seen = None if worker is None else story.see(thing, parent, time, "review", worker, key, "annotators")
            if worker is None or seen is None:
                return None
            keep = story.draw(noise, "keeps", task, worker)[0] >> 32
            if time < pool.leaks[worker] < NEVER and keep < int(self.pool.kept_share * 2**32):
                identity = story.new_id(noise, "kept id", task, slot)
                kept = story.make("kept_by_worker", identity, thing.id, worker, time, NEVER, 0, seen)
                story.see(kept, seen, int(pool.leaks[worker]), "leak", worker, 0, "annotators")
            return next(e for e in story.events if e.name == seen)

        ambiguous = int(project.ambiguous_share * 2**32)
        for slot in range(project.labels):
            seen = ask(slot, None)
            if seen:
                error = (int(pool.error[seen.name.actor]) >> 2) * ((2**32 - ambiguous) >> 2) // 2**28 + ambiguous // 2
                if story.draw(noise, "label wrong", task, slot)[0] >> 32 < error:
                    ask(REWORK + slot, seen)
        gold = story.draw(noise, "gold", task)[0] >> 32 < int(project.gold_share * 2**32)
        audit = story.draw(noise, "audit", task)[0] >> 32 < int(project.audit_share * 2**32)
        asked = [GOLD + n for n in range(gold * project.gold_readers)] + [REVIEW + n for n in range(project.reviews)]
        for slot in asked + [AUDIT] * audit:
            ask(slot, None)


def _chosen(story: Story, noise: Noise, pool: Workers, name: str, task: int, slot: int, time: int) -> int | None:
    """The twin of `workforce.chosen`."""
    numbers = [
        (float(story.draw(noise, "task slot", task, worker, slot)[0] >> 11) * (1.0 / int(weight)), worker)
        for worker, weight in enumerate(pool.weight)
        if pool.came[worker] <= time < pool.left[worker]
        and (slot < REVIEW or pool.reviewer[worker])
        and (story.draw(noise, f"worker fit for {name}", worker)[0] >> 11) * 2.0**-53 < pool.qualified_share
    ]
    return min(numbers)[1] if numbers else None
