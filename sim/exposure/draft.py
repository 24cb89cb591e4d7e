"""A block while channels write it: each adds a stage of rows, which later channels read.

Rows are numbered stage after stage; `weave.py` lays the finished block out post by post.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array
from sim.core.log import Block, Events, Made, Objects
from sim.exposure.bars import Bars
from sim.exposure.circle import new_circle
from sim.exposure.columns import Paper, Posts, Rows, Things, all_met
from sim.exposure.doors import Doors, close_all, open_reaches
from sim.exposure.scene import Scene
from sim.exposure.weave import order, renumber, woven


@dataclass(frozen=True)
class Stage:
    """What one channel adds: events (and the block's post of each) and objects, each post's in an order of its own.

    Events and objects refer to earlier rows by number, to the stage's own n-th event or object as -2 - n, and to
    none as -1. The columns parent, key and mark of events may be left empty (`NOTHING`): all -1, all 0, all 0.
    """

    post: Array
    events: Events
    objects: Objects


NOTHING: Array = np.empty(0, dtype=np.int32)
"""A column of a stage that says nothing of any row."""
MISSING = (-1, -1, 0, 0, 0, 0, 0, 0)
"""What then stands in the columns of Events."""


class Draft:
    """The block being written by up to `stages` channels: posts `first` to `last` of `scene` under their `doors`, on
    `paper` no other block uses now.

    `objects` (`made` of them), `close` (when each closes, s) and `rows` (`count` of them) are what has been written so
    far: rows[start[s, p]:start[s, p + 1]] are those of stage s and post p. `crowds`: how many may see what each post's
    author posts; `met`: when they joined (`all_met`); `circle`: slots for the friends of whomever a post exposes, for
    one channel at a time (`draw_circle`).
    """

    def __init__(self, scene: Scene, doors: Doors, *, first: int, last: int, paper: Paper, stages: int) -> None:
        self.scene, self.doors, self.first, self.last, self.paper = scene, doors, first, last, paper
        self.made, self.count, self._stages = 3 * self.posts, 0, 0
        self._start = np.empty((stages, self.posts + 1), dtype=np.int64)
        self._bare = np.zeros((stages, self.posts), dtype=np.int64)
        posts, ties = self.columns, scene.ties
        self.crowds, self.met = ties.audience(posts.author), all_met(ties, posts.author)
        self.circle = new_circle(ties.start, posts.subject)
        open_reaches(posts, scene.natural[first:last], doors, paper.things_for(0, self.made))

    @property
    def objects(self) -> Objects:
        """The objects that have been written so far."""
        return Objects(*(column[: self.made] for column in self.paper.things[:-1]))

    @property
    def close(self) -> Array:
        """When each of them closes, s."""
        return self.paper.things.close[: self.made]

    @property
    def bars(self) -> Bars:
        """What a plan bars of the block's posts."""
        return self.scene.bars.between(self.first, self.last)

    @property
    def columns(self) -> Posts:
        """The block's posts, for compiled code."""
        return self.scene.columns(self.first, self.last)

    @property
    def posts(self) -> int:
        """How many posts the block holds."""
        return self.last - self.first

    @property
    def rows(self) -> Rows:
        """The events that have been written so far."""
        return self.paper.rows.part(0, self.count)

    @property
    def start(self) -> Array:
        """Where in them those of each stage and post start, shape (stages, posts + 1)."""
        return self._start[: self._stages]

    def room(self, more: int, last: int = 0) -> Rows:
        """The rows written so far, or up to `last`, with room for more and for SOME written before they are known."""
        return self.paper.rows_for(max(self.count, last), more)

    def things(self, more: int) -> Things:
        """The objects written so far, with room for more."""
        return self.paper.things_for(self.made, more)

    def begin(self) -> Array:
        """Where the next stage's rows of each post start: all at `count`, until its channel has written them."""
        start: Array = self._start[self._stages]
        start[:] = self.count
        return start

    def wrote(self, *, bare: Array | None = None, made: int = 0) -> None:
        """Take note of the stage that was begun, written into `room`, and of objects written into `things`.

        `bare`: how many of its first rows of each post are friends' views of it, `plain` in a log (None: not known).
        """
        if bare is not None:
            self._bare[self._stages] = bare
        self.count, self.made = int(self._start[self._stages, -1]), self.made + made
        self._stages += 1

    def add(self, stage: Stage) -> None:
        """Append a channel's rows, post by post."""
        count, made, more = self.count, self.made, len(stage.objects.id)
        start, place = order(stage.post, self.posts)
        rows, things = self.room(len(stage.post)).part(count, count + len(stage.post)), self.things(more)
        for column, into, missing in zip(vars(stage.events).values(), rows, MISSING, strict=True):
            into[place if len(place) else slice(None)] = column if len(column) else missing
        for column, into in zip(vars(stage.objects).values(), things, strict=False):
            into[made : made + more] = column
        things.close[made : made + more] = close_all(stage.objects, 0, self.doors)
        begun = self.begin()
        begun += start
        self.wrote(made=more)
        renumber(rows.object, made, NOTHING)
        renumber(rows.parent, count, place)
        renumber(things.parent[made : made + more], made, NOTHING)
        renumber(things.maker[made : made + more], count, place)

    def finish(self) -> Block:
        """The block, laid out post by post."""
        start, events, late = woven(self.rows, self.start, self._bare, self.objects)
        here, scene = slice(self.first, self.last), self.scene
        return Block(self.first, start, events, Made(scene.post[here], scene.time[here], scene.natural[here], late))
