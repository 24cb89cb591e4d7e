"""The two figures that compare: the frontier of strategies, and the honest bar of learners.

Each is a function from results to an SVG string, empty where nothing can be drawn. `width_in` is WIDE_IN for a
screen or a wall, NARROW_IN for a phone: the layout follows, the type keeps its size.
"""

from collections.abc import Mapping, Sequence
from math import dist
from typing import Any

from sim.measure.amounts import adding_up, brief, count, known, percents_adding_up
from sim.measure.axes import bare_axes, share_axis
from sim.measure.canvas import (
    BLUE,
    FAINT,
    INK,
    IRREVERSIBLE,
    LONGEST,
    MUTED,
    ORANGE,
    SUNK,
    WIDE_IN,
    draw,
    shorten,
)
from sim.measure.findings import amount, chosen, compared, is_end, part, title_of, whole
from sim.measure.labels import Label, place
from sim.measure.results import Part, Results

HIDDEN = 0.01
"""Marks nearer than this share of an axis lie on each other."""


def frontier(results: Results, *, width_in: float = WIDE_IN) -> str:
    """Exposure avoided against posts kept: one point a strategy, its interval as a bar, the frontier as a line."""
    names = compared(results)
    if not names or whole(results)["avoidable"] <= 0:
        return ""
    height_in = 6.0 if width_in >= WIDE_IN else 6.4
    best = chosen(results)

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, height_in)
        axes.set(xlim=(-0.03, 1.05), ylim=(-0.12, 1.08))
        axes.set_xlabel("Posts kept")
        axes.set_ylabel("Avoidable exposure avoided")
        share_axis(axes.xaxis)
        share_axis(axes.yaxis)
        facts = results["strategies"]
        points = {name: (amount(facts[name]["kept_share"]), amount(facts[name]["avoided_share"])) for name in names}
        edge: list[tuple[float, float]] = []
        for kept, avoided in sorted(points.values(), key=lambda point: (-point[0], -point[1])):
            if not edge or avoided > edge[-1][1]:
                edge.append((kept, avoided))
        axes.plot(*zip(*edge, strict=True), color=FAINT, linewidth=5, zorder=1, solid_joinstyle="round")
        bars: list[list[tuple[float, float]]] = []
        for name, (kept, avoided) in points.items():
            low, high = known(facts[name]["avoided_share_low"]), known(facts[name]["avoided_share_high"])
            colour = BLUE if name == best else INK if is_end(name) else MUTED
            if low is not None and high is not None:
                axes.plot([kept, kept], [low, high], color=colour, linewidth=1.6, alpha=0.75, zorder=2)
                bars.append([(kept, low), (kept, high)])
            marker, size = ("s", 9) if is_end(name) else ("o", 12 if name == best else 9)
            over = 4 if is_end(name) else 3
            axes.plot([kept], [avoided], marker, color=colour, markersize=size, markeredgecolor="white", zorder=over)
        order = sorted(names, key=lambda name: (name != best, -points[name][1], name))
        labels = [
            Label(
                [points[name]],
                shorten(facts[name]["title"] or name, LONGEST - 12) + f" and {more} more"
                if more
                else facts[name]["title"] or name,
                BLUE if name == best else INK if is_end(name) else MUTED,
                name == best or is_end(name),
            )
            for name, more in _together(order, points, apart=[name for name in names if name == best or is_end(name)])
        ]
        place(axes, labels, points=list(points.values()), lines=[], faint=[*bars, edge])

    return draw(paint, width_in=width_in, height_in=height_in)


def _together(
    order: Sequence[str], points: Mapping[str, tuple[float, float]], *, apart: Sequence[str]
) -> list[tuple[str, int]]:
    """Names that get a label, and how many others each speaks for: those whose marks its own hides."""
    speaks: dict[str, int] = {}
    for name in order:
        hidden = (first for first in speaks if first not in apart and dist(points[first], points[name]) < HIDDEN)
        first = None if name in apart else next(hidden, None)
        speaks[name if first is None else first] = 0 if first is None else speaks[first] + 1
    return list(speaks.items())


def honest_bar(results: Results, *, width_in: float = WIDE_IN) -> str:
    """Per class of learner: sunk, irreversible, avoidable and left, avoided; each bar 100% of its own class."""
    name = chosen(results) or next(iter(results["parts"]), None)
    if name is None or not results["classes"]:
        return ""
    everything = part(results, name)
    if everything["sunk"] + everything["irreversible"] + everything["avoidable"] <= 0:
        return ""
    rows = [("everybody", everything)]
    rows += [(learners, part(results, name, learners)) for learners in results["classes"]]
    keys = [
        ("already learnt", SUNK),
        ("cannot be stopped", IRREVERSIBLE),
        ("avoidable, not avoided", ORANGE),
        (f"avoided: {title_of(results, name)}", BLUE),
    ]
    starts = (4, 128, 274, 450) if width_in >= WIDE_IN else (4,)  # the last is the longest
    step, bar = 58.0, 24.0
    head = 26.0 * (len(keys) // len(starts)) + 6
    height = head + step * len(rows)
    wide = 72 * width_in

    def paint(figure: Any) -> None:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, wide), ylim=(height, 0))
        axes.axis("off")
        for place_, (said, colour) in enumerate(keys):
            across, down = starts[place_ % len(starts)], 6 + 26 * (place_ // len(starts))
            _block(axes, across, down, 15, 15, colour)
            axes.text(across + 22, down + 8, shorten(said), va="center", fontsize=12)
        for place_, (learners, own) in enumerate(rows):
            _honest_row(axes, learners, own, top=head + step * place_, wide=wide, bar=bar)

    return draw(paint, width_in=width_in, height_in=height / 72)


def _block(axes: Any, left: float, top: float, width: float, height: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left, top), width, height, facecolor=colour, linewidth=0))


def _honest_row(axes: Any, learners: str, own: Part, *, top: float, wide: float, bar: float) -> None:
    """One class: its name and numbers above a bar of its four parts."""
    shares = [own["sunk"], own["irreversible"], own["avoidable"] - own["avoided"], own["avoided"]]
    total = sum(shares)
    title = axes.text(4, top + 17, shorten(learners, 20), fontsize=13, weight="bold", va="baseline")
    end = title.get_window_extent(axes.figure.canvas.get_renderer()).x1
    said_count = count if wide >= 72 * WIDE_IN else brief
    said_total = adding_up([own["sunk"], own["irreversible"], own["avoidable"]])[1]  # as in the text beside it
    axes.text(end + 8, top + 17, said_total if said_count is count else brief(total), fontsize=13, va="baseline")
    if total <= 0:
        _block(axes, 4, top + 24, wide - 8, bar, "#f2f2f2")
        return
    reach = f"{said_count(own['avoidable'])} avoidable, {said_count(own['avoided'])} avoided"
    axes.text(wide - 4, top + 17, reach, fontsize=12, va="baseline", ha="right", color=MUTED)
    left = 4.0
    for share, said, colour in zip(shares, percents_adding_up(shares), (SUNK, IRREVERSIBLE, ORANGE, BLUE), strict=True):
        width = (wide - 8) * share / total
        if width > 0:
            gap = min(1.0, width / 5)  # between parts, without swallowing a thin one
            _block(axes, left, top + 24, width - gap, bar, colour)
        if width > 42 + (36 if len(said) > 4 else 0):
            ink = "white" if colour in (SUNK, BLUE) else INK
            axes.text(left + width / 2, top + 24 + bar / 2, said, color=ink, ha="center", va="center", fontsize=12)
        left += width
