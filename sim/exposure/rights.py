"""Rights: what becomes of objections and of requests to erase, by the law of the country of the person who asks.

What each does not cover. An objection covers what she posted herself, not others' posts that show her (L10); it is
prospective: a model trained before the answer keeps what it learnt; it binds first parties alone; and it stops no
annotator, since what is held for review is another object. A request to erase reaches what its holder has when it
arrives, not what it harvests or lists anew later, nor what a worker kept or a thief took; and nobody can be asked who
is not known to hold it. Whether who copied a post takes that down, and late, is the copy's own (`channels/copy.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require, require_above_0, require_share
from sim.core.noise import Noise
from sim.core.quantile import delay, exponential
from sim.core.schema import DAY_S, NEVER

Ints = NDArray[np.int64]
MONTH_S = 30 * DAY_S
"""The statutory time for an answer (L01); two more months may be taken."""
LATE_S = 60 * DAY_S
OUTCOMES = ("erased", "late", "refused", "silent")


@dataclass(frozen=True)
class Law:
    """What the law of some `countries` gives (none: of all that no other law names).

    `objection`: she may object to training. `erasure`: she has a right to have data erased, whoever holds them.
    `erased_share` of requests to erase are complied with.
    """

    countries: tuple[str, ...]
    objection: bool
    erasure: bool
    erased_share: float

    def __post_init__(self) -> None:
        require_share(erased_share=self.erased_share)


@dataclass(frozen=True)
class Holder:
    """`first_party`: an objection binds it. `by_right_alone`: it erases nothing for those who have no right to it."""

    first_party: bool
    by_right_alone: bool


@dataclass(frozen=True)
class Rights:
    """`laws` by jurisdiction, and how requests are answered wherever they are.

    `approved_share` of objections are accepted, after `objection_mean_days`. Of requests to erase that are complied
    with, `late_share` are late (one to three months), the others in `erasure_mean_days`, within a month; of those that
    are not, `refused_share` are refused and the others meet silence.
    """

    laws: Mapping[str, Law]
    approved_share: float
    objection_mean_days: float
    late_share: float
    erasure_mean_days: float
    refused_share: float

    def __post_init__(self) -> None:
        require_share(approved_share=self.approved_share, late_share=self.late_share, refused_share=self.refused_share)
        require_above_0(objection_mean_days=self.objection_mean_days, erasure_mean_days=self.erasure_mean_days)
        others = [name for name, law in self.laws.items() if not law.countries]
        require(len(others) == 1, f"One law is for all other countries; here {others or 'none'} name no country.")

    def of(self, country: str) -> str:
        """The jurisdiction of a country."""
        named = (name for name, law in self.laws.items() if country in law.countries)
        return next(named, next(name for name, law in self.laws.items() if not law.countries))


@dataclass(frozen=True)
class Answers:
    """How holders answer each of `people` (ascending): arrays [people, holders].

    erase_s, object_s: seconds from request to effect; NEVER: none. outcome: position in OUTCOMES of a request to erase.
    late_s, [people, 1]: seconds until those who copied her posts and are late take copies down.
    """

    people: Ints
    erase_s: Ints
    object_s: Ints
    outcome: NDArray[np.int8]
    late_s: Ints


def answer(
    rights: Rights, people: Ints, countries: Sequence[str], holders: Mapping[str, Holder], noise: Noise
) -> Answers:
    """The answers `people` of these `countries` get from `holders`.

    Keyed by holder, owner and attempt (a request), by owner and corpus (an objection): the same person gets the same
    answer under two laws wherever both give her the right.
    """
    laws = [rights.laws[rights.of(country)] for country in countries]
    may = np.array([law.objection for law in laws], dtype=np.bool_)
    right = np.array([law.erasure for law in laws], dtype=np.bool_)
    erased = np.array([law.erased_share for law in laws])
    soon, heard = (exponential(mean_s=days * DAY_S) for days in (rights.erasure_mean_days, rights.objection_mean_days))
    columns: list[tuple[Ints, Ints, Ints]] = []
    for name, holder in holders.items():
        coin, waiting = noise.words(f"erasure {name}", people, 0)
        turn = noise.words(f"erasure course {name}", people, 0)[0]
        complied = (_share(coin) < erased) & (right | (not holder.by_right_alone))
        late = _share(turn) < rights.late_share
        wait = np.where(late, _late(waiting), np.minimum(delay(soon, waiting), MONTH_S))
        failed = np.where(_share(turn) < rights.refused_share, 2, 3)
        outcome = np.where(complied, late, failed)
        accepted, hearing = noise.words(f"objection {name}", people)
        granted = may & holder.first_party & (_share(accepted) < rights.approved_share)
        columns.append((
            np.where(complied, wait, NEVER), np.where(granted, delay(heard, hearing), NEVER), outcome
        ))  # fmt: skip
    shape = (len(holders), len(people))
    erase_s, object_s, outcomes = (
        np.array([column[part] for column in columns], dtype=np.int64).reshape(shape).T for part in range(3)
    )
    late_s = _late(noise.words("takedown late", people)[0])
    return Answers(people, erase_s, object_s, outcomes.astype(np.int8), late_s[:, None])


def _late(word: NDArray[np.uint64]) -> Ints:
    """Seconds until a late answer: one to three months."""
    return MONTH_S + (word >> np.uint64(40)).astype(np.int64) * LATE_S // 2**24


def _share(word: NDArray[np.uint64]) -> NDArray[np.float64]:
    """A word as a number from 0 to 1."""
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53
