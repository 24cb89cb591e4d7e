"""A folder, zip, tar, tar.gz or one JSON file as the same read-only view, recognised by content and not by name."""

import gzip
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import NoReturn

from sim.core.errors import Mistake
from sim.platforms.exports.fields import shown, whole_characters
from sim.platforms.exports.members import Bounds, read_bounded
from sim.platforms.exports.tarred import looks_like_tar, open_tar
from sim.platforms.exports.zipped import open_zip

BOUNDS = Bounds()
VALUES_LIMIT = 20_000_000
"""Values in one JSON document, counted by their commas and brackets: about 2 GB once parsed."""
OTHER_PACKERS = {b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True)
class View:
    """The files of an archive below a prefix, each with the function that reads it.

    `source` is how messages name it. `lone`: it is one JSON file, and `document` what it holds, once parsed.
    """

    source: str
    members: Mapping[str, Callable[[], bytes]]
    prefix: str = ""
    lone: bool = False
    document: object = None

    def names(self) -> tuple[str, ...]:
        """Relative names of the files, with '/', in order."""
        return tuple(sorted(name[len(self.prefix) :] for name in self.members if name.startswith(self.prefix)))

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return self.prefix + name in self.members

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        if not self.has(name):
            raise Mistake(f"'{self.source}' holds no file '{shown(self.prefix + name)}'. Ask for the archive again.")
        return self.members[self.prefix + name]()

    def json(self, name: str) -> object:
        """A file's content as a JSON document."""
        if self.document is not None and self.has(name):
            return self.document
        return parse_json(self.read(name), where=self.source if self.lone else f"{self.source}: {shown(name)}")

    def below(self, prefix: str) -> "View":
        """The same files seen from a folder in it; `prefix` ends in '/' or is empty."""
        return replace(self, prefix=self.prefix + prefix)

    def standing_for(self, name: str, document: object) -> "View":
        """A lone file seen as the file `name` of a whole archive, its document already parsed."""
        [read] = self.members.values()
        return View(self.source, {name: read}, lone=True, document=document)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def parse_json(data: bytes, *, where: str) -> object:
    """The document in UTF-8 `data`, behind `window.x =` if X wrote it; a Mistake says at which place it breaks."""
    if data.startswith(b"window."):
        sign = data.find(b"=", 0, 200) + 1
        data = b" " * sign + data[sign:]
    again = "Ask for the archive again in JSON format, or mend that place."
    if sum(map(data.count, (b",", b"[", b"{"))) > VALUES_LIMIT:
        raise Mistake(f"'{where}' holds more than {VALUES_LIMIT} values, more than fits in memory. {again}")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        raise Mistake(
            f"'{where}' is not UTF-8 text: byte {problem.start} is 0x{data[problem.start]:02x}. Expected a JSON "
            f"document as the platform exports it. {again}"
        ) from None
    except RecursionError:
        raise Mistake(f"'{where}' is JSON nested too deep to be an export. {again}") from None
    except json.JSONDecodeError as problem:
        raise Mistake(
            f"'{where}' is not valid JSON: {problem.msg} at line {problem.lineno}, column {problem.colno} "
            f"(character {problem.pos}). Expected a JSON document as the platform exports it. {again}"
        ) from None
    except ValueError as problem:  # a number too long to convert, NaN
        raise Mistake(f"'{where}' is not valid JSON: {shown(problem)}. {again}") from None


def looks_like_car(head: bytes) -> bool:
    """Whether a file begins as a content-addressed archive does: a length, then a map of `roots` and `version`."""
    return len(head) > 60 and head[0] < 128 and head[1] == 0xA2 and b"eroots" in head[:16] and b"gversion" in head[:128]


@contextmanager
def opened(path: Path, *, bounds: Bounds = BOUNDS) -> Iterator[View]:
    """The archive at `path`, for as long as the block lasts. Every fault of the file is one Mistake."""
    source = shown(whole_characters(os.fsdecode(path)), most=1000)
    with ExitStack() as stack:
        try:
            place, mode = _found(path)
            if stat.S_ISDIR(mode):
                view = View(source, _open_folder(place, source=source, bounds=bounds))
            elif stat.S_ISREG(mode):
                view = _open_file(place, source=source, bounds=bounds, stack=stack)
            else:
                raise Mistake(f"'{source}' is neither a file nor a folder. Name an archive: a folder, zip or tar.gz.")
        except (OSError, ValueError) as problem:  # ValueError: a zero byte in the path
            reason = getattr(problem, "strerror", None) or str(problem)
            raise Mistake(f"'{source}' cannot be read: {reason}. Check the path and its permissions.") from None
        if not view.members:
            raise Mistake(f"'{source}' holds no files. Name the folder or file that the platform gave you.")
        yield view


