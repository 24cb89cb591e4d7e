"""The report, its figures and the terminal's leaderboard say the truth, and say it for every kind of result."""

import io
import json
import math
import re
from copy import deepcopy
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from sim.measure import amounts, words
from sim.measure.canvas import NARROW_IN, WIDE_IN, draw
from sim.measure.curves import cost_of_waiting, exposure_over_time, stop_here
from sim.measure.figures import frontier, honest_bar
from sim.measure.findings import chosen, delay, most, stop, whole
from sim.measure.labels import Label, overlap, place
from sim.measure.report import write_report
from sim.measure.terminal import show, show_side_by_side

FIGURES = (frontier, honest_bar, exposure_over_time, stop_here, cost_of_waiting)
CLASSES = ("friends", "strangers", "scrapers", "annotators", "models")
LISTED = {  # title, avoided, half an interval, kept, calls, days, goes on
    "most_seen": ("Most seen first", 0.71, 0.16, 0.64, 3384, 9.4, False),
    "most_sensitive": ("Most sensitive first", 0.66, 0.12, 0.64, 3384, 9.4, False),
    "delete_account": ("Delete the account", 0.97, 0.02, 0.0, 1, 30, False),
    "everything": ("Everything, newest first", 0.93, 0.03, 0.0, 9400, 26.1, False),
    "oldest_first": ("Everything, oldest first", 0.88, 0.05, 0.0, 9400, 26.1, False),
    "make_private": ("Make the account private", 0.55, 0.2, 1.0, 1, 0, False),
    "keep_last": ("Keep the last 90 days", 0.81, 0.07, 0.06, 8836, 25, True),
    "keyword": ("Posts that match a filter", 0.31, 0.05, 0.93, 658, 1.8, False),
    "at_random": ("At random", 0.38, 0.08, 0.64, 3384, 9.4, False),
    "newest_first": ("Newest first", 0.49, 0.09, 0.64, 3384, 9.4, False),
    "nothing": ("Nothing", 0.0, 0.0, 1.0, 0, 0, False),
}
PARTS = {  # sunk, irreversible, avoidable
    "friends": (5210.0, 88.0, 41.0),
    "strangers": (1980.0, 130.0, 84.0),
    "scrapers": (610.0, 71.0, 38.0),
    "annotators": (102.0, 14.0, 6.6),
    "models": (28.0, 7.0, 2.4),
}


