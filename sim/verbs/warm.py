"""Compile, or load from the cache, every routine a run needs, before its time is taken."""

from copy import deepcopy
from typing import Any

from sim.experiment import compare
from sim.world.people import AGE_FIRST, AGE_LAST


def warm(config: dict[str, Any]) -> None:
    """Run the configuration's model once on a world of a few people."""
    small = deepcopy(config)
    small["graph"] |= {"source": "generated", "path": None, "directed": False}
    small["world"] |= {"size": 60, "owners": 2}
    compare(small | {"seeds": 1, "worlds": 1, "content": "none", "strategy": {}, "owners_aged": [AGE_FIRST, AGE_LAST]})
