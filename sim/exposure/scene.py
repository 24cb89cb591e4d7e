"""What the engine reads of a world, as plain arrays."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.codes import ONLY_ME
from sim.core.compiled import Array, alike, sum_of
from sim.core.errors import require, require_above_0
from sim.core.noise import Noise
from sim.core.pieces import by_pieces
from sim.core.quantile import LONGEST_S, delay, exponential
from sim.core.schema import KINDS, NEVER, QUIET, YEAR_S
from sim.core.skip import mean_skip
from sim.exposure.bars import Bars, no_bars
from sim.exposure.columns import Posts, Ties
from sim.world.deletion import gone_at
from sim.world.world import World

OF_POSTS = ("post", "author", "subject", "time", "kind", "audience", "tagged", "natural", "shows")
FEW = 1 / 8
"""A chance up to which it costs less to skip from one who sees a thing to the next than to toss a coin for each."""


@dataclass(frozen=True)
class Scene:
    """P posts sorted by (author, time) within streams, N people, and who may see whom.

    Posts: `post` id, `author`, `subject` (whom it exposes), `time` (s), `kind` and `audience` (codes), `tagged`,
    `natural` (when it vanishes by itself, s), `shows` (sensitive classes of the subject, as bits). `people` counts them
    all, `population` the declared size of the world (a newcomer is in the first, not in the second); `joined` is an
    account's first day (s), `opens_roll` whether she lets the platform look through her camera roll, `public_items` how
    many public items its habits let expect. The audience of person i is viewer[start[i]:start[i + 1]], ascending;
    visibility is a threshold of 32 bits: P(sees a post) * 2^32. Nothing after `horizon_end` (s) is told. `bars`: what
    a plan bars without an end (nothing, in a world as it is).
    """

    post: NDArray[np.int64]
    author: NDArray[np.int32]
    subject: NDArray[np.int32]
    time: NDArray[np.int64]
    kind: NDArray[np.int8]
    audience: NDArray[np.int8]
    tagged: NDArray[np.bool_]
    natural: NDArray[np.int64]
    shows: NDArray[np.int32]
    people: int
    population: int
    start: NDArray[np.int64]
    viewer: NDArray[np.int32]
    visibility: NDArray[np.uint32]
    joined: NDArray[np.int64]
    opens_roll: NDArray[np.bool_]
    public_items: NDArray[np.float64]
    horizon_end: int
    bars: Bars

    def __post_init__(self) -> None:
        for name in OF_POSTS:
            assert len(getattr(self, name)) == len(self.post), name
        require(self.horizon_end < 2**31, "A horizon lies before 2075: times in a log are 32-bit seconds since 2007.")
        assert len(self.start) == self.people + 1 == len(self.joined) + 1 == len(self.public_items) + 1
        assert len(self.bars.start) == len(self.post) + 1

    def only(self, rows: NDArray[np.int64]) -> "Scene":
        """The scene with posts `rows` alone, in this order."""
        return replace(self, bars=self.bars.of(rows), **{name: getattr(self, name)[rows] for name in OF_POSTS})

    @cached_property
    def ties(self) -> Ties:
        """Who sees whom, for compiled code."""
        joined = np.minimum(self.joined, LONGEST_S).astype(np.int32)
        joined.setflags(write=False)  # shared by all blocks
        return Ties(self.start, self.viewer, self.visibility, joined, self._skip)

    @property
    def _skip(self) -> int:
        """`Ties.skip`."""
        chance = int(self.visibility[0]) / 2.0**32 if len(self.visibility) and alike(self.visibility) else 0.0
        return int(mean_skip(chance)) if 0 < chance <= FEW else 0

    def columns(self, first: int, last: int) -> Posts:
        """Posts `first` to `last`, for compiled code."""
        here = slice(first, last)
        return Posts(
            self.post[here], self.author[here], self.subject[here], self.time[here], self.audience[here],
            self.tagged[here],
        )  # fmt: skip

    @cached_property
    def widest(self) -> int:
        """The largest audience."""
        return int(np.diff(self.start).max(initial=0))

    @cached_property
    def newest(self) -> int:
        """When the last of all people joined, s."""
        return int(self.joined.max(initial=0))

    @cached_property
    def biased_degree(self) -> float:
        """Mean audience of a person met along a tie: sum k^2 / sum k."""
        degree = np.diff(self.start)
        return float((degree * degree).sum() / max(1, int(degree.sum())))

    @cached_property
    def mean_visibility(self) -> float:
        """Mean chance that a tie sees a post."""
        return sum_of(self.visibility) / 2.0**32 / len(self.visibility) if len(self.visibility) else 0.0


def scene_of(world: World, noise: Noise, *, horizon_end: int, others_gone_per_year: float) -> Scene:
    """The scene of a world. Hers vanish when she deletes them of her own accord (D01, D05), friends' posts about an
    owner at `others_gone_per_year` (D05) or with their accounts (D04). No channel carries what is QUIET.
    """
    require_above_0(others_gone_per_year=others_gone_per_year)
    posts, people = world.posts, world.people
    post, time, kind = (posts[name].to_numpy() for name in ("post", "time", "kind"))
    author, subject = (posts[name].cast(pa.int32()).to_numpy() for name in ("author", "subject"))
    friends_delete, leaves = exponential(mean_s=YEAR_S / others_gone_per_year), gone_at(people)

    def ending(post: Array, time: Array, author: Array, subject: Array, regretted: Array) -> Array:
        """When each post vanishes by itself, s."""
        ends = time + delay(friends_delete, noise.words("friend deletes", post)[0])
        return np.where(author == subject, regretted, np.minimum(ends, leaves[author]))

    regretted = pc.fill_null(posts["deleted"], NEVER).to_numpy()
    joined = people["joined"].to_numpy()
    quiet = [KINDS.index(name) for name in QUIET]
    months = np.maximum(world.decision - joined, 0) * 12 / YEAR_S
    return Scene(
        post=post,
        author=author,
        subject=subject,
        time=time,
        kind=kind,
        audience=np.where(np.isin(kind, quiet), ONLY_ME, posts["audience"].to_numpy()),
        tagged=posts["tagged"].to_numpy(zero_copy_only=False),
        natural=by_pieces(ending, np.int64, post, time, author, subject, regretted),
        shows=posts["sensitive"].to_numpy(),
        people=people.num_rows,
        population=world.size,
        start=world.audience.start,
        viewer=world.audience.viewer,
        visibility=world.audience.visibility,
        joined=joined,
        opens_roll=people["camera_roll"].to_numpy(zero_copy_only=False),
        public_items=people["posts_per_month"].to_numpy() * months * people["public_share"].to_numpy(),
        horizon_end=horizon_end,
        bars=no_bars(len(post)),
    )
