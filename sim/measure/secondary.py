"""What is sold on, listed and laid open: a paragraph and a table of the report on what deletion does not reach."""

from sim.measure.amounts import count, known, percent
from sim.measure.findings import by_strategy, part, title_of
from sim.measure.results import Results, Row
from sim.measure.tables import Escape, number, table
from sim.measure.words import adding, horizon

LISTED = "in_"
"""Measures called in_BUYER: whether she stands in that buyer's list at the horizon."""
UNITS = {"dumped_items": "items an owner", LISTED: "probability"}
"""Unit of each measure; the parts of a measure are called after it: dumped_items_sunk."""
PARTS = ("sunk", "irreversible", "avoidable", "avoided")


def rows(results: Results) -> dict[str, dict[str, Row]]:
    """Rows of the leaderboard on what is sold on, by strategy and measure; empty where nothing is sold."""
    return by_strategy(results, lambda row: row["measure"].startswith(tuple(UNITS)))


def sold(results: Results) -> str:
    """What becomes of what was harvested, in a paragraph; empty where nothing is sold."""
    found = rows(results)
    if "nothing" not in found:
        return ""
    before = found["nothing"]
    taken = part(results, "nothing", "scrapers")
    dumped, sunk = before["dumped_items"], before["dumped_items_sunk"]
    said = (
        f"Of the {count(taken['sunk'] + taken['irreversible'] + taken['avoidable'])} copies of an owner's sensitive "
        f"items that lie in machines' stores, what a trader took is sold on. By {horizon(results)}, "
        f"{_said(dumped)} of them lie open in a dump, {count(sunk['mean'])} since before the decision; nobody deletes "
        "a dump."
    )
    lists = _lists(before)
    if lists:
        held = adding([f"{_said(before[name])} are in a {_named(name)}" for name in lists])
        said += f" If nothing is done, of the owners {held} on that day."
    others = {name: measures for name, measures in found.items() if name != "nothing"}
    if others and lists:
        best = min(others, key=lambda name: sum(known(others[name][each]["mean"]) or 0.0 for each in lists))
        left = adding([f"{_said(others[best][name])} in a {_named(name)}" for name in lists])
        said += (
            f" \u201c{title_of(results, best)}\u201d leaves fewest: {left}. A request reaches only the listing that "
            "stands when it arrives: what is listed anew is another, and what friends leave up may be taken later."
        )
    return said


def listings(results: Results, text: Escape) -> str:
    """One row a strategy: what its plan leaves of each measure, with the interval."""
    found = rows(results)
    names = ["dumped_items", *_lists(next(iter(found.values())))]
    headings = [("Strategy", ""), ("Items in a dump", "n"), *((f"In a {_named(name)}", "n") for name in names[1:])]

    def row(name: str, measures: dict[str, Row]) -> str:
        cells = (number(_figure(measures[each], "mean"), _span(measures[each])) for each in names)
        return f'<tr><th scope="row">{text(title_of(results, name))}</th>{"".join(cells)}</tr>'

    return table(
        "What is sold on", [(text(said), kind) for said, kind in headings], (row(*each) for each in found.items())
    )


def _lists(measures: dict[str, Row]) -> list[str]:
    """The measures of listings, without their parts."""
    return [name for name in measures if name.startswith(LISTED) and not name.endswith(tuple(f"_{p}" for p in PARTS))]


def _named(measure: str) -> str:
    return measure.removeprefix(LISTED).replace("_", " ")


def _figure(row: Row, end: str) -> str:
    value = known(row[end]) or 0.0  # type: ignore[literal-required]
    if row["measure"].startswith(LISTED):
        return percent(value)
    return f"{value:.1g}" if 0 < value < 0.05 else count(value)


def _span(row: Row) -> str:
    low, high = _figure(row, "low"), _figure(row, "high")
    return "" if low == high else f"{low} to {high}"


def _said(row: Row) -> str:
    span = _span(row)
    return f"{_figure(row, 'mean')}{f' ({span})' if span else ''}"
