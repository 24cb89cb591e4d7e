"""Befriend people: degrees, communities, homophily by country, town and age, triangles.

Overlapping blocks of people of like degree, then stub matching over nested cells: each person's Weibull degree
(G04) is first filled by coins in blocks of the own age cohort in town and of the whole town; what is left is
matched with people of like age in town, in the country and anywhere.
"""

from dataclasses import dataclass
from math import log, log10
from statistics import NormalDist

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.errors import require, unknown
from sim.core.noise import Noise
from sim.core.quantile import delay, tabulate
from sim.core.schema import table
from sim.world.audience import Audience, see
from sim.world.blocks import block_pairs, degrees, directions, neighbour_pairs, priorities, stub_keys
from sim.world.cells import Cells, nest

__all__ = ["Audience", "Ties", "befriend", "join", "mean_friends", "see"]

KINDS = ("friends", "followers")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ties:
    """Laws of a graph. Shares are of a person's ties.

    kind: friends or followers. weibull_shape, weibull_scale, most_friends: degrees (G04), rescaled to
    `mean_friends`; None takes G05's mean for the world's size times `mean_factor`. cohort_share, town_share:
    ties from blocks of the age cohort in town, of the town. abroad_share: matched without regard to country;
    nation_share: within the country. cell_factor: people of a cell per mean friend. block_density: chance of a
    pair in a block at 100 friends, falling as friends ** -block_decline. block_sorting: correlation of the
    degrees of block mates (0 to 1). age_blur_years: reach of matching by age. reciprocity: share of linked
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
    block_sorting: float
    age_blur_years: int
    reciprocity: float
    visibility_a: float
    visibility_b: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown("kind of ties", self.kind, KINDS)
        for name in ("weibull_shape", "weibull_scale", "mean_factor", "cell_factor", "visibility_a", "visibility_b"):
            number = getattr(self, name)
            require(number > 0, f"ties.{name} is {number}; it must be above 0.")
        for name in ("cohort_share", "town_share", "nation_share", "abroad_share", "block_sorting", "reciprocity"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"ties.{name} is {share}; a share lies between 0 and 1.")
        together = self.cohort_share + self.town_share + self.nation_share + self.abroad_share
        require(together <= 1, f"ties: the shares of cohort, town, nation and abroad add to {together}; at most 1.")
        require(0 < self.block_density <= 0.95, f"ties.block_density is {self.block_density}; above 0, at most 0.95.")
        require(self.most_friends >= 1, f"ties.most_friends is {self.most_friends}; at least 1.")
        require(1 <= self.age_blur_years <= 60, f"ties.age_blur_years is {self.age_blur_years}; from 1 to 60.")
        require(
            self.mean_friends is None or self.mean_friends > 0,
            f"ties.mean_friends is {self.mean_friends}; it is above 0, or null for the law of the world's size.",
        )


def mean_friends(size: int) -> float:
    """Mean degree of a simulated network of `size` people (G05, LDBC SNB): 19 at 10^3, 72 at 10^5."""
    return float(round(size ** (0.512 - 0.028 * log10(size))))


def _degrees(parameters: Ties, noise: Noise, *, size: int, mean: float) -> tuple[Ints, Ints]:
    """Wanted degree of each person, at least 1, and the words' own rank in the law as a z-score in millionths."""
    p = parameters
    person = np.arange(size)
    law = tabulate(lambda q: 1e6 * min(p.weibull_scale * (-log(1 - q)) ** (1 / p.weibull_shape), p.most_friends))
    word = noise.words("degree", person)[0]
    scale = round(mean * 1e15 * len(law) / int(law.sum()))  # billionths
    wanted = (delay(law, word).astype(np.float64) * scale / 1e15 + 0.5).astype(np.int64)
    return np.clip(wanted, 1, min(p.most_friends, size - 1)), delay(_normal(), word)


def _normal() -> Ints:
    """Quantiles of the standard normal law, in millionths."""
    standard = NormalDist()
    return tabulate(lambda q: 1e6 * standard.inv_cdf(q))


def _layer(parameters: Ties, noise: Noise, name: str, cells: Cells, wanted: Ints, rank: Ints, *, share: float) -> Ints:
    """Pairs from blocks of one layer: `share` of each person's wanted ties."""
    p = parameters
    person = np.arange(len(wanted))
    chance = delay(_normal(), noise.words(f"block {name}", person)[0])
    own, other = round(1000 * p.block_sorting), round(1000 * (1 - p.block_sorting**2) ** 0.5)
    # Blocks of people with next to no ties would be closed islands: they are spread over all blocks.
    score = np.where(wanted <= 4, 1000 * chance, own * rank + other * chance)
    order = np.lexsort((person, -score, cells.cell))
    friends = np.arange(1, max(2, int(wanted.max()) + 1), dtype=np.float64)
    density = np.minimum(0.95, p.block_density * (friends / 100) ** -p.block_decline)
    width = np.maximum(2, np.round(share * friends / density)).astype(np.int64)
    key = noise.key(f"block pair {name}")
    return block_pairs(key, order, cells.starts(order), wanted, np.concatenate([[2], width]), round(share * 65536))


