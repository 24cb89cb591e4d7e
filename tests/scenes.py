"""Small random scenes, channels and plans for tests, aimed at where filtering a log could differ from re-simulating.

Feed delays are longer than reshare delays, shares and copies are as likely as they may be, the unit of time goes down
to a few seconds so that events coincide, and plans act at, just before or just after events of the same post.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.core.log import Events, Log, Objects
from sim.core.noise import Noise
from sim.core.schema import CLASSES, DAY_S, KINDS, NEVER, OBJECTS, YEAR_S
from sim.exposure import projects, workforce
from sim.exposure.bars import no_bars
from sim.exposure.channels import copy, discovery, feed, market, reshare, review
from sim.exposure.channels.copy import Copy, Form
from sim.exposure.channels.discovery import Discovery
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.ingest import Ingest, Source
from sim.exposure.channels.market import Buyer, Market
from sim.exposure.channels.reshare import Reshare
from sim.exposure.channels.review import Review
from sim.exposure.channels.scrape import Crawler, Scrape
from sim.exposure.channels.train import Distilled, Model, Train
from sim.exposure.doors import Doors, open_doors
from sim.exposure.memory import Prompt
from sim.exposure.projects import Project
from sim.exposure.propagate import Channel, tell
from sim.exposure.scene import Scene
from sim.exposure.shifts import Shifts
from sim.exposure.visits import Periodic, Push, Walk
from sim.exposure.workforce import Pool

# A twin asks for its tables of delays anew for each post, which would take most of the time of the tests.
for _module in (copy, discovery, feed, market, projects, reshare, review, workforce):
    for _table in ("exponential", "lognormal"):
        if hasattr(_module, _table):
            setattr(_module, _table, cache(getattr(_module, _table)))

UNITS_S = (1, 3, 60, 2000)
HORIZON_UNITS = 40
FRIENDS_STREAM = 1 << 31


class Happening(NamedTuple):
    """An event, told apart by names and never by rows: (object id, channel, actor, key) of itself and its parent."""

    post: int
    name: tuple[int, int, int, int]
    parent: tuple[int, int, int, int] | None
    time: int
    mark: int
    learner: int


class Held(NamedTuple):
    """An object, told apart by its id, with the name of the event that made it."""

    id: int
    post: int
    kind: int
    parent: int | None
    holder: int
    birth: int
    natural: int
    flags: int
    maker: tuple[int, int, int, int] | None


def scene(seed: int, *, unit_s: int, people: int = 8, owners: int = 3, each: int = 2, about: int = 2) -> Scene:
    """`owners` of `people` with `each` own posts and `about` friends' (or strangers') posts, in id order by stream."""
    rng = np.random.default_rng(seed)
    tie = rng.random((people, people)) < rng.choice([0.2, 0.5, 0.9])
    if rng.random() < 0.7:
        tie |= tie.T
    np.fill_diagonal(tie, val=False)
    who, viewer = np.nonzero(tie)
    horizon = HORIZON_UNITS * unit_s
    chosen = np.sort(rng.choice(people, owners, replace=False))
    own, others = np.repeat(chosen, each), np.repeat(chosen, about)
    subject = np.concatenate([own, others])
    author = np.concatenate([own, (others + rng.integers(1, people, len(others))) % people])
    numbers = (np.tile(np.arange(each), owners), FRIENDS_STREAM + np.tile(np.arange(about), owners))
    post = (subject << 32) + np.concatenate(numbers)
    time = rng.integers(0, horizon // 2, len(post))
    vanishes = time + 1 + rng.integers(0, horizon, len(post))
    return Scene(
        post=post,
        author=author.astype(np.int32),
        subject=subject.astype(np.int32),
        time=time,
        kind=rng.integers(0, len(KINDS), len(post)).astype(np.int8),
        audience=rng.choice([0, 1, 2, 2, 2], len(post)).astype(np.int8),
        tagged=(author != subject) & (rng.random(len(post)) < 0.7),
        natural=np.where((author == subject) | (rng.random(len(post)) < 0.5), NEVER, vanishes),
        shows=rng.integers(0, 1 << len(CLASSES), len(post)).astype(np.int32),
        people=people,
        population=people,
        start=np.searchsorted(who, np.arange(people + 1)).astype(np.int64),
        viewer=viewer.astype(np.int32),
        visibility=rng.choice([0, 2**31, 2**32 - 1, 2**32 - 1], len(viewer)).astype(np.uint32),
        joined=np.where(
            rng.random(people) < 0.3, rng.integers(0, horizon // 2, people), rng.integers(0, unit_s, people)
        ),
        opens_roll=np.arange(people) % 3 > 0,
        public_items=np.full(people, float(each)),
        horizon_end=horizon,
        bars=no_bars(len(post)),
    )


def channels(unit_s: int, *, drawn_share: float = 0.0) -> dict[str, Channel]:
    """Every channel with delays of a few units and chances as high as they may be, but that of being drawn."""
    horizon, day_share = HORIZON_UNITS * unit_s, unit_s / DAY_S
    crawler: dict[str, Any] = {
        "kinds": (), "since": unit_s, "until": horizon, "coverage": 0.7, "honours_share": 0.5, "first_party": False,
        "review_share": 0.7, "training": True, "consent_share": 0.8, "sold_share": 0.7,
        "retention_days": 12 * day_share,
    }  # fmt: skip
    crawlers = {
        "platform": Crawler(**crawler | {"way": Push(1), "first_party": True}),
        "web": Crawler(**crawler | {"way": Periodic(4 * day_share), "coverage": 0.4}),
        "trader": Crawler(**crawler | {"way": Walk(9 * day_share, 0.5, 4, unit_s, again=False), "honours_share": 1.0}),
        "walker": Crawler(
            **crawler | {"way": Walk(13 * day_share, 0.4, 6, 1, again=True), "coverage": 0.3, "kinds": KINDS[:-2]}
        ),
    }
    pool = Pool(
        workers=12, since=0, half_life_months=horizon / 2 / (YEAR_S / 12), load_sigma=1.5, qualified_share=0.7,
        countries={"A": 1.0, "B": 2.0}, reviewers_share=0.5, accuracy=0.6, accuracy_spread=0.3,
        leaks_per_year=YEAR_S / (10 * unit_s), kept_share=0.7,
    )  # fmt: skip
    project: dict[str, Any] = {
        "kinds": (), "sample_share": 0.8, "since": 0, "until": horizon, "gap_mean_days": 2 * day_share,
        "round_mean_days": 6 * day_share, "labels": 2, "reviews": 1, "audit_share": 0.5, "ambiguous_share": 0.5,
        "gold_share": 0.3, "gold_readers": 3, "items_per_hour": 1.0, "usd_per_hour": 1.0, "paid_share": 1.0,
        "disturbing_share": 0.0, "promised_disturbing_share": 0.0,
    }  # fmt: skip
    given = {
        "describe": Project(**project),
        "transcribe": Project(**project | {"kinds": ("video", "photo"), "until": horizon // 2, "gold_share": 0.0}),
    }
    models = {
        "early": Model(horizon // 3, horizon // 3, ("platform", "web")),
        "late": Model(2 * horizon // 3, horizon // 2, ("platform", "web", "trader")),
        "after": Model(horizon, horizon, ("platform",)),
    }
    students = {
        "small": Distilled(horizon // 2, "early", 0.7), "tiny": Distilled(horizon - 1, "late", 0.7),
        "unborn": Distilled(horizon, "late", 1.0),
    }  # fmt: skip
    buyers = {
        "faces": Buyer(("face",), 0.8, 3 * day_share, 0.5, by_right_alone=True),
        "people": Buyer(("name", "place", "contact"), 0.8, 2 * day_share, 0.5, by_right_alone=False),
    }
    return {
        "feed": Feed(delay_median_s=6 * unit_s, delay_sigma=1.5, quality_share=0.8),
        "discovery": Discovery(
            per_tie_per_year=YEAR_S / (20 * unit_s), visits_per_month=YEAR_S / 12 / (3 * unit_s), items_per_visit=1.0
        ),
        "reshare": Reshare(
            p_share=1.0, fades_after_s=4 * unit_s, fades_power=0.5, virality_sigma=1.0, second_hand_share=0.7,
            reaction_mean_s=unit_s, delay_median_s=unit_s, delay_sigma=1.0, gone_per_year=YEAR_S / (10 * unit_s),
        ),
        "copy": Copy(
            p_copy=1.0, copy_delay_mean_s=unit_s, delay_median_s=2 * unit_s, delay_sigma=1.0,
            gone_per_year=YEAR_S / (15 * unit_s), drawn_share=drawn_share, complies_share=0.6, late_share=0.5,
            forms={"quote": Form(0.3, 0.6, 1.0), "comment": Form(0.3, 0.6, 0.7)},
        ),
        "scrape": Scrape(crawlers, public_copies_share=0.6),
        "ingest": Ingest(
            {"messages": Source(KINDS, 2 * unit_s, False, 0.9, 0.7, 0.5, 12 * day_share),
             "roll": Source(KINDS[3:], 0, True, 0.8, 0.7, 0.7, 9 * day_share)},
            tuple(crawlers), "platform", honours_share=0.5,
        ),
        "review": Review(pool, given, queue_mean_days=4 * day_share, shifts=Shifts(20, 40, 8)),
        "train": Train(
            models, students, tuple(crawlers), extractable_share=0.2, unlearned_share=0.6,
            prompt=Prompt(
                tokens=100.0, parameters=1e9, once_share=0.2, once_slope=0.1, often_share=0.6, often_slope=0.1,
                often_parameters=1e9, often_tokens=100.0, tokens_slope=0.3, often_copies=4.0, family_share=0.9,
            ),
        ),
        "market": Market(
            buyers, {"platform": 0.7, "web": 0.7, "trader": 0.7, "walker": 0.7}, tuple(crawlers), breaches_since=unit_s,
            breaches_per_year=YEAR_S / (8 * unit_s), dump_delay_mean_days=4 * day_share, again_days=4 * day_share,
        ),
    }  # fmt: skip


def aimed_doors(seed: int, scene: Scene, log: Log, *, share: float = 0.35, holders: int | None = None) -> Doors:
    """Doors that shut at, just before or just after an event of their post, each with chance `share`.

    With `holders`, each of them answers by itself, some never, as on requests of the two shared doors; so does who
    copied a post and is late.
    """
    rng = np.random.default_rng(seed)
    doors = open_doors(len(scene.post), holders=holders)
    for block in log.blocks:
        for p in range(block.posts):
            times = block.events.time[block.event_start[p] : block.event_start[p + 1]]
            if len(times) == 0:
                continue
            shuts = rng.random(len(doors)) < share
            doors[shuts, block.first + p] = rng.choice(times, int(shuts.sum())) + rng.integers(-1, 2, int(shuts.sum()))
    return doors


def happenings(log: Log, alive: Sequence[Any] | None = None) -> set[Happening]:
    """The events of a log, or those of its masks; no name may come twice in a post."""
    found: list[Happening] = []
    for number, block in enumerate(log.blocks):
        names = _names(block.events, block.objects)
        rows = np.arange(len(names)) if alive is None else np.flatnonzero(alive[number])
        posts = log.post[block.first + np.searchsorted(block.event_start, rows, side="right") - 1]
        columns = zip(
            rows.tolist(), posts.tolist(), block.events.parent[rows].tolist(), block.events.time[rows].tolist(),
            block.events.mark[rows].tolist(), block.events.learner[rows].tolist(), strict=True,
        )  # fmt: skip
        found += [
            Happening(post, names[row], names[parent] if parent >= 0 else None, time, mark, learner)
            for row, post, parent, time, mark, learner in columns
        ]
    assert len({(each.post, each.name) for each in found}) == len(found), "an event's name comes twice"
    return set(found)


def held(log: Log, alive: Sequence[Any] | None = None) -> set[Held]:
    """The objects of a log, or those of its masks whose maker happens."""
    found: list[Held] = []
    for number, block in enumerate(log.blocks):
        names, objects = _names(block.events, block.objects), block.objects
        for row in range(len(objects.id)):
            maker, parent = int(objects.maker[row]), int(objects.parent[row])
            if alive is None or maker < 0 or alive[number][maker]:
                parent_id, name = int(objects.id[parent]) if parent >= 0 else None, names[maker] if maker >= 0 else None
                columns = (objects.birth, objects.natural, objects.flags)
                birth, natural, flags = (int(column[row]) for column in columns)
                post, kind = int(log.post[block.first + objects.post[row]]), int(objects.kind[row])
                holder = int(objects.holder[row])
                found.append(Held(int(objects.id[row]), post, kind, parent_id, holder, birth, natural, flags, name))
    assert len({each.id for each in found}) == len(found), "an object's id comes twice"
    return set(found)


def retold(
    scene: Scene, channels: Sequence[Channel], noise: Noise, doors: Doors | None = None
) -> tuple[set[Happening], set[Held]]:
    """Events and objects as the plain twin tells them; no name may come twice."""
    events: list[Happening] = []
    objects: list[Held] = []
    for row in range(len(scene.post)):
        story = tell(scene, channels, noise, row, doors=doors)
        for e in story.events:
            events.append(Happening(story.post, tuple(e.name), e.parent and tuple(e.parent), e.time, e.mark, e.learner))
        for o in story.objects.values():
            maker, kind = o.maker and tuple(o.maker), OBJECTS.index(o.kind)
            objects.append(Held(o.id, story.post, kind, o.parent, o.holder, o.birth, o.natural, o.flags, maker))
    assert len({(each.post, each.name) for each in events}) == len(events), "an event's name comes twice"
    return set(events), set(objects)


def _names(events: Events, objects: Objects) -> list[tuple[int, int, int, int]]:
    rows = events.object
    ids = np.where(rows < 0, -1, objects.id[rows])
    return list(zip(ids.tolist(), events.channel.tolist(), events.actor.tolist(), events.key.tolist(), strict=True))
