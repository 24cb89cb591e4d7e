"""One post's story: what propagate trace=POST prints and returns."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.clock import iso_date
from sim.core.errors import Mistake
from sim.core.log import Block, Log
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, AUDIENCES, BESIDE, CHANNELS, DAY_S, KINDS, LEARNERS
from sim.exposure.doors import COMMENT, QUOTE, close_doors
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene
from sim.measure.telling import LEARNING, Happened, tell_prevented, tell_story
from sim.verbs.plan import moment
from sim.world.world import World

BUSIEST = "busiest"
FORMS = {"quote": QUOTE, "comment": COMMENT}
SHOWN = {"only_me": "for herself", "friends": "for her friends", "public": "for everybody"}
WAITS = ((3_600, "an hour"), (DAY_S, "a day"), (7 * DAY_S, "a week"), (30 * DAY_S, "a month"), (365 * DAY_S, "a year"))


def trace(
    config: dict[str, Any], world: World, scene: Scene, channels: Sequence[Channel], noise: Noise, log: Log
) -> dict[str, Any]:
    """The story of post `config["trace"]` (an id, or `busiest`): its events in order, in names and in words.

    What plans would have prevented is told of the post simulated alone under each, so that whom a deletion draws
    is told too.
    """
    row = find(config["trace"], scene, log)
    block, rows = _rows(log, row)
    people = told_apart(world)
    events = named(config, block, rows, people, posted=int(scene.time[row]), decision=world.decision)
    know, prevented = learners(block, rows), []
    alone = scene.only(np.array([row]))
    for name, plan in plans(scene, row, world.decision):
        (left,) = propagate(alone, channels, noise, doors=close_doors(alone, plan)).blocks
        still = learners(left, np.arange(len(left.events.time)))
        prevented.append({
            "plan": name,
            "prevented": {each: len(know[each] - still[each]) for each in LEARNERS},
            "drawn": {each: len(still[each] - know[each]) for each in LEARNERS},
        })  # fmt: skip
    known = {each: len(those) for each, those in know.items()}
    author, subject = people[scene.author[row]], people[scene.subject[row]]
    post = world.posts.slice(row, 1).to_pylist()[0]
    shown = SHOWN[AUDIENCES[post["audience"]]] if post["to"] is None else f"to {people[post['to']]}"
    what = f"{KINDS[post['kind']].replace('_', ' ')} {shown}"
    about = "" if author == subject else f", about {subject}"
    head = [f"Post {post['post']}: {author}, {moment(post['time'])} UTC, a {what}{about}."]
    head += [f"  “{post['text']}”"] if post["text"] else []
    story = [*head, *tell_story(events, decided=iso_date(world.decision)), *tell_prevented(known, prevented)]
    return {
        "post": post["post"],
        "author": author,
        "subject": subject,
        "posted": moment(post["time"]),
        "text": post["text"],
        "learners": known,
        "prevented": prevented,
        "events": [
            {"at": moment(post["time"] + e.age_s), "channel": e.channel, "who": e.actor, "by": e.by, "as": e.learner}
            | ({"form": e.form} if e.form else {})
            for e in events
        ],
        "story": story,
    }


def told_apart(world: World) -> list[str]:
    """The names of all people; who shares hers with others has her handle beside it."""
    names, handles = (world.people[column].to_pylist() for column in ("name", "handle"))
    bearers = Counter(names)
    return [f"{name} ({handle})" if bearers[name] > 1 else name for name, handle in zip(names, handles, strict=True)]


def find(wanted: Any, scene: Scene, log: Log) -> int:
    """The row of a post by id, or of the post of an owner's own with most events (a post rather than what stands on the
    profile, if there is one); raises Mistake for no such post."""
    if wanted == BUSIEST:
        counts = np.concatenate([np.diff(block.event_start) for block in log.blocks])
        posted = ~np.isin(scene.kind, [KINDS.index(name) for name in BESIDE])
        return int(np.lexsort((counts, posted & (counts > 0), scene.author == scene.subject))[-1])
    found = np.flatnonzero(scene.post == wanted) if isinstance(wanted, int) else np.empty(0, dtype=np.int64)
    if len(found) == 0:
        some = ", ".join(str(post) for post in scene.post[:3].tolist())
        raise Mistake(f"trace={wanted}: no post of this world has that id. It has {some} ...; or trace={BUSIEST}.")
    return int(found[0])


def plans(scene: Scene, row: int, decision: int) -> list[tuple[str, list[tuple[int, int, int, int]]]]:
    """Plans by name: the owner's own cut-off at several moments, and every action granted at the decision."""
    own = scene.author[row] == scene.subject[row]
    owner, post, posted = int(scene.subject[row]), int(scene.post[row]), int(scene.time[row])
    verb, done = ("delete", "Deleted") if own else ("untag", "Untagged")
    made = [
        (f"{done} after {word}", [(owner, post, ACTIONS.index(verb), posted + wait)])
        for wait, word in WAITS
        if posted + wait < decision
    ]
    made.append((f"{done} on {iso_date(decision)}", [(owner, post, ACTIONS.index(verb), decision)]))
    every = ("delete_account", "takedown", "erase", "object")
    everything = [(owner, -1, ACTIONS.index(name), decision) for name in every]
    return [*made, ("Every action granted on that day", everything)]


