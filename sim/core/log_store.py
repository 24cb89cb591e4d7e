"""The log on disk: two Parquet parts a block, written while the next block runs and read back block by block.

Rows are numbered through all parts, as the tables `events` and `objects` of schema.py say. A part is written beside
and renamed, so what stands is whole, and an interrupted run goes on at the first block that is missing.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.core.digest import post_hashes
from sim.core.log import EVENT_TYPES, OBJECT_TYPES, Block, Events, Log, Objects, block_columns
from sim.core.schema import CHANNELS, table

NAMES = ("objects", "events")
DELTAS = {"time", "actor"}
"""Columns without repeats: differences are as small as what a compressor makes of them, in half the time."""


@dataclass(frozen=True)
class Part:
    """What is said of a block beside its rows: posts `first` ... `first + posts - 1`, its sizes, its digest."""

    first: int
    posts: int
    events: int
    late: int
    by_channel: list[int]
    hashes: list[int]


def part_of(block: Block) -> Part:
    """What is to be said of a block."""
    channel = block.events.channel
    return Part(
        block.first,
        block.posts,
        len(channel),
        block.late,
        [int(np.count_nonzero(channel == code)) for code in range(len(CHANNELS))],
        post_hashes(block).sum(axis=0, dtype=np.uint64).tolist(),
    )


def write_block(
    folder: Path, number: int, block: Block, post: NDArray[np.int64], *, events_before: int, late_before: int
) -> Part:
    """Write block `number` of a log of posts `post`, after so many events and objects made by events."""
    block = replace(block, events=block.told, made=block.objects)  # each column made once
    columns = block_columns(block, post, events_before=events_before, late_before=late_before)
    part = part_of(block)
    for name, rows in zip(NAMES, columns, strict=True):
        path = part_path(folder, name, number)
        path.parent.mkdir(exist_ok=True)
        beside = path.with_suffix(".partial")
        made = table(name, dict(rows))
        said = {**(made.schema.metadata or {}), b"part": json.dumps(asdict(part)).encode()}
        pq.write_table(
            made.replace_schema_metadata(said), beside, write_statistics=False, use_dictionary=False,
            compression={column: "none" if column in DELTAS else "lz4" for column in made.column_names},
            column_encoding=dict.fromkeys(DELTAS & set(made.column_names), "DELTA_BINARY_PACKED"),
        )  # fmt: skip
        beside.rename(path)
    return part


def part_path(folder: Path, name: str, number: int) -> Path:
    """Where the rows of table `name` of block `number` stand."""
    return folder / name / f"{number:06d}.parquet"


def written(folder: Path) -> list[Part]:
    """The parts of the first blocks that stand whole in a folder, in order."""
    parts: list[Part] = []
    while True:
        try:
            said = [pq.read_metadata(part_path(folder, name, len(parts))).metadata or {} for name in NAMES]
        except (OSError, pa.ArrowInvalid):  # not there, or cut
            return parts
        parts.append(Part(**json.loads(said[0][b"part"])))


def read_blocks(folder: Path, *, of: NDArray[np.int64] | None = None) -> Iterator[tuple[NDArray[np.int64], Block]]:
    """The blocks of a written log one after the other, each with its posts' ids; one at a time is in memory.

    `of`: numbers of posts, ascending; blocks that hold none of them are passed over.
    """
    parts, events_before, late_before = written(folder), 0, 0
    posts = sum(part.posts for part in parts)
    for number, part in enumerate(parts):
        if of is None or np.diff(np.searchsorted(of, [part.first, part.first + part.posts])) > 0:
            objects, events = (
                {column: rows[column].to_numpy() for column in rows.column_names}
                for rows in (pq.read_table(part_path(folder, name, number)) for name in NAMES)
            )
            yield _block(part, objects, events, late=3 * posts + late_before, events_before=events_before)
        events_before += part.events
        late_before += part.late


def read_log(folder: Path) -> Log:
    """The whole log of a folder, in memory."""
    blocks = list(read_blocks(folder))
    empty: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    return Log(np.concatenate(empty + [post for post, _ in blocks]), tuple(block for _, block in blocks))


def _block(
    part: Part, objects: dict[str, NDArray[Any]], events: dict[str, NDArray[Any]], *, late: int, events_before: int
) -> tuple[NDArray[np.int64], Block]:
    own = 3 * part.posts

    def here(number: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the block from numbers of objects; -1 stays."""
        return np.where(number < 0, -1, np.where(number >= late, number - late + own, number - 3 * part.first))

    ids = objects["post"][0:own:3]
    rows = np.concatenate([np.arange(own) // 3, np.searchsorted(ids, objects["post"][own:], sorter=np.argsort(ids))])
    rows[own:] = np.argsort(ids)[rows[own:]]
    lying = here(events["object"])
    of_post = np.maximum.accumulate(np.where(lying < 0, 0, rows[lying]))  # an event in no object follows others
    start = np.searchsorted(of_post, np.arange(part.posts + 1))
    maker = np.where(objects["maker"] < 0, -1, objects["maker"] - events_before)
    parent = np.where(events["parent"] < 0, -1, events["parent"] - events_before)
    held = objects | {"post": rows, "parent": here(objects["parent"]), "maker": maker}
    told = events | {"object": lying, "parent": parent}
    return ids, Block(
        part.first,
        start.astype(np.int64),
        Events(**{name: told[name].astype(kind) for name, kind in EVENT_TYPES.items()}),
        Objects(**{name: held[name].astype(kind) for name, kind in OBJECT_TYPES.items()}),
    )
