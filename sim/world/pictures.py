"""Pictures: what a photo shows or a link leads to, described in words, and captions that fit it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.schema import CLASSES, KINDS
from sim.world.parts import Bools, Ints, Part, end_to_end, fixed, pick, take
from sim.world.templates import read

CAPTION_SHARE = 0.8
"""How often a picture has a caption: style, on which nothing that is measured depends."""
ROLL = KINDS.index("camera_roll")
FACE, EXPLICIT, COPYRIGHTED = (CLASSES.index(name) for name in ("face", "explicit", "copyrighted"))


def describe(
    words: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    *,
    kind: NDArray[np.int8],
    sensitive: Ints,
    language: Ints,
    plain: Bools,
) -> tuple[Part, Part]:
    """What a picture shows, or a link leads to, in words that name its kind: "[photo] two people at a beach"; and the
    caption that goes with it, in the posts `plain` that say nothing else."""
    media, captions = read().media, read().captions
    link, repost = KINDS.index("link"), KINDS.index("repost")
    choice = np.where(
        sensitive >> EXPLICIT & 1 == 1,
        3,
        np.where(sensitive >> COPYRIGHTED & 1 == 1, 2, np.where(sensitive >> FACE & 1 == 1, 0, 1)),
    )
    choice = np.where((choice == 1) & np.isin(kind, (link, repost)), 4, choice)
    names = ("face", "scene", "copyrighted", "explicit", "link")
    start = np.cumsum([0] + [len(media[name].before) for name in names])
    shown, said = words
    at = np.choose(choice, [start[i] + pick(media[name], language, shown) for i, name in enumerate(names)])
    described = pa.concat_arrays([media[name].before for name in names])
    length = np.concatenate([media[name].before_length for name in names])
    where = ~np.isin(kind, [KINDS.index(name) for name in ("text", "comment", "message")])
    tags = pa.array([f"[{name.replace('_', ' ')}]" for name in KINDS])
    tag_length = np.array([len(name) + 2 for name in KINDS])
    words = pc.binary_join_element_wise(take(tags, kind.astype(np.int64), where), take(described, at, where), " ")
    part = Part(words, np.where(where, tag_length[kind] + 1 + length[at], 0), at * 0, at * 0)

    scenes = read().scenes
    scene = pick(media["scene"], language, shown)  # languages have equally many scenes, and captions of each
    lists = (captions["face"], scenes, captions["copyrighted"], captions["reply"], captions["link"])
    begin = np.cumsum([0] + [len(each.before) for each in lists])
    places = [begin[i] + pick(each, scene if i == 1 else language, said) for i, each in enumerate(lists)]
    every = end_to_end(lists)
    captioned = plain & where & (choice != 3) & (kind != repost) & (kind != ROLL) & (said % 1024 < CAPTION_SHARE * 1024)
    return part, fixed(every, np.choose(choice, places), where=captioned)
