"""The platforms whose archives can be written: one module of `writers` each, found because it lies there."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

import pyarrow as pa

from sim.platforms.exports import writers as folder


class Writer(Protocol):
    """What a module of `writers` offers: ENDING, that of its platform's own files, and `write`."""

    ENDING: str

    def write(self, posts: pa.Table, *, handle: str, name: str, path: Path) -> None:
        """Write the posts of one owner to `path`, by its ending."""


@cache
def writers() -> dict[str, Writer]:
    """Every writer by the name of its platform."""
    names = sorted(module.name for module in iter_modules(folder.__path__))
    return {name: import_module(f"{folder.__name__}.{name}") for name in names}
