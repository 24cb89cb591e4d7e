"""What a crawl of a staged account took beside what the model foretold, and what each difference is due to."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sim.core.schema import NEVER
from sim.platforms.stage.crawl import Take, due

MEASURES = ("before", "later", "still_held", "avoided")
"""Copies taken before the plan's first action, and from then on; of them, those of posts that are gone from the server;
copies that would have been taken and were not, because the post was gone."""

FOR_FRIENDS = "the model has it for friends alone, and here others are shown it"
LATE = "it was gone before a visit that the model has earlier"
HIDDEN = "others than its owner are not shown it"
UNLISTED = "its own address shows it, and the server's lists end before it"
NOT_DELETED = "it was not deleted by then"
STILL_SHOWN = "it was still shown after its deletion"


def held(
    takes: Sequence[Take], visits: Sequence[Mapping[str, Any]], *, begin: int, until: int, gone: Set[int]
) -> list[dict[str, Any]]:
    """Rows {crawler, visits, to_come, before, later, still_held, avoided, differences}, of the visits made.

    Each of MEASURES is {predicted, observed}. to_come: visits before `until` (s) not made yet. begin: the plan's first
    action, s. gone: posts that the server has no more. differences: how many copies, by what they are due to.
    """
    made = {
        (visit["crawler"], visit["visit"], row["post"]): row | {"refused": visit["refused"]}
        for visit in visits
        for row in (*visit["taken"], *visit["missed"])
    }
    seen = {post for visit in visits for post in visit["listed"]}
    left = Counter(crawler for _, crawler in due(takes, visits, until=until))
    rows = []
    for crawler in dict.fromkeys(take.crawler for take in takes):
        counts = {measure: {"predicted": 0, "observed": 0} for measure in MEASURES}
        differences: Counter[str] = Counter()
        for take in takes:
            row = made.get((crawler, take.visit, take.post))
            if take.crawler != crawler or row is None:
                continue
            told = _foretold(take)
            found, why = _found(row, seen)
            for name, what in (("predicted", told), ("observed", found)):
                over = take.cut < NEVER if name == "predicted" else take.post in gone
                counts["before"][name] += what == "taken" and take.time < begin
                counts["later"][name] += what == "taken" and take.time >= begin
                counts["still_held"][name] += what == "taken" and over
                counts["avoided"][name] += what == "avoided"
            if told != found:
                differences[FOR_FRIENDS if not take.public else LATE if found == "avoided" else why] += 1
        visited = sum(visit["crawler"] == crawler for visit in visits)
        rows.append(
            {"crawler": crawler, "visits": visited, "to_come": left[crawler]} | counts
            | {"differences": dict(differences.most_common())}
        )  # fmt: skip
    return rows


def _foretold(take: Take) -> str:
    """What the model has become of a copy: taken, avoided by the plan, or none."""
    if not take.public:
        return "none"
    return "taken" if take.time < take.cut else "avoided"


def _found(row: Mapping[str, Any], seen: Set[int]) -> tuple[str, str]:
    """What became of it, and why it is not what it might have been."""
    if "why" not in row:
        return "taken", STILL_SHOWN if row["acted"] else NOT_DELETED
    if row["refused"] is not None:
        return "none", f"nothing was listed: {row['refused']}"
    if row["acted"] and row["post"] in seen:
        return "avoided", HIDDEN
    return "none", UNLISTED if row["why"] == "unlisted" else HIDDEN


def readable(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as text."""
    titles = ("before the plan", "from then on", "of deleted posts", "avoided")
    lines = [
        f"{'copies harvested':<18}" + "".join(f"{title:>20}" for title in titles),
        f"{'':<18}" + f"{'predicted observed':>20}" * len(MEASURES),
    ]
    for row in rows:
        pairs = (f"{row[measure]['predicted']:,} {row[measure]['observed']:>8,}" for measure in MEASURES)
        lines.append(f"{row['crawler']:<18}" + "".join(f"{pair:>20}" for pair in pairs))
    for row in rows:
        lines += [f"{row['crawler']}: {count:,} differ: {why}." for why, count in row["differences"].items()]
        if row["to_come"]:
            lines.append(f"{row['crawler']}: {row['to_come']} visits are still to come: crawl=true makes those due.")
    return "\n".join(lines) + "\n"
