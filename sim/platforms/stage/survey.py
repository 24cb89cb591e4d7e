"""What became of what was staged: read again on the server, and counted."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sim.platforms.connectors.connector import Connector

GROUPS = ("planned", "other")
SIGHTS = ("there", "gone", "unknown")


def survey(
    staged: Sequence[Mapping[str, Any]], planned: Set[int], owner: Connector, friend: Connector | None
) -> list[dict[str, Any]]:
    """Rows {what, of, staged, predicted, there, gone, unknown}: posts as their owner and as a stranger see them, and
    what a friend did to them; of: posts of the plan, or others. Without a friend's account only posts are looked at.

    predicted: how many are there once the plan is carried out, by the model: a deleted post takes its likes and its
    native reposts with it. Where there are more, the platform keeps what the model lets go.
    """
    found: Counter[tuple[str, str, str]] = Counter()
    for row in staged:
        group = GROUPS[row["post"] not in planned]
        connector = owner if row["what"] == "text" else friend
        if connector is None or row["native_id"] is None:
            continue
        found[row["what"], group, _sight(connector, row["native_id"])] += 1
    kinds = sorted({(what, group) for what, group, _ in found}, key=lambda pair: (pair[0] != "text", pair))
    return [
        {"what": what, "of": group, "staged": total, "predicted": 0 if group == "planned" else total}
        | {sight: found[what, group, sight] for sight in SIGHTS}
        for what, group in kinds
        for total in [sum(found[what, group, sight] for sight in SIGHTS)]
    ]


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
    kept = sum(row["there"] for row in rows if row["what"] == "repost" and row["of"] == "planned")
    if kept and not any(row["there"] for row in rows if row["what"] == "text" and row["of"] == "planned"):
        lines.append(
            f"\nHere {kept} reposts outlive the posts they repeat; in the model a native repost goes with its post."
        )
    return "\n".join(lines) + "\n"