def _found(path: Path) -> tuple[Path, int]:
    """`path`, or what its leading '~' stands for, with the kind of file it is."""
    try:
        return path, path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if str(path).startswith("~"):
            try:
                home = path.expanduser()
                return home, home.stat().st_mode
            except (RuntimeError, FileNotFoundError):
                pass
    beside: list[str] = []
    if path.parent.is_dir():
        beside = [entry.name for entry in islice(path.parent.iterdir(), 2000)]
    near = get_close_matches(path.name, beside, n=1)
    guess = f" Did you mean '{shown(path.parent / near[0], most=1000)}'?" if near else ""
    raise Mistake(f"There is no file or folder '{shown(path, most=1000)}'.{guess} Check the path.")


def _open_folder(folder: Path, *, source: str, bounds: Bounds) -> dict[str, Callable[[], bytes]]:
    """Plain files below `folder`. Links are not followed, so nothing outside it is ever read."""
    members: dict[str, Callable[[], bytes]] = {}

    def fail(problem: OSError) -> NoReturn:
        raise problem

    for place, _, names in os.walk(folder, onerror=fail):
        for name in names:
            file = Path(place, name)
            if not name.startswith("._") and stat.S_ISREG(file.lstat().st_mode):
                relative = whole_characters(os.fsdecode(file.relative_to(folder).as_posix()))
                members[relative] = _file_reader(file, source=f"{source}: {shown(relative)}", bounds=bounds)
        bounds.check_count(len(members), source=source)
    return members


def _file_reader(file: Path, *, source: str, bounds: Bounds) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with file.open("rb") as stream:
                return read_bounded(stream, bounds=bounds, source=source)
        except OSError as problem:
            raise Mistake(f"'{source}' cannot be read: {problem.strerror}. Check its permissions.") from None

    return read


def _open_file(path: Path, *, source: str, bounds: Bounds, stack: ExitStack) -> View:
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"\x1f\x8b"):
        return View(source, _open_gzip(path, source=source, bounds=bounds, stack=stack))
    if len(head) == 512 and looks_like_tar(head):
        return View(source, open_tar(path, gzipped=False, source=source, bounds=bounds, stack=stack))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return View(source, open_zip(path, source=source, bounds=bounds, stack=stack))
    if looks_like_car(head):
        return View(source, {"repo.car": _file_reader(path, source=source, bounds=bounds)})
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") or head.startswith(b"window."):
        return View(source, {path.name: _file_reader(path, source=source, bounds=bounds)}, lone=True)
    packer = next((name for magic, name in OTHER_PACKERS.items() if head.startswith(magic)), None)
    found = "is empty" if not head else f"is a {packer} file" if packer else f"begins with {shown(head[:16])}"
    raise Mistake(
        f"'{source}' {found}. Expected an archive as a platform gives it: a zip, tar, tar.gz, CAR or JSON file. "
        + ("Unpack it yourself and name the folder." if packer else "Download it again, or name another file.")
    )


def _open_gzip(path: Path, *, source: str, bounds: Bounds, stack: ExitStack) -> dict[str, Callable[[], bytes]]:
    try:
        with gzip.open(path) as stream:
            head = stream.read(512)
    except (OSError, EOFError, zlib.error) as problem:
        raise Mistake(
            f"'{source}' cannot be unpacked by gzip ({shown(problem)}). It is damaged or was cut short, as an "
            f"interrupted download is. Download it again."
        ) from None
    if len(head) < 512 or not looks_like_tar(head):
        raise Mistake(
            f"'{source}' is a gzip file whose content is no tar archive; it begins with {shown(head[:16])}. "
            f"Unpack it yourself and name what comes out."
        )
    return open_tar(path, gzipped=True, source=source, bounds=bounds, stack=stack)
