"""Reads the archive at one or several paths: all exports of one account, merged into one."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from sim.core.errors import Mistake
from sim.platforms.exports.container import BOUNDS, opened
from sim.platforms.exports.fields import shown
from sim.platforms.exports.item import Archive, ParseError
from sim.platforms.exports.members import Bounds
from sim.platforms.exports.merge import merge
from sim.platforms.exports.recognise import packed_files, places, platforms

MOST_PLACES = 200
"""Archives that are looked at below one path."""
MOST_NOTES = 5

TRUTH_UNKNOWN = (
    "An archive does not say which posts are sensitive: every statement about that is a detector's estimate."
)

Found = list[tuple[str, Archive]]


def read_archive(*paths: Path, bounds: Bounds = BOUNDS) -> Archive:
    """The archive at `paths`: folders, zips, tars, tar.gzs, CARs or JSON files that hold exports of one account.

    They may lie anywhere below, packed or not; an archive inside a packed archive is not opened. Of several accounts
    the one with the most posts is read, and the notes name the others. Raises Mistake if there is none.
    """
    found: Found = []
    notes: list[str] = []
    for path in paths:
        found += _read_path(path, bounds, notes)
    platform, handle = _fullest(found)
    same: Found = []
    for name, archive in found:
        if (archive.platform, archive.handle or handle) == (platform, handle):
            same.append((name, archive))
            continue
        whose = f"@{shown(archive.handle)} on {archive.platform}" if archive.handle else archive.platform
        count = len(archive.items)
        notes.append(f"Not read: '{name}' holds {count} posts of {whose}. Name that file or folder to read it.")
    if len(same) > 1:
        notes.append(f"{len(same)} exports of one account were merged: " + ", ".join(name for name, _ in same) + ".")
        same = [(name, _located(name, archive)) for name, archive in same]
    archive = merge([archive for _, archive in same])
    lost = [f"{len(archive.errors)} rows could not be read and are left out."] if archive.errors else []
    return replace(archive, notes=(*notes, *archive.notes, *lost, TRUTH_UNKNOWN))


def _read_path(path: Path, bounds: Bounds, notes: list[str]) -> Found:
    """Every archive at or below `path`; what cannot be read is noted, and an error where there is nothing else."""
    packed = packed_files(path)
    found: Found = []
    failed: list[Mistake] = []
    for file in (path, *packed[:MOST_PLACES]):
        try:
            found += _read_view(file, bounds, failed)
        except Mistake as mistake:
            if file != path or not packed:  # that the folder itself is no export says nothing, if it holds some
                failed.append(mistake)
    if not found:
        raise failed[0]
    notes += [f"Not read: {mistake}" for mistake in failed[:MOST_NOTES]]
    if len(failed) > MOST_NOTES:
        notes.append(f"{len(failed) - MOST_NOTES} more files could not be read.")
    return found


def _read_view(path: Path, bounds: Bounds, failed: list[Mistake]) -> Found:
    """The archives in one container, each with its name; a broken one is added to `failed`."""
    found: Found = []
    with opened(path, bounds=bounds) as view:
        for place in places(view)[:MOST_PLACES]:
            try:
                archive = platforms()[place.platform].read(place.view)
            except Mistake as mistake:
                failed.append(mistake)
                continue
            where = shown(place.view.prefix)
            note = [f"The {place.platform} archive in its folder '{where}' was read."] if where else []
            found.append((place.name, replace(archive, notes=(*note, *archive.notes))))
    return found


def _fullest(found: Found) -> tuple[str, str | None]:
    """Platform and handle with the most posts; an archive that names nobody is taken for that account's."""
    by_platform: Counter[str] = Counter()
    by_handle: Counter[str] = Counter()
    for _, archive in found:
        by_platform[archive.platform] += len(archive.items)
    platform = max(sorted(by_platform), key=lambda name: by_platform[name])
    for _, archive in found:
        if archive.platform == platform and archive.handle is not None:
            by_handle[archive.handle] += len(archive.items)
    return platform, max(sorted(by_handle), key=lambda name: by_handle[name], default=None)


def _located(name: str, archive: Archive) -> Archive:
    """The archive with its errors saying in which export they lie."""
    errors = tuple(ParseError(f"{name}: {error.where}", error.problem) for error in archive.errors)
    return replace(archive, errors=errors)
