"""What a plan would do, before anything happens: counts by kind and audience, dates, samples, and what is kept."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.cleanup.detector import detect
from sim.cleanup.plan import WHOLE_ACCOUNT, Plan, on_people
from sim.cleanup.select import exceptions, match
from sim.cleanup.selection import Selection
from sim.cleanup.strategies.filter import Filter
from sim.core.clock import iso_date
from sim.core.schema import ACTIONS, AUDIENCES, CLASSES, KINDS, NEVER
from sim.owners import SEEN_BY_OTHERS, Desk, know
from sim.world.world import World

SHOWN = ["post", "time", "kind", "audience", "native_id", "text"]
SAMPLES = 5
LONGEST = 60


def preview(plan: Plan, posts: pa.Table, kept: dict[str, int]) -> dict[str, Any]:
    """Facts about the posts `plan` acts on, among the owner's own `posts`; `kept`: posts each exception saved.

    Counted are those that others can see.
    Samples are spread evenly over the plan, from its first post to its last.
    """
    targets = plan.target[:0] if on_people(plan.action) else plan.target[plan.target != WHOLE_ACCOUNT]
    order = pc.index_in(pa.array(targets), posts["post"].combine_chunks())
    rows = posts.select(SHOWN).take(order)
    times = rows["time"].to_pylist()
    spread = np.unique(np.linspace(0, max(0, len(targets) - 1), min(SAMPLES, len(targets))).astype(np.int64))
    return {
        "posts": shown(posts).num_rows,
        "chosen": len(targets),
        "by_kind": _counted(rows["kind"], KINDS),
        "by_audience": _counted(rows["audience"], AUDIENCES),
        "oldest": iso_date(min(times)) if times else None,
        "newest": iso_date(max(times)) if times else None,
        "samples": lines_of(rows.take(pa.array(spread, pa.int64()))),
        "kept": kept,
        "actions": dict(Counter(ACTIONS[code] for code in plan.action.tolist())),
    }


def own_posts(world: World, owner: int) -> pa.Table:
    """The posts of `owner` that she wrote herself, and has not deleted of her own accord by the decision."""
    posts = world.posts
    own = pc.and_(pc.equal(posts["author"], owner), pc.equal(posts["subject"], owner))
    return posts.filter(pc.and_(own, pc.greater(pc.fill_null(posts["deleted"], NEVER), world.decision)))


def spared(selection: Selection | None, world: World) -> dict[str, int]:
    """How many posts of an archive's owner each exception of `selection` saves that its conditions find."""
    if selection is None:
        return {}
    account = Desk(know(world), None).account(0, world.decision, np.empty(0, dtype=np.int64), Filter(selection))
    found = match(selection, account)
    return {name: int((kept & found).sum()) for name, kept in exceptions(selection, account).items()}


def in_words(facts: dict[str, Any]) -> list[str]:
    """The facts as lines to read."""
    if not facts["chosen"]:
        return [f"None of {facts['posts']:,} posts is chosen."]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in facts["by_kind"].items())
    seen = ", ".join(f"{count:,} {audience.replace('_', ' ')}" for audience, count in facts["by_audience"].items())
    lines = [
        f"{facts['chosen']:,} of {facts['posts']:,} posts, from {facts['oldest']} to {facts['newest']}.",
        f"By kind: {kinds}.",
        f"By who sees them: {seen}.",
        *(f"Kept by {name}: {count:,}." for name, count in facts["kept"].items()),
        "Such as:",
        *(f"  {sample}" for sample in facts["samples"]),
    ]
    return lines


def line_of(row: dict[str, Any]) -> str:
    """A line about a post: its day, kind, the platform's id and first words."""
    text = " ".join((row["text"] or "").split())
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"{iso_date(row['time'])} {KINDS[row['kind']]} {row['native_id'] or row['post']} {short}"


def shown(posts: pa.Table) -> pa.Table:
    """Those that others can see: no messages, no camera roll, no likes."""
    return posts.filter(pc.is_in(posts["kind"], pa.array([KINDS.index(name) for name in SEEN_BY_OTHERS], pa.int8())))


def lines_of(posts: pa.Table) -> list[str]:
    """A line about each post, with the classes the detector finds in it in brackets."""
    lines = []
    for row, found in zip(posts.to_pylist(), detect(posts["text"], posts["kind"].to_numpy()).tolist(), strict=True):
        names = [name for place, name in enumerate(CLASSES) if found >> place & 1]
        lines.append(line_of(row) + (f" [{', '.join(names)}]" if names else ""))
    return lines


def _counted(codes: pa.ChunkedArray, names: tuple[str, ...]) -> dict[str, int]:
    """How many of each name, most first."""
    return {names[code]: count for code, count in Counter(codes.to_pylist()).most_common()}
