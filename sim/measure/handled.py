"""What hired people's work adds to one log: who read an owner, where they live, what got out, what a model repeats.

Counts are of an owner: distinct people who read anything that shows her, distinct countries of theirs, things a worker
let out, sensitive items a model can be made to repeat, those it completes for who knows how they begin, and whether
anything sensitive got out at all, by a worker or unprompted (a severe event). Each splits as exposure does: sunk before
the decision, irreversible, avoidable, avoided.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.schema import CHANNELS
from sim.measure.tally import Masks

Ints = NDArray[np.int64]
Counts = dict[str, Ints]
"""By measure, of each owner: int64[owners]."""

READ, EXTRACT, LEAK, COMPLETE = (CHANNELS.index(name) for name in ("review", "extract", "leak", "complete"))
UNITS = {
    "annotators": "people an owner",
    "annotator_countries": "countries an owner",
    "leaks": "posts an owner and worker",
    "extractable_items": "items an owner",
    "completable_items": "items an owner",
    "severe_event_probability": "probability",
}
"""Unit of each measure; the parts of a measure are called after it: annotators_sunk."""


@dataclass(frozen=True)
class Hands:
    """The rows of a log that are readings, leaks or extractions of owners' posts, and which they are in each block.

    `items` are the sensitive items of the row's post, `country` (code) that of the worker.
    """

    owners: int
    rows: tuple[Ints, ...]
    time: Ints
    channel: Ints
    owner: Ints
    post: Ints
    actor: Ints
    country: Ints
    items: Ints


def gather(log: Log, *, owner: Ints, items: Ints, country: NDArray[np.int16], owners: int) -> Hands:
    """One pass over a log. `owner` and `items` are a ledger's, a post each; `country` gives each worker's code."""
    rows, columns = [], []
    for block in log.blocks:
        events = block.events
        row = np.flatnonzero(np.isin(events.channel, (READ, EXTRACT, LEAK, COMPLETE)))
        post = block.first + np.searchsorted(block.event_start, row, side="right") - 1
        row, post = row[owner[post] >= 0], post[owner[post] >= 0]
        rows.append(row)
        columns.append(np.stack([post, events.time[row], events.channel[row], events.actor[row]]).astype(np.int64))
    post, time, channel, actor = np.concatenate(columns, axis=1)
    lives_in = country[np.where(channel == READ, actor, 0)].astype(np.int64)
    return Hands(owners, tuple(rows), time, channel, owner[post], post, actor, lives_in, items[post])


def count(hands: Hands, happens: NDArray[np.bool_]) -> Counts:
    """Each measure of the rows that happen, by owner."""
    read, leak, extract, complete = (happens & (hands.channel == code) for code in (READ, LEAK, EXTRACT, COMPLETE))

    def distinct(rows: NDArray[np.bool_], *columns: Ints) -> Ints:
        """The first of equal rows alone."""
        names = np.stack([column[rows] for column in columns])
        return np.flatnonzero(rows)[np.unique(names, axis=1, return_index=True)[1]]

    def of(rows: Ints, weight: Ints | None = None) -> Ints:
        summed = np.bincount(hands.owner[rows], None if weight is None else weight[rows], minlength=hands.owners)
        return summed.astype(np.int64)

    repeated, completed = distinct(extract, hands.post), distinct(complete, hands.post)
    severe = np.flatnonzero((leak | extract) & (hands.items > 0))
    return {
        "annotators": of(distinct(read, hands.owner, hands.actor)),
        "annotator_countries": of(distinct(read, hands.owner, hands.country)),
        "leaks": of(distinct(leak, hands.post, hands.actor)),
        "extractable_items": of(repeated, hands.items),
        "completable_items": of(completed, hands.items),
        "severe_event_probability": np.minimum(of(severe), 1),
    }


def under(hands: Hands, alive: Masks | None) -> NDArray[np.bool_]:
    """Which rows happen under the masks of `apply`; None: all."""
    if alive is None:
        return np.ones(len(hands.time), dtype=np.bool_)
    return np.concatenate([mask[rows] for mask, rows in zip(alive, hands.rows, strict=True)])


@dataclass(frozen=True)
class Handled:
    """The `hands` of a log with what happens if nothing is done, before the decision, and if everything is at it."""

    hands: Hands
    total: Counts
    sunk: Counts
    least: Counts

    def parts(self, alive: Masks, hands: Hands | None = None) -> Counts:
        """Each measure under a plan's masks, and its parts, of each owner; `hands` of another log if the masks are its.

        sunk + irreversible + avoidable is the measure if nothing is done; avoided is how much less the plan leaves.
        """
        hands = hands or self.hands
        return split(self.total, self.sunk, self.least, count(hands, under(hands, alive)))


def split(total: Counts, sunk: Counts, least: Counts, left: Counts) -> Counts:
    """What a plan has `left` of each measure, and the measure's parts: avoidable is `total` less `least`."""
    found = {}
    for measure, whole in total.items():
        found[measure] = left[measure]
        found[f"{measure}_sunk"] = sunk[measure]
        found[f"{measure}_irreversible"] = least[measure] - sunk[measure]
        found[f"{measure}_avoidable"] = whole - least[measure]
        found[f"{measure}_avoided"] = whole - left[measure]
    return found


def handle(hands: Hands, everything: Masks, *, decision: int) -> Handled:
    """`everything` is what happens if every action is taken at the decision (s) and granted.

    What happened before the decision and can be unlearnt even so (`exposure/unlearn.py`) is not sunk, but avoidable.
    """
    least = under(hands, everything)
    happens = (under(hands, None), (hands.time < decision) & least, least)
    return Handled(hands, *(count(hands, each) for each in happens))
