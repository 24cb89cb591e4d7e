"""Decides whose archive a path holds, by the names of the files in it, and reads it.

A platform is one module of this folder and one line in `PLATFORMS`. It offers EXPORT (a few words on what its
users hold in their hands), KNOWN_FILES (relative names in any of its layouts), `name_of` (which of them a JSON
document is that stands alone under any name) and `read`.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from sim.core.errors import Mistake
from sim.platforms.exports import instagram, mastodon
from sim.platforms.exports.container import BOUNDS, View, opened
from sim.platforms.exports.fields import shown
from sim.platforms.exports.item import Archive
from sim.platforms.exports.members import Bounds

DEEPEST = 6
"""Most parts a known file's name may have."""

TRUTH_UNKNOWN = (
    "An archive does not say which posts are sensitive: every statement about that is a detector's estimate."
)


class Platform(Protocol):
    """What a module of this folder offers to be listed in PLATFORMS."""

    EXPORT: str
    KNOWN_FILES: frozenset[str]

    def name_of(self, document: object) -> str | None:
        """The known file that `document` is, or None."""

    def read(self, view: View) -> Archive:
        """The archive whose known files lie at the root of `view`."""


PLATFORMS: dict[str, Platform] = {
    "mastodon": mastodon,
    "instagram": instagram,
}


def read_archive(path: Path, *, bounds: Bounds = BOUNDS) -> Archive:
    """The archive at `path`: a folder, zip, tar, tar.gz or single JSON file, at the root or anywhere below it."""
    with opened(path, bounds=bounds) as view:
        platform, place, notes = _lone(view) if view.lone else _closest(view)
        archive = PLATFORMS[platform].read(place)
    lost = [f"{len(archive.errors)} rows could not be read and are left out."] if archive.errors else []
    return replace(archive, notes=(*notes, *archive.notes, *lost, TRUTH_UNKNOWN))


def _lone(view: View) -> tuple[str, View, list[str]]:
    [own_name] = view.names()
    document = view.json(own_name)
    for platform, module in PLATFORMS.items():
        known = module.name_of(document)
        if known is not None:
            return platform, view.standing_for(known, document), []
    kind = f"an object with {_some(list(document))}" if isinstance(document, dict) else f"a {type(document).__name__}"
    raise Mistake(f"'{view.source}' is a JSON file ({kind}) of no known export. {_supported()}")


def _closest(view: View) -> tuple[str, View, list[str]]:
    """The platform and folder with the most known files; then the least deep, then by name."""
    found: Counter[tuple[str, str]] = Counter()
    names = view.names()
    for platform, module in PLATFORMS.items():
        for name in names:
            known = _known_end(name, module.KNOWN_FILES)
            if known is not None:
                found[platform, name[: len(name) - len(known)]] += 1
    if not found:
        raise Mistake(f"'{view.source}' is no known export: it holds {_some(names)}. {_hint(names)}{_supported()}")
    ranked = sorted(found, key=lambda place: (-found[place], place[1].count("/"), place))
    platform, prefix = ranked[0]
    notes = [f"The {platform} archive in its folder '{shown(prefix)}' was read."] if prefix else []
    for other, elsewhere in ranked[1:4]:
        notes.append(
            f"Not read: '{shown(elsewhere) or '.'}' looks like an archive of {other} too "
            f"({found[other, elsewhere]} known files against {found[platform, prefix]}). Name that folder to read it."
        )
    return platform, view.below(prefix), notes


def _known_end(name: str, known_files: frozenset[str]) -> str | None:
    """The longest known file that `name` ends in, so that a layout inside another is not taken for a second one."""
    parts = name.split("/")
    ends = ("/".join(parts[start:]) for start in range(max(0, len(parts) - DEEPEST), len(parts)))
    return next((end for end in ends if end in known_files), None)


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return (", ".join(f"'{shown(name)}'" for name in names[:4]) or "nothing") + more


def _hint(names: tuple[str, ...]) -> str:
    packed = [name for name in names if name.lower().endswith((".zip", ".tar", ".gz", ".tgz"))]
    if packed:
        return f"'{shown(packed[0])}' in it is an archive itself: name that file. "
    pages = {
        str(PurePosixPath(known).with_suffix(".html")) for each in PLATFORMS.values() for known in each.KNOWN_FILES
    }
    if any(name == page or name.endswith("/" + page) for name in names if name.endswith(".html") for page in pages):
        return "It looks like an export in HTML: ask the platform for it again and choose JSON. "
    return ""


def _supported() -> str:
    return "Supported: " + "; ".join(module.EXPORT for module in PLATFORMS.values()) + "."
