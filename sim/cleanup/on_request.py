"""Columns of an account that a strategy must ask for: what an archive says of each post, or what its content shows."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.schema import KINDS

Column: TypeAlias = NDArray[np.bool_] | NDArray[np.int64] | pa.ChunkedArray

ADDRESS = "https?://"
PICTURES = ("photo", "video", "story")


def on_request(name: str, posts: pa.Table) -> Column | None:
    """Column `name` of ON_REQUEST, one entry for each row of `posts`; None where nothing says it."""
    return ON_REQUEST[name](name, posts)


def _said(name: str, posts: pa.Table) -> pa.ChunkedArray | None:
    """A column as it is; None if it has no value."""
    column = posts[name] if name in posts.column_names else None
    return None if column is None or (len(column) and column.null_count == len(column)) else column


def _true(name: str, posts: pa.Table) -> Column | None:
    column = _said(name, posts)
    return None if column is None else _mask(column)


def _mask(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(), dtype=np.bool_)


def _has_link(name: str, posts: pa.Table) -> Column | None:
    """As the archive says; else links, and texts with an address in them."""
    said = _true(name, posts)
    if said is not None:
        return said
    text = _said("text", posts)
    written = False if text is None else _mask(pc.match_substring_regex(text, ADDRESS))
    return np.asarray((posts["kind"].to_numpy() == KINDS.index("link")) | written, dtype=np.bool_)


def _has_media(name: str, posts: pa.Table) -> Column | None:
    """As the archive says; else photos, videos and stories."""
    said = _true(name, posts)
    return np.isin(posts["kind"].to_numpy(), [KINDS.index(kind) for kind in PICTURES]) if said is None else said


def _thread(name: str, posts: pa.Table) -> Column | None:
    """The id of the first own post that each follows up, over any number of others; its own, if it follows none."""
    post = posts["post"].to_numpy()
    earlier = _said("reply_to", posts)
    if earlier is None:
        return post
    order = np.argsort(post, kind="stable")
    wanted = pc.fill_null(earlier, -1).to_numpy()
    at = order[np.minimum(np.searchsorted(post, wanted, sorter=order), len(post) - 1)]
    root = np.where(post[at] == wanted, at, np.arange(len(post)))
    for _ in range(len(post).bit_length()):  # each round doubles how far back it looks
        root = root[root]
    return np.asarray(post[root], dtype=np.int64)


ON_REQUEST: dict[str, Callable[[str, pa.Table], Column | None]] = {
    "text": _said,
    "native_id": _said,
    "place": _said,
    "has_link": _has_link,
    "has_media": _has_media,
    "located": _true,
    "pinned": _true,
    "faved": _true,
    "bookmarked": _true,
    "thread": _thread,
}
