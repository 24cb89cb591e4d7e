"""Rows of a CSV file as mappings by its heading, one bad row costing itself alone."""

import csv
from collections.abc import Iterator
from io import StringIO

from sim.core.errors import Mistake
from sim.platforms.exports.container import View
from sim.platforms.exports.fields import TEXT_LIMIT, shown

ROWS_LIMIT = 5_000_000
"""Rows of one file: more than a person writes, and about 2 GB once they are items."""


def read_csv(view: View, name: str) -> Iterator[object]:
    """The rows of a file, each a mapping from lower-case heading to text; what is no row at all is None."""
    try:
        text = view.read(name).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Mistake(
            f"'{view.source}: {shown(name)}' is not UTF-8 text: byte {problem.start}. Ask for the archive again."
        ) from None
    csv.field_size_limit(8 * TEXT_LIMIT)
    rows = csv.reader(StringIO(text, newline=""))
    heading: list[str] | None = None
    for _ in range(ROWS_LIMIT):
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if heading is None:
            heading = [part.strip().lower() for part in row]
        elif row:
            yield dict(zip(heading, row, strict=True)) if len(row) == len(heading) else None
    raise Mistake(f"'{view.source}: {shown(name)}' has more than {ROWS_LIMIT} rows, more than one person wrote.")
