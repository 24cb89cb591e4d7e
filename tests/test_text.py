"""Texts: every span shows its class, every class has its span, and nothing said can reach a real person."""

import re

import numpy as np
import pyarrow as pa
import pytest
from posting import CITIES, DECISION, NAMES, centre, people

from sim.core.noise import Noise
from sim.core.schema import CLASSES, INTERESTS, KINDS
from sim.world.identities import DOMAINS
from sim.world.posts import publish
from sim.world.templates import LANGUAGES, SAID, read
from sim.world.text import compose, languages

EXPLICIT = 1 << CLASSES.index("explicit")
RESERVED = (
    r"\(\d{3}\) 555-01\d\d", r"07700 900\d{3}", r"020 7946 0\d{3}", r"\+44 7700 900\d{3}", r"\+1 202 555 01\d\d",
    r"030 23125\d{3}", r"0221 4710\d{3}", r"040 66969\d{3}", r"069 90009\d{3}", r"089 99998\d{3}",
)  # fmt: skip


def written(
    bits: np.ndarray, *, about: bool = False, kind: str = "text", seed: int = 4
) -> tuple[list, list, np.ndarray]:
    """Texts, spans and author rows of posts with these bits, by the six languages in turn."""
    row = np.arange(len(bits)) % 12
    text, spans = compose(
        Noise(seed),
        people(12, employer=["Müller & Söhne"] * 12),
        post=(row << 32) + np.arange(len(bits)),
        author=row,
        subject=row,
        kind=np.full(len(bits), KINDS.index(kind), dtype=np.int8),
        sensitive=bits.astype(np.int32),
        about=about,
    )
    return text.to_pylist(), spans.to_pylist(), row


def shown(name: str, *, about: bool = False) -> list[tuple[int, str]]:
    """(author's row, what the span holds) of 1,200 posts that say one class."""
    text, spans, row = written(np.full(1200, 1 << CLASSES.index(name)), about=about)
    assert all(len(each) == 1 and each[0]["class"] == CLASSES.index(name) for each in spans)
    return [(row[at], text[at][each[0]["start"] : each[0]["end"]]) for at, each in enumerate(spans)]


@pytest.mark.parametrize(
    ("name", "about"), [(name, False) for name in SAID] + [(name, True) for name in SAID if name in read().about]
)
def test_a_span_holds_exactly_a_word_of_its_class_in_the_authors_language(name: str, about: bool):
    vocabulary = read().slots[name]
    for row, held in shown(name, about=about):
        first, count = vocabulary.first[row % 6], vocabulary.count[row % 6]
        allowed = set(vocabulary.before.slice(first, count).to_pylist())
        own = {"name": {NAMES[row % 6]}, "place": {CITIES[row % 6]}, "employer": {"Müller & Söhne"}}
        own["contact"] = {f"user.{row}@example.org", f"07700 9000{row:02d}"}
        assert held in allowed | own.get(name, set()), (row, held)


def test_a_place_is_sometimes_the_own_town_and_sometimes_another():
    held = [place == CITIES[row % 6] for row, place in shown("place")]
    assert 0.4 < np.mean(held) < 0.6


def test_contact_data_lie_in_reserved_ranges():
    for _, held in shown("contact"):
        reserved = any(re.fullmatch(pattern, held) for pattern in RESERVED)
        assert reserved or held.split("@")[1] in DOMAINS, held
    for number in read().slots["contact"].before.to_pylist():
        assert any(re.fullmatch(pattern, number) for pattern in RESERVED), number


def test_nothing_that_looks_like_contact_data_is_anywhere_else():
    text, _, _ = written(np.full(3000, 0))
    said = [one for name in SAID if name not in ("contact", "money") for one in read().slots[name].before.to_pylist()]
    for one in text + said:
        assert not re.search(r"@|\d{4}|https?:", one), one


@pytest.mark.parametrize("about", [False, True])
def test_bits_equal_spans_for_every_mixture(about: bool):
    codes = [CLASSES.index(name) for name in (read().about if about else SAID)]
    every = sum(1 << code for code in codes)
    mixtures = (np.arange(4000) * 2654435761 >> 7) & every
    for kind in ("text", "photo", "repost"):
        text, spans, _ = written(mixtures, about=about, kind=kind)
        for at, each in enumerate(spans):
            assert sum(1 << span["class"] for span in each) == mixtures[at]
            assert all(0 <= span["start"] < span["end"] <= len(text[at]) for span in each)
            ends = [0] + [span["end"] for span in each]
            assert all(before <= span["start"] for before, span in zip(ends, each, strict=False))


def test_an_explicit_item_is_a_placeholder_and_nothing_else():
    for kind in ("photo", "video", "story"):
        text, spans, _ = written(np.full(60, EXPLICIT | 1 << CLASSES.index("face")), kind=kind)
        assert len(set(text)) == len(LANGUAGES)
        assert all(each == [] for each in spans)
        assert all(one.startswith(f"[{kind}] ") for one in text)


def test_a_picture_says_whether_people_are_on_it():
    book = read().media
    with_face, _, row = written(np.full(600, 1 << CLASSES.index("face")), kind="photo")
    without, _, _ = written(np.zeros(600, dtype=np.int64), kind="photo")
    for at in range(600):
        language = row[at] % 6
        for text, purpose in ((with_face[at], "face"), (without[at], "scene")):
            phrases = book[purpose]
            known = phrases.before.slice(phrases.first[language], phrases.count[language]).to_pylist()
            assert any(text.startswith(f"[photo] {one}") for one in known)


