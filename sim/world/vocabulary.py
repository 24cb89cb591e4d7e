"""Words a country's people are made of: given names, family names, towns and companies of Faker's locales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from unicodedata import combining, normalize

from sim.core.errors import unknown

LOCALES = {
    "BR": "pt_BR",
    "DE": "de_DE",
    "ES": "es_ES",
    "FR": "fr_FR",
    "GB": "en_GB",
    "IN": "en_IN",
    "IT": "it_IT",
    "JP": "ja_JP",
    "NL": "nl_NL",
    "US": "en_US",
}
"""Faker's locale of each country people can live in, by ISO 3166 alpha-2 code."""

LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


@dataclass(frozen=True)
class Names:
    """Names with their relative weights and, beside each, its spelling in a-z for account names."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    latin: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What one locale offers. `towns` and `companies` hold each name once, the largest first."""

    women: Names
    men: Names
    family: Names
    towns: tuple[str, ...]
    companies: tuple[str, ...]
    family_first: bool


def romanise(name: str) -> str:
    """`name` in lower-case a-z alone: marks are taken off (é: e), other letters and signs left out."""
    plain = normalize("NFKD", name.casefold().translate(LETTERS))
    return "".join(letter for letter in plain if "a" <= letter <= "z" and not combining(letter))


def _names(listed: Mapping[str, float] | Sequence[str], latin: Sequence[str] | None = None) -> Names:
    """Names of a Faker list, which is a mapping to weights where Faker knows them."""
    names = tuple(listed)
    weights = tuple(float(w) for w in listed.values()) if isinstance(listed, Mapping) else (1.0,) * len(names)
    return Names(names, weights, tuple(romanise(name) for name in latin or names))


def _pick(listed: Sequence[str], count: int) -> tuple[str, ...]:
    """`count` different names spread evenly over a list that is often alphabetical."""
    once = tuple(dict.fromkeys(listed))
    step = max(1, len(once) // count)
    return once[::step][:count]


def _towns(address: type, family: Names, locale: str, count: int) -> tuple[str, ...]:
    """Town names: the locale's own list, or its way of making one from a family name."""
    if locale == "es_ES":  # Faker names Spanish towns after their provinces
        return _pick(tuple(vars(address)["states"]), count)
    listed = tuple(getattr(address, "cities", ()))
    if listed:
        return _pick(listed, count)
    endings = tuple(getattr(address, "city_suffixes", ("",)))
    gap = " " if locale == "pt_BR" else ""
    stems = _pick(family.names, count)
    return tuple(f"{stem}{gap}{endings[i % len(endings)]}" for i, stem in enumerate(stems))


def _companies(company: type, family: Names, locale: str, count: int) -> tuple[str, ...]:
    """Company names after families, with the locale's legal form."""
    forms = tuple(dict.fromkeys(getattr(company, "company_suffixes", ())))
    stems = _pick(family.names, count)
    if locale == "ja_JP":
        forms = tuple(vars(company)["company_prefixes"])
        return tuple(f"{forms[i % len(forms)]}{stem}" for i, stem in enumerate(stems))
    return tuple(f"{stem} {forms[i % len(forms)]}" for i, stem in enumerate(stems))


def _provider(kind: str, locale: str) -> type:
    """Faker's provider class of a locale, or the general one where the locale has none."""
    try:
        module = import_module(f"faker.providers.{kind}.{locale}")
    except ModuleNotFoundError:
        module = import_module(f"faker.providers.{kind}")
    provider: type = module.Provider
    return provider


@cache
def vocabulary(country: str, *, towns: int, companies: int) -> Vocabulary:
    """The words of `country`, with at most so many towns and companies; raises Misuse for a country not known."""
    if country not in LOCALES:
        raise unknown("country", country, LOCALES)
    locale = LOCALES[country]
    person = _provider("person", locale)
    family = _names(
        getattr(person, "last_names"),  # noqa: B009 - Faker's classes are untyped
        getattr(person, "last_romanized_names", None),
    )
    women, men = (
        _names(getattr(person, f"first_names_{sex}"), getattr(person, f"first_romanized_names_{sex}", None))
        for sex in ("female", "male")
    )
    return Vocabulary(
        women=women,
        men=men,
        family=family,
        towns=_towns(_provider("address", locale), family, locale, towns),
        companies=_companies(_provider("company", locale), family, locale, companies),
        family_first=locale == "ja_JP",
    )
