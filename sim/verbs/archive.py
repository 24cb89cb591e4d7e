"""The archive a command names, read once however often it is asked for, and whose platform's limits it is under."""

from functools import cache
from pathlib import Path
from typing import Any

from sim.core.provenance import fingerprint
from sim.platforms.exports.item import Archive
from sim.platforms.exports.read import read_archive
from sim.verbs.compose import options

BY_HAND = "by_hand"


def archive_of(config: dict[str, Any]) -> Archive | None:
    """The archive at `config["path"]` (one path or several); None if there is none."""
    paths = paths_of(config.get("path"))
    return archive_at(*paths) if paths else None


@cache
def archive_at(*paths: str) -> Archive:
    """The archive at `paths`."""
    return read_archive(*map(Path, paths))


def home_of(archive: Archive) -> str:
    """The platform, by its name in the configuration, under whose limits an archive's owner cleans up."""
    return archive.platform if archive.platform in options("platform") else BY_HAND


def fingerprints(config: dict[str, Any]) -> dict[str, str]:
    """The hash of every file and folder the configuration names, by its name; of equal names by their whole path."""
    files = [*paths_of(config.get("path")), *paths_of(config["graph"]["path"])]
    names = [Path(file).name for file in files]
    return {
        name if names.count(name) == 1 else file: fingerprint(Path(file).expanduser())
        for name, file in zip(names, files, strict=True)
    }


def paths_of(path: str | list[str] | None) -> list[str]:
    """None, one path or several, as a list."""
    return [] if path is None else [path] if isinstance(path, str) else list(path)