def test_a_caption_fits_its_picture():
    text, _, row = written(np.zeros(600, dtype=np.int64), kind="photo")
    book = read()
    scenes = book.media["scene"]
    found = 0
    for at, said in enumerate(text):
        language = row[at] % 6
        for place in range(scenes.first[language], scenes.first[language] + scenes.count[language]):
            described = f"[photo] {scenes.before[place].as_py()}"
            if said.startswith(described) and len(said) > len(described) + 8:
                first, count = book.scenes.first[place], book.scenes.count[place]
                known = book.scenes.before.slice(first, count).to_pylist()
                found += any(said[len(described) + 1 :].startswith(one) for one in known)
    assert found > 400


def test_people_write_of_what_they_like():
    text, _, row = written(np.zeros(6000, dtype=np.int64))
    book = read()
    said = 0
    for at, one in enumerate(text):
        language = row[at] % 6
        for interest in range(len(INTERESTS)):
            place = language * len(INTERESTS) + interest
            things = book.interests.before.slice(book.interests.first[place], book.interests.count[place]).to_pylist()
            if any(thing in one for thing in things):
                assert interest == row[at], one
                said += 1
    assert said > 600


def test_a_person_has_one_partner_and_one_illness_most_of_the_time():
    for name, most in (("relationship", 0.8), ("health", 0.7)):
        held = [what for row, what in shown(name) if row == 3]
        assert max(held.count(what) for what in set(held)) / len(held) > most


def test_at_home_one_is_not_on_a_visit():
    text, spans, row = written(np.full(1200, 1 << CLASSES.index("place")))
    book = read()
    for at, said in enumerate(text):
        span = spans[at][0]
        own = said[span["start"] : span["end"]] == CITIES[row[at] % 6]
        if own == (said[span["start"] : span["end"]] in read().slots["place"].before.to_pylist()):
            continue
        phrases = book.home if own else book.own["place"]
        first, count = phrases.first[row[at] % 6], phrases.count[row[at] % 6]
        before = phrases.before.slice(first, count).to_pylist()
        assert any(said[: span["start"]].endswith(one) for one in before), said


def test_texts_are_varied():
    text, _, row = written(np.zeros(6000, dtype=np.int64))
    for language in range(6):
        mine = [one for at, one in enumerate(text) if row[at] % 6 == language]
        assert len(set(mine)) > 0.5 * len(mine)
    for name in SAID:
        assert len({one for _, one in shown(name)}) > 5 if name not in ("name", "employer") else True


def test_nobody_says_the_same_again_soon():
    person, k = np.repeat(np.arange(40), 60), np.tile(np.arange(60), 40)
    for kind, bits, phrases in (("message", 0, 34), ("photo", 1 << CLASSES.index("face"), 111), ("photo", 0, 21)):
        text, _ = compose(
            Noise(3), people(40), post=(person << 32) + k, author=person, subject=person,
            kind=np.full(len(k), KINDS.index(kind), dtype=np.int8), sensitive=np.full(len(k), bits), about=False,
        )  # fmt: skip
        said = [one.split(". ")[0] for one in text.to_pylist()]
        window = phrases // 4
        near = [said[at] in said[at - min(k[at], window) : at] for at in range(len(said))]
        by_chance = 1 - (1 - 1 / phrases) ** window
        assert np.mean(near) < 0.6 * by_chance, kind
        different = np.mean([len(set(said[60 * one : 60 * one + 60])) for one in range(40)])
        assert different > phrases * (1 - (1 - 1 / phrases) ** 60)


def test_every_language_has_every_list_and_every_slot():
    book = read()
    for group in (book.own, book.about, book.media, book.slots):
        for name, phrases in group.items():
            if name in ("name", "employer") and group is book.slots:
                continue
            assert phrases.count.min() >= 1, name
    for group in (book.own, book.about):
        for name, phrases in group.items():
            assert phrases.slotted.all() and phrases.count.min() >= 4, name
    assert book.neutral.count.min() >= 25
    assert (book.scenes.count >= 2).all() and len(book.scenes.count) == book.media["scene"].count.sum()
    assert (book.interests.count >= 3).all() and len(book.interests.count) == len(LANGUAGES) * len(INTERESTS)
    assert len(set(book.media["scene"].count)) == 1
    for phrases in (*book.captions.values(), book.scenes, book.interests):
        assert not phrases.slotted.any()
    for phrases in (book.openers, book.closers, book.things, book.plain, *book.media.values()):
        assert not phrases.slotted.any()


def test_another_language_falls_back_to_english():
    assert languages(["en", "de", "fr", "es", "it", "pt", "pl", "de"]).tolist() == [0, 1, 2, 3, 4, 5, 0, 1]


def test_texts_are_the_same_however_many_owners_there_are():
    def text_of(owners: list[int], n: int) -> pa.Table:
        made = publish(centre(), people(n), np.array(owners), Noise(2), decision=DECISION, content=True)
        return made.filter(pa.array(made["author"].to_numpy() == 8)).combine_chunks()

    alone = text_of([8], 12)
    assert alone.num_rows > 50
    assert text_of(list(range(13)), 13).equals(alone)
    assert alone["text"].null_count == alone["spans"].null_count == 0


def test_without_content_texts_and_spans_are_null():
    bare = publish(centre(), people(12), np.arange(12), Noise(2), decision=DECISION, content=False)
    full = publish(centre(), people(12), np.arange(12), Noise(2), decision=DECISION, content=True)
    assert bare["text"].null_count == bare["spans"].null_count == bare.num_rows
    assert bare.drop(["text", "spans"]).equals(full.drop(["text", "spans"]))


def test_no_posts_have_no_texts():
    text, spans, _ = written(np.empty(0, dtype=np.int64))
    assert text == spans == []
