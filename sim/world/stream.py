"""Make a world piece by piece: ties, then people, then what the owners post, each handed on as soon as it is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import table
from sim.world.belongings import Belongings, accumulate
from sim.world.deletion import leave
from sim.world.mentions import mention
from sim.world.near import bonds, viewers
from sim.world.number import Woven
from sim.world.people import CHUNK, People, crowds
from sim.world.posts import Posts, publish
from sim.world.replies import reply
from sim.world.tags import tag
from sim.world.threads import ahead
from sim.world.ties import Ties, acquaint, rows_of
from sim.world.world import choose

Ints = NDArray[np.int64]
Piece = tuple[str, pa.Table]
NEEDED = ("country", "city", "household", "age", "employer", "joined", "left")
"""Columns of people that ties are made by, and when people leave."""


@dataclass(frozen=True)
class Makers:
    """What a generated world is made by. owners: of how many people, `aged` from and to so many years, there are
    posts, 0 for none; `at_once`: of how many they are made at a time. content: posts have texts."""

    people: People
    ties: Ties
    posts: Posts
    belongings: Belongings
    size: int
    owners: int
    aged: Sequence[int]
    at_once: int
    decision: int
    content: bool


def pieces(makers: Makers, noise: Noise) -> Iterator[Piece]:
    """Parts of the tables ties, people, owners, posts and mentions; every table in order of its ids.

    The rows are those of `make_world`. Of people only the columns NEEDED stay in memory, all if there are owners; of
    ties the slots they were woven in, 4 bytes for each of both ends.
    """
    m, kept = makers, []
    for part in crowds(m.people, noise, size=m.size, decision=m.decision):
        kept.append(part if m.owners else part.select(NEEDED))
    crowd = pa.concat_tables(kept)
    woven = acquaint(m.ties, crowd, noise, size=m.size)
    seen = np.zeros(m.size, dtype=np.int64) if m.ties.kind == "followers" else woven.degree
    for first in range(0, m.size, CHUNK):
        rows = rows_of(m.ties, woven, crowd, noise, first=first, last=min(first + CHUNK, m.size), decision=m.decision)
        if m.ties.kind == "followers":
            seen += np.bincount(rows["target"].to_numpy(), minlength=m.size)
        yield "ties", rows
    crowd = leave(m.posts.leaving, crowd, noise, friends=seen, size=m.size, decision=m.decision)
    left, first = crowd["left"], 0
    for part in kept if m.owners else crowds(m.people, noise, size=m.size, decision=m.decision):
        at = part.schema.get_field_index("left")
        yield "people", part.set_column(at, part.schema.field(at), left.slice(first, part.num_rows))
        first += part.num_rows
    if m.owners:
        owners = choose(crowd, seen, noise, count=m.owners, aged=m.aged)
        yield "owners", table("owners", {"person": owners})
        yield from _told(makers, noise, crowd, woven, owners)


def _told(makers: Makers, noise: Noise, crowd: pa.Table, woven: Woven, owners: Ints) -> Iterator[Piece]:
    """What the owners post and hold, and what friends post about them."""
    m, joined = makers, crowd["joined"].to_numpy()
    directed = m.ties.kind == "followers"

    def some(these: Ints) -> tuple[pa.Table, pa.Table]:
        start, viewer = viewers(m.ties, woven, noise, these)
        near = bonds(m.ties, woven, noise, these, joined=joined, decision=m.decision)
        own = publish(m.posts, crowd, these, noise, decision=m.decision, content=m.content)
        held = accumulate(
            m.belongings, m.posts, crowd, near, these, noise, directed=directed, decision=m.decision, content=m.content
        )
        own = pa.concat_tables([own, *held])
        about, shown = mention(m.posts, crowd, start, viewer, these, noise, decision=m.decision, content=m.content)
        tagged = tag(m.posts, crowd, start, viewer, own, noise)
        return in_order(pa.concat_tables([own, reply(m.posts, about, own, noise)]), pa.concat_tables([tagged, shown]))

    blocks = [owners[at : at + m.at_once] for at in range(0, len(owners), m.at_once)]
    for posts, mentions in ahead(some, blocks, 2):
        yield "posts", posts
        yield "mentions", mentions


def in_order(posts: pa.Table, mentions: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Rows of `posts` and `mentions` in order of ids, whoever's they are."""
    keys = [("post", "ascending"), ("person", "ascending")]
    return posts.sort_by("post").combine_chunks(), mentions.sort_by(keys).combine_chunks()
