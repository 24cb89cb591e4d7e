"""Parts of texts: phrases chosen by keyed words, with their lengths in characters and the slots in them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.world.templates import Phrases

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """One part of every text: `said` is null in a text that lacks it. The slot spans characters `slot` to `slot_end`
    of the part; all lengths are in characters."""

    said: pa.StringArray
    length: Ints
    slot: Ints
    slot_end: Ints


def pick(phrases: Phrases, language: Ints, word: NDArray[np.uint64]) -> Ints:
    """A place in `phrases` for each 32-bit word, among those of the language."""
    return phrases.first[language] + ((word * phrases.count[language].astype(np.uint64)) >> np.uint64(32)).astype(
        np.int64
    )


def halves(word: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The upper and the lower 32 bits of words."""
    return word >> np.uint64(32), word & np.uint64(0xFFFFFFFF)


STRIDES = np.array(
    [
        root % 1 * 2**32
        for root in (5**0.5 / 2 + 0.5, 2**0.5, 3**0.5, 7**0.5, 1.5 + 13**0.5 / 2, 6**0.5, 19**0.5, 21**0.5)
    ]
).astype(np.uint64)
"""Steps that come back to where they were late, as no small multiple of these irrationals is near a whole number."""
SWAY = 0.02 * 2**32
"""How much a person's steps differ from these, so that no two people say things in one order."""


def turns(noise: Noise, post: Ints) -> tuple[NDArray[np.uint64], ...]:
    """Four 32-bit words for each post that step evenly through a stream from a keyed start (Weyl 1916,
    doi:10.1007/BF01475864): one who chooses by them says nothing again before she has said much of what she can say.
    """
    person, stream = post >> 32, post >> 27 & 31
    starts = [half for word in noise.words("turns", person, stream) for half in halves(word)]
    gait = noise.words("turns", person, stream, 1)[0]
    sway = ((gait >> np.uint64(32)).astype(np.float64) * (SWAY / 2**32) - SWAY / 2).astype(np.int64)
    k = post & 0x7FFFFFF
    words = []
    for part, start in enumerate(starts):
        stride = STRIDES[(gait + np.uint64(2 * part)) % np.uint64(8)].astype(np.int64) + sway
        turned = gait >> np.uint64(3 + part) & np.uint64(1) == 1
        words.append((start + (k * np.where(turned, -stride, stride)).astype(np.uint64)) & np.uint64(0xFFFFFFFF))
    return tuple(words)


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


def end_to_end(lists: tuple[Phrases, ...]) -> Phrases:
    """Several lists of phrases, end to end."""
    zero = np.zeros(1, dtype=np.int64)
    return Phrases(
        before=pa.concat_arrays([each.before for each in lists]),
        after=pa.concat_arrays([each.after for each in lists]),
        before_length=np.concatenate([each.before_length for each in lists]),
        after_length=np.concatenate([each.after_length for each in lists]),
        slotted=np.concatenate([each.slotted for each in lists]),
        first=zero,
        count=zero,
    )
