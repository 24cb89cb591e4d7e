"""Identities: names of the right country, and account names, e-mail addresses and telephone numbers of nobody real."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.world.draws import Crowd, Ints, below, bits, spin, wheel
from sim.world.vocabulary import vocabulary

DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved for documentation by RFC 2606, section 3."""
GAPS = ("", "_", ".")
SHORT = 2**14
"""Of 2^16: how many account names have no family name. Style, on which nothing that is measured depends."""


def offsets(sizes: Sequence[int]) -> Ints:
    """Where each of several lists begins once they are put end to end; the last entry is their whole length."""
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))])


@dataclass(frozen=True)
class Terms:
    """The distinct words of a dictionary column, and for each word of a longer list its place among them."""

    words: pa.StringArray
    place: NDArray[np.int32]

    def at(self, codes: Ints) -> pa.DictionaryArray:
        """The column of the listed words `codes`; a code below 0 is null."""
        missing = codes < 0
        indices = pa.array(self.place[codes], mask=missing if missing.any() else None)
        return pa.DictionaryArray.from_arrays(indices, self.words)


def terms(words: Sequence[str]) -> Terms:
    """`words`, each once."""
    place = {word: at for at, word in enumerate(dict.fromkeys(words))}
    return Terms(pa.array(list(place), pa.string()), np.array([place[word] for word in words], dtype=np.int32))


def _spelled(lists: Sequence[Sequence[str]]) -> pa.StringArray:
    return pa.array([each for words in lists for each in words], pa.string())


@dataclass(frozen=True)
class Register:
    """The names of several locales end to end: for each list where it begins, how likely each name is, how it is
    written, and how account names write it. Given names stand by locale, men's before women's; `written` has them
    all, then all family names."""

    given_at: Ints
    family_at: Ints
    given_wheels: NDArray[np.int32]
    family_wheels: NDArray[np.int32]
    written: pa.StringArray
    begins: pa.StringArray
    ends: pa.StringArray
    family_first: NDArray[np.bool_]


@cache
def register(locales: tuple[str, ...]) -> Register:
    """The names of `locales`."""
    words = [vocabulary(locale) for locale in locales]
    given = [names for each in words for names in (each.men, each.women)]
    family = [each.family for each in words]
    return Register(
        given_at=offsets([len(n.names) for n in given]),
        family_at=offsets([len(n.names) for n in family]),
        given_wheels=np.stack([wheel(n.weights) for n in given]),
        family_wheels=np.stack([wheel(n.weights) for n in family]),
        written=_spelled([n.names for n in (*given, *family)]),
        begins=_spelled([[f"{latin or 'x'}{gap}" for latin in n.latin] for gap in GAPS for n in given]),
        ends=_spelled([[""], *(n.latin for n in family)]),
        family_first=np.array([each.family_first for each in words]),
    )


def identify(
    crowd: Crowd, names: Register, *, home: Ints, woman: Ints, kin: Ints
) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
    """Full name, account name and e-mail address of each person.

    home: her locale's place in `names`. kin: place of the person whose family name she has. Account names have the
    person's number for an end, so each is unique.
    """
    word, style = crowd.words("name")
    sex = 2 * home + woman
    first = (names.given_at[sex] + spin(names.given_wheels, sex, word)).astype(np.int32)
    drawn = names.family_at[home] + spin(names.family_wheels, home, word, 1)
    last = drawn[kin].astype(np.int32)
    second = last + np.int32(names.given_at[-1])
    turned = names.family_first[home]
    ahead, behind = np.where(turned, second, first), np.where(turned, first, second)
    name = pc.binary_join_element_wise(names.written.take(pa.array(ahead)), names.written.take(pa.array(behind)), " ")
    gap = below(style, 0, len(GAPS)) * names.given_at[-1]
    begin = names.begins.take(pa.array((first + gap).astype(np.int32)))
    short = bits(style, 1) < SHORT
    end = names.ends.take(pa.array(np.where(short, 0, last + 1).astype(np.int32)))
    number = pc.cast(pa.array(np.arange(crowd.first, crowd.first + crowd.count)), pa.string())
    handle = pc.binary_join_element_wise(begin, end, number, "")
    domain = pa.array(DOMAINS).take(pa.array(below(style, 2, len(DOMAINS)).astype(np.int32)))
    return name, handle, pc.binary_join_element_wise(handle, domain, "@")
