"""What happens to every post of a scene: blocks of posts go through the channels in order, on all cores.

Posts do not touch each other, so blocks can be cut anywhere and run on any thread without changing a bit.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import Protocol

import numpy as np

from sim.core.log import Block, Log
from sim.core.noise import MANY, Noise
from sim.exposure.columns import Paper
from sim.exposure.doors import Doors, open_doors
from sim.exposure.draft import Draft
from sim.exposure.scene import Scene
from sim.exposure.story import Story

POSTS_A_BLOCK = 24576
"""At most: a block's columns stay below 4 MB (DESIGN, section 6)."""
VIEWERS_A_BLOCK = 3 << 19
"""Possible viewers of a block's posts, about: so that blocks take equal time."""


class Channel(Protocol):
    """A way in which posts are seen, passed on, taken, read or learnt: parameters and two equal descriptions."""

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Add to a block what it adds, compiled."""

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
    return Log(
        scene.post,
        tuple(blocks(scene, channels, noise, doors=doors, threads=threads, posts_a_block=posts_a_block)),
    )


def blocks(
    scene: Scene,
    channels: Sequence[Channel],
    noise: Noise,
    *,
    doors: Doors | None = None,
    threads: int | None = None,
    posts_a_block: int = POSTS_A_BLOCK,
    done: int = 0,
) -> Iterator[Block]:
    """The blocks of that log in order, but for the first `done` posts; twice as many as threads are made ahead."""
    free: list[Paper] = []

    def write(span: tuple[int, int]) -> Block:
        try:
            paper = free.pop()
        except IndexError:
            paper = Paper()
        first, last = span
        shut = open_doors(last - first) if doors is None else np.ascontiguousarray(doors[:, first:last])
        draft = Draft(scene, shut, first=first, last=last, paper=paper, stages=len(channels))
        for channel in channels:
            channel.emit(draft, noise)
        block = draft.finish()
        free.append(paper)
        return block

    spans, workers = cut(scene, posts_a_block, done), threads or os.cpu_count() or 1
    begun = list(islice(spans, 2 * workers))
    if workers == 1 or len(begun) == 1:
        yield from map(write, chain(begun, spans))
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead = deque(pool.submit(write, span) for span in begun)
        while ahead:
            made = ahead.popleft().result()
            ahead.extend(pool.submit(write, span) for span in islice(spans, 1))
            yield made


def load(scene: Scene, channels: Sequence[Channel], noise: Noise) -> None:
    """Read the compiled code of these channels from disk: a quarter of a second; the first time it is compiled.

    A block of the scene itself, with posts enough that they are drawn together: code is compiled for the arrays it is
    given, and copies may be written to where the scene's may not.
    """
    next(blocks(scene, channels, noise, threads=1, posts_a_block=2 * MANY), None)


def cut(scene: Scene, posts_a_block: int, first: int = 0) -> Iterator[tuple[int, int]]:
    """First and last post of each block from post `first` on: no more posts than said, and as many possible viewers as
    keep cores equal."""
    while first < len(scene.post):
        viewers = np.cumsum(scene.ties.audience(scene.author[first : first + posts_a_block]))
        last = first + min(len(viewers), int(np.searchsorted(viewers, VIEWERS_A_BLOCK)) + 1)
        yield first, last
        first = last


def tell(scene: Scene, channels: Sequence[Channel], noise: Noise, row: int, *, doors: Doors | None = None) -> Story:
    """The story of the scene's post number `row`: the slow twin of `propagate`, equal event for event."""
    story = Story(scene, open_doors(len(scene.post)) if doors is None else doors, row)
    for channel in channels:
        channel.tell(story, noise)
    return story
