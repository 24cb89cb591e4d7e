"""What happens to every post of a scene: blocks of posts go through the channels in order, on all cores.

Posts do not touch each other, so blocks can be cut anywhere and run on any thread without changing a bit.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sim.core.log import Block, Log
from sim.core.noise import Noise
from sim.exposure.doors import Doors, open_doors
from sim.exposure.draft import Draft, Stage
from sim.exposure.scene import Scene
from sim.exposure.story import Story

POSTS_A_BLOCK = 4096


class Channel(Protocol):
    """A way in which posts are seen, passed on, taken, read or learnt: parameters and two equal descriptions."""

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """What it adds to a block, compiled."""

    def tell(self, story: Story, noise: Noise) -> None:
        """What it adds to one post's story, in plain Python."""


def propagate(
    scene: Scene,
    channels: Sequence[Channel],
    noise: Noise,
    *,
    doors: Doors | None = None,
    threads: int | None = None,
    posts_a_block: int = POSTS_A_BLOCK,
) -> Log:
    """The log of all events up to the scene's horizon; `doors` are those a plan shuts (default: none).

    `channels` run in the given order, each reading what earlier ones wrote. Equal for any number of threads
    (default: all cores) and any block size.
    """
    shut = open_doors(len(scene.post)) if doors is None else doors

    def write(first: int) -> Block:
        draft = Draft(scene, shut, first=first, last=min(first + posts_a_block, len(scene.post)))
        for channel in channels:
            draft.add(channel.emit(draft, noise))
        return draft.finish()

    firsts = range(0, len(scene.post), posts_a_block)
    workers = threads or os.cpu_count() or 1
    if workers == 1 or len(firsts) == 1:
        return Log(scene.post, tuple(map(write, firsts)))
    with ThreadPoolExecutor(workers) as pool:
        return Log(scene.post, tuple(pool.map(write, firsts)))


def tell(scene: Scene, channels: Sequence[Channel], noise: Noise, row: int, *, doors: Doors | None = None) -> Story:
    """The story of the scene's post number `row`: the slow twin of `propagate`, equal event for event."""
    story = Story(scene, open_doors(len(scene.post)) if doors is None else doors, row)
    for channel in channels:
        channel.tell(story, noise)
    return story
