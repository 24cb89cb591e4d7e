"""Populate a world: who lives where, how old, under what name, how active and how careful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core import quantile
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import DAY_S, YEAR_S, table
from sim.world.vocabulary import LOCALES, Vocabulary, vocabulary

AGE_FIRST, AGE_LAST = 13, 90
"""Years: platforms' own minimum age, and where the age law ends."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Laws of a population. Names ending in _a, _b are the two shapes of a Beta law.

    countries: relative share of people by ISO code. towns, companies: how many a country has, drawn with
    weight 1 / rank ** exponent. Ages run from 13 to 90. posts_*: own posts a month (P01). joined_*: when in
    the time an account was allowed, 0 first to 1 now. public_share: mean chance that a new post is public
    (P11), spread over people with `public_concentration` (sum of the Beta's shapes) and shifted by caution and age.
    """

    countries: Mapping[str, float]
    woman_share: float
    other_share: float
    towns: int
    town_exponent: float
    companies: int
    company_exponent: float
    employed_share: float
    work_from_age: int
    work_to_age: int
    age_a: float
    age_b: float
    posts_median: float
    posts_sigma: float
    posts_most: float
    joined_a: float
    joined_b: float
    caution_a: float
    caution_b: float
    public_share: float
    public_concentration: float
    public_caution_weight: float
    public_age_weight: float

    def __post_init__(self) -> None:
        require(
            len(self.countries) > 0 and all(share >= 0 for share in self.countries.values()),
            f"people.countries must give at least one country a share, none below 0; it is {dict(self.countries)}.",
        )
        require(sum(self.countries.values()) > 0, "people.countries: at least one share must be above 0.")
        for name in ("woman_share", "other_share", "employed_share"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"people.{name} is {share}; a share lies between 0 and 1.")
        require(0 < self.public_share < 1, f"people.public_share is {self.public_share}; it lies within 0 to 1.")
        for name in ("public_caution_weight", "public_age_weight"):
            weight = getattr(self, name)
            require(0 <= weight < 1, f"people.{name} is {weight}; a weight lies from 0 to below 1.")
        for name in ("towns", "companies", "posts_median", "posts_sigma", "posts_most", "public_concentration"):
            number = getattr(self, name)
            require(number > 0, f"people.{name} is {number}; it must be above 0.")
        require(
            self.woman_share + self.other_share <= 1,
            f"people.woman_share and other_share are {self.woman_share} and {self.other_share}; together at most 1.",
        )


def _chosen(noise: Noise, decision: str, person: Ints, weights: Sequence[float]) -> Ints:
    """Index of a weighted choice for each person; the weights become whole numbers, so no rounding can tip a draw."""
    share = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    ends = np.cumsum(np.round(share * 2.0**31).astype(np.int64))
    at = noise.below(decision, np.minimum(ends[-1], 2**31 - 1), person)
    return np.searchsorted(ends, at, side="right").astype(np.int64)


def _beta(noise: Noise, decision: str, person: Ints, *, a: float, b: float) -> Ints:
    """Beta(a, b) draws as whole numbers of 2^-32."""
    thresholds = quantile.beta_thresholds(a=a, b=b).astype(np.int64)
    return thresholds[(noise.words(decision, person)[0] >> np.uint64(52)).astype(np.int64)]


def _zipf(count: int, exponent: float) -> Floats:
    """Weights falling with rank, as sizes of cities and companies do."""
    weights: Floats = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return weights


def _offsets(sizes: Sequence[int]) -> Ints:
    """Where each of several lists begins once they are put end to end; the last entry is their whole length."""
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))])


def _encoded(codes: Ints, words: Sequence[str], *, missing: NDArray[np.bool_] | None = None) -> pa.DictionaryArray:
    """A dictionary column, equal words sharing one entry."""
    unique, place = np.unique(np.asarray(words, dtype=object).astype(str), return_inverse=True)
    indices = pa.array(place[codes].astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(unique.tolist(), pa.string()))


def _identities(
    noise: Noise, words: Sequence[Vocabulary], country: Ints, gender: Ints, person: Ints
) -> tuple[pa.DictionaryArray, pa.Array]:
    """Full name and account name of each person."""
    given = [names for v in words for names in (v.women, v.men)]
    family = [v.family for v in words]
    given_at, family_at = _offsets([len(n.names) for n in given]), _offsets([len(n.names) for n in family])
    coin = noise.below("given name list", 2, person)
    sex = np.where(gender == 2, coin, gender)
    first, last = np.empty_like(person), np.empty_like(person)
    for place in range(len(words)):
        here = np.flatnonzero(country == place)
        last[here] = family_at[place] + _chosen(noise, "family name", person[here], family[place].weights)
        for side in (0, 1):
            at, row = here[sex[here] == side], 2 * place + side
            first[at] = given_at[row] + _chosen(noise, "given name", person[at], given[row].weights)

    def spelled(names: list[tuple[str, ...]], codes: Ints) -> pa.Array:
        return pa.array([word for part in names for word in part]).take(pa.array(codes))

    both, place_of = np.unique(first * family_at[-1] + last, return_inverse=True)
    ahead, behind = both // family_at[-1], both % family_at[-1]
    given_names = spelled([n.names for n in given], ahead)
    family_names = spelled([n.names for n in family], behind)
    turned = pa.array(np.repeat([v.family_first for v in words], [len(n.names) for n in family])[behind])
    full = pc.binary_join_element_wise(
        pc.if_else(turned, family_names, given_names), pc.if_else(turned, given_names, family_names), " "
    )
    name = pa.DictionaryArray.from_arrays(pa.array(place_of.astype(np.int32)), full)
    gaps = pa.array(["", "_", "."]).take(pa.array(noise.below("handle style", 3, person)))
    handle = pc.binary_join_element_wise(
        spelled([n.latin for n in given], first),
        gaps,
        spelled([n.latin for n in family], last),
        pc.cast(pa.array(person), pa.string()),
        "",
    )
    return name, handle


def _places(
    parameters: People, noise: Noise, words: Sequence[Vocabulary], country: Ints, person: Ints, *, kind: str
) -> tuple[Ints, list[str]]:
    """For each person a town or a company of the country: index into the list of all, and that list."""
    lists = [v.towns if kind == "town" else v.companies for v in words]
    exponent = parameters.town_exponent if kind == "town" else parameters.company_exponent
    starts = _offsets([len(names) for names in lists])
    chosen = np.empty_like(person)
    for place, names in enumerate(lists):
        at = np.flatnonzero(country == place)
        chosen[at] = starts[place] + _chosen(noise, kind, person[at], _zipf(len(names), exponent).tolist())
    return chosen, [name for names in lists for name in names]


def _beside_mean(share: Floats, *, a: float, b: float) -> Floats:
    """How far a Beta(a, b) draw lies from the law's mean, -1 to 1."""
    mean = a / (a + b)
    away: Floats = (share - mean) / max(mean, 1 - mean)
    return away


def _public_share(parameters: People, noise: Noise, person: Ints, age: Ints, caution: Floats) -> Floats:
    """Each person's chance that a new post is public.

    The odds of a Beta draw are multiplied by factors linear in caution and age, 1 at their means: sums,
    products and quotients only, so every platform gives the same bits.
    """
    p = parameters
    shape = p.public_concentration
    share = _beta(noise, "public share", person, a=p.public_share * shape, b=(1 - p.public_share) * shape) / 2.0**32
    careful = _beside_mean(caution, a=p.caution_a, b=p.caution_b)
    old = _beside_mean((age - AGE_FIRST) / (AGE_LAST + 1 - AGE_FIRST), a=p.age_a, b=p.age_b)
    odds = share * (1 - p.public_caution_weight * careful) * (1 - p.public_age_weight * old)
    return odds / (odds + (1 - share))


def populate(parameters: People, noise: Noise, *, size: int, decision: int) -> pa.Table:
    """The `people` table of `size` persons as they are at `decision` (s since 2007-01-01 UTC).

    Person i's row depends on (parameters, noise, decision, i) alone, so more people change nobody.
    Raises Mistake for an empty world or a decision before 2008.
    """
    require(size >= 1, f"A world has at least one person; its size is {size}.")
    require(decision > YEAR_S, f"The decision lies {decision} s after 2007-01-01; it must be at least a year later.")
    p = parameters
    person = np.arange(size, dtype=np.int64)
    codes = sorted(p.countries)
    words = [vocabulary(code, towns=p.towns, companies=p.companies) for code in codes]

    country = _chosen(noise, "country", person, [p.countries[code] for code in codes])
    gender = _chosen(noise, "gender", person, [p.woman_share, 1 - p.woman_share - p.other_share, p.other_share])
    age = AGE_FIRST + ((_beta(noise, "age", person, a=p.age_a, b=p.age_b) * (AGE_LAST + 1 - AGE_FIRST)) >> 32)
    caution = _beta(noise, "caution", person, a=p.caution_a, b=p.caution_b) / 2.0**32
    name, handle = _identities(noise, words, country, gender, person)
    town, towns = _places(p, noise, words, country, person, kind="town")
    company, companies = _places(p, noise, words, country, person, kind="company")
    idle = (age < p.work_from_age) | (age > p.work_to_age) | (noise.uniform("employed", person) >= p.employed_share)

    rate = quantile.lognormal(median_s=p.posts_median * 1e6, sigma=p.posts_sigma)  # in millionths of a post
    posts = quantile.delay(rate, noise.words("posting rate", person)[0]) / 1e6
    since_birthday = noise.below("birthday", YEAR_S, person)
    allowed = np.maximum(0, decision - (age - AGE_FIRST) * YEAR_S - since_birthday)
    waited = _beta(noise, "joined", person, a=p.joined_a, b=p.joined_b)
    joined = (allowed + (((decision - allowed) // DAY_S * waited) >> 32) * DAY_S) // DAY_S * DAY_S

    return table(
        "people",
        {
            "person": person,
            "country": _encoded(country, codes),
            "city": _encoded(town, towns),
            "locale": _encoded(country, [LOCALES[code] for code in codes]),
            "age": age.astype(np.int16),
            "gender": _encoded(gender, ["woman", "man", "other"]),
            "name": name,
            "handle": handle,
            "employer": _encoded(company, companies, missing=idle),
            "posts_per_month": np.minimum(posts, p.posts_most),
            "caution": caution,
            "joined": joined,
            "public_share": _public_share(p, noise, person, age, caution),
        },
    )
