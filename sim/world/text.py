"""Compose: what each post says, in its author's language, and the spans in which each sensitive class shows."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import CLASSES, KINDS
from sim.world.templates import LANGUAGES, Phrases, read

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPENER_SHARE, CLOSER_SHARE = 0.25, 0.4
"""How often a text has an opener and a closer: style, on which nothing that is measured depends."""
PERSONAL_SHARE = {"name": 1.0, "employer": 1.0, "place": 0.5, "contact": 0.5}
"""How often a slot holds the subject's own value (her name, employer, city, e-mail) and not one of the vocabulary."""
DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved for documentation by RFC 2606."""
FACE, EXPLICIT, COPYRIGHTED = (CLASSES.index(name) for name in ("face", "explicit", "copyrighted"))


@dataclass(frozen=True)
class Part:
    """One part of every text: `said` is null in a text that lacks it. The slot spans characters `slot` to `slot_end`
    of the part; all lengths are in characters."""

    said: pa.StringArray
    length: Ints
    slot: Ints
    slot_end: Ints


def languages(locales: list[str]) -> Ints:
    """Place in LANGUAGES of each Faker locale ("de_AT" is de); the first for a language without phrases."""
    code = {name: place for place, name in enumerate(LANGUAGES)}
    return np.array([code.get(str(locale).split("_")[0], 0) for locale in locales], dtype=np.int64)


def pick(phrases: Phrases, language: Ints, word: NDArray[np.uint64]) -> Ints:
    """A place in `phrases` for each 32-bit word, among those of the language."""
    return phrases.first[language] + ((word * phrases.count[language].astype(np.uint64)) >> np.uint64(32)).astype(
        np.int64
    )


def halves(word: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The upper and the lower 32 bits of words."""
    return word >> np.uint64(32), word & np.uint64(0xFFFFFFFF)


def take(values: pa.StringArray, places: Ints, where: Bools) -> pa.StringArray:
    """`values` at `places`, null outside `where`."""
    return values.take(pa.array(places, mask=~where))


def phrase(phrases: Phrases, at: Ints, slot: pa.StringArray, slot_length: Ints, *, where: Bools) -> Part:
    """The phrases `at` with their slots filled, in the texts `where`."""
    filled = phrases.slotted[at]
    if not filled.all():
        slot = pc.if_else(pa.array(filled), slot, "")
    inner = np.where(filled, slot_length, 0)
    before = phrases.before_length[at]
    said = pc.binary_join_element_wise(take(phrases.before, at, where), slot, take(phrases.after, at, where), "")
    return Part(said, np.where(where, before + inner + phrases.after_length[at], 0), before, before + inner)


def fixed(phrases: Phrases, at: Ints, *, where: Bools) -> Part:
    """Phrases without a slot."""
    return Part(take(phrases.before, at, where), np.where(where, phrases.before_length[at], 0), at * 0, at * 0)


def personal_values(people: pa.Table, name: str) -> pa.StringArray:
    """What a class shows of each person: her name, city, employer; her e-mail at each reserved domain in turn."""
    if name == "contact":
        handle = pc.utf8_lower(pc.utf8_ltrim(people["handle"].combine_chunks(), characters="@"))
        return pa.concat_arrays([pc.binary_join_element_wise(handle, domain, "@") for domain in DOMAINS])
    column = people[{"name": "name", "place": "city", "employer": "employer"}[name]].combine_chunks()
    return pc.fill_null(column.cast(pa.string()), "")


def _class_part(
    noise: Noise,
    people: pa.Table,
    name: str,
    *,
    phrases: Phrases,
    post: Ints,
    language: Ints,
    subject: Ints,
    where: Bools,
) -> Part:
    """The sentence that says class `name` of the subject."""
    rows = np.flatnonzero(where)
    pattern_word, slot_word = noise.words("words", post[rows], 16 + CLASSES.index(name))
    vocabulary = read().slots[name]
    personal_word, slot_word = halves(slot_word)
    places = np.zeros(len(rows), dtype=np.int64)
    values = vocabulary.before
    share = PERSONAL_SHARE.get(name, 0.0)
    if share < 1:
        places = pick(vocabulary, language[rows], slot_word)
    if share > 0:
        own = personal_values(people, name)
        turns = len(own) // people.num_rows
        turn = ((slot_word * np.uint64(turns)) >> np.uint64(32)).astype(np.int64)
        mine = len(values) + subject[rows] + turn * people.num_rows
        places = np.where(personal_word < share * 2.0**32, mine, places)
        values = pa.concat_arrays([values, own])
    lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
    every = np.zeros(len(post), dtype=np.int64)
    at, slot, slot_length = every, every.copy(), every.copy()
    at = every.copy()
    at[rows] = pick(phrases, language[rows], halves(pattern_word)[0])
    slot[rows], slot_length[rows] = places, lengths[places]
    return phrase(phrases, at, take(values, slot, where), slot_length, where=where)