def fake(*, scale=1.0):
    """Results of a common run: 50 owners, eleven strategies; all exposure times `scale`."""
    strategies = {
        name: {
            "title": title, "applicable": True, "why_not": None, "avoided_share": mean,
            "avoided_share_low": max(mean - half, 0.0), "avoided_share_high": min(mean + half / 2, 1.0),
            "kept_share": kept, "calls": calls, "days": days, "days_full_limit": days / 2, "usd": 0.0,
            "recurring": recurring,
        }
        for name, (title, mean, half, kept, calls, days, recurring) in LISTED.items()
    }  # fmt: skip
    parts = {
        name: {
            learners: {
                "sunk": sunk * scale, "irreversible": fixed * scale, "avoidable": open_ * scale,
                "avoided": open_ * scale * own["avoided_share"],
            }
            for learners, (sunk, fixed, open_) in PARTS.items()
        }
        for name, own in strategies.items()
    }  # fmt: skip
    sunk, fixed, open_ = (sum(row[i] for row in PARTS.values()) * scale for i in range(3))
    past = list(range(-5400, 1, 90))
    future = [0, 1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180, 240, 300, 365]
    curves = {
        name: [sunk * ((at + 5400) / 5400) ** 1.6 for at in past]
        + [sunk + (fixed + open_ * (1 - own["avoided_share"])) * (at / 365) ** 0.7 for at in future[1:]]
        for name, own in strategies.items()
    }
    deletions = [0, 1, 2, 5, 10, 20, 50, 100, 212, 400, 800, 1600, 3200, 6400, 9400]
    rates = {"most_seen": 140, "most_sensitive": 400, "at_random": 5000, "everything": 3000}
    stops = {}
    for name, rate in rates.items():
        share = [0.93 * (1 - math.exp(-m / rate)) / (1 - math.exp(-9400 / rate)) for m in deletions]
        stops[name] = {
            "deletions": deletions, "share": share,
            "low": [value * 0.85 for value in share], "high": [min(1, value * 1.1) for value in share],
        }  # fmt: skip
    left = [open_ * math.exp(-at / 105) for at in future]
    return {
        "title": "What cleaning up can still do",
        "run": "0123456789ab",
        "facts": {
            "people": 2000, "ties": 41000, "mean_friends": 41.0, "owners": 50, "posts": 470000,
            "seeds": 20, "worlds": 2,
            "decision": "2026-11-22", "horizon_days": 365, "platform": "Mastodon", "pace": 0.5, "params": "ranges",
            "archive": None, "events": 3_812_345,
        },
        "classes": list(CLASSES),
        "strategies": strategies,
        "leaderboard": [
            {"strategy": name, "measure": "avoided_share", "unit": "share of avoidable pairs", "n": 2000,
             "mean": own["avoided_share"], "low": own["avoided_share_low"], "high": own["avoided_share_high"],
             "mc_se": 0.004}
            for name, own in strategies.items()
        ],
        "parts": parts,
        "over_time": {"days": past + future[1:], "curves": curves},
        "stop_here": stops,
        "waiting": {
            "days": future, "avoidable": left, "low": [v * 0.8 for v in left], "high": [v * 1.25 for v in left],
        },
        "robust": {"most_seen": 0.83, "most_sensitive": 0.15, "at_random": 0.02},
        "screen": None, "workers": [], "scenarios": [
            {"title": "If gig workers harvest public posts",
             "paragraphs": ["Of 1,000 public posts, 310 were harvested in a year.", "Deletion reached 12 of them."]},
        ],
        "parameters": [
            {"path": "channel.reshare.p_share", "value": 0.00191, "low": 0.0005, "high": 0.01, "scale": "log",
             "unit": "per view", "source": "R10 Bakshy et al. 2012", "grade": "MEMORY"},
            {"path": "channel.feed.reach", "value": 0.35, "low": None, "high": None, "scale": None, "unit": None,
             "source": "R01 Bernstein et al. 2013", "grade": "VERIFIED"},
        ],
        "provenance": {"command": "afterpost compare", "software": {"afterpost": "0.1.0"}, "parameters": {"seeds": 20}},
    }  # fmt: skip


def zero():
    """A run in which nothing sensitive is ever learnt."""
    results = fake(scale=0)
    for own in results["strategies"].values():
        own.update(avoided_share=None, avoided_share_low=None, avoided_share_high=None, calls=0, days=0)
    for curve in results["stop_here"].values():
        curve["share"] = curve["low"] = curve["high"] = [0.0] * len(curve["deletions"])
    results["robust"] = None
    return results


def missing():
    """A run whose numbers could mostly not be had: null, NaN, empty, and a strategy that does not apply."""
    results = fake()
    results["strategies"]["most_seen"].update(
        applicable=False, why_not="it needs the number of likes", avoided_share=None
    )
    results["strategies"]["keyword"].update(avoided_share=math.nan, days=None, calls=math.inf, usd=None)
    results["strategies"]["most_sensitive"].update(avoided_share_low=None, avoided_share_high=math.nan)
    results["waiting"]["avoidable"][3] = math.nan
    results["stop_here"] = {}
    results["over_time"] = {"days": [], "curves": {}}
    results["robust"] = None
    results["scenarios"] = []
    results["facts"]["params"] = "centre"
    return results


def huge():
    """A run with counts in the billions and a wait of centuries."""
    results = fake(scale=4e6)
    for own in results["strategies"].values():
        own.update(
            calls=own["calls"] * 1e5, days=own["days"] * 1e4, days_full_limit=own["days"] * 5e3, usd=own["calls"] * 3.0
        )
    return results


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=y> $title ${body} $10 \x07 [bold red]"


