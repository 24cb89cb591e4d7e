"""Compiled code on disk is read again only while all that went into it is as it was.

Numba compares the file of a function alone, but what the function calls in other files, and their constants, are part
of its code (numba, issue 1833): after an update old code would go on, and give the old version's numbers. Here the file
counts with every file of this package that it imports, and they import.
"""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from numba.core.caching import InTreeCacheLocator, UserProvidedCacheLocator, UserWideCacheLocator

HOME = Path(__file__).parents[2]
"""Where the package lies."""
IMPORT = re.compile(r"^ *from (sim[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)


@cache
def stamp(file: Path, home: Path = HOME) -> bytes:
    """A hash of a file's content and, if it is one of the package in `home`, of those of all it imports of it."""
    content = file.read_bytes()
    digest = blake2b(content, digest_size=16)
    if file.is_relative_to(home / "sim"):
        for each in imported(content.decode(), home):
            digest.update(stamp(each, home))
    return digest.digest()


def imported(content: str, home: Path) -> list[Path]:
    """The files of the package that a file's content imports, modules and what is named of packages, in order."""
    found: set[Path] = set()
    for module, names in IMPORT.findall(content):
        place = home / module.replace(".", "/")
        one = place.with_suffix(".py")
        several = (place / f"{name}.py" for name in ("__init__", *re.findall(r"\w+", names)))
        found |= {one} if one.is_file() else {each for each in several if each.is_file()}
    return sorted(found)


class _Whole:
    _py_file: str

    def get_source_stamp(self) -> bytes:
        return stamp(Path(self._py_file))


class Provided(_Whole, UserProvidedCacheLocator):
    """In the folder that NUMBA_CACHE_DIR names."""


class InTree(_Whole, InTreeCacheLocator):
    """Beside the code, in __pycache__."""


class UserWide(_Whole, UserWideCacheLocator):
    """In the user's cache folder, where the code's own cannot be written."""


LOCATORS = ",".join(f"{each.__module__}.{each.__name__}" for each in (Provided, InTree, UserWide))
"""The setting that has numba use them, in this order."""
