"""Decides whose archive a path holds, by the names of the files in it, and reads it.

A platform is one module of `readers`, found because it lies there. It offers EXPORT (a few words on what its users
hold in their hands), KNOWN_FILES (relative names in any of its layouts; in a part of a name '*' stands for any
characters and '#' for digits), `name_of` (which of them a JSON document is that stands alone under any name), `read`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from pkgutil import iter_modules
from typing import Protocol

from sim.core.errors import Mistake
from sim.platforms.exports import readers
from sim.platforms.exports.container import View
from sim.platforms.exports.fields import shown
from sim.platforms.exports.item import Archive

PACKED = (".zip", ".tar", ".gz", ".tgz")


class Platform(Protocol):
    """What a module of `readers` offers."""

    EXPORT: str
    KNOWN_FILES: frozenset[str]

    def name_of(self, document: object) -> str | None:
        """The known file that `document` is, or None."""

    def read(self, view: View) -> Archive:
        """The archive whose known files lie at the root of `view`."""


@cache
def platforms() -> dict[str, Platform]:
    """Every reader by the name of its platform."""
    names = sorted(module.name for module in iter_modules(readers.__path__))
    return {name: import_module(f"{readers.__name__}.{name}") for name in names}


@dataclass(frozen=True)
class Place:
    """Where an archive lies: the files below `view` are of `platform`, and `known` of them have known names."""

    platform: str
    view: View
    known: int

    @property
    def name(self) -> str:
        """How messages name it."""
        return self.view.source + (f": {shown(self.view.prefix)}" if self.view.prefix else "")


def places(view: View) -> list[Place]:
    """Every archive in `view`: most known files first, then the least deep, then by name. Raises Mistake if none."""
    if view.lone:
        return [_lone(view)]
    names = view.names()
    found: Counter[tuple[str, str]] = Counter()
    for platform in platforms():
        known = known_name(platform)
        for name in names:
            if match := known.search(name):
                found[platform, name[: match.start(1)]] += 1
    if not found:
        raise Mistake(f"'{view.source}' is no known export: it holds {_some(names)}. {_hint(names)}{_supported()}")
    ranked = sorted(found, key=lambda place: (-found[place], place[1].count("/"), place))
    return [Place(platform, view.below(prefix), found[platform, prefix]) for platform, prefix in ranked]


@cache
def known_name(platform: str) -> re.Pattern[str]:
    """What a name of a known file ends in, as group 1: the longest, so that no layout is found inside another."""
    ends = [
        re.escape(known).replace(r"\*", "[^/]*").replace(r"\#", r"\d+")
        for known in sorted(platforms()[platform].KNOWN_FILES)
    ]
    return re.compile(rf"(?:^|/)({'|'.join(ends)})$")


def _lone(view: View) -> Place:
    [own_name] = view.names()
    document = view.json(own_name)
    for platform, module in platforms().items():
        known = module.name_of(document)
        if known is not None:
            return Place(platform, view.standing_for(known, document), 1)
    kind = f"an object with {_some(list(document))}" if isinstance(document, dict) else f"a {type(document).__name__}"
    raise Mistake(f"'{view.source}' is a JSON file ({kind}) of no known export. {_supported()}")


def packed_files(folder: Path) -> list[Path]:
    """Files in `folder` or one below it that are packed archives by their ending, in order."""
    try:
        inside = [*folder.glob("*"), *folder.glob("*/*")] if folder.is_dir() else []
    except (OSError, ValueError):  # ValueError: a zero byte in the path; `opened` says what is wrong with it
        return []
    return sorted(file for file in inside if file.suffix.lower() in PACKED and file.is_file() and not file.is_symlink())


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return (", ".join(f"'{shown(name)}'" for name in names[:4]) or "nothing") + more


def _hint(names: tuple[str, ...]) -> str:
    packed = [name for name in names if name.lower().endswith(PACKED)]
    if packed:
        return f"'{shown(packed[0])}' in it is an archive itself: name that file. "
    pages = [str(PurePosixPath(name).with_suffix(".json")) for name in names if name.endswith(".html")]
    if any(known_name(platform).search(page) for platform in platforms() for page in pages):
        return "It looks like an export in HTML: ask the platform for it again and choose JSON. "
    return ""


def _supported() -> str:
    return "Supported: " + "; ".join(module.EXPORT for module in platforms().values()) + "."
