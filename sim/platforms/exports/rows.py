"""The posts of one owner as a writer of archives takes them: her own, in order, each with what it answers."""

from collections import Counter
from typing import Any

import pyarrow as pa

from sim.core import schema
from sim.core.errors import require
from sim.platforms.exports.item import END_S

Row = dict[str, Any]


def own_rows(posts: pa.Table) -> list[Row]:
    """Rows of `posts` by (time, id), kind and audience as words. Raises Mistake unless they are of one owner.

    Posts of others that show the owner are left out: they are in their authors' archives.
    """
    schema.check("posts", posts)
    rows = [row for row in posts.to_pylist() if row["author"] == row["post"] >> 32]
    owners = {row["author"] for row in rows}
    require(len(owners) < 2, f"An archive has one owner; the posts are of {len(owners)}: {sorted(owners)[:5]}.")
    for row in rows:
        require(0 <= row["time"] < END_S, f"Post {row['post']} has time {row['time']} s, not within 2007 to 2100.")
        row["kind"], row["audience"] = schema.KINDS[row["kind"]], schema.AUDIENCES[row["audience"]]
        row["text"] = row["text"] or ""
    return sorted(rows, key=lambda row: (row["time"], row["post"]))


def setting(rows: list[Row]) -> str:
    """What an account that has one setting for all its posts is set to: public, or friends if most posts are."""
    count = Counter(row["audience"] for row in rows)
    return "friends" if count["friends"] > count["public"] else "public"
