"""What a staged server tells a test: where it is, whose credentials to use, and which items live on it now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from servers.start import Process


@dataclass
class Stage:
    """A server with an owner's posts and others' beside them.

    platform: the name in `conf/platform` whose connector cleans it. server: its address. secrets: the environment
    variables of the owner's credentials. own: ids of the owner's posts, the oldest first. others: ids of what is not
    hers to delete. living: reads the server itself, not through a connector of ours: which of some ids live.
    """

    platform: str
    server: str
    secrets: Mapping[str, str]
    own: list[str]
    others: list[str]
    living: Callable[[list[str]], set[str]]
    process: Process
