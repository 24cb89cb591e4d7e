"""Zip files, listed and read without unpacking and without believing their headers."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from sim.core.errors import Mistake
from sim.platforms.exports.fields import shown
from sim.platforms.exports.members import Bounds, Metered, read_bounded, safe_name

DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError,
    IndexError, AssertionError,
)  # fmt: skip
"""What the zip parser raises on bytes that are not a sound zip file."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The methods platforms use; the others can expand a few bytes to gigabytes in one step."""


def open_zip(path: Path, *, source: str, bounds: Bounds, stack: ExitStack) -> dict[str, Callable[[], bytes]]:
    """The members of a zip file, each as a function that reads it."""
    metered = Metered(stack.enter_context(path.open("rb")), source=source, allowed=bounds.index_bytes)
    try:
        opened = stack.enter_context(zipfile.ZipFile(cast(BinaryIO, metered)))
    except DAMAGE as problem:
        raise _damaged(source, problem) from None
    infos = opened.infolist()
    bounds.check_count(len(infos), source=source)
    bounds.check_unpacked(sum(info.file_size for info in infos), path.stat().st_size, source=source)
    members = {}
    for info in infos:
        name = safe_name(info.filename, source=source)
        if name is not None and not info.is_dir():
            _check_member(info, name, source=source, bounds=bounds)
            members[name] = _reader(opened, info, metered, source=source, bounds=bounds)
    return members


def _check_member(info: zipfile.ZipInfo, name: str, *, source: str, bounds: Bounds) -> None:
    where = f"{source}: {shown(name)}"
    if info.flag_bits & 1:
        raise Mistake(
            f"'{where}' is encrypted. An archive is read without a password: unpack it yourself and name the folder."
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Mistake(
            f"'{where}' is a link or a device, not a file. No platform writes one; nothing was read. "
            f"Ask the platform for the archive again."
        )
    if info.compress_type not in METHODS:
        raise Mistake(
            f"'{where}' is compressed by method {info.compress_type}; platforms use 0 (stored) or 8 (deflate). "
            f"Unpack it yourself and name the folder."
        )
    bounds.check_unpacked(info.file_size, info.compress_size, source=where)


def _reader(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, metered: Metered, *, source: str, bounds: Bounds
) -> Callable[[], bytes]:
    def read() -> bytes:
        where = f"{source}: {shown(info.filename)}"
        bounds.check_file(info.file_size, source=where)
        metered.allow(2 * bounds.file_bytes)  # packed bytes; a file that does not compress grows by a little
        try:
            with opened.open(info) as stream:
                return read_bounded(cast(BinaryIO, stream), bounds=bounds, source=where)
        except DAMAGE as problem:
            raise _damaged(where, problem) from None

    return read


def _damaged(where: str, problem: Exception) -> Mistake:
    return Mistake(
        f"'{where}' cannot be read as a zip file ({shown(problem) or type(problem).__name__}). It is damaged or was "
        f"cut short, as an interrupted download is. Download it again."
    )
