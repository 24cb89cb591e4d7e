"""What deleting moves to others, in words and figures: a paragraph of the report and a field of the document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.measure.amounts import count, day, percent
from sim.measure.results import Scenario


@dataclass(frozen=True)
class Displacement:
    """One seed's `views` or `readings` after some left: counts. `moved` is what others' posts gain of what is `lost`.

    `unlimited_moved` is the same where nobody's attention is limited: 0, as a deletion then touches nobody else.
    """

    what: str
    offered: int
    happened: int
    lost: int
    moved: int
    unlimited_moved: int
    stayers: int


def rows(found: Sequence[Displacement]) -> list[dict[str, Any]]:
    """By what is displaced: means over seeds, and the share of what is lost that moves to others, with its extremes."""
    made = []
    for what in dict.fromkeys(each.what for each in found):
        mine = [each for each in found if each.what == what]
        shares = [each.moved / each.lost for each in mine if each.lost]
        names = ("offered", "happened", "lost", "moved", "unlimited_moved", "stayers")
        means = {name: sum(getattr(each, name) for each in mine) / len(mine) for name in names}
        lost = means["lost"]
        made.append({
            "what": what, "seeds": len(mine), **means, "moved_share": means["moved"] / lost if lost else None,
            "low": min(shares, default=None), "high": max(shares, default=None), "by": "re-simulation",
        })  # fmt: skip
    return made


def tell(found: Sequence[dict[str, Any]], leavers_share: float, since: str) -> Scenario:
    """The rows of `rows` as a scenario of the report."""
    first = (
        f"From {day(since)} on {percent(leavers_share)} of the owners delete their accounts. People look at a limited "
        "number of posts a day, and annotators read a limited number. These figures come from re-simulation: "
        "attention is given out anew, in order of time, with and without those who left. The leaderboard above "
        "assumes that eyes are not limited, and there a deletion changes nothing for anybody else."
    )
    paragraphs = [first]
    for row in found:
        if not row["lost"]:
            paragraphs.append(f"No {row['what']} were lost, so none could move.")
            continue
        span = "" if row["low"] == row["high"] else f" ({percent(row['low'])} to {percent(row['high'])} over the seeds)"
        gain = f", {percent(row['moved'] / row['stayers'])} more than before" if row["stayers"] else ""
        paragraphs.append(
            f"Those who left lose {count(row['lost'])} {row['what']}; {count(row['moved'])} of them, "
            f"{percent(row['moved_share'])}{span}, move to the posts of those who stayed{gain}."
        )
    return Scenario(title="Where the eyes go", paragraphs=paragraphs)
