"""Tar files, plain or gzipped: one counted pass lists them, then each file is read where it lies."""

import gzip
import tarfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from sim.core.errors import Mistake
from sim.platforms.exports.fields import shown
from sim.platforms.exports.members import CHUNK_BYTES, Bounds, Metered, safe_name

DAMAGE = (tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, IndexError)
"""What the gzip and tar parsers raise on bytes that are not a sound archive (RecursionError among them)."""


def looks_like_tar(block: bytes) -> bool:
    """Whether 512 bytes are a tar header with a right checksum."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except DAMAGE:
        return False
    return True


def open_tar(
    path: Path, *, gzipped: bool, source: str, bounds: Bounds, stack: ExitStack
) -> dict[str, Callable[[], bytes]]:
    """The members of a tar or tar.gz file, each as a function that reads it."""
    raw = stack.enter_context(path.open("rb"))
    stream = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb"))) if gzipped else raw
    metered = Metered(stream, source=source, allowed=bounds.header_bytes)
    packed_bytes = path.stat().st_size
    members: dict[str, Callable[[], bytes]] = {}
    try:
        with tarfile.open(fileobj=cast(BinaryIO, metered), mode="r:") as listed:
            count = 0
            while (info := listed.next()) is not None:
                count += 1
                bounds.check_count(count, source=source)
                bounds.check_unpacked(info.offset_data + info.size, packed_bytes, source=source)
                metered.allow(bounds.header_bytes)
                listed.members = []  # type: ignore[attr-defined]  # else every header stays in memory
                name = safe_name(info.name, source=source)
                _check_member(info, source=source)
                if name is not None and not info.isdir():
                    members[name] = _reader(info, metered, source=source, bounds=bounds)
            _check_end(stream, listed.offset, packed_bytes, source=source, bounds=bounds)
    except DAMAGE as problem:
        raise _damaged(source, shown(problem) or type(problem).__name__) from None
    return members


def _check_member(info: tarfile.TarInfo, *, source: str) -> None:
    if info.size < 0:
        raise _damaged(source, f"a file of {info.size} bytes")
    if not (info.isreg() or info.isdir()) or info.issparse():
        raise Mistake(
            f"'{source}: {shown(info.name)}' is a link, a device or a sparse file, not a plain file. No platform "
            f"writes one; nothing was read. Ask the platform for the archive again."
        )


def _check_end(stream: BinaryIO, offset: int, packed_bytes: int, *, source: str, bounds: Bounds) -> None:
    """A whole tar ends in a block of zeros; and only its last byte tells whether a gzip file is whole."""
    stream.seek(offset)
    if stream.read(512) != bytes(512):
        raise _damaged(source, f"its list of contents breaks off after {offset} bytes")
    total = offset + 512
    while chunk := stream.read(CHUNK_BYTES):
        total += len(chunk)
        bounds.check_unpacked(total, packed_bytes, source=source)


def _reader(info: tarfile.TarInfo, metered: Metered, *, source: str, bounds: Bounds) -> Callable[[], bytes]:
    start, size, where = info.offset_data, info.size, f"{source}: {shown(info.name)}"

    def read() -> bytes:
        bounds.check_file(size, source=where)
        metered.allow(size)
        try:
            metered.seek(start)
            data = metered.read(size)
        except DAMAGE as problem:
            raise _damaged(where, shown(problem) or type(problem).__name__) from None
        if len(data) != size:
            raise _damaged(where, f"{len(data)} bytes of {size} are there")
        return data

    return read


def _damaged(where: str, problem: str) -> Mistake:
    return Mistake(
        f"'{where}' cannot be read as a tar archive ({problem}). It is damaged or was cut short, as an interrupted "
        f"download is. Download it again."
    )
