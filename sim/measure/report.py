"""One run as one page: words first, then figures, the leaderboard, what is out of reach, and where numbers come from.

The page needs no network, no script and no other file. Every text of a run is escaped; nothing of it is markup.
"""

import json
from collections.abc import Callable
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from sim.measure import captions, words
from sim.measure.attention import against, drawn
from sim.measure.canvas import NARROW_IN, WIDE_IN, embed
from sim.measure.curves import cost_of_waiting, exposure_over_time, stop_here
from sim.measure.figures import frontier, honest_bar
from sim.measure.findings import chosen
from sim.measure.inferred import inferences, paragraph
from sim.measure.results import Results
from sim.measure.reviewed import added, reviews, work
from sim.measure.screened import flips, screened
from sim.measure.secondary import listings, sold
from sim.measure.tables import effects, leaderboard, measures, parameters

FIGURES: tuple[tuple[str, Callable[..., str], Callable[[Results], captions.Caption]], ...] = (
    ("frontier", frontier, captions.frontier),
    ("bar", honest_bar, captions.bar),
    ("time", exposure_over_time, captions.over_time),
    ("stop", stop_here, captions.stop_here),
    ("wait", cost_of_waiting, captions.waiting),
)


def text(value: object) -> str:
    """`value` escaped for HTML, in content and in attributes, without control characters."""
    said = "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in str(value))
    return escape(said, quote=True)


