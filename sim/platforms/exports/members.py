"""What every container has in common: limits, member names that cannot escape, reading that counts as it goes."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from sim.core.errors import Mistake
from sim.platforms.exports.fields import shown, whole_characters

CHUNK_BYTES = 1 << 16
NAME_LIMIT = 4096
"""Characters of a member's path: what Linux takes at most."""


@dataclass(frozen=True)
class Bounds:
    """Above these a container is refused. `ratio` (unpacked to packed) is asked beyond `small_bytes` only.

    DEFLATE cannot exceed 1032 to 1; an outbox of 50,000 almost equal posts packs 45 to 1.
    """

    members: int = 200_000
    file_bytes: int = 1 << 28
    total_bytes: int = 1 << 40
    small_bytes: int = 1 << 26
    index_bytes: int = 1 << 25
    header_bytes: int = 1 << 20
    ratio: int = 200

    def check_count(self, count: int, *, source: str) -> None:
        """Refuse a container or folder with too many members."""
        if count > self.members:
            raise Mistake(
                f"'{source}' holds more than {self.members} files, more than an archive of one person has. "
                f"Name the archive itself, not a folder of many things."
            )

    def check_unpacked(self, unpacked_bytes: int, packed_bytes: int, *, source: str) -> None:
        """Refuse what unpacks to absurdly more than it is on disk."""
        bomb = unpacked_bytes > self.small_bytes and unpacked_bytes > self.ratio * packed_bytes
        if bomb or unpacked_bytes > self.total_bytes:
            raise Mistake(
                f"'{source}' unpacks to {unpacked_bytes} bytes or more from {packed_bytes} on disk; at most "
                f"{self.ratio} to 1 and {self.total_bytes} bytes in all are accepted, because a file made to fill the "
                f"disk (a 'zip bomb') looks like this. If you trust it, unpack it yourself and name the folder."
            )

    def check_file(self, file_bytes: int, *, source: str) -> None:
        """Refuse to read one file that would not fit in memory once parsed."""
        if file_bytes > self.file_bytes:
            raise Mistake(
                f"'{source}' has more than {self.file_bytes} bytes, the most that is read of one file. "
                f"A platform's own export splits its data into smaller files: ask for the archive again."
            )


def safe_name(name: str, *, source: str) -> str | None:
    """A member's name as a relative path with '/', or None for a folder or a trace of macOS.

    A name that would leave the folder it is unpacked in ('..', an absolute path, a drive) is refused.
    """
    if len(name) > NAME_LIMIT:
        raise Mistake(
            f"'{source}' holds a file whose name has {len(name)} characters; at most {NAME_LIMIT} are accepted. "
            f"It is damaged or was altered: ask the platform for it again."
        )
    plain = whole_characters(name).replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if plain.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", plain) or "\0" in plain:
        raise Mistake(
            f"'{source}' holds a file named '{shown(name)}', which points outside the archive. No platform writes "
            f"such a name; the archive was altered and nothing of it was read. Ask the platform for it again."
        )
    if plain.endswith("/") or not parts or parts[0] == "__MACOSX" or parts[-1].startswith("._"):
        return None
    return "/".join(parts)


def read_bounded(stream: BinaryIO, *, bounds: Bounds, source: str) -> bytes:
    """All bytes of `stream`, counted while they come: what a header promises is not believed."""
    chunks, total = [], 0
    while chunk := stream.read(CHUNK_BYTES):
        total += len(chunk)
        bounds.check_file(total, source=source)
        chunks.append(chunk)
    return b"".join(chunks)


class Metered:
    """A readable, seekable stream that refuses to hand out more than `allowed` bytes before the next `allow`.

    It stands between a container's parser and the file: a forged header that asks for gigabytes of index fails here.
    """

    def __init__(self, stream: BinaryIO, *, source: str, allowed: int) -> None:
        self.stream, self.source, self.allowed = stream, source, allowed

    def allow(self, allowed: int) -> None:
        """From now on hand out `allowed` bytes."""
        self.allowed = allowed

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that is left if negative."""
        data = self.stream.read(size if 0 <= size <= self.allowed else self.allowed + 1)
        self.allowed -= len(data)
        if self.allowed < 0:
            raise Mistake(
                f"'{self.source}' has a list of contents far larger than any real archive's, so it is damaged or "
                f"made to exhaust memory. Nothing of it was read. Ask the platform for it again."
            )
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, as files do."""
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        """The place it is at."""
        return self.stream.tell()

    def seekable(self) -> bool:
        """Always: containers are files on disk."""
        return True