def archive():
    """Six items of one person's archive, with hostile text in its notes; half a pair is avoidable."""
    results = fake(scale=0.003)
    results["facts"].update(
        owners=1, posts=6, worlds=1,
        archive={"platform": "Instagram", "items": 6, "errors": 1, "notes": [f"One post says {HOSTILE}."]},
    )  # fmt: skip
    results["title"] = f"Your Instagram archive {HOSTILE}"
    results["stop_here"] = {
        "most_seen": {
            "deletions": [0, 1, 2, 6], "share": [0, 0.8, 0.9, 0.95], "low": [0, 0.5, 0.6, 0.7], "high": [0, 1, 1, 1],
        }
    }  # fmt: skip
    results["strategies"]["most_seen"]["title"] = HOSTILE
    return results


VARIANTS = {"normal": fake, "zero": zero, "missing": missing, "huge": huge, "archive": archive}


@pytest.fixture(params=VARIANTS, scope="module")
def results(request):
    return VARIANTS[request.param]()


@pytest.fixture(scope="module")
def html(results):
    return write_report(results)


class Page(HTMLParser):
    """Tags, attributes and visible text of a page; notes ids used twice and tags left open."""

    VOID = frozenset({"meta", "br", "img", "link", "input"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.open, self.said = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.said.append(data)


def test_page_is_sound_self_contained_and_equal_on_repeat(results, html):
    page = Page(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for wanted in re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"', html):
        assert (wanted[0] or wanted[1]) in page.ids
    assert not {"script", "img", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    for _, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "action")]
        assert all(value.startswith("#") for name, value in attrs.items() if name.endswith("href"))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    for tag, attrs in page.tags:
        if tag == "svg":
            assert attrs.get("aria-label") or attrs.get("aria-hidden") == "true"
        if tag == "th":
            assert attrs["scope"] in ("col", "row")
    assert html == write_report(json.loads(json.dumps(results)))


def test_no_nonsense_is_ever_printed(results, html):
    shown = " ".join([in_terminal(results), *Page(html).said])
    provenance = shown.index("Provenance of run")
    for nonsense in ("NaN", "nan", "inf%", "None", "0 of 0", "{", "-0", "unknown%"):
        if nonsense == "{" and results["facts"]["archive"]:
            continue  # the archive's own text has one
        assert nonsense not in shown[:provenance]


def in_terminal(results, *, width=80, encoding="utf-8", force_terminal=False):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    show(results, Console(file=stream, width=width, force_terminal=force_terminal, _environ={}))
    return raw.getvalue().decode(encoding)


def test_terminal_is_plain_text_at_80_columns_when_piped(results):
    said = in_terminal(results)
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) <= 80
    assert not set(said) & set("│┃━─┏┓")
    assert all(ord(letter) < 128 for letter in in_terminal(results, encoding="ascii"))
    for own in results["strategies"].values():
        if "<" not in own["title"]:
            assert own["title"] in said


def test_runs_of_a_sweep_stand_side_by_side_with_the_words_that_differ():
    stream = io.StringIO()
    runs = [("platform=mastodon", fake()), ("platform=bluesky", fake())]
    show_side_by_side(runs, Console(file=stream, width=100, _environ={}))
    lines = stream.getvalue().splitlines()
    assert [line.split()[0] for line in lines if "=" in line] == ["platform=mastodon", "platform=bluesky"]
    assert lines[1].split() == ["Side", "by", "side", "Learnt", "Sunk", "Fixed", "Avoidable", "Best", "Avoids"]


def test_terminal_tells_scenarios_too():
    moved = {"title": "Where the eyes go", "paragraphs": ["Those who left lose 30 views; 12 move.", "And readings."]}
    said = in_terminal(fake() | {"scenarios": [moved]})
    order = [said.index(words) for words in ("Where the eyes go", "12 move", "And readings", "expectations")]
    assert order == sorted(order)
    assert "Where the eyes go" not in in_terminal(fake() | {"scenarios": []})


def test_terminal_shows_markup_as_text():
    assert "[bold red]" in re.sub(r"\s+", " ", in_terminal(archive(), width=200))
    assert "\x07" not in in_terminal(archive(), force_terminal=True)


def test_hostile_text_stays_text():
    html = write_report(archive())
    assert "<script" not in html
    assert "<img" not in html
    assert "\x07" not in html
    said = " ".join(Page(html).said)
    assert "One post says <script>alert('x')</script>\"><img src=x onerror=y> $title ${body} $10" in said


@pytest.mark.parametrize("width_in", [WIDE_IN, NARROW_IN])
@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_svg_or_nothing(figure, width_in, results):
    svg = figure(results, width_in=width_in)
    if svg:
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")
        assert "nan" not in svg.lower().replace("nance", "")
    if width_in == NARROW_IN:
        assert svg == figure(deepcopy(results), width_in=width_in)


def test_common_run_has_every_figure_and_a_run_without_exposure_has_none():
    assert all(figure(fake()) for figure in FIGURES)
    assert not any(figure(zero()) for figure in FIGURES)


def labelled(results):
    return [
        element.text for element in ElementTree.fromstring(frontier(results)).iter() if element.tag.endswith("text")
    ]


def test_frontier_names_every_strategy():
    for own in fake()["strategies"].values():
        assert own["title"] in labelled(fake())


def test_one_label_speaks_for_marks_on_each_other():
    results = fake()
    plain = [
        own for name, own in results["strategies"].items() if name not in ("nothing", "make_private", "delete_account")
    ]
    for own in plain[:3]:
        own |= {"avoided_share": 0.301, "avoided_share_low": 0.2, "avoided_share_high": 0.4, "kept_share": 0.2}
    speaking = [text for text in labelled(results) if text.endswith(" and 2 more")]
    begun = speaking[0].removesuffix(" and 2 more").removesuffix("…")
    assert len(speaking) == 1 and any(own["title"].startswith(begun) for own in plain[:3])
    for own in [*plain[3:], *(results["strategies"][name] for name in ("nothing", "make_private", "delete_account"))]:
        assert own["title"] in labelled(results)


def test_words_of_a_common_run():
    results = fake()
    assert words.opening(results) == (
        "Of the 8,412 times a person or holder is expected to learn a sensitive item about an account owner by "
        "22 Nov 2027 (the mean of 50 owners), 7,930 (94%) have already happened; 310 (4%) nothing done now can stop; "
        "172 (2%) can still be avoided."
    )
    best, rest = words.summary(results)
    assert "“Most seen first” avoids most: 71% (55–79%) of what can be avoided, keeping 64% of the posts" in best
    assert "it takes 9.4 days at half of Mastodon's published limit (4.7 days at the full limit)." in best
    assert "It is the best of these in 83% of the draws" in best
    assert "“Delete the account” avoids the most of all, 97% (95–98%), and keeps no post." in best
    assert "the first 236 of an average owner's 9,400 deletions give 80%" in rest
    assert (
        "Waiting a week costs 11 (6%) of the 172 that can be avoided now; half of them are lost by 4 Feb 2027." in rest
    )


def test_words_speak_to_the_owner_of_an_archive():
    said = " ".join([words.opening(archive()), *words.summary(archive()), words.caution(archive())])
    assert "about you by" in said
    assert "owner" not in said
    assert "the first deletion of 6 gives 80%" in said


def test_words_of_nothing_avoidable_promise_nothing():
    results = fake()
    for by_class in results["parts"].values():
        for own in by_class.values():
            own["avoidable"] = own["avoided"] = 0.0
    for own in results["strategies"].values():
        own.update(avoided_share=None, avoided_share_low=None, avoided_share_high=None)
    results["waiting"]["avoidable"] = [0.0] * len(results["waiting"]["days"])
    results["stop_here"] = {}
    assert "nothing is left that could be avoided" in words.opening(results)
    assert words.summary(results) == []
    assert frontier(results) == ""
    assert honest_bar(results)


def test_centre_says_so_everywhere():
    results = fake()
    results["facts"]["params"] = "centre"
    assert "params=centre" in write_report(results)
    assert "params=centre" in re.sub(r"\s+", " ", in_terminal(results))


def test_chosen_keeps_half_the_posts_unless_none_does():
    results = fake()
    assert (chosen(results), most(results)) == ("most_seen", "delete_account")
    for own in results["strategies"].values():
        if own["kept_share"] >= 0.5:
            own["avoided_share"] = 0.0
    assert chosen(results) == "delete_account"
    assert "No strategy that keeps half of the posts avoids any of it" in words.summary(results)[0]


def test_stop_and_delay_lie_on_their_curves():
    mark = stop(fake())
    assert mark.strategy == "most_seen"
    assert mark.share == pytest.approx(0.8 * 0.93)
    assert 212 < mark.deletions < 400
    cost = delay(fake())
    total = whole(fake())["avoidable"]
    assert cost.lost == pytest.approx(total * (1 - math.exp(-7 / 105)))
    assert cost.half_days == pytest.approx(105 * math.log(2), rel=0.03)


finite = st.floats(0, 1e12, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=5))
def test_percents_add_up(parts):
    said = amounts.percents_adding_up(parts)
    exact = [text for text in said if text[0].isdigit()]
    if sum(parts) > 0 and len(exact) == len(said):
        assert sum(int(text[:-1]) for text in said) == 100
    for part, text in zip(parts, said, strict=True):
        assert (part == 0) == (text == "0%") or part / max(sum(parts), 1e-300) < 1e-12


