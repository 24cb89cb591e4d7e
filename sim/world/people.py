"""Populate a world: who lives where and with whom, how old, under what name, how active and how careful."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from sim.core import quantile
from sim.core.clock import iso_date
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import DAY_S, EDUCATIONS, YEAR_S, table
from sim.world.atlas import Atlas, Home, chart
from sim.world.careers import Careers, hire, learn, like, tastes
from sim.world.draws import Crowd, Ints, Wheels, below, bits, chance, spin
from sim.world.households import BLOCK, Bools, Households, settle_in
from sim.world.identities import identify, terms
from sim.world.privacy import Privacy, beside_mean, beta, defaults, openness
from sim.world.threads import ahead
from sim.world.vocabulary import home_locale

AGE_FIRST, AGE_LAST = 13, 90
"""Years: platforms' own minimum age, and where the age law ends."""
CHUNK = 2**17
"""People made at once, a multiple of a household's block: large enough for speed, small enough for a cache."""
GENDERS = ("woman", "man", "other")
WOMAN, MAN, OTHER = range(3)


@dataclass(frozen=True)
class People:
    """Laws of a population. Names ending in _a, _b are the two shapes of a Beta law.

    countries: relative share of people by ISO code. minorities: by country, share of its people with the names and
    language of another locale. towns: how many a country has, drawn with weight 1 / rank ** town_exponent. Ages run
    from 13 to 90. posts_*: own posts a month (P01), at most posts_most. joined_*: when in the time an account was
    allowed, 0 first to 1 now. households, careers, privacy: see there.
    """

    countries: Mapping[str, float]
    minorities: Mapping[str, Mapping[str, float]]
    woman_share: float
    other_share: float
    towns: int
    town_exponent: float
    age_a: float
    age_b: float
    households: Households
    careers: Careers
    posts_median: float
    posts_sigma: float
    posts_most: float
    joined_a: float
    joined_b: float
    caution_a: float
    caution_b: float
    privacy: Privacy

    def __post_init__(self) -> None:
        require(
            len(self.countries) > 0 and all(share >= 0 for share in self.countries.values()),
            f"people.countries must give at least one country a share, none below 0; it is {dict(self.countries)}.",
        )
        require(sum(self.countries.values()) > 0, "people.countries: at least one share must be above 0.")
        for name in ("woman_share", "other_share"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"people.{name} is {share}; a share lies between 0 and 1.")
        for country, locales in self.minorities.items():
            require(
                all(share >= 0 for share in locales.values()) and sum(locales.values()) <= 1,
                f"people.minorities.{country} is {dict(locales)}; shares are 0 or more and together at most 1.",
            )
        for name in ("towns", "posts_median", "posts_sigma", "posts_most"):
            number = getattr(self, name)
            require(number > 0, f"people.{name} is {number}; it must be above 0.")
        require(
            self.woman_share + self.other_share <= 1,
            f"people.woman_share and other_share are {self.woman_share} and {self.other_share}; together at most 1.",
        )

    def homes(self) -> tuple[Home, ...]:
        """Every country with every locale of its people, and the share of all people who are so."""
        found: list[Home] = []
        for code in sorted(self.countries):
            others = dict(self.minorities.get(code, {}))
            shares = {home_locale(code): 1 - sum(others.values())} | others
            found += [(code, locale, self.countries[code] * share) for locale, share in shares.items()]
        return tuple(found)


@cache
def _rates(median: float, sigma: float) -> quantile.Quantiles:
    """Own posts a month, in millionths of a post."""
    return quantile.lognormal(median_s=median * 1e6, sigma=sigma)


def _genders(people: People, crowd: Crowd, *, head: Ints, partner: Bools) -> tuple[Ints, Ints]:
    """Gender of each person, and whether she has a woman's given name."""
    word = crowd.words("gender")[0]
    at = chance(word, 0)
    drawn = np.where(at < people.woman_share, WOMAN, np.where(at < 1 - people.other_share, MAN, OTHER))
    like = bits(word, 2) < people.households.same_sex_share * 2.0**16
    lead = drawn[head]
    matched = partner & (lead != OTHER) & (drawn != OTHER)
    gender = np.where(matched, np.where(like, lead, 1 - lead), drawn)
    return gender, np.where(gender == OTHER, below(word, 3, 2), 1 - gender)


