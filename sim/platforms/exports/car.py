"""A CAR file (a repository of the AT Protocol): its blocks by content id, and the records its search tree lists.

Formats: CARv1 (ipld.io/specs/transport/car/carv1), DAG-CBOR, the search tree of atproto.com/specs/repository.
A record's key stands in the tree alone. Each block is held against its id (SHA-256), so a damaged one is noticed.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from types import ModuleType

from sim.core.errors import Mistake
from sim.platforms.exports.item import RowError

ID_HEADS = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")
"""How the two kinds of id begin that a repository has: version 1, DAG-CBOR or raw bytes, SHA-256 of 32 bytes."""
ID_BYTES = 36
KEY_BYTES = 1024
"""Longest path of a record: atproto.com/specs/repository, MST structure."""
DID_LIMIT = 2048
"""Longest identifier: atproto.com/specs/did."""
RECORDS_LIMIT = 2_000_000
AGAIN = "It is damaged or was cut short, as an interrupted download is. Download it again."

Blocks = Mapping[bytes, bytes]
Record = tuple[str, object]


def libipld(*, source: str) -> ModuleType:
    """The library that reads DAG-CBOR. Raises Mistake, with how to install it, where it is missing."""
    try:
        import libipld
    except ImportError:
        raise Mistake(
            f"'{source}' is a Bluesky repository (CAR), and the library that reads and writes it is not installed. "
            f"Install it with: pip install 'afterpost[bluesky]'."
        ) from None
    return libipld


def read_car(data: bytes, *, source: str) -> tuple[bytes, Blocks]:
    """The root's id, and every sound block by its id. Raises Mistake where it is no CAR file, or is cut short."""
    cbor = libipld(source=source)
    size, at = _varint(data, 0, source)
    try:
        header = cbor.decode_dag_cbor(data[at : at + size])
        [root] = header["roots"]
        sound = header["version"] == 1 and root[:4] in ID_HEADS
    except (ValueError, TypeError, KeyError, RecursionError):
        sound = False
    if not sound:
        raise Mistake(f"'{source}' has no header of a CAR file of version 1 with one root. {AGAIN}")
    at += size
    blocks = {}
    while at < len(data):
        size, at = _varint(data, at, source)
        if at + size > len(data):
            raise Mistake(f"'{source}' breaks off in a block at byte {at}. {AGAIN}")
        name, block = data[at : at + ID_BYTES], data[at + ID_BYTES : at + size]
        if name[:4] in ID_HEADS and sha256(block).digest() == name[4:]:
            blocks[name] = block
        at += size
    return root, blocks


def records(root: bytes, blocks: Blocks, lost: list[str], *, source: str) -> tuple[str | None, Iterator[Record]]:
    """The account's identifier (DID), and (path, id) of every record in the order of the tree.

    Branches whose block is missing or no tree are named in `lost`. Raises Mistake if the commit is missing.
    """
    cbor = libipld(source=source)
    try:
        commit = decoded(cbor, blocks, root)
        did, top = commit["did"], commit["data"]
    except (RowError, KeyError, TypeError):
        raise Mistake(f"'{source}' has no sound commit, from which its records hang. {AGAIN}") from None
    return (did if isinstance(did, str) and len(did) <= DID_LIMIT else None), _walk(cbor, top, blocks, lost, source)


def _walk(cbor: ModuleType, top: object, blocks: Blocks, lost: list[str], source: str) -> Iterator[Record]:
    waiting: list[object] = [top]
    seen: set[bytes] = set()
    count = 0
    while waiting:
        name = waiting.pop()
        if isinstance(name, tuple):
            yield name
        if not isinstance(name, bytes) or name in seen:
            continue
        seen.add(name)
        try:
            parts = _node(decoded(cbor, blocks, name))
        except RowError as problem:
            lost.append(str(problem))
            continue
        count += len(parts)
        if count > RECORDS_LIMIT:
            raise Mistake(f"'{source}' has more than {RECORDS_LIMIT} records, more than one person made.")
        waiting += reversed(parts)


def decoded(cbor: ModuleType, blocks: Blocks, name: object) -> dict[str, object]:
    """The map in the block `name`, or a RowError."""
    if not isinstance(name, bytes) or name not in blocks:
        raise RowError("its block is missing or damaged")
    try:
        value = cbor.decode_dag_cbor(blocks[name])
    except (ValueError, RecursionError):
        raise RowError("its block is no DAG-CBOR") from None
    if not isinstance(value, dict):
        raise RowError("its block is no map")
    return value


def _node(node: Mapping[str, object]) -> list[object]:
    """What hangs from a node, in order: ids of nodes below, and (path, id) of records."""
    parts: list[object] = [node.get("l")]
    key = b""
    entries = node.get("e")
    if not isinstance(entries, list):
        raise RowError("a node of the tree has no list of entries")
    for entry in entries:
        try:
            shared, rest, value, right = entry["p"], entry["k"], entry["v"], entry["t"]
            if not 0 <= shared <= len(key):
                raise ValueError
            key = key[:shared] + rest
            path = key.decode("ascii")
        except (TypeError, KeyError, ValueError):
            raise RowError("a node of the tree has an entry that is none") from None
        if len(key) > KEY_BYTES:
            raise RowError(f"a record's path has more than {KEY_BYTES} bytes")
        parts += [(path, value), right]
    return parts


def _varint(data: bytes, at: int, source: str) -> tuple[int, int]:
    """The length at byte `at` (unsigned LEB128), and where what it measures begins."""
    value = 0
    for shift in range(0, 63, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    raise Mistake(f"'{source}' has no length where one belongs, at byte {at}. {AGAIN}")
