"""Typed values out of parsed JSON: each is what it should be, or a RowError says why not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.exports.item import Item, ParseError, RowError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=EPOCH_UNIX_S)

TEXT_LIMIT = 100_000
"""Characters of one text. The longest posts in use are far shorter; more is damage, or an attack on the parser."""


def shown(value: object, *, most: int = 120) -> str:
    """`value` as a terminal may be given it: printable characters only, at most `most` of them."""
    text = "".join(c if c.isprintable() else "?" for c in str(value)[: most + 1])
    return text if len(text) <= most else text[: most - 3] + "..."


def whole_characters(text: str) -> str:
    """`text` without half characters (lone surrogates), which JSON can spell and UTF-8 cannot."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mapping(value: object) -> Mapping[str, object]:
    """`value` if it is a JSON object."""
    if not isinstance(value, dict):
        raise RowError(f"an object was expected, not {shown(value, most=40)!r}")
    return value


def text(row: Mapping[str, object], name: str) -> str | None:
    """The text under `name`; None where it is absent or null."""
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError(f"'{name}' should be text, not {shown(value, most=40)!r}")
    if len(value) > TEXT_LIMIT:
        raise RowError(f"'{name}' has {len(value)} characters, more than {TEXT_LIMIT}")
    return whole_characters(value)


def texts(row: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The texts under `name`, which holds one, a list of them, or none."""
    value = row.get(name)
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    found = tuple(whole_characters(part) for part in values if isinstance(part, str))
    if len(found) < len(values):
        raise RowError(f"'{name}' should hold texts, not {shown(value, most=40)!r}")
    return found


def entries(row: Mapping[str, object], name: str) -> Sequence[object]:
    """The list under `name`; empty where it is absent or null."""
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RowError(f"'{name}' should be a list, not {shown(value, most=40)!r}")
    return value


def whole(row: Mapping[str, object], name: str) -> int | None:
    """The whole number under `name`; None where it is absent or null."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise RowError(f"'{name}' should be a whole number, not {shown(value, most=40)!r}")
    return value


def moment(row: Mapping[str, object], name: str) -> int:
    """The ISO 8601 time under `name` in whole seconds since 2007 UTC; without an offset it is taken as UTC."""
    value = text(row, name)
    if value is None:
        raise RowError(f"it has no '{name}'")
    try:
        read = datetime.fromisoformat(value)
        read = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
        return (read - EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise RowError(f"'{name}' is {shown(value, most=40)!r}, not a time such as 2024-12-05T10:39:15Z") from None


def stamp(row: Mapping[str, object], name: str) -> int:
    """The Unix time under `name`, as a number or as digits, in s since 2007 UTC."""
    value = row.get(name)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        return int(value) - EPOCH_UNIX_S
    unix_s = whole(row, name)
    if unix_s is None:
        raise RowError(f"it has no '{name}'")
    return unix_s - EPOCH_UNIX_S


def count(row: Mapping[str, object], name: str) -> int | None:
    """The whole number under `name`, as a number or as digits; None where it is absent, null or empty."""
    value = row.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return None if value == "" else whole(row, name)


def mend(garbled: str) -> str:
    """`garbled` with UTF-8 bytes that were written as latin-1 characters put right, where they are such.

    Exports of Instagram and Facebook have this fault.
    """
    try:
        return garbled.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return garbled


def unescaped(text: str) -> str:
    """`text` with the three character references that X writes: &amp; &lt; &gt;."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rows_in(document: object, own: frozenset[str]) -> list[object]:
    """The rows of a file: the document itself, or the one list it wraps; alone (with a key of `own`) a row is one."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and not own & document.keys():
        lists = [value for value in document.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else [] if not document else [document]
    return [document]


def read_rows(
    rows: Iterable[object], *, where: str, read: Callable[[Mapping[str, object]], Item | None]
) -> tuple[list[Item], list[ParseError]]:
    """`read` applied to every row: the items it gives, and an error for each row it cannot read."""
    items, errors = [], []
    for place, row in enumerate(rows, start=1):
        try:
            item = read(mapping(row))
        except RowError as problem:
            errors.append(ParseError(f"{where}, row {place}", str(problem)))
        else:
            items.extend([] if item is None else [item])
    return items, errors
