"""Events of a block in memory, without the columns that most of them leave empty.

Most events are friends' views of a post: they lie in a reach that their channel tells, follow from nothing and have
neither key nor mark. They are the first of their post, where its channels come in the usual order; objects, parents,
keys and marks are kept of the rows after them alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, lean
from sim.core.schema import CHANNELS

TAG = CHANNELS.index("tag")


@dataclass(frozen=True)
class Packed:
    """Columns of Events (log.py): 10 bytes an event, and 14 more for those that are not `plain`.

    The first plain[p] of the rows start[p] to start[p + 1] lie in the friends' reach of post p, 3 p, those of channel
    `tag` in the tag's, 3 p + 2; their parent is -1, their key and mark 0. `objects`, `parents`, `keys` and `marks` are
    those of the others.
    """

    time: NDArray[np.int32]
    channel: NDArray[np.int8]
    actor: NDArray[np.int32]
    learner: NDArray[np.int8]
    start: NDArray[np.int64]
    plain: NDArray[np.int32]
    objects: NDArray[np.int32]
    parents: NDArray[np.int32]
    keys: NDArray[np.int32]
    marks: NDArray[np.int16]

    @property
    def object(self) -> NDArray[np.int32]:
        """The object each lies in, a row of Objects. Made anew each time."""
        told = np.empty(len(self.time), dtype=self.objects.dtype)
        reaches(self.start, self.plain, self.channel, told)
        unpack(self.start, self.plain, self.objects, told)
        return told

    @property
    def parent(self) -> NDArray[np.int32]:
        """The row each follows from, -1: none. Made anew each time."""
        return self._unpacked(self.parents, -1)

    @property
    def key(self) -> NDArray[np.int32]:
        """The key of each. Made anew each time."""
        return self._unpacked(self.keys, 0)

    @property
    def mark(self) -> NDArray[np.int16]:
        """The mark of each. Made anew each time."""
        return self._unpacked(self.marks, 0)

    def _unpacked(self, column: NDArray[Any], missing: int) -> NDArray[Any]:
        told = np.full(len(self.time), missing, dtype=column.dtype)
        unpack(self.start, self.plain, column, told)
        return told


@lean
def unpack(start: Array, plain: Array, column: Array, into: Array) -> None:
    """Lay the rows of `column` behind each post's plain ones."""
    low = 0
    for p in range(len(plain)):
        for row in range(start[p] + plain[p], start[p + 1]):
            into[np.uintp(row)] = column[np.uintp(low)]
            low += 1


@lean
def reaches(start: Array, plain: Array, channel: Array, into: Array) -> None:
    """Say in which reach each post's plain rows lie."""
    for p in range(len(plain)):
        for row in range(start[p], start[p] + plain[p]):
            into[np.uintp(row)] = 3 * p + 2 * (channel[np.uintp(row)] == TAG)
