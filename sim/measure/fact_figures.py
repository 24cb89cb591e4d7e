"""The figures of a validation: what was generated as a line; what was published as marks, bands or a second line.

Each is a function from the curves generated and published to an SVG string, empty where nothing was made.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.measure.amounts import brief, percent
from sim.measure.axes import bare_axes, fixed_ticks, share_axis
from sim.measure.canvas import BLUE, FAINT, INK, MUTED, VERMILION, WIDE_IN, draw
from sim.measure.labels import Label, Points, place

HEIGHT_IN = 5.0
TIMES = ((1, "1 min"), (10, "10 min"), (80, "80 min"), (480, "8 h"), (1440, "1 day"), (10080, "1 week"))
FEW_TIMES = (TIMES[0], TIMES[2], TIMES[4])
COARSE, FINE = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000), (2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200)
FEW_POINTS = 12
"""Published figures up to so many are marks, more are a line."""

Curves = Mapping[str, Any]
Line = list[tuple[float, float]]


def _line(xs: Sequence[float], ys: Sequence[float]) -> Line:
    return list(zip(xs, ys, strict=True))


def _anchors(line: Line, shares: Sequence[float]) -> Line:
    """Points of a line at these shares of its length, to write its name at."""
    return [line[int((len(line) - 1) * share)] for share in shares]


def _compare(
    axes: Any, made: Line, known: Line, name: str, *, at: Sequence[float], bands: Sequence[Points] = ()
) -> None:
    """The generated line, what was published, bands, and both names, the first at shares `at` of its line."""
    marks = len(known) <= FEW_POINTS
    for band in bands:
        axes.plot(*zip(*band, strict=True), color=VERMILION, linewidth=9, alpha=0.3, solid_capstyle="butt")
    if not marks:
        axes.plot(*zip(*known, strict=True), color=VERMILION, linewidth=2, linestyle=(0, (4, 3)), zorder=3)
    axes.plot(*zip(*made, strict=True), color=BLUE, linewidth=2.5 if marks else 4, alpha=1 if marks else 0.6)
    if marks:
        axes.plot(*zip(*known, strict=True), "D", color=VERMILION, markersize=9, markeredgecolor="white", zorder=5)
    lines = [made, *bands] if marks else [made, known]
    named = known[::-1] if marks else _anchors(known, (0.3, 0.5, 0.7))
    several = len(lines) > 1
    labels = [
        Label(_anchors(made, at), "generated", BLUE, bold=True, line=0 if several else -1),
        Label(named, name, VERMILION, bold=True, line=-1 if marks else 1),
    ]
    place(axes, labels, points=known if marks else [], lines=lines)


def degrees(made: Curves, known: Curves, *, width_in: float = WIDE_IN) -> str:
    """Share of people with at least so many friends, as multiples of the mean, on log-log axes."""
    left, right = 0.02, 20.0
    line = [(x, y) for x, y in _line(made["over_mean"], made["ccdf"]) if left <= x <= right]
    other = [(x, y) for x, y in _line(known["over_mean"], known["ccdf"]) if left <= x <= right]
    if len(line) < 2 or not other:
        return ""

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, HEIGHT_IN)
        axes.set(xscale="log", yscale="log", xlim=(left, right), ylim=(8e-4, 1.3))
        axes.set_xlabel("Friends, as a multiple of the mean")
        axes.set_ylabel("People with at least as many")
        fixed_ticks(axes.xaxis, (0.1, 1, 10))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        fixed_ticks(axes.yaxis, (0.001, 0.01, 0.1, 1))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        axes.minorticks_off()
        _compare(axes, line, other, known["name"], at=(0.9, 0.8, 0.5))

    return draw(paint, width_in=width_in, height_in=HEIGHT_IN)


def clustering(made: Curves, known: Curves, *, width_in: float = WIDE_IN) -> str:
    """Mean local clustering by number of friends; `known` may have a band of low and high at its one point."""
    line, other = _line(made["friends"], made["share"]), _line(known["friends"], known["share"])
    if len(line) < 2 or not other:
        return ""
    band = [(other[0][0], known["low"]), (other[0][0], known["high"])] if "low" in known else []

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, HEIGHT_IN)
        across = [x for x, _ in (*line, *other)]
        limits = (min(across) / 1.15, max(across) * 1.3)
        axes.set(xscale="log", xlim=limits, ylim=(0, 1.15 * max(y for _, y in (*line, *other, *band))))
        axes.set_xlabel("Friends")
        axes.set_ylabel("Pairs of friends who are friends")
        coarse = limits[1] > 12 * limits[0]
        round_ = COARSE if coarse else FINE
        step = 2 if coarse and width_in < WIDE_IN else 1
        fixed_ticks(axes.xaxis, [at for at in round_ if limits[0] <= at <= limits[1]][::step])
        axes.xaxis.set_major_formatter(lambda value, _: brief(float(value)))
        axes.minorticks_off()
        axes.yaxis.set_major_formatter(lambda value, _: percent(round(float(value), 6)))
        _compare(axes, line, other, known["name"], at=(0.95, 0.8, 0.1), bands=[band] if band else [])

    return draw(paint, width_in=width_in, height_in=HEIGHT_IN)


def mixing(made: Curves, known: Curves, *, width_in: float = WIDE_IN) -> str:
    """Where the ties of each country's people go: one row a country, darker for more."""
    names, share = made["names"], made["share"]
    if len(names) < 2:
        return ""
    height_in = 1.2 + min(0.5, width_in / (len(names) + 3)) * len(names)
    size = 11 if width_in >= WIDE_IN and len(names) <= 14 else 0

    def paint(figure: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        axes = figure.add_axes((0.95 / width_in, 0.1 / height_in, 1 - 1.05 / width_in, 1 - 0.95 / height_in))
        shades = LinearSegmentedColormap.from_list("blue", ["#f5f5f3", BLUE])
        axes.imshow(share, cmap=shades, vmin=0, vmax=1, aspect="auto")
        for side in axes.spines.values():
            side.set_visible(False)
        axes.set_xticks(range(len(names)), names)
        axes.set_yticks(range(len(names)), names)
        axes.xaxis.set_label_position("top")
        axes.set(xlabel="lead to people in", ylabel="Ties of people in")
        between = [at - 0.5 for at in range(1, len(names))]
        axes.set_xticks(between, minor=True)
        axes.set_yticks(between, minor=True)
        axes.tick_params(which="both", length=0, labeltop=True, labelbottom=False)
        axes.grid(which="minor", color="white", linewidth=2)
        for y, row in enumerate(share if size else ()):
            for x, value in enumerate(row):
                colour = "white" if value > 0.5 else INK if value >= 0.1 else MUTED
                said = f"{100 * value:.0f}%" if value >= 0.005 else "–"
                axes.text(x, y, said, ha="center", va="center", color=colour, fontsize=size)

    return draw(paint, width_in=width_in, height_in=height_in)


def posts(made: Curves, known: Curves, *, width_in: float = WIDE_IN) -> str:
    """Lorenz curve of posts: what the least active share of people writes."""
    line = _line(made["people"], made["posts"])
    if line[-1][1] <= 0:
        return ""
    other, band = (
        _line(known["people"], known["posts"]),
        [(known["people"][0], at) for at in (known["low"], known["high"])],
    )

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, HEIGHT_IN)
        share_axis(axes.xaxis)
        share_axis(axes.yaxis)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.set_xlabel("People, the least active first")
        axes.set_ylabel("Posts they write")
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.5)
        axes.text(0.28, 0.3, "if all wrote alike", color=MUTED, ha="right", va="bottom", fontsize=12)
        _compare(axes, line, other, known["name"], at=(0.97, 0.95), bands=[band])

    return draw(paint, width_in=width_in, height_in=HEIGHT_IN)


def views(made: Curves, known: Curves, *, width_in: float = WIDE_IN) -> str:
    """Share of a post's views that have happened by some time after it, on a logarithmic axis of time."""
    line = _line(made["minutes"], made["share"])
    if line[-1][1] <= 0:
        return ""
    other = _line(known["minutes"], known["share"])

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, HEIGHT_IN)
        axes.set(xscale="log", xlim=(1, 10080), ylim=(0, 1.05))
        axes.minorticks_off()
        shown = TIMES if width_in >= WIDE_IN else FEW_TIMES
        axes.set_xticks([minutes for minutes, _ in shown], [said for _, said in shown])
        share_axis(axes.yaxis)
        axes.set_xlabel("Time since the post")
        axes.set_ylabel("Views so far")
        _compare(axes, line, other, known["name"], at=(0.3, 0.25, 0.35))

    return draw(paint, width_in=width_in, height_in=HEIGHT_IN)
