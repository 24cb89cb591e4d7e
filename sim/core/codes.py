"""Codes of the vocabularies in schema.py by name, for code that is compiled: there each is a plain number."""

from sim.core.schema import AUDIENCES, CHANNELS

ONLY_ME, FRIENDS, PUBLIC = range(len(AUDIENCES))
(
    FEED, TAG, DISCOVERY, RESHARE, FORWARD, COPY, COPIED, SCRAPE, REVIEW, TRAIN, EXTRACT, LEAK, SELL, BREACH, DUMP,
    COMPLETE, INGEST,
) = range(len(CHANNELS))  # fmt: skip
"""What an event is."""