def _media_part(word: NDArray[np.uint64], *, kind: NDArray[np.int8], sensitive: Ints, language: Ints) -> Part:
    """What a picture shows, or a link leads to, in words that name its kind: "[photo] two people at a beach"."""
    media = read().media
    choice = np.where(
        sensitive >> EXPLICIT & 1 == 1,
        3,
        np.where(sensitive >> COPYRIGHTED & 1 == 1, 2, np.where(sensitive >> FACE & 1 == 1, 0, 1)),
    )
    choice = np.where((choice == 1) & np.isin(kind, (KINDS.index("link"), KINDS.index("repost"))), 4, choice)
    names = ("face", "scene", "copyrighted", "explicit", "link")
    start = np.cumsum([0] + [len(media[name].before) for name in names])
    at = np.choose(choice, [start[i] + pick(media[name], language, word) for i, name in enumerate(names)])
    described = pa.concat_arrays([media[name].before for name in names])
    length = np.concatenate([media[name].before_length for name in names])
    where = ~np.isin(kind, (KINDS.index("text"), KINDS.index("comment")))
    tags = pa.array([f"[{name}]" for name in KINDS])
    tag_length = np.array([len(name) + 2 for name in KINDS])
    said = pc.binary_join_element_wise(take(tags, kind.astype(np.int64), where), take(described, at, where), " ")
    return Part(said, np.where(where, tag_length[kind] + 1 + length[at], 0), at * 0, at * 0)


def _spans(parts: list[tuple[int, Part, Bools, Ints]], rows: int) -> pa.ListArray:
    """Spans as a list column, from (class, its part, in which texts, where the part starts)."""
    row = np.concatenate([np.flatnonzero(where) for _, _, where, _ in parts])
    start = np.concatenate([(begin + part.slot)[where] for _, part, where, begin in parts])
    end = np.concatenate([(begin + part.slot_end)[where] for _, part, where, begin in parts])
    cls = np.concatenate([np.full(int(where.sum()), code) for code, _, where, _ in parts])
    order = np.argsort(row, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])
    spans = pa.StructArray.from_arrays(
        [
            pa.array(start[order].astype(np.int32)),
            pa.array(end[order].astype(np.int32)),
            pa.array(cls[order].astype(np.int8)),
        ],
        ["start", "end", "class"],
    )
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), spans)


def compose(
    noise: Noise,
    people: pa.Table,
    *,
    post: Ints,
    author: Ints,
    subject: Ints,
    kind: NDArray[np.int8],
    sensitive: NDArray[np.int32],
    about: bool,
) -> tuple[pa.StringArray, pa.ListArray]:
    """Text and spans (start, end, class; characters, end exclusive) of each post; keyed by post id alone.

    `author` and `subject` are rows of `people`: the language is the author's, the values are the subject's. With
    `about` a friend writes of the subject, else the subject of herself. Each class of `SAID` in `sensitive` has
    one span, exactly the characters that show it, and no other class has any: face, copyrighted and explicit are
    properties of a picture, described and not said. An explicit item is a neutral placeholder and nothing else.
    """
    if len(post) == 0:
        span = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("class", pa.int8())])
        return pa.array([], pa.string()), pa.array([], pa.list_(span))
    book = read()
    bits = sensitive.astype(np.int64)
    language = languages(people["locale"].to_pylist())[author]
    spoken = bits >> EXPLICIT & 1 == 0
    style, choice = noise.words("words", post, 0)
    opener_word, closer_word = halves(style)
    media_word, neutral_word = halves(choice)
    sentences = book.about if about else book.own
    said = sum(1 << CLASSES.index(name) for name in sentences)
    plain = spoken & (bits & said == 0)
    if about:
        neutral = fixed(book.plain, pick(book.plain, language, neutral_word), where=plain)
    else:
        thing = pick(book.things, language, halves(noise.words("words", post, 1)[0])[0])
        neutral = phrase(
            book.neutral,
            pick(book.neutral, language, neutral_word),
            take(book.things.before, thing, plain),
            book.things.before_length[thing],
            where=plain,
        )
    # The share below which an opener or closer is used is taken out of the same word, so the choice is rescaled.
    opener, closer = opener_word < OPENER_SHARE * 2.0**32, closer_word < CLOSER_SHARE * 2.0**32
    stretched = (opener_word.astype(np.float64) / OPENER_SHARE % 2.0**32).astype(np.uint64)
    closing = (closer_word.astype(np.float64) / CLOSER_SHARE % 2.0**32).astype(np.uint64)
    parts = [
        _media_part(media_word, kind=kind, sensitive=bits, language=language),
        fixed(book.openers, pick(book.openers, language, stretched), where=opener & spoken & (not about)),
        neutral,
    ]
    shown: list[tuple[int, int, Bools]] = []
    for name, phrases in sentences.items():
        where = spoken & (bits >> CLASSES.index(name) & 1 == 1)
        shown.append((CLASSES.index(name), len(parts), where))
        parts.append(
            _class_part(
                noise, people, name, phrases=phrases, post=post, language=language, subject=subject, where=where
            )
        )
    parts.append(fixed(book.closers, pick(book.closers, language, closing), where=closer & spoken))
    begins, begin = [], np.zeros(len(post), dtype=np.int64)
    for part in parts:
        begins.append(begin)
        begin = begin + part.length + (part.length > 0)
    text = pc.binary_join_element_wise(*(part.said for part in parts), " ", null_handling="skip")
    return text, _spans([(code, parts[at], where, begins[at]) for code, at, where in shown], len(post))
