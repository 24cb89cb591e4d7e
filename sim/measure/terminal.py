"""The leaderboard in a terminal: legible at 80 columns, and plain text where the output is not a terminal."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.measure import words
from sim.measure.amounts import brief, effort, estimate, known, money, percent
from sim.measure.attention import drawn
from sim.measure.findings import amount, chosen, title_of, whole
from sim.measure.results import Results
from sim.measure.reviewed import added
from sim.measure.secondary import sold

SHORT_UNITS = ((" hours", " h"), (" hour", " h"), (" days", " d"), (" day", " d"), (" years", " y"), ("under ", "<"))


def show(results: Results, console: Console) -> None:
    """Print what was found in words, one line a strategy, and what the numbers are; not where the report lies."""
    plain = _plain(console)

    def say(said: str, style: str = "") -> None:
        console.print(plain(said, style), highlight=False)
        console.print()

    console.print(plain(results["title"], "bold"), highlight=False)
    say(words.setting(results), "dim")
    say(words.opening(results))
    for said in words.summary(results):
        say(said)
    if any(facts["applicable"] for facts in results["strategies"].values()):
        console.print(_table(results, plain))
        console.print()
    for name, facts in results["strategies"].items():
        if not facts["applicable"]:
            say(f"Not applicable: {facts['title'] or name} ({facts['why_not'] or 'no reason given'}).")
    for said in (added(results), sold(results), *drawn(results)):
        if said:
            say(said)
    for story in results["scenarios"]:
        console.print(plain(story["title"], "bold"), highlight=False)
        for said in story["paragraphs"]:
            say(said)
    console.print(plain(words.caution(results), "dim"), highlight=False)


def show_side_by_side(runs: Sequence[tuple[str, Results]], console: Console) -> None:
    """Print a line for each run of a sweep, with its words: the whole, its parts, and the best that keeps half."""
    plain = _plain(console)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Side by side", overflow="fold", ratio=1)
    for heading in ("Learnt", "Sunk", "Fixed", "Avoidable", "Best", "Avoids"):
        table.add_column(heading, justify="right", overflow="fold")
    for words_, results in runs:
        parts, best = whole(results), chosen(results)
        each = [parts["sunk"], parts["irreversible"], parts["avoidable"]]
        told = ("-", "-") if best is None else (title_of(results, best), words.avoids(results, best))
        table.add_row(*map(plain, (words_, brief(sum(each)), *map(brief, each), *told)))
    console.print()
    console.print(table)
    note = "Pairs an owner; fixed: nothing done now can stop it. Best: of those that keep half, if one avoids any."
    console.print(plain(note, "dim"))


def _plain(console: Console) -> Callable[..., Text]:
    def plain(said: object, style: str = "") -> Text:
        """Text as it stands: no markup, no control characters, only letters the output can carry."""
        clean = "".join(letter if letter.isprintable() else " " for letter in str(said))
        for fancy, simple in (("“", '"'), ("”", '"'), ("–", "-"), ("…", "...")):
            clean = clean.replace(fancy, simple)
        encoding = console.encoding or "utf-8"
        return Text(clean.encode(encoding, "replace").decode(encoding), style=style)

    return plain


def _short(calls: object, days: object) -> str:
    said = effort(calls, days)
    for long, short in SHORT_UNITS:
        said = said.replace(long, short)
    return said


def _table(results: Results, plain: Callable[..., Text]) -> Table:
    """The leaderboard with fixed narrow columns; the strategy's title takes what is left of the width."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Strategy", overflow="fold", ratio=1)
    priced = any(amount(own["usd"]) > 0 for own in results["strategies"].values())
    for heading in ("Avoided", "Kept", "Time", "Requests", *(["Price"] if priced else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    best = chosen(results)
    for name, own in results["strategies"].items():
        if not own["applicable"]:
            continue
        share = known(own["avoided_share"])
        avoided = estimate(share, own["avoided_share_low"], own["avoided_share_high"], dash="-")
        cells = [
            "-" if share is None else avoided,
            percent(own["kept_share"]),
            _short(own["calls"], own["days"]),
            brief(own["calls"]),
        ]
        cells += [money(own["usd"])] if priced else []
        title = f"{own['title'] or name}{' (goes on)' if own['recurring'] else ''}"
        table.add_row(*(plain(cell) for cell in (title, *cells)), style="bold" if name == best else "")
    return table