@given(st.lists(st.floats(0, 2e5), min_size=2, max_size=4))
def test_counts_add_up_as_printed(parts):
    said, total = amounts.adding_up(parts)
    if not any("under" in text for text in [*said, total]):
        numbers = [float(text.replace(",", "")) for text in said]
        assert sum(numbers) == pytest.approx(float(total.replace(",", "")), abs=1e-6)


@given(st.one_of(st.none(), st.floats(), st.integers(), st.booleans()))
@settings(max_examples=200)
def test_every_amount_has_words(value):
    for say in (amounts.count, amounts.brief, amounts.percent, amounts.duration, amounts.money, amounts.pace):
        said = say(value)
        assert said
        assert "nan" not in said
        assert "inf" not in said
    if amounts.known(value) is not None and 0 < value < 1:
        assert amounts.count(value) != "0"
        assert amounts.percent(value) not in ("0%", "100%")


def test_sources_and_ranges_of_parameters_are_listed():
    said = " ".join(Page(write_report(fake())).said)
    assert "channel.reshare.p_share" in said
    assert "0.0005 to 0.01 (log)" in said
    assert "R10 Bakshy et al. 2012" in said
    assert "afterpost report 0123456789ab" in said


def test_labels_keep_off_each_other():
    pytest.importorskip("matplotlib")
    boxes = []

    def paint(figure):
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        at = [(0.0, 0.9), (0.0, 0.87), (0.0, 0.84), (0.5, 0.5), (0.51, 0.5), (1.0, 0.0), (1.0, 0.02)]
        labels = [Label([point], f"Strategy number {k}") for k, point in enumerate(at)]
        boxes.append(place(axes, labels, points=at, lines=[]))

    draw(paint, width_in=WIDE_IN, height_in=5)
    for k, box in enumerate(boxes[0]):
        assert overlap(tuple(box), boxes[0][k + 1 :]) == 0


