"""Hold compiled posts against their plain twins, by hash."""

from collections.abc import Sequence

import numpy as np

from sim.core.digest import EVENT, NAME, OBJECT, ORIGIN, digest
from sim.core.noise import Noise
from sim.core.schema import OBJECTS
from sim.exposure.propagate import Channel, propagate, tell
from sim.exposure.scene import Scene
from sim.exposure.story import MASK, Name, Story, words


def equal_to_twin(scene: Scene, channels: Sequence[Channel], noise: Noise, *, posts: int) -> dict[str, object]:
    """Simulate `posts` keyed posts of a scene alone, compiled and plain: how many events, whether they are equal."""
    chosen = np.sort(np.argsort(noise.words("checked", scene.post)[0], kind="stable")[:posts])
    few = scene.only(chosen)
    log = propagate(few, channels, noise)
    stories = [story_hash(tell(few, channels, noise, row)) for row in range(len(chosen))]
    first, second = (sum(story[turn] for story in stories) & MASK for turn in (0, 1))
    plain = f"{first:016x}{second:016x}"
    return {"posts": len(chosen), "events": log.events, "compiled": digest(log), "plain": plain,
            "equal": digest(log) == plain}  # fmt: skip


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
        add(words(first ^ second, OBJECTS.index(thing.kind), thing.flags & MASK, 0))
    return sums[0], sums[1]
