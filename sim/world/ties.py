"""Befriend people: degrees, communities, homophily by country, town and age, triangles.

Overlapping blocks of people of like degree, then stub matching over nested cells: each person's Weibull degree
(G04) is first filled by coins in blocks of the own age cohort in town and of the whole town; what is left is
matched with people of like age in town, in the country and anywhere.
"""

from dataclasses import dataclass, fields
from math import log, log10

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.errors import require, unknown
from sim.core.noise import Noise
from sim.core.quantile import delay, tabulate
from sim.core.schema import table
from sim.world.arcs import began, follow, to_table
from sim.world.audience import Audience, see
from sim.world.cells import lay_out
from sim.world.draws import Crowd
from sim.world.number import Woven, number
from sim.world.weave import Weave, normal, weave

__all__ = ["Audience", "Ties", "befriend", "join", "mean_friends", "see"]

KINDS = ("friends", "followers")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ties:
    """Laws of a graph. Shares are of a person's ties.

    kind: friends or followers. weibull_shape, weibull_scale, most_friends: degrees (G04), rescaled to
    `mean_friends` (None: G05's mean for the world's size) times `mean_factor`. cohort_share, town_share:
    ties from blocks of the age cohort in town, of the town. abroad_share: matched without regard to country;
    nation_share: within the country; blocks get no more than these two leave. cell_factor: people of a cell per
    mean friend. block_density: chance of a pair in a block at 100 friends, falling as friends ** -block_decline; the
    shares from blocks, given at 100 friends too, fall as friends ** -share_decline. block_sorting: correlation of the
    degrees of block mates (0 to 1). matching_sorting: the same of those matched (-1 to 1). giant_share: of people,
    in the largest component at least. early_a, early_b: Beta law of when in the
    time both had accounts a tie began. age_blur_years: reach of matching by age. reciprocity: share of linked
    pairs that follow each other. visibility_a, visibility_b: Beta law of the chance that a friend sees a post (R05).
    """

    kind: str
    weibull_shape: float
    weibull_scale: float
    most_friends: int
    mean_friends: float | None
    mean_factor: float
    cohort_share: float
    town_share: float
    nation_share: float
    abroad_share: float
    cell_factor: float
    block_density: float
    block_decline: float
    share_decline: float
    block_sorting: float
    matching_sorting: float
    giant_share: float
    age_blur_years: int
    early_a: float
    early_b: float
    reciprocity: float
    visibility_a: float
    visibility_b: float

    @property
    def laws(self) -> Weave:
        """What `weave` needs of them."""
        return Weave(**{field.name: getattr(self, field.name) for field in fields(Weave)})

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown("kind of ties", self.kind, KINDS)
        for name in (
            "weibull_shape",
            "weibull_scale",
            "mean_factor",
            "cell_factor",
            "visibility_a",
            "visibility_b",
            "early_a",
            "early_b",
        ):
            number = getattr(self, name)
            require(number > 0, f"ties.{name} is {number}; it must be above 0.")
        for name in (
            "cohort_share",
            "town_share",
            "nation_share",
            "abroad_share",
            "block_sorting",
            "reciprocity",
            "giant_share",
        ):
            share = getattr(self, name)
            require(0 <= share <= 1, f"ties.{name} is {share}; a share lies between 0 and 1.")
        for names in (("cohort_share", "town_share"), ("nation_share", "abroad_share")):
            together = sum(getattr(self, name) for name in names)
            require(together <= 1, f"ties: {names[0]} and {names[1]} add to {together}; at most 1.")
        require(0 < self.block_density <= 0.95, f"ties.block_density is {self.block_density}; above 0, at most 0.95.")
        require(-1 <= self.matching_sorting <= 1, f"ties.matching_sorting is {self.matching_sorting}; from -1 to 1.")
        require(self.most_friends >= 1, f"ties.most_friends is {self.most_friends}; at least 1.")
        require(1 <= self.age_blur_years <= 60, f"ties.age_blur_years is {self.age_blur_years}; from 1 to 60.")
        require(
            self.mean_friends is None or self.mean_friends > 0,
            f"ties.mean_friends is {self.mean_friends}; it is above 0, or null for the law of the world's size.",
        )


def mean_friends(size: int) -> float:
    """Mean degree of a simulated network of `size` people (G05, LDBC SNB): 19 at 10^3, 72 at 10^5."""
    return float(round(size ** (0.512 - 0.028 * log10(size))))


