"""What human review adds to scraping, and what the work is like: a paragraph and two tables of the report."""

from sim.measure.amounts import count, known, money, percent
from sim.measure.findings import by_strategy, part, title_of
from sim.measure.handled import UNITS
from sim.measure.results import Results, Row, WorkRow
from sim.measure.tables import Escape, number, table
from sim.measure.words import horizon

HEADINGS = {
    "annotators": "People",
    "annotator_countries": "Countries",
    "leaks": "Leaks",
    "extractable_items": "Extractable",
    "completable_items": "Completable",
    "severe_event_probability": "P(severe)",
}
WORK = {
    "half_life_months": "Half of the workers have left after",
    "load_gini": "Inequality of work (Gini coefficient of items done)",
    "hours_met_share": "Hours for which there was work, of those promised",
    "weeks_without_work_share": "Weeks without any work",
    "longest_gap_days": "Longest time without work in a year",
    "income_volatility": "Weekly income: standard deviation over mean",
    "pay_promised_per_task_usd": "Pay promised for an item",
    "pay_per_task_usd": "Pay that arrives for an item",
    "disturbing_promised_share": "Items announced as explicit or disturbing",
    "disturbing_share": "Items that are explicit or disturbing",
    "disturbing_shifts_share": "Shifts with at least one such item",
    "wrong_labels_share": "Labels that are wrong",
    "wrong_copyright_share": "Labels that are wrong where instructions are least clear (copyright)",
}
"""Figures of the workers' side, and what they are called."""


def rows(results: Results) -> dict[str, dict[str, Row]]:
    """Rows of the leaderboard on what hired people's work adds, by strategy and measure; empty where not asked."""
    return by_strategy(results, lambda row: row["measure"].startswith(tuple(UNITS)))


def added(results: Results) -> str:
    """What human review adds to scraping, in a paragraph; empty where it was not asked."""
    found = rows(results)
    if "nothing" not in found:
        return ""
    before = found["nothing"]
    people, severe = before["annotators"], before["severe_event_probability"]
    taken = part(results, "nothing", "scrapers")
    stores = taken["sunk"] + taken["irreversible"] + taken["avoidable"]
    said = (
        f"Scraping alone puts {count(stores)} copies of an owner's sensitive items into machines' stores. Human review "
        f"adds people: by {horizon(results)}, {_said(people)} different workers in "
        f"{_said(before['annotator_countries'])} countries have looked at her, "
        f"{_share(before, 'annotators', 'sunk')} of them before the decision and "
        f"{_share(before, 'annotators', 'irreversible')} afterwards whatever she does. What a worker keeps no deletion "
        f"reaches; it leaks {_said(before['leaks'])} times an owner. Something sensitive leaks, or can be got out of a "
        f"model, for {_said(severe)} of owners."
    )
    others = {name: measures for name, measures in found.items() if name != "nothing"}
    if others:
        best = min(others, key=lambda name: float(others[name]["annotators"]["mean"] or 0))
        said += (
            f" Fewest are left by \u201c{title_of(results, best)}\u201d: {_said(others[best]['annotators'])} workers, "
            f"and something got out for {_said(others[best]['severe_event_probability'])}."
        )
    return said


def reviews(results: Results, text: Escape) -> str:
    """One row a strategy: what its plan leaves of each measure, with the interval."""
    headings = [("Strategy", ""), *((heading, "n") for heading in HEADINGS.values())]

    def row(name: str, measures: dict[str, Row]) -> str:
        cells = (number(_figure(measure, measures[measure]["mean"]), _span(measures[measure])) for measure in HEADINGS)
        return f'<tr><th scope="row">{text(title_of(results, name))}</th>{"".join(cells)}</tr>'

    return table("What human review adds", headings, (row(name, found) for name, found in rows(results).items()))


def work(results: Results, text: Escape) -> str:
    """One row a figure of the workers' own side."""
    own = {row["measure"]: row for row in results["workers"]}

    def row(measure: str, said: str) -> str:
        found = own[measure]
        return f'<tr><th scope="row">{text(said)}</th>{number(_figure(measure, found["mean"]), _span(found))}</tr>'

    headings = [("In the year before the decision", ""), ("Mean", "n")]
    return table("The work", headings, (row(name, said) for name, said in WORK.items() if name in own))


def _figure(measure: str, value: object) -> str:
    """A mean in the words of its unit; small counts keep a digit, since leaks are rare."""
    if measure.endswith(("_share", "_probability")):
        return percent(value)
    if measure.endswith("_usd"):
        return money(value)
    amount = known(value) or 0.0
    if measure.endswith(("_gini", "_volatility")):
        return f"{amount:.2f}"
    said = f"{amount:.1g}" if 0 < amount < 0.05 else count(value)
    return said + {"half_life_months": " months", "longest_gap_days": " days"}.get(measure, "")


def _span(row: Row | WorkRow) -> str:
    low, high = (_figure(row["measure"], row[end]) for end in ("low", "high"))
    return "" if low == high else f"{low} to {high}"


def _said(row: Row) -> str:
    span = _span(row)
    return f"{_figure(row['measure'], row['mean'])}{f' ({span})' if span else ''}"


def _share(measures: dict[str, Row], measure: str, part_: str) -> str:
    total = float(measures[measure]["mean"] or 0)
    return percent(float(measures[f"{measure}_{part_}"]["mean"] or 0) / total if total else 0.0)
