"""A row of a listing as an item, by the paths that conf/ gives; a missing value costs nothing but itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sim.core.schema import AUDIENCES, EPOCH_UNIX_S
from sim.platforms.connectors.describe import Row
from sim.platforms.connectors.fill import fill_all, reach
from sim.platforms.exports.fields import whole_characters
from sim.platforms.exports.html_text import read_html
from sim.platforms.exports.item import COUNT_LIMIT, END_S, Item, RowError

MILLISECONDS_LEAST = 100_000_000_000
"""A number of a date above this counts milliseconds: as seconds it would lie after the year 5000."""


def to_item(row: Any, paths: Row, *, platform: str) -> Item | None:
    """The item of a row, or None if the row has no id to act on."""
    native_id = fill_all(paths.native_id, row) if isinstance(row, Mapping) else None
    if native_id is None:
        return None
    media = reach(row, paths.media) if paths.media else None
    addresses = tuple(whole_characters(each) for each in (media or ()) if isinstance(each, str))
    reply_to = _text(reach(row, paths.reply_to)) if paths.reply_to else None
    repost = bool(paths.repost and reach(row, paths.repost))
    audience = paths.audiences.get(str(reach(row, paths.audience)), "public") if paths.audience else "public"
    text, linked = _shown(_text(reach(row, paths.text)) or "", html=paths.html)
    return Item(
        platform=platform,
        native_id=whole_characters(native_id),
        uri=_text(reach(row, paths.uri)) if paths.uri else None,
        kind="repost" if repost else "comment" if reply_to else "photo" if addresses else "text",
        created=moment(reach(row, paths.created)),
        text=text,
        media=addresses,
        audience=audience if audience in AUDIENCES else "public",
        reply_to=reply_to,
        likes=_count(reach(row, paths.likes)) if paths.likes else None,
        reshares=_count(reach(row, paths.reshares)) if paths.reshares else None,
        has_link=linked,
        place=_text(reach(row, paths.place)) if paths.place else None,
        pinned=_flag(row, paths.pinned),
        faved=_flag(row, paths.faved),
        bookmarked=_flag(row, paths.bookmarked),
    )


def moment(value: Any) -> int:
    """Seconds since 2007 of an ISO 8601 date or a Unix time in s or ms, kept within 2007 to 2100; 0 if it is none."""
    unix: float = EPOCH_UNIX_S
    if isinstance(value, int | float) and not isinstance(value, bool):
        unix = value / 1000 if value >= MILLISECONDS_LEAST else value
    elif isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
            unix = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            pass
    return int(min(max(unix - EPOCH_UNIX_S, 0), END_S - 1))


def _shown(text: str, *, html: bool) -> tuple[str, bool]:
    """The text as a reader sees it, and whether it holds a link."""
    try:
        return read_html(text) if html else (text, "://" in text)
    except RowError:
        return text, "://" in text


def _flag(row: Any, path: str) -> bool | None:
    found = reach(row, path) if path else None
    return found if isinstance(found, bool) else None


def _text(value: Any) -> str | None:
    return whole_characters(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < COUNT_LIMIT
    return value if known else None
