"""Keeps each item and its media on the disk before anything is done to it, and finds it again."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Kept

ENDING = 8
"""Most characters of a media file's ending."""


class Archive(Protocol):
    """Where items are kept."""

    def keep(self, items: Sequence[Kept]) -> list[str]:
        """Keep items for good; where each lies. Nothing may be done to them before this returns."""


class Folder:
    """items.jsonl, one line an item as the platform gave it, and media/ by the hash of their content."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = path / "items.jsonl"
        with _writing(path):
            (path / "media").mkdir(parents=True, exist_ok=True)
            self._lines.touch()
            os.truncate(self._lines, whole_lines(self._lines))

    def keep(self, items: Sequence[Kept]) -> list[str]:
        """Append `items`; on the disk when this returns. Raises Mistake if they cannot be kept."""
        with _writing(self._path):
            lines = [_line(item, [self._media(*each) for each in item.media]) for item in items]
            with self._lines.open("ab") as stream:
                start = stream.tell()
                stream.writelines(lines)
                stream.flush()
                os.fsync(stream.fileno())
        places = []
        for line in lines:
            places.append(f"{start}+{len(line)}:{sha256(line).hexdigest()}")
            start += len(line)
        return places

    def find(self, place: str) -> Kept:
        """The item at a place that `keep` gave. Raises Mistake if it is not what was kept."""
        where, _, digest = place.partition(":")
        start, _, length = where.partition("+")
        with self._lines.open("rb") as stream:
            stream.seek(int(start))
            line = stream.read(int(length))
        if sha256(line).hexdigest() != digest:
            raise Mistake(f"'{self._lines}' was changed: the item at byte {start} is not the one that was kept.")
        row = json.loads(line)
        media = tuple((each["address"], (self._path / each["file"]).read_bytes()) for each in row["media"])
        return Kept(native_id=row["native_id"], raw=_raw(row), media=media)

    def _media(self, address: str, content: bytes) -> dict[str, str]:
        ending = PurePosixPath(urlsplit(address).path).suffix
        ending = ending if ending[1:].isalnum() and len(ending) <= ENDING else ""
        name = f"media/{sha256(content).hexdigest()}{ending}"
        beside, final = self._path / f"{name}.partial", self._path / name
        if not final.exists():
            with beside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(final)
        return {"address": address, "file": name}


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Disk faults become one paragraph that says that nothing was done."""
    try:
        yield
    except OSError as problem:
        raise Mistake(
            f"Could not keep a copy in '{path}': {problem.strerror or problem}. Nothing is done to an item "
            "that is not kept first. Mend that (free some space?) and give the same command again."
        ) from None


def _line(item: Kept, media: list[dict[str, str]]) -> bytes:
    row: dict[str, Any] = {"native_id": item.native_id, "media": media}
    try:
        row["raw"] = item.raw.decode("utf-8")
    except UnicodeDecodeError:
        row["raw_base64"] = b64encode(item.raw).decode("ascii")
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _raw(row: dict[str, Any]) -> bytes:
    return b64decode(row["raw_base64"]) if "raw_base64" in row else str(row["raw"]).encode()


def whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line: a process that was killed may leave half a one."""
    with path.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65_536)
            stream.seek(start)
            found = stream.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0
