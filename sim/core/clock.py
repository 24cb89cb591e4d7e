"""Dates as seconds since 2007-01-01 UTC, and back."""

from datetime import UTC, datetime

from sim.core.errors import Mistake
from sim.core.schema import EPOCH_UNIX_S


def seconds(date: str | int) -> int:
    """Seconds of an ISO 8601 date or date and time (UTC where it names no zone), as '2026-11-22'; seconds stay."""
    if isinstance(date, int):
        return date
    try:
        moment = datetime.fromisoformat(str(date))
    except ValueError:
        raise Mistake(f"'{date}' is no date; a date looks like 2026-11-22.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) - EPOCH_UNIX_S


def iso_date(time_s: int) -> str:
    """The day of a time, as 2026-11-22."""
    return datetime.fromtimestamp(time_s + EPOCH_UNIX_S, UTC).date().isoformat()
