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
    """The names of one locale; `family_first`: in which order a full name has them."""

    women: Names
    men: Names
    family: Names
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


def spread(listed: Sequence[str], count: int) -> tuple[str, ...]:
    """`count` different names spread evenly over a list that is often alphabetical."""
    once = tuple(dict.fromkeys(listed))
    step = max(1, len(once) // count)
    return once[::step][:count]


def _companies(company: type, family: Names, locale: str, count: int) -> tuple[str, ...]:
    """Company names after families, with the locale's legal form."""
    forms = tuple(dict.fromkeys(getattr(company, "company_suffixes", ())))
    stems = spread(family.names, count)
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
def vocabulary(locale: str) -> Vocabulary:
    """The names of a Faker locale."""
    person = _provider("person", locale)
    family = _names(
        getattr(person, "last_names"),  # noqa: B009 - Faker's classes are untyped
        getattr(person, "last_romanized_names", None),
    )
    women, men = (
        _names(getattr(person, f"first_names_{sex}"), getattr(person, f"first_romanized_names_{sex}", None))
        for sex in ("female", "male")
    )
    return Vocabulary(women=women, men=men, family=family, family_first=locale == "ja_JP")


@cache
def companies(country: str, count: int) -> tuple[str, ...]:
    """At most `count` company names of a country, the largest first."""
    locale = home_locale(country)
    return _companies(_provider("company", locale), vocabulary(locale).family, locale, count)


def home_locale(country: str) -> str:
    """Faker's locale of a country; raises Misuse for one that is not known."""
    if country not in LOCALES:
        raise unknown("country", country, LOCALES)
    return LOCALES[country]