def write_report(results: Results) -> str:
    """The whole page as HTML text."""
    sections = [
        _opening(results),
        *_figures(results),
        _leaderboard(results),
        _out_of_reach(results),
        _inferred(results),
        _sold_on(results),
        _drawn(results),
        _reviewed(results),
        *_scenarios(results),
        _screen(results),
        _archive(results),
        _reading(),
        _sources(results),
    ]
    page = Template(files("sim.measure").joinpath("page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=text(results["title"]),
        setting=text(words.setting(results)),
        body="\n".join(section for section in sections if section),
    )


def _opening(results: Results) -> str:
    tiles = "".join(
        f'<li class="{kind}"><strong>{text(number)}</strong>{text(share)} {text(meaning)}</li>'
        for kind, number, share, meaning in words.tiles(results)
    )
    list_ = f'<ul class="tiles">{tiles}</ul>'
    paragraphs = "".join(f'<p class="summary">{text(said)}</p>' for said in words.summary(results))
    return (
        f'<section aria-label="In words"><p class="opening">{text(words.opening(results))}</p>'
        f"{list_ if tiles else ''}{paragraphs}"
        f'<p class="caution">{text(words.caution(results))}</p></section>'
    )


def _figures(results: Results) -> list[str]:
    sections = []
    for name, figure, describe in FIGURES:
        wide = figure(results, width_in=WIDE_IN)
        if not wide:
            continue
        about = describe(results)
        narrow = figure(results, width_in=NARROW_IN)
        alt = text(about.alt)
        kind = "plain" if figure is honest_bar else "halo"  # a halo would spoil type on coloured bars
        sections.append(
            f'<section><h2>{text(about.title)}</h2><figure class="{kind}">'
            f'<div class="wide">{embed(wide, prefix=name, alt=alt)}</div>'
            f'<div class="narrow">{embed(narrow, prefix=f"{name}-narrow", alt=alt)}</div>'
            f"<figcaption>{text(about.caption)}</figcaption></figure></section>"
        )
    return sections


def _leaderboard(results: Results) -> str:
    left_out = "".join(
        f"<li>{text(facts['title'] or name)}: {text(facts['why_not'] or 'no reason given')}</li>"
        for name, facts in results["strategies"].items()
        if not facts["applicable"]
    )
    return (
        f"<section><h2>All strategies</h2><p>{text(captions.leaderboard(results))}</p>"
        f"{leaderboard(results, text, best=chosen(results))}"
        f"{f'<h3>Not applicable here</h3><ul>{left_out}</ul>' if left_out else ''}</section>"
    )


def _out_of_reach(results: Results) -> str:
    said = words.out_of_reach(results)
    if not said:
        return ""
    items = "".join(f"<dt>{text(learners)}</dt><dd>{text(sentence)}</dd>" for learners, sentence in said)
    return (
        f"<section><h2>What deletion cannot reach</h2><dl>{items}</dl><p>{text(captions.OTHERS_POSTS)}</p>"
        f"<p>{text(captions.REQUESTS)}</p><p>{text(captions.SETTINGS)}</p></section>"
    )


def _scenarios(results: Results) -> list[str]:
    return [
        f"<section><h2>{text(story['title'])}</h2>{''.join(f'<p>{text(p)}</p>' for p in story['paragraphs'])}</section>"
        for story in results["scenarios"]
    ]


def _inferred(results: Results) -> str:
    said = paragraph(results)
    if not said:
        return ""
    return (
        f"<section><h2>What can still be inferred</h2><p>{text(said)}</p>{inferences(results, text)}"
        f"<p>{text(captions.INFERRED)}</p></section>"
    )


def _sold_on(results: Results) -> str:
    said = sold(results)
    if not said:
        return ""
    return f"<section><h2>What is sold on</h2><p>{text(said)}</p>{listings(results, text)}</section>"


def _drawn(results: Results) -> str:
    said = drawn(results)
    if not said:
        return ""
    told = "".join(f"<p>{text(paragraph_)}</p>" for paragraph_ in said)
    return f"<section><h2>What deleting draws</h2>{told}{against(results, text)}</section>"


def _reviewed(results: Results) -> str:
    said = added(results)
    if not said:
        return ""
    return (
        f"<section><h2>What human review adds</h2><p>{text(said)}</p>{reviews(results, text)}"
        f"<p>{text(captions.REVIEWED)}</p><h3>For those who do the work</h3>{work(results, text)}"
        f"<p>{text(captions.WORKED)}</p></section>"
    )


def _screen(results: Results) -> str:
    screen = results["screen"]
    if screen is None:
        return ""
    changes = "".join(f"<li>{text(said)}</li>" for said in flips(screen))
    return (
        f"<section><h2>Which unknown numbers decide</h2><p>{text(screened(screen))}</p>"
        f"<ul>{changes}</ul>{effects(results, screen, text)}</section>"
    )


def _archive(results: Results) -> str:
    archive = results["facts"]["archive"]
    if archive is None:
        return ""
    notes = "".join(f"<li>{text(note)}</li>" for note in archive["notes"])
    return (
        f"<section><h2>How your archive was read</h2><p>{text(captions.archive(results))}</p>"
        f"{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )


def _reading() -> str:
    terms = "".join(f"<dt>{text(term)}</dt><dd>{text(meaning)}</dd>" for term, meaning in captions.DEFINITIONS)
    return f"<section><h2>How to read this</h2><dl>{terms}</dl></section>"


def _sources(results: Results) -> str:
    record: Any = results["provenance"]
    command = record.get("command")
    command = " ".join(map(str, command)) if isinstance(command, list | tuple) else command
    again = f"afterpost report {results['run']}"
    rebuild = f"{text(command)}\n{text(again)}" if command else text(again)
    as_json = json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return (
        "<section><h2>Where the numbers come from</h2>"
        f"<p>{text(captions.provenance(results))}</p><pre>{rebuild}</pre>"
        f"<details><summary>Parameters, with source and range ({len(results['parameters'])})</summary>"
        f"{parameters(results, text)}</details>"
        f"<details><summary>Every measure of every strategy ({len(results['leaderboard'])} rows)</summary>"
        f"{measures(results, text)}</details>"
        f"<details><summary>Provenance of run {text(results['run'])}</summary><pre>{text(as_json)}</pre></details>"
        "</section>"
    )
