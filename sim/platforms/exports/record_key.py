"""Keys of records in a repository (TIDs): a time in base 32, and back (atproto.com/specs/tid)."""

from datetime import UTC, datetime, timedelta

from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.exports.fields import EPOCH

DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
"""Base 32, sortable."""


def record_key(time_s: int, place: int) -> str:
    """Microseconds since 1970 in 53 bits, then 10 bits that are 0; `place` tells records of one second apart."""
    value = ((time_s + EPOCH_UNIX_S) * 1_000_000 + place % 1_000_000) << 10
    return "".join(DIGITS[value >> shift & 31] for shift in range(60, -5, -5))


def key_time(key: str) -> int:
    """The time of a record key that is a TID, in s since 2007; 0: it is none."""
    if len(key) != 13 or any(digit not in DIGITS for digit in key):
        return 0
    value = 0
    for digit in key:
        value = value << 5 | DIGITS.index(digit)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=(value >> 10) & (1 << 53) - 1)
    return max(0, (moment - EPOCH) // timedelta(seconds=1))
