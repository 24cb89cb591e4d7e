"""Write tables that come in parts as Parquet, hashing them on the way; what is written need not stay in memory."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.content import ContentHash

AHEAD = 3
"""Parts that may wait to be written: more would only take memory."""
ROWS = 1 << 22
"""Rows of a part at most."""


class Parts:
    """A folder's tables. One that came in one part is NAME.parquet; of several, NAME/00000.parquet and so on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content: dict[str, ContentHash] = {}
        self._parts: dict[str, int] = {}
        self._writers = ThreadPoolExecutor(2)
        self._hasher = ThreadPoolExecutor(1)  # one: a hash wants its rows in order
        self._waiting: deque[list[Future[None]]] = deque()

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            while self._waiting and kind is None:
                self._wait()
        finally:
            self._writers.shutdown(cancel_futures=True)
            self._hasher.shutdown(cancel_futures=True)

    def write(self, name: str, rows: pa.Table) -> None:
        """The next rows of table `name`; returns before they are on disk. Raises what an earlier write raised."""
        for at in range(0, max(1, rows.num_rows), ROWS):
            self._write(name, rows.slice(at, ROWS))

    def files(self) -> dict[str, list[Path]]:
        """The files of each table, in order of rows. To be asked once all is written."""
        return {
            name: [self.folder / f"{name}.parquet"] if count == 1 else sorted((self.folder / name).glob("*.parquet"))
            for name, count in self._parts.items()
        }

    def _write(self, name: str, rows: pa.Table) -> None:
        while len(self._waiting) >= AHEAD:
            self._wait()
        part = self._parts.get(name, 0)
        self._parts[name] = part + 1
        path = self.folder / f"{name}.parquet"
        if part == 1:
            while self._waiting:
                self._wait()
            (self.folder / name).mkdir()
            path.rename(self.folder / name / "00000.parquet")
        if part:
            path = self.folder / name / f"{part:05}.parquet"
        content = self.content.setdefault(name, ContentHash())
        self._waiting.append([self._writers.submit(_write, rows, path), self._hasher.submit(content.update, rows)])

    def _wait(self) -> None:
        for future in self._waiting.popleft():
            future.result()


def _write(rows: pa.Table, path: Path) -> None:
    pq.write_table(rows, path, compression="zstd", write_statistics=True)