def named(
    config: dict[str, Any], block: Block, rows: NDArray[np.int64], people: list[str], *, posted: int, decision: int
) -> list[Happened]:
    """A post's events with the names of those who act, by time."""
    channels = config["channel"]
    crawlers = list(channels["scrape"]["crawlers"]) if "scrape" in channels else []
    buyers = list(channels["market"]["buyers"]) if "market" in channels else []
    takers = [*crawlers, *buyers, *(f"thieves at '{name}'" for name in crawlers)]
    train = channels.get("train", {"models": [], "distilled": []})
    models = [*train["models"], *train["distilled"]]
    e, o = block.told, block.objects

    def who(row: int) -> str:
        learner, actor = LEARNERS[e.learner[row]], int(e.actor[row])
        if learner == "annotators":
            return f"worker {actor}"
        return {"scrapers": takers, "models": models}.get(learner, people)[actor]

    def by(row: int) -> str:
        parent = int(e.parent[row])
        if CHANNELS[e.channel[row]] == "review":
            return crawlers[int(o.holder[e.object[row]])]
        return who(parent) if parent >= 0 else ""

    made = o.maker >= 0
    flags = dict(zip(o.maker[made].tolist(), o.flags[made].tolist(), strict=True))

    def form(row: int) -> str:
        if CHANNELS[e.channel[row]] != "copy":
            return ""
        return next((name for name, flag in FORMS.items() if flags[row] & flag), "")

    order = rows[np.argsort(e.time[rows], kind="stable")]
    return [
        Happened(
            int(e.time[row]) - posted, CHANNELS[e.channel[row]], who(row), by(row), LEARNERS[e.learner[row]],
            bool(e.time[row] >= decision), form(row),
        )
        for row in order.tolist()
    ]  # fmt: skip


def learners(block: Block, rows: NDArray[np.int64]) -> dict[str, set[int]]:
    """The learners of a post by class, its events being `rows`."""
    e, teaches = block.events, np.array([name in LEARNING for name in CHANNELS])
    mine = rows[teaches[e.channel[rows]]]
    return {name: set(e.actor[mine][e.learner[mine] == code].tolist()) for code, name in enumerate(LEARNERS)}


def _rows(log: Log, row: int) -> tuple[Block, NDArray[np.int64]]:
    block = next(block for block in log.blocks if row < block.first + block.posts)
    at = row - block.first
    return block, np.arange(block.event_start[at], block.event_start[at + 1])
