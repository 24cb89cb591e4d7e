"""Deletions that draw attention: paragraphs and a table of the report, of views avoided against views drawn."""

from sim.measure.amounts import count, known, percent
from sim.measure.findings import amount, by_strategy, title_of
from sim.measure.results import Parameter, Results, Row
from sim.measure.tables import Escape, number, table
from sim.measure.words import adding

UNITS = {
    "views_avoided": "views an owner",
    "views_drawn": "views an owner",
    "views_spared": "views an owner",
    "pairs_drawn": "pairs an owner",
}
"""Unit of each measure; spared are views avoided less views drawn."""
SHARE = "channel.copy.drawn_share"


def rows(results: Results) -> dict[str, dict[str, Row]]:
    """Rows of the leaderboard on attention drawn, by strategy and measure; empty where deletions draw none."""
    return by_strategy(results, lambda row: row["measure"] in UNITS or row["measure"] == "simulated_anew")


def drawn(results: Results) -> list[str]:
    """What is assumed, what it comes to, and who draws more than she avoids; empty where deletions draw nobody."""
    found = {name: own for name, own in rows(results).items() if "views_drawn" in own and name != "nothing"}
    if not found:
        return []
    most = max(found, key=lambda name: amount(found[name]["views_drawn"]["mean"]))
    own, fresh = found[most], found[most].get("simulated_anew")
    said = (
        f"When a post is deleted or hidden, {_share(results)} of those who would have seen a copy of it that still "
        "stands come to look at it. That adds views, so here deleting can add exposure, and what happens cannot be "
        "filtered out of the log: posts with such a copy are simulated anew"
    )
    said += f" ({count(fresh['mean'])} an owner under \u201c{title_of(results, most)}\u201d)." if fresh else "."
    if amount(own["views_drawn"]["mean"]) <= 0:
        return [said, "No copy was left standing, so nobody was drawn."]
    second = (
        f"Most is drawn by \u201c{title_of(results, most)}\u201d: it avoids {_views(own['views_avoided'])} views of an "
        f"owner's posts and draws {_views(own['views_drawn'])}, from which {_views(own['pairs_drawn'])} times "
        f"somebody learns a sensitive item. {_losing(results, found)}"
    )
    return [said, second]


def against(results: Results, text: Escape) -> str:
    """One row a strategy: views avoided, views drawn, pairs drawn, posts simulated anew, with intervals."""
    names = [*UNITS, "simulated_anew"]
    said = ("Views avoided", "Views drawn", "Fewer views", "Items learnt from those drawn", "Posts simulated anew")
    headings = [("Strategy", ""), *((each, "n") for each in said)]

    def row(name: str, own: dict[str, Row]) -> str:
        cells = (number(count(own[n]["mean"]), _span(own[n])) if n in own else number("0") for n in names)
        return f'<tr><th scope="row">{text(title_of(results, name))}</th>{"".join(cells)}</tr>'

    return table(
        "Views avoided and drawn", [(text(heading), kind) for heading, kind in headings],
        (row(*each) for each in rows(results).items()),
    )  # fmt: skip


def _share(results: Results) -> str:
    """The share that is drawn, with its range where one was drawn from."""
    own: Parameter | None = next((each for each in results["parameters"] if each["path"] == SHARE), None)
    if own is None:  # a plain number was given
        return percent(results["provenance"]["parameters"]["channel"]["copy"]["drawn_share"])
    if own["low"] is None or results["facts"]["params"] == "centre":
        return percent(own["value"])
    return f"{percent(own['low'])} to {percent(own['high'])} (nobody has measured it for private people)"


def _losing(results: Results, found: dict[str, dict[str, Row]]) -> str:
    """Which strategies draw more views than they avoid, and whether any might."""

    def below_0(end: str) -> list[str]:
        spared = {name: known(own["views_spared"][end]) or 0.0 for name, own in found.items()}  # type: ignore[literal-required]
        return [f"\u201c{title_of(results, name)}\u201d" for name, views in spared.items() if views < 0]

    losing = below_0("mean")
    if losing:
        return f"More is drawn than avoided by {adding(losing)}."
    might = below_0("low")
    if might:
        return f"None draws more than it avoids in the mean; at the low end of its interval {adding(might)} does."
    return "None draws more than it avoids, nor does any at the low end of its interval."


def _views(row: Row) -> str:
    span = _span(row)
    return f"{count(row['mean'])}{f' ({span})' if span else ''}"


def _span(row: Row) -> str:
    low, high = count(row["low"]), count(row["high"])
    return "" if low == high else f"{low} to {high}"
