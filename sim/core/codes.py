"""Codes of the vocabularies in schema.py by name, and bounds, for compiled code: there each is a plain number."""

from sim.core.schema import AUDIENCES, CHANNELS

ONLY_ME, FRIENDS, PUBLIC = range(len(AUDIENCES))
(
    FEED, TAG, DISCOVERY, RESHARE, FORWARD, COPY, COPIED, SCRAPE, REVIEW, TRAIN, EXTRACT, LEAK, SELL, BREACH, DUMP,
    COMPLETE, INGEST,
) = range(len(CHANNELS))  # fmt: skip
"""What an event is."""
LATEST = 2**31 - 1
"""NEVER, where times take 32 bits."""
MOST_MODELS = 256
"""Models a world may have: so many counts of copies a post has."""
