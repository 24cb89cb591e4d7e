"""What a platform makes of reach: how much of a feed is seen and how fast, how often old posts are found again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.core.errors import require_above_0
from sim.core.pieces import by_pieces
from sim.exposure.channels.copy import Copy
from sim.exposure.channels.discovery import Discovery
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.reshare import Reshare
from sim.exposure.propagate import Channel
from sim.exposure.scene import Scene

MOST = 2**32 - 1


@dataclass(frozen=True)
class Reach:
    """Factors on what the channels say: of the chance that a tie sees a post (`feed_share`), of the median time until
    then (`feed_delay`), of the rates at which friends find an old post (`friends_find`) and strangers come to a
    profile (`strangers_visit`)."""

    feed_share: float
    feed_delay: float
    friends_find: float
    strangers_visit: float

    def __post_init__(self) -> None:
        require_above_0(
            feed_share=self.feed_share, feed_delay=self.feed_delay, friends_find=self.friends_find,
            strangers_visit=self.strangers_visit,
        )  # fmt: skip


def reaching(reach: Reach, scene: Scene, channels: Mapping[str, Channel]) -> tuple[Scene, list[Channel]]:
    """A scene and its channels on a platform of this reach."""
    seen = by_pieces(lambda one: np.minimum(np.round(one * reach.feed_share), MOST), np.uint32, scene.visibility)
    return replace(scene, visibility=seen), [_on(reach, channel) for channel in channels.values()]


def _on(reach: Reach, channel: Channel) -> Channel:
    if isinstance(channel, Feed | Reshare | Copy):
        return replace(channel, delay_median_s=channel.delay_median_s * reach.feed_delay)
    if isinstance(channel, Discovery):
        return replace(
            channel,
            per_tie_per_year=channel.per_tie_per_year * reach.friends_find,
            visits_per_month=channel.visits_per_month * reach.strangers_visit,
        )
    return channel