def wanted_ties(parameters: Ties, noise: Noise, *, size: int, mean: float) -> tuple[Ints, Ints]:
    """Wanted degree of each person, at least 1, and the words' own rank in the law as a z-score in millionths."""
    p = parameters
    law = tabulate(lambda q: 1e6 * min(p.weibull_scale * (-log(1 - q)) ** (1 / p.weibull_shape), p.most_friends))
    word = Crowd(noise, 0, size).words("degree")[0]
    scale = round(mean * 1e15 * len(law) / int(law.sum()))  # billionths
    wanted = (delay(law, word).astype(np.float64) * scale / 1e15 + 0.5).astype(np.int64)
    return np.clip(wanted, 1, min(p.most_friends, size - 1)), delay(normal(), word)


def befriend(parameters: Ties, people: pa.Table, noise: Noise, *, size: int, decision: int | None = None) -> pa.Table:
    """The `ties` table among the first `size` people, sorted by source and target; later rows stay without ties.

    Friends stand once, source < target; of followers the source may see the target. `decision`, s: ties began
    before it; without it nothing is said about when. Raises Mistake if `people` has fewer than `size` rows.
    """
    woven = acquaint(parameters, people, noise, size=size)
    return rows_of(parameters, woven, people, noise, first=0, last=size, decision=decision)


def rows_of(
    parameters: Ties, woven: Woven, people: pa.Table, noise: Noise, *, first: int, last: int, decision: int | None
) -> pa.Table:
    """The rows of the `ties` table whose source is one of the persons first ... last - 1."""
    p = parameters
    if p.kind == "friends":
        source, target, relation = number(woven, first, last, woven.higher)
    else:
        source, target, _ = number(woven, first, last, woven.fill)
        source, target = follow(noise, source, target, woven.degree, reciprocity=p.reciprocity)
    since = None
    if decision is not None:
        joined = people["joined"].to_numpy()
        since = began(noise, source, target, joined, decision=decision, early_a=p.early_a, early_b=p.early_b)
    return to_table(source, target, relation if p.kind == "friends" else None, since)


def acquaint(parameters: Ties, people: pa.Table, noise: Noise, *, size: int) -> Woven:
    """Who is tied to whom among the first `size` people, in either direction. Errors as `befriend`."""
    require(
        1 <= size <= people.num_rows,
        f"Ties were asked for among the first {size} of {people.num_rows} people; take from 1 to all of them.",
    )
    p = parameters
    if size == 1:
        none = np.zeros(1, dtype=np.int64)
        return Woven(none, np.zeros(2, dtype=np.int64), none, none, np.zeros(0, dtype=np.int32))
    mean = p.mean_factor * (p.mean_friends if p.mean_friends is not None else mean_friends(size))
    wanted, rank = wanted_ties(p, noise, size=size, mean=mean)
    layout = lay_out(
        people.slice(0, size),
        noise,
        cell_people=max(2, round(p.cell_factor * mean)),
        blur_years=p.age_blur_years,
    )
    return weave(p.laws, layout, noise, wanted=wanted[layout.person], rank=rank[layout.person])


def join(ties: pa.Table, noise: Noise, *, person: int, count: int, size: int) -> pa.Table:
    """`ties` and `count` ties more, of people among the first `size` to the newcomer `person`, whom they may see.

    Each is chosen in proportion to her ties (word / (ties + 1), the least first), as a friend found along a tie is.
    All other rows stay as they are. Raises Mistake if `count` exceeds `size` or `person` is not new.
    """
    require(
        0 <= count <= size,
        f"A newcomer was given {count} ties in a world of {size} people; take from 0 to {size}, or a larger world.",
    )
    require(
        person >= size, f"A newcomer's id is {size} or more, as the first {size} people live there; it is {person}."
    )
    source, target = (ties[end].to_numpy() for end in ("source", "target"))
    inside = (source < size) & (target < size)
    have = np.bincount(source[inside], minlength=size) + np.bincount(target[inside], minlength=size)
    word = noise.words("join", person, np.arange(size))[0] >> np.uint64(11)
    chosen = np.sort(np.argsort(word.astype(np.float64) / (have + 1), kind="stable")[:count])
    new = table("ties", {"source": chosen, "target": np.full(count, person, dtype=np.int64)})
    return pa.concat_tables([ties, new]).combine_chunks()
