"""What an owner can see of her own account at one moment, and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.cleanup.on_request import ON_REQUEST, on_request
from sim.core.errors import require
from sim.core.schema import NEVER

Strings: TypeAlias = pa.StringArray | pa.ChunkedArray
Mask: TypeAlias = NDArray[np.bool_]

OF_PEOPLE = ("followers", "passed_on")
"""Columns with one entry a follower, not a post."""


@dataclass(frozen=True)
class Account:
    """An owner's own posts at `now`, one entry a post in every column, ascending in (time, id).

    owner: person. now: s. post: ids. time: s. kind, audience: codes of KINDS, AUDIENCES. estimated: bits of
    CLASSES as her own detector estimates them, never the truth. likes, reshares: counts by now; None: the
    platform or archive does not say. The others are None where they are missing or not asked for: text, native_id;
    place, the forum, channel or group; has_link, has_media, located (coordinates); pinned, faved, bookmarked by the
    owner herself; thread, the first of her own posts that it follows up, or itself. One entry a follower, where asked
    for and shown: followers, persons ascending; passed_on, how many of her posts each has reshared by now. Arrays are
    read-only.
    """

    owner: int
    now: int
    post: NDArray[np.int64]
    time: NDArray[np.int64]
    kind: NDArray[np.int8]
    audience: NDArray[np.int8]
    estimated: NDArray[np.int32]
    likes: NDArray[np.int32] | None
    reshares: NDArray[np.int32] | None
    text: Strings | None = None
    native_id: Strings | None = None
    place: Strings | None = None
    has_link: Mask | None = None
    has_media: Mask | None = None
    located: Mask | None = None
    pinned: Mask | None = None
    faved: Mask | None = None
    bookmarked: Mask | None = None
    thread: NDArray[np.int64] | None = None
    followers: NDArray[np.int64] | None = None
    passed_on: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for field in fields(self)[2:]:
            column = getattr(self, field.name)
            what, rows = ("follower", self.followers) if field.name in OF_PEOPLE else ("post", self.post)
            require(
                column is None or (rows is not None and len(column) == len(rows)),
                f"Account of person {self.owner}: '{field.name}' does not have one entry for each {what}.",
            )
            if isinstance(column, np.ndarray) and column.flags.writeable:
                column = column.view()  # the caller keeps the right to write; a strategy has none
                column.flags.writeable = False
                object.__setattr__(self, field.name, column)

    def __len__(self) -> int:
        return len(self.post)


def part(account: Account, chosen: Mask) -> Account:
    """The account as if only the `chosen` of its posts were there."""

    def cut(column: Any) -> Any:
        return None if column is None else column[chosen] if isinstance(column, np.ndarray) else column.filter(chosen)

    columns = {
        field.name: getattr(account, field.name) if field.name in OF_PEOPLE else cut(getattr(account, field.name))
        for field in fields(account)[2:]
    }
    return Account(owner=account.owner, now=account.now, **columns)


def observe(
    posts: pa.Table,
    *,
    owner: int,
    now: int,
    estimated: NDArray[np.int32],
    likes: NDArray[np.int32] | None,
    reshares: NDArray[np.int32] | None,
    gone: NDArray[np.int64],
    columns: Collection[str] = ("text", "native_id"),
    followers: NDArray[np.int64] | None = None,
    passed_on: NDArray[np.int64] | None = None,
) -> Account:
    """The account of `owner` at `now` (s): her own posts up to then that she has not deleted herself, without
    those in `gone` (ids acted on).

    `estimated`, `likes` and `reshares` have one entry for each row of `posts`, whoever posted it. Others' posts
    about her are left out: they are not hers to delete. `columns` names those of ON_REQUEST that are wanted; the
    others stay untouched. Raises Mistake on columns of another length.
    """
    for name, column in (("estimated", estimated), ("likes", likes), ("reshares", reshares)):
        require(
            column is None or len(column) == posts.num_rows,
            f"Account of person {owner}: '{name}' has not one entry for each of {posts.num_rows} rows of posts.",
        )
    post, time = posts["post"].to_numpy(), posts["time"].to_numpy()
    author, subject = posts["author"].to_numpy(), posts["subject"].to_numpy()
    seen = (author == owner) & (subject == owner) & (time <= now)
    if posts["deleted"].null_count < posts.num_rows:
        seen &= pc.fill_null(posts["deleted"], NEVER).to_numpy() > now
    if len(gone):
        seen &= ~np.isin(post, gone)
    rows = _in_order(np.flatnonzero(seen), post, time)

    def cut(column: NDArray[np.generic] | None) -> NDArray[np.generic] | None:
        return None if column is None else column[rows]

    def asked(name: str) -> Any:
        column = on_request(name, posts) if name in columns else None
        if column is None or isinstance(column, np.ndarray):
            return cut(column)
        return column.slice(rows.start, len(post[rows])) if isinstance(rows, slice) else column.take(pa.array(rows))

    return Account(
        owner=owner,
        now=now,
        post=post[rows],
        time=time[rows],
        kind=posts["kind"].to_numpy()[rows],
        audience=posts["audience"].to_numpy()[rows],
        estimated=estimated[rows],
        likes=cut(likes),  # type: ignore[arg-type]
        reshares=cut(reshares),  # type: ignore[arg-type]
        followers=followers,
        passed_on=passed_on,
        **{name: asked(name) for name in ON_REQUEST},
    )


def _in_order(rows: NDArray[np.intp], post: NDArray[np.int64], time: NDArray[np.int64]) -> slice | NDArray[np.intp]:
    """`rows` ascending in (time, id); as a slice, which numpy and Arrow cut without a copy, where they adjoin."""
    at, ids = time[rows], post[rows]
    step = np.diff(at)
    if not np.all((step > 0) | ((step == 0) & (np.diff(ids) > 0))):
        return rows[np.lexsort((ids, at))]
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows
