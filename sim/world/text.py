"""Compose: what each post says, in its author's language, and the spans in which each sensitive class shows."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import CLASSES, INTERESTS, KINDS
from sim.world.parts import Bools, Ints, Part, end_to_end, fixed, halves, phrase, pick, take, turns
from sim.world.pictures import EXPLICIT, describe
from sim.world.templates import LANGUAGES, Phrases, read

OPENER_SHARE, CLOSER_SHARE = 0.25, 0.4
"""How often a text has an opener and a closer: style, on which nothing that is measured depends."""
PERSONAL_SHARE = {"name": 1.0, "employer": 1.0, "place": 0.5, "contact": 0.9}
"""How often a slot holds the subject's own value (name, employer, city, e-mail or telephone number) and not one of
the vocabulary."""
INTEREST_SHARE = 0.6
"""How often a sentence is of the author's interests: style, too."""
LASTING_SHARE = {"relationship": 0.85, "children": 0.9, "health": 0.75}
"""How often a slot holds what is the subject's for good: one partner, two children, one illness."""


def languages(codes: list[str]) -> Ints:
    """Place in LANGUAGES of each language; the first for a language without phrases."""
    place = {name: at for at, name in enumerate(LANGUAGES)}
    return np.array([place.get(str(code), 0) for code in codes], dtype=np.int64)


@cache
def topics() -> Ints:
    """For each set of interests (bits) twelve places of INTERESTS, its own in turn; the first for the empty set."""
    n = len(INTERESTS)
    held = [[place for place in range(n) if mask >> place & 1] or [0] for mask in range(1 << n)]
    return np.array([[mine[turn % len(mine)] for turn in range(12)] for mine in held], dtype=np.int64)


def personal_values(people: pa.Table, name: str) -> pa.StringArray:
    """What a class shows of each person: her name, city, employer; her e-mail addresses, then telephone numbers."""
    columns = {"name": ("name",), "place": ("city",), "employer": ("employer",), "contact": ("email", "phone")}[name]
    held = [pc.fill_null(people[column].combine_chunks().cast(pa.string()), "") for column in columns]
    return pa.concat_arrays(held)


def _class_part(
    noise: Noise,
    people: pa.Table,
    name: str,
    *,
    phrases: Phrases,
    home: Phrases | None,
    post: Ints,
    language: Ints,
    subject: Ints,
    pattern: NDArray[np.uint64],
    where: Bools,
) -> Part:
    """The sentence that says class `name` of the subject; of her own town one of `home`, if given."""
    rows = np.flatnonzero(where)
    slot_word = noise.words("words", post[rows], 16 + CLASSES.index(name))[1]
    vocabulary = read().slots[name]
    personal_word, slot_word = halves(slot_word)
    places = np.zeros(len(rows), dtype=np.int64)
    values = vocabulary.before
    share = PERSONAL_SHARE.get(name, 0.0)
    if share < 1:
        lasting = LASTING_SHARE.get(name, 0.0)
        second = (personal_word & np.uint64(1)).astype(np.int64) * (name == "children")
        own_word = noise.words("own words", people["person"].to_numpy()[subject[rows]], CLASSES.index(name), second)[0]
        kept = personal_word < lasting * 2.0**32
        places = pick(vocabulary, language[rows], np.where(kept, halves(own_word)[0], slot_word))
    if name == "money":  # of the English forms each second is in pounds
        pounds = pc.equal(people["country"].combine_chunks().cast(pa.string()), "GB").to_numpy(zero_copy_only=False)
        first = vocabulary.first[0]
        english = language[rows] == 0
        places = np.where(english, first + (places - first) // 2 * 2 + pounds[subject[rows]], places)
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
    choice = pattern[rows]
    at[rows] = pick(phrases, language[rows], choice)
    if home is not None:  # who is at home is not there on a visit
        here = places >= len(vocabulary.before)
        at[rows[here]] = len(phrases.before) + pick(home, language[rows[here]], choice[here])
        phrases = end_to_end((phrases, home))
    slot[rows], slot_length[rows] = places, lengths[places]
    return phrase(phrases, at, take(values, slot, where), slot_length, where=where)


def spans_of(parts: list[tuple[int, Part, Bools, Ints]], rows: int) -> pa.ListArray:
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
    language = languages(people["language"].to_pylist())[author]
    spoken = bits >> EXPLICIT & 1 == 0
    opener_word, closer_word = halves(noise.words("words", post, 0)[0])
    thing_word = noise.words("words", post, 1)[0]
    neutral_word, shown_word, caption_word, pattern_word = turns(noise, post)
    sentences = book.about if about else book.own
    said = sum(1 << CLASSES.index(name) for name in sentences)
    plain = spoken & (bits & said == 0)
    text, comment, message, roll = (kind == KINDS.index(name) for name in ("text", "comment", "message", "camera_roll"))
    media, caption = describe(
        (shown_word, caption_word), kind=kind, sensitive=bits, language=language, plain=plain & (not about)
    )
    reply, said_to = (
        fixed(book.captions[name], pick(book.captions[name], language, neutral_word), where=plain & where & (not about))
        for name, where in (("reply", comment), ("message", message))
    )
    if about:
        neutral = fixed(book.plain, pick(book.plain, language, neutral_word), where=plain)
    else:
        liked = people["interests"].to_numpy()[author]
        coin, thing_word = halves(thing_word)
        topic = topics()[liked, (coin % 12).astype(np.int64)]
        mine = len(book.things.before) + pick(book.interests, language * len(INTERESTS) + topic, thing_word)
        thing = np.where(coin < INTEREST_SHARE * 2.0**32, mine, pick(book.things, language, thing_word))
        things = end_to_end((book.things, book.interests))
        neutral = phrase(
            book.neutral,
            pick(book.neutral, language, neutral_word),
            take(things.before, thing, plain & text),
            things.before_length[thing],
            where=plain & text,
        )
    private = comment | message | roll
    ill = bits >> CLASSES.index("health") & 1 == 1  # no smile after a diagnosis
    # The share below which an opener or closer is used is taken out of the same word, so the choice is rescaled.
    opener, closer = opener_word < OPENER_SHARE * 2.0**32, closer_word < CLOSER_SHARE * 2.0**32
    stretched = (opener_word.astype(np.float64) / OPENER_SHARE % 2.0**32).astype(np.uint64)
    closing = (closer_word.astype(np.float64) / CLOSER_SHARE % 2.0**32).astype(np.uint64)
    parts = [
        media,
        fixed(book.openers, pick(book.openers, language, stretched), where=opener & spoken & text & (not about)),
        neutral,
        reply,
        said_to,
        caption,
    ]
    shown: list[tuple[int, int, Bools]] = []
    for name, phrases in sentences.items():
        where = spoken & (bits >> CLASSES.index(name) & 1 == 1)
        home = book.home if name == "place" and not about else None
        shown.append((CLASSES.index(name), len(parts), where))
        parts.append(
            _class_part(
                noise,
                people,
                name,
                phrases=phrases,
                home=home,
                post=post,
                language=language,
                subject=subject,
                pattern=pattern_word,
                where=where,
            )
        )
    parts.append(
        fixed(
            book.closers,
            pick(book.closers, language, closing),
            where=closer & spoken & ~private & ~ill,
        )
    )
    begins, begin = [], np.zeros(len(post), dtype=np.int64)
    for part in parts:
        begins.append(begin)
        begin = begin + part.length + (part.length > 0)
    texts = pc.binary_join_element_wise(*(part.said for part in parts), " ", null_handling="skip")
    return texts, spans_of([(code, parts[at], where, begins[at]) for code, at, where in shown], len(post))
