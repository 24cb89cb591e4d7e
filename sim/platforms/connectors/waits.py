"""When a platform's answer lets the next call come: its headers and, where it puts it there, its body."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.connectors.fill import reach

QUOTAS = ("x-ratelimit", "ratelimit", "x-rate-limit")
"""Headers NAME-remaining and NAME-reset: Mastodon, GitHub, Reddit; Bluesky, Lemmy; X."""

IN_BODY = ("retry_after_ms", "error.info.resetMs")
"""Milliseconds to wait: Matrix (deprecated there for the header, and still sent alone by servers); Misskey."""

EPOCH_LEAST = 1_000_000_000
"""A reset above this is Unix time, below it seconds that are left: no window lasts 30 years."""

LONGEST_S = 7 * 86_400
"""A longer wait than a week is taken for an error of the server's, and cut."""


def not_before(status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> float | None:
    """The earliest time of the next call (s since 2007, the clock of `now`), or None where the answer does not say.

    headers: with lower-case names. A Retry-After always counts. A reset counts where nothing remains, or the answer
    is a 429. A date is held against the answer's own Date, so a local clock that is wrong does no harm.
    """
    server = _date(headers.get("date", ""))
    waits = [_seconds(headers["retry-after"], server, now)] if "retry-after" in headers else []
    for name in QUOTAS:
        remaining, reset = headers.get(f"{name}-remaining"), headers.get(f"{name}-reset")
        if reset is not None and (status == 429 or (remaining is not None and _number(remaining) == 0)):
            waits.append(_seconds(reset, server, now))
    if status == 429:
        waits += [wait / 1000 for path in IN_BODY if (wait := _in_body(body, path)) is not None]
    known = [wait for wait in waits if wait is not None]
    return now + min(max(0.0, *known), LONGEST_S) if known else None


def _seconds(value: str, server: float | None, now: float) -> float | None:
    """Seconds from the answer on: of a number of seconds, a Unix time, an HTTP or an ISO 8601 date."""
    number = _number(value)
    if number is not None and number < EPOCH_LEAST:
        return number
    moment = number if number is not None else _date(value)
    return None if moment is None else moment - (server if server is not None else now + EPOCH_UNIX_S)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None


def _date(value: str) -> float | None:
    """Unix time of an HTTP or ISO 8601 date."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (TypeError, ValueError, OverflowError):
            continue
    return None


def _in_body(body: bytes, path: str) -> float | None:
    try:
        found: Any = reach(json.loads(body), path)
    except ValueError:
        return None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) and found >= 0 else None
