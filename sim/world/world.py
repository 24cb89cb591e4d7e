"""The world before anything is cleaned up: who there is, who sees whom, what was posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.errors import Mistake, require, unknown
from sim.core.noise import Noise
from sim.world.audience import Audience
from sim.world.fit import twin_of
from sim.world.graph import named_graph, read_graph
from sim.world.people import People, populate
from sim.world.seat import seat
from sim.world.ties import Ties, befriend

SOURCES = ("generated", "edgelist", "networkx", "like")


@dataclass(frozen=True)
class World:
    """Tables of schema.py, and `audience`: who may see whose posts. `size`: declared; later rows are newcomers.

    `ties`: how many. `owners`: the persons whose whole histories are in `posts`, with friends' posts about them.
    `decision`: s.
    """

    size: int
    people: pa.Table
    ties: int
    audience: Audience
    posts: pa.Table
    mentions: pa.Table
    owners: NDArray[np.int64]
    decision: int
    notes: tuple[str, ...]


class Society(NamedTuple):
    """People and ties of a world of `size`, generated or read; `newcomers` more people have no ties yet."""

    size: int
    people: pa.Table
    ties: pa.Table
    notes: tuple[str, ...]


def inhabit(
    graph: Mapping[str, Any], people: People, ties: Ties, noise: Noise, *, size: int, decision: int, newcomers: int = 0
) -> Society:
    """People and their ties: generated for `size` persons, or of a real graph or its twin, which decides the size."""
    if graph["source"] == "generated":
        crowd = populate(people, noise, size=size + newcomers, decision=decision)
        return Society(size, crowd, befriend(ties, crowd, noise, size=size, decision=decision), ())
    if graph["source"] in ("edgelist", "like"):
        if not graph["path"]:
            raise Mistake(f"graph={graph['source']} needs the file: graph.path=FILE, with rows of two names.")
        read = read_graph(Path(str(graph["path"])).expanduser(), directed=bool(graph["directed"]))
    elif graph["source"] == "networkx":
        read = named_graph(str(graph["name"]))
    else:
        raise unknown("source of a graph", str(graph["source"]), SOURCES)
    if graph["source"] == "like":
        require(not graph["directed"], "graph=like grows friendships: leave graph.directed=false, arcs count as ties.")
        read = twin_of(read, noise)
    crowd = populate(people, noise, size=read.size + newcomers, decision=decision)
    seated = seat(crowd.slice(0, read.size), read.ties, noise)
    return Society(read.size, pa.concat_tables([seated, crowd.slice(read.size)]), read.ties, read.notes)


def choose(
    people: pa.Table, viewers: NDArray[np.int64], noise: Noise, *, count: int, aged: Sequence[int]
) -> NDArray[np.int64]:
    """`count` of `people` who have `viewers` and an account, `aged` from and to so many years, those with the least
    keyed numbers: a newcomer without ties displaces nobody."""
    require(count >= 1, f"owners={count}: at least one person must be followed.")
    require(
        len(aged) == 2 and all(isinstance(years, int) for years in aged) and aged[0] <= aged[1],
        f"owners_aged={list(aged)}: it takes two whole numbers of years, the younger first, as [13, 90].",
    )
    tied = np.flatnonzero((viewers > 0) & people["left"].is_null().to_numpy())
    require(len(tied) > 0, "Nobody in this world has a tie, so nobody's exposure can be followed.")
    age = people["age"].to_numpy()[tied]
    able = tied[(age >= aged[0]) & (age <= aged[1])]
    require(len(able) > 0, f"owners_aged={list(aged)}: nobody with a tie is of that age in this world.")
    order = np.argsort(noise.words("owner", able)[0], kind="stable")
    return np.sort(able[order[:count]])