def test_no_line_to_a_mark_strikes_a_label_out():
    pytest.importorskip("matplotlib")
    boxes, lines = [], []

    def paint(figure):
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        at = [(0.0, 0.6)] * 6 + [(0.0, 0.9)]
        boxes.extend(place(axes, [Label([p], f"strategy {k}") for k, p in enumerate(at)], points=at, lines=[]))
        lines.extend((note.xy, note.xyann) for note in axes.texts)

    draw(paint, width_in=WIDE_IN, height_in=5)
    assert len(lines) >= 2
    for (x0, y0), (x1, y1) in lines:
        for left, bottom, right, top in boxes:
            inside = [
                left + 1 < x0 + (x1 - x0) * t < right - 1 and bottom + 1 < y0 + (y1 - y0) * t < top - 1
                for t in [k / 200 for k in range(190)]
            ]
            own = left - 1 <= x1 <= right + 1 and bottom - 1 <= y1 <= top + 1
            assert own or not any(inside)


def odd_stops():
    """Curves of one deletion, of fractions of a deletion, of a strategy nobody lists, and one that saves nothing."""
    yield {"most_seen": {"deletions": [0, 1], "share": [0, 0.5], "low": [0, 0.4], "high": [0, 0.6]}}
    steep = {"deletions": [0, 0.2, 5000], "share": [0, 0.9, 0.91], "low": [0, 0.1, 0.2], "high": [0, 1, 1]}
    short = {"deletions": [0, 0.3], "share": [0, 0.1], "low": [], "high": []}
    yield {"most_seen": steep, "at_random": short}
    yield {"unlisted": {"deletions": [0, 3, 9], "share": [0, math.nan, 0.2], "low": [0, 0, 0], "high": [0, 1, 1]}}
    yield {"most_seen": {"deletions": [0, 4], "share": [0, 0], "low": [0, 0], "high": [0, 0]}}
    yield {"most_seen": {"deletions": [0], "share": [0], "low": [0], "high": [0]}}