def _once(pairs: Ints) -> Ints:
    """Each pair once, in order (numpy's own `unique` hashes, ten times slower on such numbers)."""
    ordered = np.sort(pairs)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _capped(noise: Noise, pairs: Ints, wanted: Ints) -> Ints:
    """`pairs` without those that exceed somebody's wanted degree: each end keeps its first by a shared keyed rank."""
    over = degrees(pairs, len(wanted)) > wanted
    low, high = pairs >> 32, pairs & 0xFFFFFFFF
    touched = np.flatnonzero(over[low] | over[high])
    priority = priorities(noise.key("pair priority"), low[touched], high[touched])
    keep = np.ones(len(pairs), dtype=np.bool_)
    ends = np.concatenate([low[touched], high[touched]])
    pair = np.concatenate([touched, touched])
    order = np.lexsort((pair, np.concatenate([priority, priority]), ends))
    ends, pair = ends[order], pair[order]
    first = np.searchsorted(ends, ends)
    late = over[ends] & (np.arange(len(ends)) - first >= wanted[ends])
    keep[pair[late]] = False
    return pairs[keep]


def _match(noise: Noise, name: str, known: Ints, stubs: Ints, *, group: Ints, age: Ints, blur: int) -> Ints:
    """`known` pairs and those made by pairing stubs of one group and like age; stubs that fail stay free."""
    owner, keys = stub_keys(noise.key(f"match {name}"), stubs, group, age, blur, 16)
    made = _once(neighbour_pairs(owner, group, np.argsort(keys, kind="stable")))
    at = np.searchsorted(known, made)
    fresh = made[(at == len(known)) | (known[np.minimum(at, len(known) - 1)] != made)] if len(known) else made
    return np.sort(np.concatenate([known, fresh]), kind="stable")


def befriend(parameters: Ties, people: pa.Table, noise: Noise, *, size: int) -> pa.Table:
    """The `ties` table among the first `size` people, sorted by source and target; later rows stay without ties.

    Friends stand once, source < target; of followers the source may see the target. Raises Mistake if
    `people` has fewer than `size` rows.
    """
    require(
        1 <= size <= people.num_rows,
        f"Ties were asked for among the first {size} of {people.num_rows} people; take from 1 to all of them.",
    )
    p = parameters
    mean = p.mean_friends if p.mean_friends is not None else p.mean_factor * mean_friends(size)
    if size == 1:
        return table("ties", {"source": np.zeros(0, np.int64), "target": np.zeros(0, np.int64)})
    wanted, rank = _degrees(p, noise, size=size, mean=mean)
    cell_people = max(2, round(p.cell_factor * mean))
    levels = nest(people.slice(0, size), noise, cell_people=cell_people, blur_years=p.age_blur_years)
    cohort = _layer(p, noise, "cohort", levels.cohort, wanted, rank, share=p.cohort_share)
    town = _layer(p, noise, "town", levels.town, wanted, rank, share=p.town_share)
    pairs = _capped(noise, _once(np.concatenate([cohort, town])), wanted)

    person, age = np.arange(size), levels.age
    abroad = _quota(noise, "abroad", wanted, p.abroad_share, person)
    nation = _quota(noise, "nation", wanted, p.nation_share, person)
    everywhere = np.zeros(size, dtype=np.int64)
    rounds = (
        ("town", levels.town.cell, p.age_blur_years, True, True),
        ("nation", levels.country, p.age_blur_years, True, False),
        ("nation again", levels.country, 2 * p.age_blur_years, True, False),
        ("nation anyhow", levels.country, 60, True, False),
        ("world", everywhere, p.age_blur_years, False, False),
        ("world again", everywhere, 60, False, False),
    )
    for name, group, blur, keep_abroad, keep_nation in rounds:
        free = wanted - degrees(pairs, size)
        held = keep_abroad * abroad + keep_nation * nation
        pairs = _match(noise, name, pairs, np.maximum(0, free - held), group=group, age=age, blur=blur)

    if p.kind == "followers":
        mutual = min(round(p.reciprocity * 2**32), 2**32)
        pairs = np.sort(directions(noise.key("direction"), pairs, degrees(pairs, size), mutual))
    return table("ties", {"source": pairs >> 32, "target": pairs & 0xFFFFFFFF})


def _quota(noise: Noise, decision: str, wanted: Ints, share: float, person: Ints) -> Ints:
    """`share` of each person's wanted ties, rounded by a keyed coin."""
    part = wanted * round(share * 2**32) + (noise.words(decision, person)[0] >> np.uint64(32)).astype(np.int64)
    return part >> 32


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
