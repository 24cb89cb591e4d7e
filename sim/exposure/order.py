"""The order in which channels run: each reads what those before it wrote."""

from collections.abc import Mapping
from typing import Any

from sim.core.errors import Misuse

FEEDERS: dict[str, tuple[str, ...]] = {
    "feed": (), "discovery": (), "reshare": ("feed", "discovery"), "copy": ("feed", "discovery"), "scrape": (),
    "ingest": (), "market": ("scrape",), "review": ("scrape",), "train": ("scrape",),
}  # fmt: skip
"""The channels in order, each with those of which it needs one."""


def in_order(channels: Mapping[str, Any]) -> dict[str, Any]:
    """Channels of a configuration in the order in which they run; a new one comes last. Raises Misuse where one would
    have nothing to work on."""
    for name in channels:
        feeders = FEEDERS.get(name, ())
        if feeders and not set(feeders) & set(channels):
            raise Misuse(f"The channel '{name}' has nothing to work on without {' or '.join(feeders)}.")
    place = {name: number for number, name in enumerate(FEEDERS)}
    return {name: channels[name] for name in sorted(channels, key=lambda name: place.get(name, len(place)))}
