"""Careers: what people have learnt, by age, country and gender; whom they work for; what they like to do."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.errors import require, unknown
from sim.core.schema import EDUCATIONS, INTERESTS
from sim.world.draws import Crowd, Ints, Wheels, below, bits, chance, spin, wheel

PUPIL, BASIC, SECONDARY, STUDENT, TERTIARY = range(5)
GRADUATES_FROM_AGE = 22
YOUNG_UNTIL, OLD_FROM = 30, 50
"""Years: ages at which tastes are taken to be those of the young and of the old."""


@dataclass(frozen=True)
class Careers:
    """tertiary: by country, share of people of 30 years with a degree; tertiary_decline: what is lost of it with
    each decade more; woman_edge: how much larger it is for women under 50. basic_share: of the others, those
    without a secondary certificate. student_share: of people of 18 to 24. employed: by education, share who name
    an employer between work_from_age and work_to_age. companies: how many a country has, drawn with weight
    1 / rank ** company_exponent; local_share: employees of one of the few companies of their town; office_share: how
    often a graduate works at an office, which every second company is, where chance gave her a workshop.
    interests: weight of each; interests_old, interests_woman: times that for people over 50, for women (and
    divided by it for people under 30, for men).
    """

    tertiary: Mapping[str, float]
    tertiary_decline: float
    woman_edge: float
    basic_share: float
    student_share: float
    employed: Mapping[str, float]
    work_from_age: int
    work_to_age: int
    companies: int
    company_exponent: float
    local_share: float
    office_share: float
    interests: Mapping[str, float]
    interests_old: Mapping[str, float]
    interests_woman: Mapping[str, float]

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in ("basic_share", "student_share", "local_share", "office_share")}
        shares |= {f"tertiary.{country}": share for country, share in self.tertiary.items()}
        for name, share in self.employed.items():
            if name not in EDUCATIONS:
                raise unknown("education in employed", name, EDUCATIONS)
            shares[f"employed.{name}"] = share
        for name, share in shares.items():
            require(0 <= share <= 1, f"careers.{name} is {share}; a share lies between 0 and 1.")
        require(self.companies > 0, f"careers.companies is {self.companies}; it must be above 0.")
        for group in ("interests", "interests_old", "interests_woman"):
            for name, weight in getattr(self, group).items():
                if name not in INTERESTS:
                    raise unknown(f"interest in {group}", name, INTERESTS)
                require(weight > 0, f"careers.{group}.{name} is {weight}; it must be above 0.")


def learn(careers: Careers, crowd: Crowd, *, codes: tuple[str, ...], country: Ints, age: Ints, woman: Ints) -> Ints:
    """Education of each person, as a place in EDUCATIONS."""
    word = crowd.words("education")[0]
    young_share = np.array([careers.tertiary.get(code, 0.0) for code in codes])[country]
    decades = np.maximum(age - 30, 0) / 10
    lasting = np.maximum(0.0, 1 - careers.tertiary_decline * decades)
    share = np.minimum(young_share * lasting * np.where((woman == 1) & (age < 50), 1 + careers.woman_edge, 1.0), 1.0)
    drawn = chance(word, 0)
    rest = np.where(drawn > 1 - careers.basic_share * (1 - share), BASIC, SECONDARY)
    grown = np.where((drawn < share) & (age >= GRADUATES_FROM_AGE), TERTIARY, rest)
    student = (age < 25) & (grown != TERTIARY) & (chance(word, 1) < careers.student_share)
    return np.where(age < 18, PUPIL, np.where(student, STUDENT, grown))


def hire(
    careers: Careers,
    crowd: Crowd,
    *,
    offered: Ints,
    wheels: Wheels,
    country: Ints,
    town: Ints,
    age: Ints,
    education: Ints,
) -> Ints:
    """The company of each person, as a place in her country's list of `offered[country]` companies; -1: none.

    wheels: of each country's companies by size.
    """
    word, more = crowd.words("employer")
    shares = np.array([careers.employed.get(name, 0.0) for name in EDUCATIONS])
    working = (age >= careers.work_from_age) & (age <= careers.work_to_age)
    working &= chance(word, 0) < shares[education]
    nearby = (town * 7 + below(more, 1, 4)) % offered[country]
    company = np.where(bits(more, 2) < careers.local_share * 2.0**16, nearby, spin(wheels, country, more))
    moves = (education == TERTIARY) & (company % 2 == 1) & (bits(more, 3) < careers.office_share * 2.0**16)
    return np.where(working, np.where(moves, company - 1, company), -1)


def tastes(careers: Careers) -> Wheels:
    """Wheels of INTERESTS: the young, the middle-aged and the old of men, then of women."""
    old, hers = (
        np.array([factors.get(name, 1.0) for name in INTERESTS])
        for factors in (careers.interests_old, careers.interests_woman)
    )
    base = np.array([careers.interests.get(name, 0.0) for name in INTERESTS])
    by_age = (1 / old, np.ones(len(old)), old)
    return np.stack([wheel((base * aged * his).tolist()) for his in (1 / hers, hers) for aged in by_age])


def like(crowd: Crowd, wheels: Wheels, *, age: Ints, woman: Ints) -> Ints:
    """Up to three interests of each person, as bits of INTERESTS; `wheels` are those of `tastes`."""
    word = crowd.words("interests")[0]
    which = 3 * woman + (age >= YOUNG_UNTIL) + (age >= OLD_FROM)
    return np.bitwise_or.reduce([np.int64(1) << spin(wheels, which, word, place) for place in range(3)])
