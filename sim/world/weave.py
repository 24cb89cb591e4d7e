"""Weave ties among people laid out in nested cells: dense blocks first, then what is left is matched by place."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.noise import Noise
from sim.core.quantile import delay, tabulate
from sim.core.schema import RELATIONS
from sim.world.blocks import block_ties
from sim.world.draws import Crowd
from sim.world.match import FIRST_BIT, mark_ties, mirror, pair_stubs, stub_keys
from sim.world.mend import attach, complete
from sim.world.number import Woven, woven
from sim.world.radix import sort_bits
from sim.world.slots import Slots
from sim.world.threads import each, shares

Ints = NDArray[np.int64]
Held = tuple[Ints, Ints, Slots]
FAMILY, SCHOOL, WORK, INTEREST = (RELATIONS.index(name) for name in ("family", "school", "work", "interest"))
PEOPLE = 1 << 16
"""People whose stubs are given keys at a time."""


@dataclass(frozen=True)
class Line:
    """Where each person stands along a line, from 0, and how far her stubs are moved along it, in whole steps."""

    place: Ints
    reach: int


@dataclass(frozen=True)
class Layout:
    """People in an order in which every cell is a range: person[i] stands at place i of the order.

    Cell c of a level is start[c] ... start[c+1] - 1. kin: families, ranges of `kin_order`. work: code of the
    employer, -1: none. in_town, in_nation, in_world: the lines along which people are matched there. Who wants
    `few` ties or fewer is placed by chance alone: ranked by that number, such people would form islands.
    """

    person: Ints
    kin_order: Ints
    kin: Ints
    cohort: Ints
    town: Ints
    country: Ints
    work: Ints
    in_town: Line
    in_nation: Line
    in_world: Line
    few: int


@dataclass(frozen=True)
class Weave:
    """Laws of the ties among people in a Layout; the fields are those of `sim.world.ties.Ties`."""

    cohort_share: float
    town_share: float
    nation_share: float
    abroad_share: float
    block_density: float
    block_decline: float
    share_decline: float
    block_sorting: float
    matching_sorting: float
    giant_share: float


@cache
def normal() -> Ints:
    """Quantiles of the standard normal law, in millionths."""
    standard = NormalDist()
    return tabulate(lambda q: 1e6 * standard.inv_cdf(q))


def weave(laws: Weave, layout: Layout, noise: Noise, *, wanted: Ints, rank: Ints) -> Woven:
    """Ties of people who want `wanted` ties (by place in the layout) and rank by it with a z-score in millionths."""
    people = len(wanted)
    begin = np.concatenate([[0], np.cumsum(wanted)])
    fill = np.zeros(people, dtype=np.int64)
    slot = np.empty(begin[-1], dtype=np.int32)
    held: Held = (begin, fill, slot)

    each(lambda part: _tie_kin(*part, layout.kin, layout.kin_order, begin, fill, slot), shares(layout.kin))
    _tie_blocks(laws, layout, noise, wanted, rank, held)
    _match_left(laws, layout, noise, wanted, rank, held)
    complete(noise.key("complete"), layout.person, begin, fill, slot, INTEREST)
    attach(noise.key("attach"), layout.person, begin, fill, slot, round(laws.giant_share * people), INTEREST)
    return woven(layout.person, begin, fill, slot)


def _tie_blocks(laws: Weave, layout: Layout, noise: Noise, wanted: Ints, rank: Ints, held: Held) -> None:
    """Tie people in blocks of their cohort, then of their town and employer."""
    friends = np.arange(1, max(2, int(wanted.max(initial=1)) + 1), dtype=np.float64)
    density = np.minimum(0.95, laws.block_density * (friends / 100) ** -laws.block_decline)
    few = (friends / 100) ** -laws.share_decline
    most = (1 - laws.nation_share - laws.abroad_share) / max(1e-9, laws.cohort_share + laws.town_share)

    def tie_level(name: str, share: float, cell: Ints, label: Ints, relation: int) -> None:
        part = share * np.minimum(few, most)
        width = np.append([2], np.maximum(2, np.round(part * friends / density)).astype(np.int64))
        parts = np.append([0], np.round(part * 65536).astype(np.int64))
        order = _ordered(laws, noise, name, layout, cell, label, wanted, rank)
        key = noise.key(f"block pair {name}")
        begin, fill, slot = held
        before = fill.copy()

        def tie_cells(cells: tuple[int, int]) -> None:
            block_ties(
                key,
                *cells,
                cell,
                order,
                layout.person,
                label,
                relation,
                INTEREST,
                width,
                parts,
                begin,
                before,
                fill,
                slot,
            )

        each(tie_cells, shares(begin[cell]))

    tie_level("cohort", laws.cohort_share, layout.cohort, np.zeros(len(wanted), dtype=np.int64), SCHOOL)
    tie_level("town", laws.town_share, layout.town, layout.work, WORK)


def _match_left(laws: Weave, layout: Layout, noise: Noise, wanted: Ints, rank: Ints, held: Held) -> None:
    """Match the ties still wanted in town, in the country and anywhere, in that order."""
    begin, fill, slot = held
    mark = np.zeros(begin[-1], dtype=np.uint8)
    each(lambda part: mark_ties(*part, begin, fill, slot, mark), shares(begin))
    none = np.zeros(len(wanted), dtype=np.int64)
    abroad = _quota(noise, "abroad", wanted, laws.abroad_share, layout.person)
    away = abroad + _quota(noise, "nation", wanted, laws.nation_share, layout.person)
    whole, anywhere, nation = np.array([0, len(wanted)]), Line(none, 0), layout.in_nation
    own = round(1000 * abs(laws.matching_sorting))
    other = round(1000 * (1 - laws.matching_sorting**2) ** 0.5)

    def all_keys(key: np.uint64, line: Line, hold: Ints, low: int, high: int) -> NDArray[np.uint64]:
        made: dict[int, NDArray[np.uint64]] = {}

        def some(at: int) -> None:
            made[at] = stub_keys(
                key, at, min(at + PEOPLE, high), layout.person, line.place, line.reach, rank, own, other,
                normal(), layout.few, hold, begin, fill,
            )  # fmt: skip

        each(some, range(low, high, PEOPLE))
        return np.concatenate([made[at] for at in sorted(made)]) if made else np.empty(0, dtype=np.uint64)

    def match(name: str, span: Ints, line: Line, hold: Ints) -> None:
        key = noise.key(f"match {name}")

        def match_spans(part: tuple[int, int]) -> None:
            for low, high in pairwise(span[part[0] : part[1] + 1]):
                keys = all_keys(key, line, hold, low, high)
                keys = sort_bits(keys, FIRST_BIT, int(keys.max(initial=0)).bit_length())
                pair_stubs(mirror(keys) if laws.matching_sorting < 0 else keys, INTEREST, *held, mark)

        each(match_spans, shares(begin[span]))

    match("town", layout.town, layout.in_town, away)
    match("nation", layout.country, nation, abroad)
    match("nation again", layout.country, Line(nation.place, 2 * nation.reach), abroad)
    match("nation anyhow", layout.country, anywhere, abroad)
    match("world", whole, layout.in_world, none)
    match("world again", whole, anywhere, none)


@compiled
def _tie_kin(first: int, last: int, kin: Ints, order: Ints, begin: Ints, fill: Ints, slot: Slots) -> None:
    """Tie all members of families first ... last - 1 who want more than twice as many ties as it has members."""
    for which in range(first, last):
        least = 2 * (kin[which + 1] - kin[which])
        for at in range(kin[which], kin[which + 1]):
            a = order[at]
            for then in range(at + 1, kin[which + 1]):
                b = order[then]
                if begin[a + 1] - begin[a] > least and begin[b + 1] - begin[b] > least:
                    slot[begin[a] + fill[a]] = (b << 2) + FAMILY
                    slot[begin[b] + fill[b]] = (a << 2) + FAMILY
                    fill[a] += 1
                    fill[b] += 1


def _ordered(
    laws: Weave, noise: Noise, name: str, layout: Layout, cell: Ints, label: Ints, wanted: Ints, rank: Ints
) -> Ints:
    """Places in order of cell, then label, then of the number of ties wanted, blurred."""
    chance = delay(normal(), Crowd(noise, 0, len(wanted)).words(f"block {name}")[0][layout.person])
    own, other = round(1000 * laws.block_sorting), round(1000 * (1 - laws.block_sorting**2) ** 0.5)
    score = np.where(wanted <= layout.few, 1000 * chance, own * rank + other * chance)
    group = np.repeat(np.arange(len(cell) - 1), np.diff(cell)) * (int(label.max()) + 2) + label + 1
    fine = np.clip((8_000_000_000 - score) >> 21, 0, (1 << 13) - 1)  # 13 bits, the most wanted first
    place = max(1, int(len(group) - 1).bit_length())
    keys = ((group << 13) + fine) << place
    keys += np.arange(len(group))
    keys.sort()
    return keys & ((1 << place) - 1)


def _quota(noise: Noise, decision: str, wanted: Ints, share: float, person: Ints) -> Ints:
    """`share` of each person's wanted ties, rounded by a keyed coin."""
    part = wanted * round(share * 2**32) + (
        Crowd(noise, 0, len(person)).words(decision)[0][person] >> np.uint64(32)
    ).astype(np.int64)
    return part >> 32
