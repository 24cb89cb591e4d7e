"""Writes files as a folder, zip or tar.gz whose bytes depend on their content alone, whole or not at all."""

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from sim.core.errors import Mistake
from sim.platforms.exports.fields import shown

LEVEL = 6
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip file can hold; tar and gzip hold 0."""


def pack(files: Mapping[str, bytes], *, path: Path) -> None:
    """Write `files` (relative name to content) to `path`, by its ending .tar.gz, .tgz, .zip, or else as a folder.

    A .car is the one file of `files` alone. It is made beside and renamed. Raises Mistake if `path` exists or cannot be
    written; nothing is left then.
    """
    place = shown(path, most=1000)
    try:
        if path.exists() or path.is_symlink():
            raise Mistake(f"'{place}' exists already and is left as it is. Choose another name, or remove it first.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as beside:
            made = Path(beside, "archive")
            _write(files, made, ending=path.name.lower())
            made.rename(path)
    except OSError as problem:
        raise Mistake(
            f"The archive '{place}' could not be written: {problem.strerror}. Nothing was left behind. "
            f"Check the folder's permissions and the space on the disk."
        ) from None


def _write(files: Mapping[str, bytes], made: Path, *, ending: str) -> None:
    if ending.endswith((".tar.gz", ".tgz")):
        with made.open("wb") as raw:
            _write_tar(files, raw)
    elif ending.endswith(".car"):
        [content] = files.values()
        made.write_bytes(content)
    elif ending.endswith(".zip"):
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
            for name, content in files.items():
                info = zipfile.ZipInfo(name, ZIP_DATE)
                info.create_system = 3  # Unix, on every system
                info.external_attr = 0o100644 << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(info, content, compresslevel=LEVEL)
    else:
        for name, content in files.items():
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _write_tar(files: Mapping[str, bytes], raw: BinaryIO) -> None:
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0)
    with packed, tarfile.open(fileobj=cast(BinaryIO, packed), mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            tar.addfile(info, io.BytesIO(content))
