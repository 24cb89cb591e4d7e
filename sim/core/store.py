"""Folders and Parquet files that are complete or absent, and hashes of what they hold."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.content import content_hashes
from sim.core.errors import Mistake


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill beside `path`, renamed to it at the end; on any failure nothing is left.

    An older folder at `path` is replaced only when the new one is whole.
    """
    beside = path.parent / f".{path.name}.{os.getpid()}.partial"
    try:
        shutil.rmtree(beside, ignore_errors=True)  # of a run that was killed and had the same number
        beside.mkdir(parents=True)
        yield beside
        if path.exists():
            old = path.parent / f".{path.name}.{os.getpid()}.old"
            path.rename(old)
            try:
                beside.rename(path)
            except OSError:
                old.rename(path)
                raise
            shutil.rmtree(old)
        else:
            beside.rename(path)
    except OSError as problem:
        raise _unwritten(path, problem) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def unfinished_folder(path: Path) -> Iterator[Path]:
    """A folder to fill beside `path`, renamed to it at the end, which an interrupted run finds again as it left it.

    A run that fails for want of space leaves nothing. Raises Mistake where another process is filling it.
    """
    beside = path.parent / f".{path.name}.unfinished"
    try:
        beside.mkdir(parents=True, exist_ok=True)
        with _alone(beside):
            yield beside
        if path.exists():
            shutil.rmtree(path)
        beside.rename(path)
    except OSError as problem:
        shutil.rmtree(beside, ignore_errors=True)
        raise _unwritten(path, problem) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """A lock on a folder, which ends with the process however that ends."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    mark = folder / ".filled"
    with mark.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Mistake(f"Another command is writing '{folder}'. Wait for it, or stop it.") from None
        yield
        mark.unlink()


def _unwritten(path: Path, problem: OSError) -> Mistake:
    return Mistake(
        f"Could not write '{path}': {problem.strerror or problem}. Nothing was left half-written; "
        "free some space or choose another folder with out=FOLDER."
    )


def write_table(path: Path, rows: pa.Table, provenance: dict[str, Any]) -> None:
    """Write `rows` as Parquet (zstd), with the content hash of each column and the provenance in its metadata."""
    metadata = {
        **(rows.schema.metadata or {}),
        b"content_sha256": json.dumps(content_hashes(rows), sort_keys=True).encode(),
        b"provenance": json.dumps(provenance, sort_keys=True).encode(),
    }
    pq.write_table(rows.replace_schema_metadata(metadata), path, compression="zstd", write_statistics=True)


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file written by `write_table`; a column whose content does not match its hash is a Mistake."""
    try:
        rows = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as problem:
        raise Mistake(f"'{path}' is no Parquet file that can be read: {problem}") from None
    stated = json.loads((rows.schema.metadata or {}).get(b"content_sha256", b"{}"))
    found = content_hashes(rows)
    for name, digest in stated.items():
        if found.get(name) != digest:
            raise Mistake(f"Column '{name}' of '{path}' is not what was written: its content hash differs.")
    return rows


def write_json(path: Path, document: Any) -> None:
    """Write JSON, keys in their order, no NaN."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file; one clear error if it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Mistake(f"There is no file '{path}'.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise Mistake(f"'{path}' is not JSON: {problem}.") from None
