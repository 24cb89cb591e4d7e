"""Tag: the friends in an owner's own pictures, whose faces she publishes and only she can take down."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, table
from sim.world.deletion import gone_at
from sim.world.mentions import ALBUM_S, LEAST_ACTIVITY, NOBODY, nearest_keyed, nearness
from sim.world.posts import PICTURES, Posts
from sim.world.sensitive import bit

ONLY_ME = AUDIENCES.index("only_me")


def tag(
    parameters: Posts,
    people: pa.Table,
    start: NDArray[np.int64],
    viewer: NDArray[np.int32],
    posts: pa.Table,
    noise: Noise,
) -> pa.Table:
    """Rows of `mentions`: one friend in each picture of `posts` that shows a face, is shared, and tags somebody.

    Keyed by the post's id; pictures of one album show one friend, the near and the active more often. Nobody is
    tagged in an explicit picture.
    """
    sensitive, kind = posts["sensitive"].to_numpy(), posts["kind"].to_numpy()
    post, owner, time = (posts[name].to_numpy() for name in ("post", "author", "time"))
    some = np.isin(kind, PICTURES) & (posts["audience"].to_numpy() > ONLY_ME)
    some &= (sensitive & bit("face") != 0) & (sensitive & bit("explicit") == 0)
    rows = np.flatnonzero(some)
    rows = rows[noise.uniform("tag", post[rows]) < parameters.tags_friend] if len(rows) else rows
    activity = np.maximum(people["posts_per_month"].to_numpy(), LEAST_ACTIVITY)
    near = nearness(parameters.friends_near)
    friend = nearest_keyed(
        noise.key("tag of"), noise.key("nearness"), near, owner[rows], time[rows] // ALBUM_S, time[rows],
        np.zeros(len(rows), dtype=bool), start, viewer, people["joined"].to_numpy(), activity,
    )  # fmt: skip
    kept = (friend != NOBODY) & (time[rows] < gone_at(people)[friend])
    shown = np.full(int(kept.sum()), bit("face") | bit("name"), dtype=np.int32)
    return table("mentions", {"post": post[rows[kept]], "person": friend[kept], "sensitive": shown})
