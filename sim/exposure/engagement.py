"""What a platform shows an owner of how her posts fare: likes and reshares, at any moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, compiled
from sim.core.keyed import draw
from sim.core.log import VIEWS, Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS
from sim.exposure.quality import quality

SEEN = np.array([name in VIEWS for name in CHANNELS])
RESHARE = CHANNELS.index("reshare")


@dataclass(frozen=True)
class Engagement:
    """Posts (by row) and times (s) of all likes, and of all reshares and by whom, of a log of `posts` posts."""

    posts: int
    liked: NDArray[np.int64]
    liked_at: NDArray[np.int64]
    reshared: NDArray[np.int64]
    reshared_at: NDArray[np.int64]
    reshared_by: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64]) -> "Engagement":
        """That of posts `rows` alone, renumbered from 0 in this order."""
        place = np.full(self.posts, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        liked, reshared = place[self.liked], place[self.reshared]
        mine, passed = liked >= 0, reshared >= 0
        return Engagement(
            len(rows), liked[mine], self.liked_at[mine], reshared[passed], self.reshared_at[passed],
            self.reshared_by[passed],
        )  # fmt: skip

    def counts(self, until: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Likes and reshares of each post before `until` (s): int32[posts] each."""
        likes = np.bincount(self.liked[self.liked_at < until], minlength=self.posts)
        reshares = np.bincount(self.reshared[self.reshared_at < until], minlength=self.posts)
        return likes.astype(np.int32), reshares.astype(np.int32)

    def passed_on(self, until: int, followers: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the posts each of `followers` (ascending) has reshared before `until` (s): int64[followers]."""
        by = self.reshared_by[self.reshared_at < until]
        place = np.searchsorted(followers, by[np.isin(by, followers)])
        return np.bincount(place, minlength=len(followers))


def engagement(log: Log, noise: Noise, *, like_share: float) -> Engagement:
    """Likes and reshares of a log. A view brings a like with `like_share`, keyed by (post, viewer, visit): of the
    dullest post never, of the best twice as often."""
    thresholds = like_thresholds(noise, log.post, like_share)
    columns: list[list[Array]] = [[], [], [], [], []]
    for block in log.blocks:
        events = block.events
        post = block.first + np.repeat(np.arange(block.posts), np.diff(block.event_start))
        likes = liked(log.post, post, events.channel, events.actor, events.key, SEEN, thresholds, noise.key("like"))
        passed = events.channel == RESHARE
        parts = (post[likes], events.time[likes], post[passed], events.time[passed], events.actor[passed])
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
    return Engagement(len(log.post), *(np.concatenate(column) for column in columns))


def like_thresholds(noise: Noise, post: NDArray[np.int64], like_share: float) -> NDArray[np.uint64]:
    """The chance (times 2^32) that a view of each post brings a like: 2 u times the mean."""
    best = np.uint64(min(round(like_share * 2**32), 2**32 - 1))
    return (quality(noise, post) >> np.uint64(32)) * best >> np.uint64(31)


@compiled
def liked(
    identity: Array,
    post: Array,
    channel: Array,
    actor: Array,
    key: Array,
    views: Array,
    threshold: Array,
    like_key: np.uint64,
) -> Array:
    """Which events are views that bring a like."""
    likes = np.zeros(len(post), dtype=np.bool_)
    for row in range(len(post)):
        if views[channel[row]]:
            likes[row] = (
                draw(like_key, identity[post[row]], actor[row], key[row])[0] >> np.uint64(32) < threshold[post[row]]
            )
    return likes
