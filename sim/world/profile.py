"""Fields of a profile: what a person tells of herself in a place of its own, and where in it each class shows."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import CLASSES
from sim.world.parts import Ints, halves, phrase, pick, take
from sim.world.templates import FIELDS, read
from sim.world.text import languages, personal_values, spans_of


def fill_in(
    noise: Noise, people: pa.Table, *, row: Ints, field: NDArray[np.int64]
) -> tuple[pa.StringArray, pa.ListArray]:
    """Text and spans of each field: `row` of `people`, `field` its place in FIELDS.

    Town, employer and e-mail address are her own; her partner is whom her posts name for good.
    """
    book = read()
    language = languages(people["language"].to_pylist())[row]
    person = people["person"].to_numpy()[row]
    parts = []
    for at, name in enumerate(FIELDS):
        where = field == at
        code = CLASSES.index(name)
        if name == "relationship":
            values = book.slots[name].before
            places = pick(book.slots[name], language, halves(noise.words("own words", person, code, 0)[0])[0])
        else:
            values, places = personal_values(people, name), row
        lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
        pattern = pick(book.profile[name], language, np.zeros(len(row), dtype=np.uint64))
        said = phrase(book.profile[name], pattern, take(values, places, where), lengths[places], where=where)
        parts.append((code, said, where, np.zeros(len(row), dtype=np.int64)))
    texts = pc.coalesce(*(part.said for _, part, _, _ in parts))
    return texts, spans_of(parts, len(row))
