"""The places of a country: towns with their region, addresses that no post can reach, telephone numbers nobody has."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sim.core.errors import unknown
from sim.world.vocabulary import home_locale, spread, vocabulary

STREETS = 20
"""Families a country's streets are named after."""
HOUSES = 60
"""Highest number of a house."""

NUMBERS = {
    "US": tuple(f"({area}) 555-01{{n:02d}}" for area in (202, 212, 305, 312, 415, 512, 617, 713, 206, 303)),
    "GB": ("07700 900{n:03d}", "020 7946 0{n:03d}"),
    "DE": ("030 23125{n:03d}", "069 90009{n:03d}", "040 66969{n:03d}", "0221 4710{n:03d}", "089 99998{n:03d}"),
}
"""Telephone numbers that are given to nobody, {n} of two or three digits: North America's 555-0100 to 0199 (ATIS,
INC 555 NXX guidelines), the United Kingdom's 07700 900000 to 900999 and 020 7946 0000 to 0999 (Ofcom, numbers for
drama), Germany's (Bundesnetzagentur, Mitteilung 148/2021)."""
ABROAD = ("+44 7700 900{n:03d}", "+1 202 555 01{n:02d}")
"""Numbers of those ranges in their international form, for people of countries without a range that can be cited."""


@dataclass(frozen=True)
class Places:
    """What a country offers: towns, the largest first, the region of each, and addresses (street, number, code)."""

    towns: tuple[str, ...]
    regions: tuple[str, ...]
    addresses: tuple[str, ...]
    numbers: tuple[str, ...]


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads((files("sim.world") / "places.toml").read_text(encoding="utf-8"))


@cache
def numbers(country: str) -> tuple[str, ...]:
    """Every telephone number people of a country may have."""
    return tuple(
        pattern.format(n=n)
        for pattern in NUMBERS.get(country, ABROAD)
        for n in range(1000 if "03d" in pattern else 100)
    )


@cache
def places(country: str, towns: int) -> Places:
    """The places of `country` with at most so many towns; raises Misuse for a country not known.

    The largest towns and their regions are real (places.toml), the rest are made of a family name and an ending,
    each in the region of a real one. No country assigns the postal codes, so nothing posted arrives.
    """
    if country not in _facts():
        raise unknown("country", country, _facts())
    facts = _facts()[country]
    known = [town.split("|") for town in facts["towns"]][:towns]
    stems = spread(vocabulary(home_locale(country)).family.names, max(towns, 1) + 7)
    made = []
    for i in range(towns - len(known)):
        stem, ending = stems[(i + 3) % len(stems)], facts["endings"][i % len(facts["endings"])]
        name = f"{ending}{stem}" if facts.get("ahead", False) else f"{stem}{ending}"
        made.append((name, known[i % len(known)][1]))
    every = [*known, *(town for town in dict(made).items())]
    streets = spread(vocabulary(home_locale(country)).family.names, STREETS)
    addresses = [
        f"{pattern.format(s=street, n=house)}, {facts['postcode']}"
        for street in streets
        for pattern in facts["streets"]
        for house in range(1, HOUSES + 1)
    ]
    return Places(
        towns=tuple(town for town, _ in every),
        regions=tuple(region for _, region in every),
        addresses=tuple(addresses),
        numbers=numbers(country),
    )
