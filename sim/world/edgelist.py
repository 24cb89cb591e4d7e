"""Read the two names of each line of an edge list, and say which line is wrong."""

import csv
import re

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from sim.core.errors import Mistake

UNUSED = re.compile(r"^[ \t]*(?:[#%].*)?\n", re.MULTILINE)
"""A blank line or a comment."""

ATTRIBUTES = re.compile(r"[ \t]+\{.*\}[ \t]*$", re.MULTILINE)
"""What NetworkX's write_edgelist puts behind the two names."""

NUMBER = r"^[ \t]*[+-]?[0-9]+[ \t]*$"
HEADERS = {
    ("u", "v"), ("source", "target"), ("src", "dst"), ("from", "to"), ("id_1", "id_2"), ("id1", "id2"),
    ("node_1", "node_2"), ("node1", "node2"), ("fromnodeid", "tonodeid"), ("follower", "followee"),
    ("person_1", "person_2"), ("person1", "person2"), ("user_1", "user_2"), ("user1", "user2"), ("head", "tail"),
}  # fmt: skip
"""First two words of a header, in lower case, where names are words too."""

EXPECTED = (
    "Expected are two names a line, parted by a comma, a semicolon, a tab or blanks; a column more needs a header "
    "that names it (u,v,weight)."
)


def edges_of(text: str, path: str) -> tuple[pa.Array, pa.Array, list[str]]:
    """Names at both ends of each line's edge, and notes on what was not used.

    Lines that begin with # or % are comments. The first line of data decides what parts fields. Raises Mistake
    at the first line that does not fit.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
    plain = UNUSED.sub("", text)
    first = plain.partition("\n")[0]
    if not first:
        raise Mistake(f"The graph file '{path}' is empty: no line names an edge. {EXPECTED}")
    mark = next((sign for sign in (",", ";", "\t") if sign in ATTRIBUTES.sub("", first)), " ")
    if mark == " ":
        plain = _tabbed(plain)
    rows = _read(plain, "\t" if mark == " " else mark)
    if rows is None:
        raise _wrong_line(text, path, mark)
    source, target = (pc.ascii_trim_whitespace(rows.column(end)).combine_chunks() for end in (0, 1))
    notes = []
    if _is_header(source, target):
        if rows.num_columns > 2:
            notes.append(f"Columns not used: {', '.join(str(c[0]).strip() for c in rows.columns[2:])}.")
        source, target = source.slice(1), target.slice(1)
        if not len(source):
            raise Mistake(f"The graph file '{path}' is empty but for its header '{first}'. {EXPECTED}")
    elif rows.num_columns > 2:
        raise Mistake(
            f"Line {_line_of(text, first)} of the graph file '{path}' has {rows.num_columns} fields, not 2: "
            f"'{_short(first)}'. {EXPECTED}"
        )
    if pc.any(pc.or_(pc.equal(source, ""), pc.equal(target, ""))).as_py():
        raise _wrong_line(text, path, mark)
    return source, target, notes


def _tabbed(plain: str) -> str:
    """Lines with a single tab for each run of blanks, none at the ends."""
    if "{" in plain:
        plain = ATTRIBUTES.sub("", plain)
    plain = re.sub(r"[ \t]+", "\t", plain)
    return re.sub(r"^\t|\t$", "", plain, flags=re.MULTILINE)


def _read(plain: str, mark: str) -> pa.Table | None:
    """All fields as text, or None where lines differ in their number or there are fewer than two."""
    width = len(_fields(plain.partition("\n")[0], mark))
    if width < 2:
        return None
    names = [str(place) for place in range(width)]
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(plain.encode()),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(delimiter=mark, quote_char='"' if mark in ",;" else False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _fields(line: str, mark: str) -> list[str]:
    if mark == " ":
        return ATTRIBUTES.sub("", line).split()
    return next(csv.reader([line], delimiter=mark, quoting=csv.QUOTE_MINIMAL if mark in ",;" else csv.QUOTE_NONE), [])


def _is_header(source: pa.Array, target: pa.Array) -> bool:
    """Whether the first line names columns: by its words, or as words above numbers alone."""
    if (source[0].as_py().lower(), target[0].as_py().lower()) in HEADERS:
        return True
    numeric = pc.and_(pc.match_substring_regex(source, NUMBER), pc.match_substring_regex(target, NUMBER))
    words = not any(re.search(NUMBER, end[0].as_py()) for end in (source, target))
    return words and len(source) > 1 and bool(pc.all(numeric.slice(1)).as_py())


def _line_of(text: str, line: str) -> int:
    return text.split("\n").index(line) + 1


def _short(line: str) -> str:
    return line if len(line) <= 80 else line[:77] + "..."


def _wrong_line(text: str, path: str, mark: str) -> Mistake:
    """The error for the first line of data that has not as many fields as the first, or an empty name."""
    width = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if UNUSED.fullmatch(line + "\n"):
            continue
        fields = _fields(line, mark)
        width = width or max(2, len(fields))
        if len(fields) != width:
            found = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
            return Mistake(
                f"Line {number} of the graph file '{path}' has {found}, not {width}: '{_short(line)}'. {EXPECTED}"
            )
        if not all(field.strip() for field in fields[:2]):
            return Mistake(f"Line {number} of the graph file '{path}' has an empty name: '{_short(line)}'. {EXPECTED}")
    return Mistake(f"The graph file '{path}' cannot be read as an edge list. {EXPECTED}")
