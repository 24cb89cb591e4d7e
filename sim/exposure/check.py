"""Hold compiled posts against their plain twins, by hash."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import ONLY_ME
from sim.core.digest import EVENT, NAME, OBJECT, ORIGIN, digest, post_hashes, total
from sim.core.log import Log
from sim.core.log_store import read_blocks
from sim.core.noise import Noise
from sim.core.schema import OBJECTS
from sim.exposure.propagate import Channel, propagate, tell
from sim.exposure.scene import Scene
from sim.exposure.story import MASK, Name, Story, words


def equal_to_twin(
    scene: Scene, channels: Sequence[Channel], noise: Noise, *, posts: int, log: Log | Path | None = None
) -> dict[str, object]:
    """Tell `posts` keyed posts of a scene plainly and hold them against their rows of `log`, in memory or in a folder:
    how many events, whether they are equal (None: there is no event to compare). Without a log the posts are simulated
    alone. Posts that only their author sees are taken last.
    """
    order = np.lexsort((noise.words("checked", scene.post)[0], scene.audience == ONLY_ME))
    chosen = np.sort(order[:posts])
    few = scene.only(chosen)
    stories = [tell(few, channels, noise, row) for row in range(len(chosen))]
    events = sum(len(story.events) for story in stories)
    plain = total(np.array([story_hash(story) for story in stories], dtype=np.uint64).reshape(-1, 2))
    compiled = digest(propagate(few, channels, noise)) if log is None else total(*hashes_of(log, chosen))
    return {
        "posts": len(chosen), "events": events,
        "of": "posts alone" if log is None else "the log", "compiled": compiled, "plain": plain,
        "equal": compiled == plain if events else None,
    }  # fmt: skip


def hashes_of(log: Log | Path, rows: NDArray[np.int64]) -> Iterator[NDArray[np.uint64]]:
    """The hashes of posts `rows` (ascending) of a log, block by block."""
    for block in log.blocks if isinstance(log, Log) else (block for _, block in read_blocks(log, of=rows)):
        low, high = np.searchsorted(rows, [block.first, block.first + block.posts])
        if low < high:
            yield post_hashes(block)[rows[low:high] - block.first]


def story_hash(story: Story) -> tuple[int, int]:
    """The two words of `post_hashes`, of a story."""
    sums = [0, 0]

    def add(pair: tuple[int, int]) -> None:
        sums[:] = [(sums[0] + pair[0]) & MASK, (sums[1] + pair[1]) & MASK]

    def named(name: Name | None) -> int:
        if name is None:
            return 0
        return words(int(NAME), name.object & MASK, name.actor & MASK, (name.key << 8 | name.channel) & MASK)[0]

    for event in story.events:
        key = int(EVENT) ^ named(event.name)
        add(words(key, event.time & MASK, event.mark << 8 | event.learner, named(event.parent)))
    for thing in story.objects.values():
        origin = words(int(ORIGIN), (thing.parent or 0) & MASK, named(thing.maker), thing.holder & MASK)[0]
        first, second = words(int(OBJECT) ^ origin, thing.id & MASK, thing.birth & MASK, thing.natural & MASK)
        add(words(first ^ second, OBJECTS.index(thing.kind), int(thing.flags) & MASK, 0))
    return sums[0], sums[1]
