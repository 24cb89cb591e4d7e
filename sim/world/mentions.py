"""Mention: posts of friends that show an owner, which she can never delete herself."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled, draw
from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.schema import CLASSES, KINDS, table
from sim.world.posts import FRIENDS, MONTH_S, PUBLIC, Posts
from sim.world.rhythm import local_shift, stream
from sim.world.sensitive import MEDIA_CLASSES, bit, by_name, draw_classes, keep_decent, surely_adult
from sim.world.text import compose

FRIENDS_STREAM = 1 << 31
"""The bit of a post's id that marks it as a friend's post about the owner."""
NOBODY = -1


@compiled
def least_keyed(
    key: np.uint64,
    owner: NDArray[np.int64],
    k: NDArray[np.int64],
    time: NDArray[np.int64],
    start: NDArray[np.int64],
    viewer: NDArray[np.int32],
    joined: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each mention (owner, k) the friend who has joined by `time` with the least keyed number; else NOBODY.

    Keyed by (owner, k, friend): a further friend changes an author only where her own number is the least, so one
    mention in d + 1 of an owner with d friends.
    """
    author = np.full(len(owner), NOBODY, dtype=np.int64)
    for row in range(len(owner)):
        least = np.uint64(0)
        for at in range(start[owner[row]], start[owner[row] + 1]):
            friend = np.int64(viewer[at])
            if joined[friend] <= time[row]:
                word = draw(key, owner[row], k[row], friend)[0]
                if author[row] == NOBODY or word < least:
                    least = word
                    author[row] = friend
    return author


def mention(
    parameters: Posts,
    people: pa.Table,
    start: NDArray[np.int64],
    viewer: NDArray[np.int32],
    owners: NDArray[np.int64],
    noise: Noise,
    *,
    decision: int,
    content: bool,
) -> tuple[pa.Table, pa.Table]:
    """Friends' posts about `owners` up to `decision` (s), by id: rows for `posts`, rows for `mentions`.

    `viewer[start[o]:start[o + 1]]` are the friends of o. Mention k of owner o has the id (o << 32) + 2^31 + k and
    its time, classes, kind and tag are keyed by (o, k). The rate is that of being tagged in photos (P08: 0.35
    users a month, so a lower bound of mentions, DERIVED), the same for all owners with a friend who has joined.
    A tag names her. The audience follows the author's own habit. A child shown is hers, so only if she is surely
    an adult; nothing is explicit unless both she and the author surely are, and no child is shown.
    """
    require(len(start) == people.num_rows + 1, f"start has {len(start)} entries; expected {people.num_rows + 1}.")
    person = np.unique(np.asarray(owners, dtype=np.int64))
    joined = people["joined"].to_numpy()
    chosen = people.take(pa.array(person))
    gap_s = MONTH_S / max(parameters.friends_per_month, 1e-3)
    row, k, time = stream(
        parameters.rhythm,
        noise,
        decision="mention",
        person=person,
        since=np.maximum(joined[person], 0),
        until=decision if parameters.friends_per_month > 0 else 0,
        mean_gap_s=np.full(len(person), round(gap_s), dtype=np.int64),
        shift_s=local_shift(parameters.rhythm, noise, person=person, country=chosen["country"].to_pylist()),
    )
    author = least_keyed(noise.key("mention author"), person[row], k, time, start, viewer, joined)
    known = author != NOBODY
    owner, k, time, author = person[row][known], k[known], time[known], author[known]
    post = (owner << 32) + FRIENDS_STREAM + k
    photo = noise.uniform("mention kind", post) < parameters.friends_photo
    kind = np.where(photo, KINDS.index("photo"), KINDS.index("text")).astype(np.int8)
    tagged = noise.uniform("mention tag", post) < parameters.friends_tag
    habit = people["public_share"].to_numpy()[author]
    audience = np.where(noise.uniform("mention audience", post) < habit, PUBLIC, FRIENDS).astype(np.int8)
    age = people["age"].to_numpy()
    grown = surely_adult(age[owner], time, decision=decision)
    author_grown = surely_adult(age[author], time, decision=decision)
    employed = people["employer"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)[owner]
    chance = by_name(CLASSES, parameters.friends_show)
    worded = np.where(np.isin(CLASSES, MEDIA_CLASSES), 0.0, chance)
    bits = draw_classes(noise, "mention classes", post, np.where(photo[:, None], chance, worded))
    bits = np.where(tagged, bits | bit("name"), bits)
    bits = np.where(grown, bits, bits & ~bit("children"))
    bits = np.where(grown & employed, bits, bits & ~bit("employer")).astype(np.int32)
    sensitive = keep_decent(bits, grown & author_grown)
    columns: dict[str, object] = {
        "post": post, "author": author, "subject": owner, "time": time, "kind": kind, "audience": audience,
        "tagged": tagged, "sensitive": sensitive,
    }  # fmt: skip
    if content:
        named = np.unique(np.concatenate([author, owner]))
        columns["text"], columns["spans"] = compose(
            noise,
            people.take(pa.array(named)),
            post=post,
            author=np.searchsorted(named, author),
            subject=np.searchsorted(named, owner),
            kind=kind,
            sensitive=sensitive,
            about=True,
        )
    return table("posts", columns), table("mentions", {"post": post, "person": owner, "sensitive": sensitive})
