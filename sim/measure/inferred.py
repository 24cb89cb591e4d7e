"""What an adversary still infers after each clean-up: a table and a paragraph of the report."""

from sim.measure.amounts import interval, percent
from sim.measure.findings import by_strategy, title_of
from sim.measure.results import Results, Row
from sim.measure.tables import Escape, number, table

MEASURES = {
    "town_inferred": "Home town",
    "employer_inferred": "Employer",
    "reidentified": "Identity",
    "linked_elsewhere": "Other accounts",
}
"""Measures of the leaderboard, and their headings."""
CHANGE = 0.01
"""A clean-up that changes less than one owner in a hundred is said to change nothing."""


def shares(results: Results) -> dict[str, dict[str, Row]]:
    """Rows of the leaderboard on what an adversary has right, by strategy and measure; empty where nobody asked."""
    return by_strategy(results, lambda row: row["unit"] == "share of owners")


def paragraph(results: Results) -> str:
    """What friends alone tell, what a clean-up changes, and which change nothing. Empty where it was not measured."""
    found = shares(results)
    if "nothing" not in found:
        return ""
    before = found["nothing"]
    others = {name: rows for name, rows in found.items() if name != "nothing"}
    idle = [name for name, rows in others.items() if all(abs(_change(before, rows, m)) < CHANGE for m in MEASURES)]
    said = (
        "An adversary who has collected friendships and bought what outside harvesters took names the home town of "
        f"{_share(before['town_inferred'])} of owners if nothing is done. Friends who tell theirs are enough for "
        f"{_share(before['town_from_friends'])}, whatever the owner deletes; the commonest town would be right for "
        f"{_share(before['town_commonest'])}."
    )
    if not others:
        return said
    best = min(others, key=lambda name: _change(before, others[name], "town_inferred"))
    said += f" After \u201c{title_of(results, best)}\u201d it is {_share(others[best]['town_inferred'])}."
    if idle:
        names = ", ".join(f"\u201c{title_of(results, name)}\u201d" for name in idle)
        said += f" Under {names} nothing changes by a hundredth: what these delete is known or can be guessed."
    return said


def _share(row: Row) -> str:
    span = interval(row["low"], row["high"])
    return f"{percent(row['mean'])} ({span})" if span else percent(row["mean"])


def _change(before: dict[str, Row], after: dict[str, Row], measure: str) -> float:
    return float(after[measure]["mean"] or 0) - float(before[measure]["mean"] or 0)


def inferences(results: Results, text: Escape) -> str:
    """One row a strategy: shares of owners whose town, employer, identity and other accounts are found."""
    headings = [("Strategy", ""), *((heading, "n") for heading in MEASURES.values())]

    def row(name: str, rows: dict[str, Row]) -> str:
        cells = (number(percent(rows[m]["mean"]), interval(rows[m]["low"], rows[m]["high"])) for m in MEASURES)
        return f'<tr><th scope="row">{text(title_of(results, name))}</th>{"".join(cells)}</tr>'

    return table("What is still inferred", headings, (row(name, rows) for name, rows in shares(results).items()))
