"""Reply: which of the friends' posts about an owner stand under a post of hers; they outlive it (D06)."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, BESIDE, DAY_S, KINDS, NEVER
from sim.world.posts import COMMENT, Posts

SOON_S = 7 * DAY_S
"""A reply comes within this of the post: style, as the share of replies is stated of such posts."""
TIME_BITS = 31
TEXT, ONLY_ME = KINDS.index("text"), AUDIENCES.index("only_me")


def reply(parameters: Posts, about: pa.Table, own: pa.Table, noise: Noise) -> pa.Table:
    """`about` with a keyed share of its texts turned into comments on the subject's latest post in `own`, if that is
    recent, shared and still standing. A reply is seen by whom the post is seen by.
    """
    asked = own.select(["post", "author", "time", "kind", "audience", "deleted"])
    posted = asked.filter(pa.array(~np.isin(own["kind"].to_numpy(), [KINDS.index(name) for name in BESIDE])))
    if not posted.num_rows or not about.num_rows:
        return about
    author, time = (posted[name].to_numpy() for name in ("author", "time"))
    until, seen = pc.fill_null(posted["deleted"], NEVER).to_numpy(), posted["audience"].to_numpy()
    order = np.argsort((author << TIME_BITS) + time, kind="stable")
    keys = ((author << TIME_BITS) + time)[order]
    subject, moment = about["subject"].to_numpy(), about["time"].to_numpy()
    at = order[np.maximum(np.searchsorted(keys, (subject << TIME_BITS) + moment) - 1, 0)]
    replies = (author[at] == subject) & (time[at] < moment) & (moment - time[at] < SOON_S)
    replies &= (until[at] > moment) & (seen[at] > ONLY_ME) & (about["kind"].to_numpy() == TEXT)
    replies &= noise.uniform("friend replies", about["post"].to_numpy()) < parameters.friends_reply
    columns = {
        "kind": np.where(replies, COMMENT, about["kind"].to_numpy()).astype(np.int8),
        "audience": np.where(replies, seen[at], about["audience"].to_numpy()).astype(np.int8),
        "reply_to": pa.array(posted["post"].to_numpy()[at], mask=~replies),
    }
    for name, column in columns.items():
        place = about.schema.get_field_index(name)
        about = about.set_column(place, about.schema.field(name), pa.array(column))
    return about
