"""Hash what a table says: equal for equal values in equal order, however they are chunked, encoded or cut in parts."""

import json
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PIECE = 1 << 20
"""Values hashed at a time, so that a column's words are never all spelled out at once."""


class ContentHash:
    """SHA-256 of each column of a table that comes in parts."""

    def __init__(self) -> None:
        self.rows = 0
        self._columns: dict[str, _Column] = {}

    def update(self, rows: pa.Table) -> None:
        """The next rows."""
        if not self._columns:
            self._columns = {field.name: _Column(field.type) for field in rows.schema}
        self.rows += rows.num_rows
        for name, column in self._columns.items():
            column.update(rows[name])

    def columns(self) -> dict[str, str]:
        """The hash of each column so far."""
        return {name: column.digest() for name, column in self._columns.items()}

    def whole(self) -> str:
        """One hash of names and columns together."""
        return sha256(json.dumps(self.columns(), sort_keys=True).encode()).hexdigest()


class _Column:
    """Three streams: which values are null, how long each is (of words and lists), what they are; and those below."""

    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        below = [self.kind.field(at) for at in range(self.kind.num_fields)]
        told = "list" if pa.types.is_list(self.kind) else " ".join(field.name for field in below) or str(self.kind)
        self._streams = [sha256(told.encode()), sha256(), sha256()]
        self._below = [_Column(field.type) for field in below]

    def update(self, column: pa.ChunkedArray) -> None:
        for chunk in column.chunks:
            for at in range(0, len(chunk), PIECE):
                self._add(chunk.slice(at, PIECE))

    def digest(self) -> str:
        below = [bytes.fromhex(each.digest()) for each in self._below]
        return sha256(b"".join([*(stream.digest() for stream in self._streams), *below])).hexdigest()

    def _add(self, piece: pa.Array) -> None:
        nulls, lengths, values = self._streams
        if pa.types.is_dictionary(piece.type):
            piece = piece.dictionary_decode()
        nulls.update(_bytes(piece.is_null()))
        if pa.types.is_list(self.kind):
            lengths.update(_bytes(pc.list_value_length(piece).fill_null(0)))
            self._below[0]._add(piece.flatten())
        elif pa.types.is_struct(self.kind):
            for below, values_below in zip(self._below, piece.flatten(), strict=True):
                below._add(values_below)
        elif pa.types.is_string(self.kind):
            words = piece.fill_null("") if piece.null_count else piece
            lengths.update(_bytes(pc.binary_length(words)))
            offsets = np.frombuffer(words.buffers()[1], dtype=np.int32)[words.offset : words.offset + len(words) + 1]
            if offsets[-1] > offsets[0]:
                values.update(memoryview(words.buffers()[2])[offsets[0] : offsets[-1]])
        else:
            zero = pa.scalar(0).cast(self.kind)
            filled = piece.fill_null(zero) if piece.null_count else piece
            values.update(_bytes(filled))


def _bytes(piece: pa.Array) -> memoryview:
    return np.ascontiguousarray(piece.to_numpy(zero_copy_only=False)).data


def content_hashes(rows: pa.Table) -> dict[str, str]:
    """SHA-256 of each column's values in order."""
    found = ContentHash()
    found.update(rows)
    return found.columns()
