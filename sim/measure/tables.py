"""The report's tables as HTML: the leaderboard, every measure, every parameter with its source and range."""

from collections.abc import Callable, Iterable

from sim.measure.amounts import UNKNOWN, count, duration, effort, interval, known, money, percent
from sim.measure.conclusions import QUESTIONS
from sim.measure.findings import amount, title_of
from sim.measure.results import Effect, Results, Screen, StrategyFacts

Escape = Callable[[object], str]
Heading = tuple[str, str]
"""Text of a column's heading, and its class: n for numbers, drawn for bars, empty for words."""


def table(caption: str, headings: Iterable[Heading], rows: Iterable[str], *, kind: str = "") -> str:
    """A table with a caption for those who do not see it, that scrolls where a screen is narrow."""
    head = "".join(f'<th scope="col" class="{kind_}">{said}</th>' for said, kind_ in headings)
    return (
        f'<div class="scroll {kind}" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def number(said: str, aside: str = "") -> str:
    """A cell for a number, with something smaller below it."""
    return f'<td class="n">{said}{f"<span class=range>{aside}</span>" if aside else ""}</td>'


def _bar(own: StrategyFacts) -> str:
    """The avoided share as a bar with its interval as a line, 0 to 100%."""
    share = min(amount(own["avoided_share"]), 1.0) * 100
    low, high = known(own["avoided_share_low"]), known(own["avoided_share_high"])
    line = ""
    if low is not None and high is not None:
        ends = f'x1="{100 * max(low, 0):.2f}" x2="{100 * min(high, 1):.2f}"'
        line = f'<line {ends} y1="5" y2="5" stroke="#1a1a1a" stroke-width="1.5" vector-effect="non-scaling-stroke"/>'
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="10" fill="#f0f0ee"/>'
        f'<rect width="{share:.2f}" height="10" fill="#7fb8d8"/>{line}</svg>'
    )


def leaderboard(results: Results, text: Escape, *, best: str | None) -> str:
    """One row a strategy that applies; `best` is marked."""
    robust = results["robust"]
    shown = [(name, own) for name, own in results["strategies"].items() if own["applicable"]]
    priced = any(amount(own["usd"]) > 0 for _, own in shown)
    scale = '<span aria-hidden="true">0 to 100%</span>'
    headings = [("Strategy", ""), ("Avoided", "n"), (scale, "drawn")]
    headings += [("Posts kept", "n"), ("Time taken", "n"), ("Requests", "n")]
    headings += [("Price", "n")] if priced else []
    headings += [("Best in", "n")] if robust else []

    def row(name: str, own: StrategyFacts) -> str:
        share = known(own["avoided_share"])
        paced, full = effort(own["calls"], own["days"]), duration(own["days_full_limit"])
        again = '<span class="range">goes on acting</span>' if own["recurring"] else ""
        cells = [
            f'<th scope="row">{text(own["title"] or name)}{again}</th>',
            number(
                "–" if share is None else percent(share), interval(own["avoided_share_low"], own["avoided_share_high"])
            ),
            f'<td class="drawn">{"" if share is None else _bar(own)}</td>',
            number(percent(own["kept_share"])),
            number(paced, "" if full in (UNKNOWN, paced) or paced == "–" else f"{full} at full limit"),
            number(count(own["calls"])),
        ]
        cells += [number(money(own["usd"]))] if priced else []
        if robust:
            cells.append(number(percent(robust[name]) + " of draws" if known(robust.get(name)) is not None else "–"))
        return f"<tr{' class=best' if name == best else ''}>{''.join(cells)}</tr>"

    return table("Leaderboard of strategies", headings, (row(name, own) for name, own in shown))


def measures(results: Results, text: Escape) -> str:
    """The leaderboard's rows as the command prints them in JSON."""
    headings = [("Strategy", ""), ("Measure", ""), ("Unit", ""), ("n", "n"), ("Mean", "n")]
    headings += [("Low", "n"), ("High", "n"), ("Monte-Carlo error", "n")]

    def figure(value: object) -> str:
        said = known(value)
        return "–" if said is None else f"{said:,.4g}" if abs(said) < 1e4 else f"{said:,.0f}"

    rows = (
        f'<tr><th scope="row">{text(row["strategy"])}</th><td>{text(row["measure"])}</td><td>{text(row["unit"])}</td>'
        + "".join(number(figure(value)) for value in (row["n"], row["mean"], row["low"], row["high"], row["mc_se"]))
        + "</tr>"
        for row in results["leaderboard"]
    )
    return table("Every measure", headings, rows, kind="small")


def effects(results: Results, screen: Screen, text: Escape) -> str:
    """What unknown numbers do to the avoidable share, the largest first, and which conclusions they change."""
    named = {own["path"]: own for own in results["parameters"]}

    def row(own: Effect) -> str:
        about = named.get(own["path"])
        ends = f"{about['low']:g} to {about['high']:g} {text(about['unit'] or '')}" if about else ""
        flips = "; ".join(
            f"{text(QUESTIONS[flip['question']])}: {text(title_of(results, flip['low']))} to "
            f"{text(title_of(results, flip['high']))}, {flip['count']} of {own['steps']}" for flip in own["flips"]
        )  # fmt: skip
        return (
            f'<tr><th scope="row">{text(own["path"])}<span class="range">{ends}</span></th>'
            f"{number(percent(own['mean']), 'spread ' + percent(own['spread']))}<td>{flips or 'never'}</td></tr>"
        )

    headings = [("Unknown number, and its range", ""), ("Moves the avoidable share by", "n")]
    headings.append(("Changes which strategy is", ""))
    return table("Unknown numbers", headings, map(row, screen["effects"]), kind="small")


def parameters(results: Results, text: Escape) -> str:
    """Every parameter: value, range, unit, source and how the source was read."""
    headings = [
        ("Parameter", ""),
        ("Value", "n"),
        ("Range", "n"),
        ("Unit", ""),
        ("Source", ""),
        ("Read", ""),
    ]

    def value(given: float | None) -> str:
        return "–" if given is None else f"{given:g}"

    def ends(low: object, high: object, scale: str | None) -> str:
        if known(low) is None or known(high) is None:
            return "–"
        return f"{value(known(low))} to {value(known(high))}{' (log)' if scale == 'log' else ''}"

    rows = (
        f'<tr><th scope="row">{text(own["path"])}</th>'
        f"{number(value(known(own['value'])))}"
        f"{number(ends(own['low'], own['high'], own['scale']))}"
        f"<td>{text(own['unit'] or '')}</td><td>{text(own['source'])}</td><td>{text(own['grade'] or '')}</td></tr>"
        for own in results["parameters"]
    )
    return table("Parameters", headings, rows, kind="small")
