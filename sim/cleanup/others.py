"""What others than its owner see of an account on a platform, and what is left to them once a post is deleted."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.core.errors import unknown

SHOWN = ("everything", "public", "nothing")
"""What who is not signed in is listed: all there is, what is public, or nothing."""
LEFT = ("pointer", "text")
"""A like or repost that outlives its post names it, or repeats what it said."""
MARKS = ("like", "repost")


@dataclass(frozen=True)
class Others:
    """shown: one of SHOWN. outlive: those of MARKS by others that stay, and which of LEFT. late_s: how many
    seconds after the answer to its deletion a post was still shown; None: not seen. evidence: server, spec or docs;
    source: where it was seen.
    """

    shown: str
    outlive: Mapping[str, str]
    late_s: float | None
    evidence: str
    source: str

    def __post_init__(self) -> None:
        if self.shown not in SHOWN:
            raise unknown("value of 'shown'", self.shown, SHOWN)
        for mark, left in self.outlive.items():
            if mark not in MARKS or left not in LEFT:
                raise unknown(
                    "mark that outlives its post", f"{mark}: {left}", [f"{m}: {x}" for m in MARKS for x in LEFT]
                )
