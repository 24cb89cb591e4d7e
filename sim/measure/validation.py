"""One validation as one page: the verdict, figures of generated over published, every fact with its reason.

The page needs no network, no script and no other file. Every text of a run is escaped.
"""

import json
from collections.abc import Callable, Iterable
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, TypedDict

from sim.measure import tables
from sim.measure.amounts import known
from sim.measure.canvas import NARROW_IN, WIDE_IN, embed
from sim.measure.fact_figures import clustering, degrees, mixing, posts, views
from sim.measure.facts import NOT_INDEPENDENT, Row, in_words

SAID = {"held_out": "held-out", "calibrated": "calibrated"}
COLOURS = {"in": "#0072b2", "out": "#c14a00", "absent": "#adadad"}


class Validation(TypedDict):
    """The record of a validation: what the command prints, and what its page draws.

    setting: what was measured, in words. curves: by figure, what was generated; published: the same, and its `name`.
    """

    title: str
    setting: str
    run: str
    summary: dict[str, dict[str, int]]
    rows: list[Row]
    curves: dict[str, Any]
    published: dict[str, Any]
    notes: list[str]
    provenance: dict[str, Any]


FIGURES: tuple[tuple[str, Callable[..., str], str, str], ...] = (
    (
        "degree", degrees, "How many friends people have",
        "Share of people with at least so many friends, as multiples of the mean; a power law would be straight.",
    ),
    (
        "clustering", clustering, "Friends of friends are friends",
        "Mean share of pairs of friends who are friends themselves, by number of friends.",
    ),
    ("mixing", mixing, "Ties stay at home", "Share of the ties of a country's people that lead to each country."),
    ("posts", posts, "Few write most", "What the least active share of people writes of all posts of a year."),
    ("views", views, "Views come early", "Share of a post's views in the feed that have happened by then."),
)  # fmt: skip


def text(value: object) -> str:
    """`value` escaped for HTML, without control characters."""
    return escape("".join(letter if letter.isprintable() else " " for letter in str(value)), quote=True)


def write_validation(record: Validation) -> str:
    """The whole page as HTML text."""
    rows = record["rows"]
    sections = [
        _opening(record),
        _out(rows),
        *_figures(record),
        _facts("Held out: no parameter should be fitted to these", "held_out", rows),
        _facts("Calibrated: the model was fitted to these", "calibrated", rows),
        _absent(rows),
        _provenance(record),
    ]
    page = Template(files("sim.measure").joinpath("page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=text(record["title"]), setting=text(record["setting"]), body="\n".join(part for part in sections if part)
    )


def _opening(record: Validation) -> str:
    tiles = []
    for role in ("held_out", "calibrated"):
        own = record["summary"][role]
        if own["rows"]:
            colour = COLOURS["out"] if own["out"] else COLOURS["in"]
            tiles.append((colour, f"{own['in']} of {own['in'] + own['out']}", f"{SAID[role]} facts lie in their bands"))
    absent = sum(own["absent"] for own in record["summary"].values())
    if absent:
        tiles.append((COLOURS["absent"], str(absent), "facts have nothing here to be measured by"))
    items = "".join(
        f'<li style="border-color:{colour}"><strong>{text(number)}</strong> {text(said)}</li>'
        for colour, number, said in tiles
    )
    notes = "".join(f"<li>{text(note)}</li>" for note in record["notes"])
    return (
        f'<section aria-label="In words"><p class="opening">{text(_said_first(record))}</p>'
        f'<ul class="tiles">{items}</ul>{f"<ul>{notes}</ul>" if notes else ""}</section>'
    )


def _said_first(record: Validation) -> str:
    """The verdict in a sentence."""
    held = record["summary"]["held_out"]
    if held["rows"]:
        measured = held["in"] + held["out"]
        leaning = held["not_independent"]
        said = f"Of {measured} published facts held out from fitting the model shows {held['in']}."
        return f"{said} {leaning} of them share a source with a parameter, so they test it less." if leaning else said
    own = record["summary"]["calibrated"]
    return f"The twins come near enough to the graph given in {own['in']} of {own['rows']} figures."


def _out(rows: Iterable[Row]) -> str:
    items = "".join(
        f"<dt>{text(row['id'])}</dt><dd>{text(_sentence(row['statistic']))}: {_said(row['generated'])}, band "
        f"{_band(row)}. {text(row['note'])}</dd>"
        for row in rows
        if row["verdict"] == "out"
    )
    return f"<section><h2>What lies outside, and why</h2><dl>{items}</dl></section>" if items else ""


def _figures(record: Validation) -> list[str]:
    sections = []
    for name, figure, title, caption in FIGURES:
        if name not in record["curves"]:
            continue
        made, published = record["curves"][name], record["published"][name]
        wide = figure(made, published, width_in=WIDE_IN)
        if not wide:
            continue
        narrow = figure(made, published, width_in=NARROW_IN)
        said = " ".join(part for part in (caption, published.get("said", ""), made.get("where", "")) if part)
        sections.append(
            f'<section><h2>{text(title)}</h2><figure class="{"plain" if figure is mixing else "halo"}">'
            f'<div class="wide">{embed(wide, prefix=name, alt=text(said))}</div>'
            f'<div class="narrow">{embed(narrow, prefix=f"{name}-narrow", alt=text(said))}</div>'
            f"<figcaption>{text(said)}</figcaption></figure></section>"
        )
    return sections


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:].replace("_", " ")