@pytest.mark.parametrize("curves", list(odd_stops()))
def test_odd_stop_here_curves_are_drawn_or_left_out(curves):
    results = fake()
    results["stop_here"] = curves
    svg = stop_here(results)
    assert bool(svg) == (stop(results) is not None)
    if svg:
        ElementTree.fromstring(svg)
        assert "80% of what deleting" in words.stopping(results)[0] or "only one deletion" in words.stopping(results)[0]


@pytest.mark.parametrize("days", [[], [0], [0, 2], [0, 400], [0, 0], [5, 3]])
def test_odd_waiting_and_time_curves_are_drawn_or_left_out(days):
    results = fake()
    values = [9.0 / (1 + k) for k in range(len(days))]
    results["waiting"] = {"days": days, "avoidable": values, "low": values, "high": values}
    results["over_time"] = {"days": days, "curves": {"nothing": values[::-1], "most_seen": []}}
    html = write_report(results)
    assert not re.search(r"\bnan\b", " ".join(Page(html).said))
    assert bool(cost_of_waiting(results)) == (len(days) > 1 and days[-1] > days[0])


def test_columns_of_the_leaderboard_have_their_headings():
    html = write_report(fake())
    table = html[html.index('aria-label="Leaderboard of strategies"') :]
    table = table[: table.index("</table>")]
    kinds = [re.findall(r'<t[hd][^>]*class="([^"]*)"', row) for row in table.split("<tr")]
    heading, rows = kinds[1][1:], kinds[2:]
    assert len(rows) == len(LISTED)
    assert all(row == heading for row in rows)


def test_what_each_action_does_not_cover_is_said():
    page = write_report(fake())
    for said in (
        "not others&#x27; posts that show her", "annotators go on reading", "not what it takes or lists anew later",
        "friends go on seeing it", "touches nothing that was never public", "no longer encrypted end to end since May",
        "nothing that was taken",
    ):  # fmt: skip
        assert said in page, said


def test_a_screen_names_what_flips_and_inside_which_range():
    results = fake()
    flip = {"question": "keeping", "low": "most_seen", "high": "everything", "count": 2}
    results["screen"] = {
        "evaluations": 12,
        "effects": [
            {"path": "channel.copy.p_copy", "mean": 0.3, "spread": 0.1, "steps": 4, "flips": [flip]},
            {"path": "rights.late_share", "mean": 0.0, "spread": 0.0, "steps": 4, "flips": []},
        ],
    }
    page = write_report(results)
    assert "Which strategy is best of those that keep half of the posts changes inside the range of channel" in page
    assert "No single range changes which strategy is best of all; best against friends" in page
    named = [results["strategies"][name]["title"] for name in ("most_seen", "everything")]
    assert f"best of those that keep half of the posts: {named[0]} to {named[1]}, 2 of 4" in page
    assert page.count("never") >= 1
