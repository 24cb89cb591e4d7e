"""The sentence patterns and vocabularies of every language, flattened so that a draw is a place in an array."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.schema import CLASSES, INTERESTS

LANGUAGES = ("en", "de", "fr", "es", "it", "pt")
"""Append, never reorder. People of any other language write the first one."""
SAID = ("name", "place", "contact", "relationship", "employer", "health", "money", "children")
"""The classes that are said in words, in the order of `sim.core.schema.CLASSES`."""
FIELDS = ("place", "contact", "relationship", "employer")
"""The classes a profile tells in fields of its own; a name and a face it shows to friends alone are no secret."""
AMOUNTS = (480, 620, 750, 890, 1_050, 1_200, 1_380, 1_560, 1_750, 1_980, 2_300, 2_650, 3_100, 3_700, 4_400, 5_200)
"""What may be a month's salary, a rent, a debt or a loss, in any of the currencies."""
NUMBERS = 10
"""How many numbers a reserved range of telephone numbers is given as."""


@dataclass(frozen=True)
class Phrases:
    """Phrases of one purpose in all languages: `before` + slot + `after`; language l has `count[l]` from `first[l]`.

    `slotted` says which have a slot; `before_length` counts characters, not bytes.
    """

    before: pa.StringArray
    after: pa.StringArray
    before_length: NDArray[np.int64]
    after_length: NDArray[np.int64]
    slotted: NDArray[np.bool_]
    first: NDArray[np.int64]
    count: NDArray[np.int64]


def flatten(by_language: list[list[str]]) -> Phrases:
    """`Phrases` from one list of patterns a language; `{x}` marks the slot."""
    count = np.array([len(patterns) for patterns in by_language], dtype=np.int64)
    split = [pattern.partition("{x}") for patterns in by_language for pattern in patterns]
    return Phrases(
        before=pa.array([before for before, _, _ in split], pa.string()),
        after=pa.array([after for _, _, after in split], pa.string()),
        before_length=np.array([len(before) for before, _, _ in split], dtype=np.int64),
        after_length=np.array([len(after) for _, _, after in split], dtype=np.int64),
        slotted=np.array([bool(slot) for _, slot, _ in split], dtype=bool),
        first=np.cumsum(count) - count,
        count=count,
    )


@dataclass(frozen=True)
class Book:
    """All phrases: of openers, closers, neutral sentences and things; of each said class, by and about a person
    (`home`: a place she lives in);
    of what a picture shows; of the fields of a profile; the vocabulary of each said class; and captions: of faces,
    copies and links, replies, messages.

    `scenes` are the captions of scene i and `interests` the things of interest i, both at language * their count + i.
    """

    openers: Phrases
    closers: Phrases
    things: Phrases
    neutral: Phrases
    plain: Phrases
    home: Phrases
    own: dict[str, Phrases]
    about: dict[str, Phrases]
    media: dict[str, Phrases]
    profile: dict[str, Phrases]
    slots: dict[str, Phrases]
    captions: dict[str, Phrases]
    scenes: Phrases
    interests: Phrases


def _numbers(pattern: str) -> list[str]:
    """Numbers spread over a reserved range: each `#` of `pattern` is a digit."""
    digits = pattern.count("#")
    made = []
    for step in range(NUMBERS):
        text = pattern
        for digit in f"{step * 10**digits // NUMBERS + 7 * step % 10:0{digits}d}":
            text = text.replace("#", digit, 1)
        made.append(text)
    return made


def _faces(media: dict[str, list[str]]) -> list[str]:
    """What pictures with faces show: of their own, and anybody in `who` anywhere in `where`."""
    return media["face"] + [f"{who} {where}." for who in media["who"] for where in media["where"]]


def _vocabulary(language: dict[str, dict[str, list[str]]], name: str) -> list[str]:
    slots = language["slots"]
    if name == "contact":
        return [number for pattern in slots[name] for number in _numbers(pattern)]
    if name == "money":
        separator = str(slots["thousands"])
        return [form.replace("#", f"{n:,}".replace(",", separator)) for n in AMOUNTS for form in slots[name]]
    return slots.get(name, [])


@cache
def read() -> Book:
    """The phrases of all `LANGUAGES`, from `sim/world/languages/*.toml`.

    Telephone numbers lie in the ranges of `sim.world.places.NUMBERS`, which are given to nobody.
    """
    folder = files("sim.world") / "languages"
    texts = [tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8")) for code in LANGUAGES]

    def gather(name: str) -> Phrases:
        return flatten([text[name] for text in texts])

    def group(name: str, keys: tuple[str, ...]) -> dict[str, Phrases]:
        return {key: flatten([text[name][key] for text in texts]) for key in keys if key in texts[0][name]}

    assert tuple(name for name in CLASSES if name in SAID) == SAID
    return Book(
        openers=gather("openers"),
        closers=gather("closers"),
        things=gather("things"),
        neutral=gather("neutral"),
        plain=flatten([text["about"]["plain"] for text in texts]),
        home=flatten([text["own"]["home"] for text in texts]),
        own=group("own", SAID),
        about=group("about", SAID),
        media={"face": flatten([_faces(text["media"]) for text in texts])}
        | group("media", ("scene", "copyrighted", "explicit", "link")),
        profile=group("profile", FIELDS),
        slots={name: flatten([_vocabulary(text, name) for text in texts]) for name in SAID},
        captions=group("captions", ("face", "copyrighted", "link", "reply", "message")),
        scenes=flatten([said for text in texts for said in text["captions"]["scene"]]),
        interests=flatten([text["interests"][name] for text in texts for name in INTERESTS]),
    )
