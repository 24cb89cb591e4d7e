"""Long columns piece by piece, so that what is needed on the way stays small."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

ROWS = 1 << 16
"""Of a piece: as many as stay in a processor's cache. No row depends on it."""


def by_pieces(work: Callable[..., NDArray[Any]], dtype: DTypeLike, *columns: NDArray[Any]) -> NDArray[Any]:
    """What `work` makes of columns of equal length, row by row."""
    made = np.empty(len(columns[0]), dtype=dtype)
    for at in range(0, len(made), ROWS):
        made[at : at + ROWS] = work(*(column[at : at + ROWS] for column in columns))
    return made


def nulls(rows: int, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of nulls whose pieces share one piece of memory."""
    piece = pa.nulls(min(rows, ROWS), kind)
    return pa.chunked_array([piece.slice(0, min(ROWS, rows - at)) for at in range(0, rows, ROWS)], kind)
