"""Mention: posts of friends that show an owner, which she can never delete herself."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import compiled, delay
from sim.core.errors import require
from sim.core.keyed import draw
from sim.core.noise import Noise
from sim.core.quantile import TABLES_KEPT, lognormal_law, tabulate
from sim.core.schema import CLASSES, DAY_S, KINDS, table
from sim.world.deletion import gone_at
from sim.world.posts import FRIENDS, GROWN_UP, MONTH_S, MOST_STREAM_GAP_S, PUBLIC, Posts
from sim.world.rhythm import local_shift, stream
from sim.world.sensitive import MEDIA_CLASSES, bit, by_name, draw_classes, is_adult, keep_decent
from sim.world.text import compose

FRIENDS_STREAM = 1 << 31
"""The bit of a post's id that marks it as a friend's post about the owner."""
NOBODY = -1
ALBUM_S = 28 * DAY_S
"""How long pictures go into one album; so two users are tagged in a month for each who tags (P08: three)."""
USUAL_POSTS = 2.0
"""Posts a month at which `friends_per_month` is stated: the median of P01."""
LEAST_ACTIVITY = 0.01
"""Posts a month: who writes less still tags a friend now and then."""


@lru_cache(maxsize=TABLES_KEPT)
def nearness(sigma: float) -> NDArray[np.int64]:
    """Quantiles of how near friends are: lognormal of median 2^20, `sigma` of the logarithm."""
    return tabulate(lognormal_law(2.0**20, sigma))


@compiled
def nearest_keyed(
    key: np.uint64,
    near_key: np.uint64,
    near: NDArray[np.int64],
    owner: NDArray[np.int64],
    k: NDArray[np.int64],
    time: NDArray[np.int64],
    photo: NDArray[np.bool_],
    start: NDArray[np.int64],
    viewer: NDArray[np.int32],
    joined: NDArray[np.int64],
    activity: NDArray[np.float64],
) -> NDArray[np.int64]:
    """For each mention (owner, k), owners ascending, the friend who posts it; NOBODY if none has joined by `time`.

    A text is written by the friend with the least number keyed by (owner, k, friend), divided by her activity times
    how near she is (a draw of `near` keyed by owner and friend). A photo's number is keyed by (friend, album) and
    divided by activity alone: who shows one friend shows several, as at a party. A further friend changes an author
    only where she is the least herself.
    """
    author = np.full(len(owner), NOBODY, dtype=np.int64)
    near_her = np.empty(0, dtype=np.float64)
    for row in range(len(owner)):
        first, last = start[owner[row]], start[owner[row] + 1]
        if row == 0 or owner[row] != owner[row - 1]:
            near_her = np.empty(last - first, dtype=np.float64)
            for at in range(first, last):
                near_her[at - first] = delay(near, draw(near_key, owner[row], np.int64(viewer[at]), 0)[0])
        least = np.inf
        for at in range(first, last):
            friend = np.int64(viewer[at])
            if joined[friend] <= time[row]:
                if photo[row]:
                    luck, weight = draw(key, friend, time[row] // ALBUM_S, -1)[0], activity[friend]
                else:
                    luck = draw(key, owner[row], k[row], friend)[0]
                    weight = activity[friend] * near_her[at - first]
                number = np.float64(luck >> np.uint64(11)) / weight
                if number < least:
                    least = number
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
    its time, classes, kind and tag are keyed by (o, k). The rate grows with the square root of her own activity,
    so that as many users are tagged in a month as P08 counts; an author is chosen by activity and nearness.
    A tag names her. The audience follows the author's own habit. A child shown is hers, so only if she is an adult;
    nothing is explicit unless both she and the author are, and no child is shown.
    """
    require(len(start) == people.num_rows + 1, f"start has {len(start)} entries; expected {people.num_rows + 1}.")
    person = np.unique(np.asarray(owners, dtype=np.int64))
    joined = people["joined"].to_numpy()
    chosen = people.take(pa.array(person))
    activity = np.maximum(people["posts_per_month"].to_numpy(), LEAST_ACTIVITY)
    rate = parameters.friends_per_month * np.sqrt(activity[person] / USUAL_POSTS)
    gap_s = np.minimum(MONTH_S / np.maximum(rate, 1e-9), MOST_STREAM_GAP_S)
    row, k, time = stream(
        parameters.rhythm,
        noise,
        decision="mention",
        person=person,
        since=np.maximum(joined[person], 0),
        until=decision if parameters.friends_per_month > 0 else 0,
        mean_gap_s=np.rint(gap_s).astype(np.int64),
        shift_s=local_shift(parameters.rhythm, noise, person=person, country=chosen["country"].to_pylist()),
    )
    number = (person[row] << 32) + FRIENDS_STREAM + k
    photo = noise.uniform("mention kind", number) < parameters.friends_photo
    near = nearness(parameters.friends_near)
    author = nearest_keyed(
        noise.key("mention author"), noise.key("nearness"), near, person[row], k, time, photo, start, viewer, joined,
        activity,
    )  # fmt: skip
    known = (author != NOBODY) & (time < gone_at(people)[author])
    post, owner, time, author, photo = (column[known] for column in (number, person[row], time, author, photo))
    kind = np.where(photo, KINDS.index("photo"), KINDS.index("text")).astype(np.int8)
    tagged = noise.uniform("mention tag", post) < parameters.friends_tag
    habit = people["public_share"].to_numpy()[author]
    audience = np.where(noise.uniform("mention audience", post) < habit, PUBLIC, FRIENDS).astype(np.int8)
    born = people["born"].to_numpy()
    grown, author_grown = is_adult(born[owner], time), is_adult(born[author], time)
    employed = people["employer"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)[owner]
    chance = by_name(CLASSES, parameters.friends_show)
    worded = np.where(np.isin(CLASSES, MEDIA_CLASSES), 0.0, chance)
    bits = draw_classes(noise, "mention classes", post, np.where(photo[:, None], chance, worded))
    bits = np.where(tagged, bits | bit("name"), bits)
    bits = np.where(grown, bits, bits & ~GROWN_UP)
    bits = np.where(employed, bits, bits & ~bit("employer")).astype(np.int32)
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
