"""What became of what was staged: read again on the server, and counted."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from html import unescape
from typing import Any

from sim.platforms.connectors.connector import Connector, Kept

GROUPS = ("planned", "other")
SIGHTS = ("there", "gone", "unknown")

Sighted = tuple[Mapping[str, Any], str]
"""A row of `staged`, and what was seen of it."""


def look_again(staged: Sequence[Mapping[str, Any]], owner: Connector, friend: Connector | None) -> list[Sighted]:
    """What is there of what was staged: posts as their owner and as a stranger see them, and what a friend did to
    them. Without a friend's account only posts are looked at.
    """
    seen = []
    for row in staged:
        connector = owner if row["what"] == "text" else friend
        if connector is not None and row["native_id"] is not None:
            seen.append((row, _sight(connector, row["native_id"])))
    return seen


def survey(sights: Sequence[Sighted], planned: Set[int], outlive: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows {what, of, staged, predicted, there, gone, unknown}; of: posts of the plan (`planned`), or others.

    predicted: how many are there once the plan is carried out: a deleted post takes its likes and its native reposts
    with it, as the model has it, except those that the platform is known to keep (`outlive`).
    """
    found = Counter((row["what"], GROUPS[row["post"] not in planned], sight) for row, sight in sights)
    kinds = sorted({(what, group) for what, group, _ in found}, key=lambda pair: (pair[0] != "text", pair))
    return [
        {"what": what, "of": group, "staged": total}
        | {"predicted": 0 if group == "planned" and what not in outlive else total}
        | {sight: found[what, group, sight] for sight in SIGHTS}
        for what, group in kinds
        for total in [sum(found[what, group, sight] for sight in SIGHTS)]
    ]


def still_told(sights: Sequence[Sighted], texts: Mapping[int, str], friend: Connector) -> int:
    """How many reposts of posts that are gone still repeat what the post said."""
    gone = {row["post"] for row, sight in sights if row["what"] == "text" and sight == "gone"}
    told = 0
    for row, sight in sights:
        if row["what"] == "repost" and sight == "there" and row["post"] in gone:
            kept = friend.fetch(row["native_id"])
            told += isinstance(kept, Kept) and any(texts[row["post"]] in said for said in _said(kept.raw))
    return told


def _said(raw: bytes | str) -> Iterator[str]:
    """Every text in JSON, and in the JSON that its texts hold."""
    try:
        within = [json.loads(raw)]
    except ValueError:
        return
    while within:
        node = within.pop()
        if isinstance(node, Mapping):
            within += node.values()
        elif isinstance(node, list):
            within += node
        elif isinstance(node, str):
            yield unescape(node)
            if node.startswith("{"):
                yield from _said(node)


def _sight(connector: Connector, native_id: str) -> str:
    inside = connector.look(native_id, signed_in=True).sight
    if inside != "gone":
        return inside
    return "there" if connector.look(native_id, signed_in=False).sight == "there" else "gone"


def readable(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as text."""
    names = {"text": "posts", "like": "likes of them", "repost": "reposts of them"}
    lines = [f"{'':<32}{'staged':>8}{'predicted':>12}{'there':>8}{'gone':>8}{'unknown':>9}"]
    for row in rows:
        title = f"{names[row['what']]}, {'of the plan' if row['of'] == 'planned' else 'not in the plan'}"
        counts = f"{row['staged']:>8,}{row['predicted']:>12,}{row['there']:>8,}{row['gone']:>8,}{row['unknown']:>9,}"
        lines.append(f"{title:<32}{counts}")
        if row["of"] == "planned" and row["what"] != "text" and row["there"] > row["predicted"]:
            lines.append(
                f"Here {row['there']:,} {row['what']}s outlive their posts, which is not known of this platform."
            )
    return "\n".join(lines) + "\n"
