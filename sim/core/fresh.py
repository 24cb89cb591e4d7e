"""Compiled code on disk is read again only while all that went into it is as it was.

Numba compares the file of a function alone, but what the function calls in other files, and their constants, are part
of its code (numba, issue 1833): after an update old code would go on, and give the old version's numbers. Here the
name of what is kept says the content of the function's file and of every file of this package that it imports, and
they import; what has another is removed.
"""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from numba.core.caching import InTreeCacheLocator, UserProvidedCacheLocator, UserWideCacheLocator

HOME = Path(__file__).parents[2]
"""Where the package lies."""
IMPORT = re.compile(r"^ *from (sim[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
KEPT = re.compile(r"(\w+)\..*-\d+(?:-(\w+))?\.py\d+.*\.nb[ci]$")
"""What numba keeps of a function: its module, its line, the stamp."""


@cache
def stamp(file: Path, home: Path = HOME) -> str:
    """A hash of a file's content and of those of all it imports of the package in `home`."""
    content = file.read_bytes()
    digest = blake2b(content, digest_size=8)
    for each in imported(content.decode(), home):
        digest.update(stamp(each, home).encode())
    return digest.hexdigest()


def imported(content: str, home: Path) -> list[Path]:
    """The files of the package that a file's content imports, modules and what is named of packages, in order."""
    found: set[Path] = set()
    for module, names in IMPORT.findall(content):
        place = home / module.replace(".", "/")
        one = place.with_suffix(".py")
        several = (place / f"{name}.py" for name in ("__init__", *re.findall(r"\w+", names)))
        found |= {one} if one.is_file() else {each for each in several if each.is_file()}
    return sorted(found)


@cache
def tidy(kept: Path, code: Path) -> None:
    """Remove from a folder what was compiled of files in the folder `code` as they no longer are."""
    for file in kept.iterdir():
        found = KEPT.match(file.name)
        if found:
            source = code / f"{found[1]}.py"
            if not source.is_file() or found[2] != stamp(source):
                file.unlink(missing_ok=True)


class _Fresh:
    """Adds the stamp to the names of what is kept of this package; other packages' are as numba has them."""

    _py_file: str

    def ensure_cache_path(self) -> None:
        super().ensure_cache_path()  # type: ignore[misc]
        if self._ours:
            tidy(Path(self.get_cache_path()), Path(self._py_file).parent)  # type: ignore[attr-defined]

    def get_disambiguator(self) -> str:
        line: str = super().get_disambiguator()  # type: ignore[misc]
        return f"{line}-{stamp(Path(self._py_file))}" if self._ours else line

    @property
    def _ours(self) -> bool:
        return Path(self._py_file).is_relative_to(HOME / "sim")


class Provided(_Fresh, UserProvidedCacheLocator):
    """In the folder that NUMBA_CACHE_DIR names."""


class InTree(_Fresh, InTreeCacheLocator):
    """Beside the code, in __pycache__."""


class UserWide(_Fresh, UserWideCacheLocator):
    """In the user's cache folder, where the code's own cannot be written."""


OURS = [f"{each.__module__}.{each.__name__}" for each in (Provided, InTree, UserWide)]
LOCATORS = ",".join([*OURS, "IPythonCacheLocator", "ZipCacheLocator"])
"""The setting that has numba use them, in this order, and then its own for notebooks and archives."""