def _said(value: float | None) -> str:
    number = known(value)
    return "–" if number is None else f"{number:.3g}" if abs(number) < 1e3 else f"{number:,.0f}"


def _band(row: Row) -> str:
    low, high = _said(row["low"]), _said(row["high"])
    return f"{low} to {high}" if "–" not in (low, high) else f"up to {high}" if low == "–" else f"from {low}"


def _bar(row: Row) -> str:
    """The band as a bar in the middle half of a strip, the published figure as a line, the generated as a dot."""
    low, high, value = row["low"], row["high"], row["generated"]
    if low is None or high is None or high <= low or value is None:
        return ""

    def at(number: float) -> float:
        return min(max(25 + 50 * (number - low) / (high - low), 2.0), 98.0)

    published = row["published"]
    line = "" if published is None else f'<rect x="{at(published) - 0.4:.1f}" width="0.8" height="10" fill="#5c5c5c"/>'
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="10" fill="#f5f5f3"/><rect x="25" width="50" height="10" fill="#d9d9d9"/>{line}'
        f'<rect x="{at(value) - 1.2:.1f}" width="2.4" height="10" fill="{COLOURS[row["verdict"]]}"/></svg>'
    )


def _facts(title: str, role: str, rows: Iterable[Row]) -> str:
    headings: list[tables.Heading] = [("", ""), ("Fact", ""), ("Generated", "n"), ("Published", "n"), ("Band", "n")]
    headings += [("", "drawn"), ("", "")]
    own = [row for row in rows if row["role"] == role and row["verdict"] != "absent"]
    cells = (
        f"<tr><td>{'' if row['id'] == row['statistic'] else text(row['id'])}</td>"
        f'<th scope="row">{text(_sentence(row["statistic"]))}<span class="range">{text(row["source"])}</span></th>'
        f'<td class="n">{_said(row["generated"])}</td>'
        f'<td class="n">{_said(row["published"])}</td><td class="n">{_band(row)}</td><td class="drawn">{_bar(row)}</td>'
        f'<td style="color:{COLOURS[row["verdict"]]};font-weight:600">{row["verdict"]}{_star(row)}</td></tr>'
        for row in own
    )
    said = "Shaded: the band. Thin line: the published figure. Coloured: the generated one."
    said += " A star: not an independent test." if any(NOT_INDEPENDENT in row["note"] for row in own) else ""
    table = tables.table(text(title), headings, cells)
    return f"<section><h2>{text(title)}</h2><p>{said}</p>{table}</section>" if own else ""


def _star(row: Row) -> str:
    return " *" if NOT_INDEPENDENT in row["note"] else ""


def _absent(rows: Iterable[Row]) -> str:
    items = "".join(
        f"<dt>{text(row['id'])}</dt><dd>{text(_sentence(row['statistic']))}. {text(row['note'])}</dd>"
        for row in rows
        if row["verdict"] == "absent"
    )
    return f"<section><h2>What cannot be measured yet</h2><dl>{items}</dl></section>" if items else ""


def _provenance(record: Validation) -> str:
    as_json = json.dumps(record["provenance"], indent=2, ensure_ascii=False, sort_keys=True, default=str)
    notes = "".join(
        f"<li>{text(row['id'])} {text(row['statistic'])}: {text(row['note'])}</li>"
        for row in record["rows"]
        if row["note"]
    )
    return (
        f"<section><h2>Where the numbers come from</h2><p>{text(in_words(record['summary']))}</p>"
        f"<details><summary>How each was measured</summary><ul>{notes}</ul></details>"
        f"<details><summary>Provenance of run {text(record['run'])}</summary><pre>{text(as_json)}</pre></details>"
        "</section>"
    )