def _some(people: People, atlas: Atlas, wheels: Wheels, crowd: Crowd, *, decision: int) -> pa.Table:
    """The rows of a crowd that begins at a multiple of BLOCK."""
    p = people
    person = np.arange(crowd.first, crowd.first + crowd.count, dtype=np.int64)
    years, birthday = crowd.words("age")
    span = AGE_LAST + 1 - AGE_FIRST
    alone = AGE_FIRST + (beta(years, a=p.age_a, b=p.age_b) * span >> 32)
    homes = settle_in(p.households, crowd, alone, youngest=AGE_FIRST, oldest=AGE_LAST)
    head, age = homes.head, homes.age
    born = (decision - age * YEAR_S - (bits(birthday, 0, 32) * (YEAR_S - DAY_S) >> 32)) // DAY_S * DAY_S

    where, door = (word[head] for word in crowd.words("home"))
    home = atlas.homes[bits(where, 0)].astype(np.int64)
    country = atlas.country[home]
    town = spin(atlas.towns, country, where, 1)
    city = atlas.city_at[country] + town
    house = atlas.address_at[country] + (bits(door, 0, 32) * np.diff(atlas.address_at)[country] >> 32)

    gender, woman = _genders(p, crowd, head=head, partner=homes.partner)
    word, calls = crowd.words("kin")
    shared = np.array([p.households.name_shared.get(code, 0.0) for code in atlas.codes])[country]
    family = homes.child | homes.partner & (chance(word, 0) < shared)
    kin = np.where(family, head, np.arange(crowd.count))
    name, handle, email = identify(crowd, atlas.names, home=home, woman=woman, kin=kin)
    phone = atlas.phone_at[country] + (bits(calls, 0, 32) * np.diff(atlas.phone_at)[country] >> 32)

    education = learn(p.careers, crowd, codes=atlas.codes, country=country, age=age, woman=woman)
    company = hire(
        p.careers, crowd, offered=atlas.offered, wheels=atlas.firms, country=country, town=town, age=age,
        education=education,
    )  # fmt: skip
    employer = np.where(company < 0, -1, atlas.employer_at[country] + company)

    active, waiting = crowd.words("posting rate")
    posts = np.minimum(quantile.delay(_rates(p.posts_median, p.posts_sigma), active) / 1e6, p.posts_most)
    allowed = np.maximum(0, born + AGE_FIRST * YEAR_S)
    waited = beta(waiting, a=p.joined_a, b=p.joined_b)
    joined = (allowed + (((decision - allowed) // DAY_S * waited) >> 32) * DAY_S) // DAY_S * DAY_S

    careful, open_ = crowd.words("caution")
    caution = beta(careful, a=p.caution_a, b=p.caution_b) / 2.0**32
    default, roll = defaults(p.privacy, crowd, codes=atlas.codes, country=country, minor=joined < born + 18 * YEAR_S)
    shape, mean = p.privacy.public_concentration, p.privacy.public_share
    public = openness(
        p.privacy,
        beta(open_, a=mean * shape, b=(1 - mean) * shape) / 2.0**32,
        careful=beside_mean(caution, a=p.caution_a, b=p.caution_b),
        old=beside_mean((age - AGE_FIRST) / span, a=p.age_a, b=p.age_b),
        default=default,
    )
    return table(
        "people",
        {
            "person": person,
            "country": atlas.countries.at(country),
            "region": atlas.regions.at(city),
            "city": atlas.cities.at(city),
            "address": atlas.addresses.at(house),
            "household": person[head],
            "locale": atlas.locales.at(home),
            "language": atlas.languages.at(home),
            "age": age.astype(np.int16),
            "born": born,
            "gender": terms(GENDERS).at(gender),
            "name": name,
            "handle": handle,
            "email": email,
            "phone": atlas.phones.at(phone),
            "education": terms(EDUCATIONS).at(education),
            "employer": atlas.employers.at(employer),
            "interests": like(crowd, wheels, age=age, woman=woman).astype(np.int32),
            "posts_per_month": posts,
            "caution": caution,
            "joined": joined,
            "default_audience": default.astype(np.int8),
            "public_share": public,
            "camera_roll": roll,
        },
    )


def populate(people: People, noise: Noise, *, size: int, decision: int, threads: int = 2) -> pa.Table:
    """The `people` table of `size` persons as they are at `decision` (s since 2007-01-01 UTC). Errors as `crowds`."""
    return pa.concat_tables(list(crowds(people, noise, size=size, decision=decision, threads=threads)))


def crowds(people: People, noise: Noise, *, size: int, decision: int, threads: int = 2) -> Iterator[pa.Table]:
    """The same table in parts, each made while the one before is used.

    Person i's row depends on (parameters, noise, decision, i) alone, so more people change nobody: households lie
    within blocks of persons with neighbouring ids. Raises Mistake for an empty world or a decision before 2008.
    """
    require(size >= 1, f"A world has at least one person; its size is {size}.")
    require(decision > YEAR_S, f"The decision is on {iso_date(decision)}; it must be a year after 2007-01-01 at least.")
    atlas = chart(
        people.homes(), towns=people.towns, town_exponent=people.town_exponent,
        company_count=people.careers.companies, company_exponent=people.careers.company_exponent,
    )  # fmt: skip
    wheels = tastes(people.careers)
    assert CHUNK % BLOCK == 0

    def part(first: int) -> pa.Table:
        return _some(people, atlas, wheels, Crowd(noise, first, min(CHUNK, size - first)), decision=decision)

    yield from ahead(part, range(0, size, CHUNK), threads)
