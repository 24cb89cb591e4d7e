"""Builds a repository of the AT Protocol as a CAR file: records, the search tree over their paths, a commit.

atproto.com/specs/repository: a path lies in the layer that half the number of leading zero bits of its SHA-256 gives.
"""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from types import ModuleType
from typing import Any

from sim.platforms.exports.car import ID_HEADS, libipld

NO_SIGNATURE = bytes(64)
"""In place of a signature: nobody holds the key of an account that does not exist."""


def write_car(records: Mapping[str, object], *, did: str, revision: str) -> bytes:
    """The CAR file of an account with `records` by path. The commit is not signed. Equal records give equal bytes."""
    made = _Blocks()
    entries = [(path.encode(), made.add(record)) for path, record in sorted(records.items())]
    layers = [_layer(path) for path, _ in entries]
    top = _node(made, entries, layers, max(layers, default=0))
    commit = {"did": did, "version": 3, "data": top, "rev": revision, "prev": None, "sig": NO_SIGNATURE}
    root = made.add(commit)
    header = made.encode({"version": 1, "roots": [root]})
    blocks = [root, *(name for name in made.blocks if name != root)]
    return b"".join(
        [_varint(len(header)), header, *(_varint(len(n) + len(made.blocks[n])) + n + made.blocks[n] for n in blocks)]
    )


def record_id(record: object) -> bytes:
    """The content id of a record."""
    return ID_HEADS[0] + sha256(_library().encode_dag_cbor(record)).digest()


def id_text(name: bytes) -> str:
    """A content id as records spell it, in base 32."""
    return str(_library().encode_cid(name))


def _library() -> ModuleType:
    return libipld(source="what is to be written")


class _Blocks:
    """Blocks by content id, in the order they came."""

    def __init__(self) -> None:
        self.blocks: dict[bytes, bytes] = {}
        self.encode = _library().encode_dag_cbor

    def add(self, value: object) -> bytes:
        """The id of the block that holds `value`."""
        block = self.encode(value)
        name = ID_HEADS[0] + sha256(block).digest()
        self.blocks[name] = block
        return name


def _node(made: _Blocks, entries: list[tuple[bytes, bytes]], layers: list[int], layer: int) -> bytes:
    """The id of the node of `layer` over `entries`, which are in order and lie in it or below."""
    here = [place for place, own in enumerate(layers) if own == layer]
    bounds = [-1, *here, len(entries)]
    below: list[bytes | None] = [
        _node(made, entries[start + 1 : end], layers[start + 1 : end], layer - 1) if end > start + 1 else None
        for start, end in pairwise(bounds)
    ]
    rows: list[dict[str, Any]] = []
    before = b""
    for place, right in zip(here, below[1:], strict=True):
        path, value = entries[place]
        shared = next((at for at, (a, b) in enumerate(zip(before, path, strict=False)) if a != b), len(before))
        rows.append({"p": shared, "k": path[shared:], "v": value, "t": right})
        before = path
    return made.add({"l": below[0], "e": rows})


def _layer(path: bytes) -> int:
    zeros = 256 - int.from_bytes(sha256(path).digest(), "big").bit_length()
    return zeros // 2


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])
