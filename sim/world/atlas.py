"""An atlas: all words the people of some countries can be given, put end to end so that a draw is a place in a list."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.world import places
from sim.world.draws import Ints, Wheels, falling, wheel
from sim.world.identities import Register, Terms, offsets, register, terms
from sim.world.templates import LANGUAGES
from sim.world.vocabulary import companies, home_locale

Home = tuple[str, str, float]
"""A country, a locale, and the share of all people who live there and are named so."""


@dataclass(frozen=True)
class Atlas:
    """What the people of several homes have. `codes`: countries; `country`: of each home; others by country.

    A list ending in _at says where a country's entries begin in the column's terms; `regions` is the region of each
    city. `offered`: companies of each country. `homes`, `towns` and `firms` are wheels to choose one by its share.
    """

    codes: tuple[str, ...]
    homes: Wheels
    country: Ints
    countries: Terms
    locales: Terms
    languages: Terms
    towns: Wheels
    cities: Terms
    city_at: Ints
    regions: Terms
    addresses: Terms
    address_at: Ints
    phones: Terms
    phone_at: Ints
    employers: Terms
    employer_at: Ints
    offered: Ints
    firms: Wheels
    names: Register


def language(locale: str) -> str:
    """What people of a locale write in: its own language if there are phrases in it, else the first that has."""
    code = locale.split("_")[0]
    return code if code in LANGUAGES else LANGUAGES[0]


@lru_cache(maxsize=8)
def chart(
    homes: tuple[Home, ...], *, towns: int, town_exponent: float, company_count: int, company_exponent: float
) -> Atlas:
    """The atlas of `homes`; raises Misuse for a country that is not known."""
    codes = tuple(dict.fromkeys(code for code, _, _ in homes))
    for code in codes:
        home_locale(code)
    land = [places.places(code, towns) for code in codes]
    firms = [companies(code, company_count) for code in codes]
    locales = [locale for _, locale, _ in homes]
    return Atlas(
        codes=codes,
        homes=wheel([share for _, _, share in homes]),
        country=np.array([codes.index(code) for code, _, _ in homes], dtype=np.int64),
        countries=terms(codes),
        locales=terms(locales),
        languages=terms([language(locale) for locale in locales]),
        towns=np.stack([wheel(falling(len(each.towns), town_exponent)) for each in land]),
        cities=terms([town for each in land for town in each.towns]),
        city_at=offsets([len(each.towns) for each in land]),
        regions=terms([region for each in land for region in each.regions]),
        addresses=terms([address for each in land for address in each.addresses]),
        address_at=offsets([len(each.addresses) for each in land]),
        phones=terms([number for each in land for number in each.numbers]),
        phone_at=offsets([len(each.numbers) for each in land]),
        employers=terms([firm for each in firms for firm in each]),
        employer_at=offsets([len(each) for each in firms]),
        offered=np.array([len(each) for each in firms], dtype=np.int64),
        firms=np.stack([wheel(falling(len(each), company_exponent)) for each in firms]),
        names=register(tuple(locales)),
    )
