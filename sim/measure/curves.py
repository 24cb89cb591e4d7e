"""The three figures over time and effort: exposure, where to stop deleting, what waiting costs.

Each is a function from results to an SVG string, empty where nothing can be drawn; `width_in` as in figures.
"""

from math import ceil
from typing import Any

from sim.measure.amounts import brief, count, day, known, plural
from sim.measure.axes import bare_axes, count_axis, fixed_ticks, share_axis
from sim.measure.canvas import BLUE, FAINT, INK, SUNK, VERMILION, WIDE_IN, draw
from sim.measure.findings import chosen, delay, most, stop, title_of
from sim.measure.labels import Label, ends_share, label_ends, place
from sim.measure.results import Results

MONTH_DAYS = 30.4375
LANDMARKS = ("random", "at_random", "newest_first", "everything")
"""Orders of deletion a reader can picture, to hold the best one against."""

Line = list[tuple[float, float]]


def _line(xs: list[float], ys: list[float]) -> Line:
    """The points whose both numbers are known."""
    pairs = ((known(x), known(y)) for x, y in zip(xs, ys, strict=False))
    return [(x, y) for x, y in pairs if x is not None and y is not None]


def _spread(line: Line) -> Line:
    """Some points of a line to write its label at, best first: late, then earlier."""
    return [line[int((len(line) - 1) * share)] for share in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)] if line else []


def exposure_over_time(results: Results, *, width_in: float = WIDE_IN) -> str:
    """What is known over time: up to the decision (sunk), and what is added after it under a few strategies."""
    curves = {name: _line(results["over_time"]["days"], ys) for name, ys in results["over_time"]["curves"].items()}
    reference = "nothing" if "nothing" in curves else next(iter(curves), "")
    if len(curves.get(reference, [])) < 2 or max(y for _, y in curves[reference]) <= 0:
        return ""
    past_line = [(at, value) for at, value in curves[reference] if at <= 0]
    base = past_line[-1][1] if past_line else curves[reference][0][1]
    shown = [(most(results), INK), (chosen(results), BLUE), (reference, VERMILION)]
    colours = {name: colour for name, colour in shown if name in curves}
    after = {
        name: [(at / MONTH_DAYS, max(value - base, 0.0)) for at, value in curves[name] if at >= 0] for name in colours
    }
    labels = [
        Label(line[-1:], title_of(results, name), colours[name], bold=True) for name, line in after.items() if line
    ]
    stacked = width_in < WIDE_IN

    def paint(figure: Any) -> None:
        left, margin = 0.95 / width_in, ends_share(figure, labels)
        if stacked:
            past = figure.add_axes((left, 0.58, 0.97 - left, 0.36))
            future = figure.add_axes((left, 0.09, 1 - left - margin, 0.36))
        else:
            past = figure.add_axes((left, 0.17, 0.28, 0.70))
            future = figure.add_axes((left + 0.38, 0.17, 1 - left - 0.38 - margin, 0.70))
        _past(past, past_line, results)
        _future(future, after, colours)
        label_ends(future, labels)

    return draw(paint, width_in=width_in, height_in=8.4 if stacked else 5.2)


def _unit(results: Results) -> str:
    return "" if results["facts"]["archive"] else ", mean per owner"


def _past(axes: Any, line: Line, results: Results) -> None:
    decision = results["facts"]["decision"]
    axes.set_title(f"Up to {day(decision)}", loc="left", fontsize=13, weight="bold")
    axes.set_ylabel(f"Pairs learnt{_unit(results)}")
    if len(line) < 2 or line[-1][0] <= line[0][0]:
        axes.text(0.5, 0.5, "no record before", ha="center", va="center", transform=axes.transAxes, color=SUNK)
        axes.set(xticks=[], yticks=[])
        return
    start = int(decision[:4]) + (int(decision[5:7]) - 1) / 12
    years, values = [start + at / 365.25 for at, _ in line], [value for _, value in line]
    axes.fill_between(years, values, color=FAINT, linewidth=0)
    axes.plot(years, values, color=SUNK)
    axes.set(xlim=(years[0], years[-1]), ylim=(0, max(*values, 1e-9) * 1.15))
    axes.axvline(years[-1], color=INK, linewidth=1.2)
    first, last = int(years[0]) + 1, int(years[-1])
    step = max(1, -(-(last - first) // 3))
    fixed_ticks(axes.xaxis, [float(year) for year in range(last, first - 1, -step)])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    axes.set_xlabel("Year")
    count_axis(axes.yaxis)
    axes.text(0.06, 0.93, f"{count(values[-1])} sunk", transform=axes.transAxes, weight="bold", color=SUNK, va="top")


def _future(axes: Any, after: dict[str, Line], colours: dict[str, str]) -> None:
    axes.set_title("From then on, in addition", loc="left", fontsize=13, weight="bold")
    axes.set_xlabel("Months after the decision")
    months = max((x for line in after.values() for x, _ in line), default=0)
    top = max((y for line in after.values() for _, y in line), default=0)
    axes.set(ylim=(0, max(top * 1.15, 1e-9)), xlim=(0, max(months, 1e-9)))
    if 3 <= months <= 15:
        fixed_ticks(axes.xaxis, range(0, round(months) + 1, 3))
    else:
        count_axis(axes.xaxis)
    count_axis(axes.yaxis)
    for name, line in after.items():
        dashed = (0, (5, 2)) if colours[name] == INK else "-"
        axes.plot([x for x, _ in line], [y for _, y in line], color=colours[name], linestyle=dashed)


def stop_here(results: Results, *, width_in: float = WIDE_IN) -> str:
    """Share of avoidable exposure avoided after the first deletions, best order first, with where to stop."""
    mark = stop(results)
    if mark is None:
        return ""
    curves = results["stop_here"]
    others = [name for name in LANDMARKS if name in curves and name != mark.strategy]
    logarithmic = mark.deletions < 0.04 * mark.all_deletions and mark.all_deletions > 100
    stop_at = max(mark.deletions, 1.0) if logarithmic else mark.deletions
    height_in = 5.2

    def kept(name: str, field: str) -> Line:
        line = _line(curves[name]["deletions"], curves[name][field])  # type: ignore[literal-required]
        return [(x, y) for x, y in line if x >= 1 or not logarithmic]

    drawable = [name for name in (mark.strategy, *others) if kept(name, "share")]
    shown = list(zip(drawable, (BLUE, VERMILION), strict=False))

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, height_in)
        share_axis(axes.yaxis)
        axes.set_ylabel("Avoidable exposure avoided")
        if logarithmic:
            axes.set_xscale("log")
            axes.set_xlim(1, mark.all_deletions)
            axes.set_xlabel("Deletions (each mark ten times the last)")
            axes.minorticks_off()
        else:
            axes.set_xlim(0, max(mark.all_deletions, 1))
            axes.set_xlabel("Deletions")
            count_axis(axes.xaxis)
        axes.xaxis.set_major_formatter(lambda value, _: brief(value))
        lines = {name: kept(name, "share") for name, _ in shown}
        low, high = kept(mark.strategy, "low"), kept(mark.strategy, "high")
        axes.set_ylim(0, ceil(4.2 * max(y for line in (*lines.values(), high) for _, y in line)) / 4)
        if len(low) == len(high):
            band = [y for _, y in low], [y for _, y in high]
            axes.fill_between([x for x, _ in low], *band, color=BLUE, alpha=0.15, linewidth=0)
        said = f"80% of deleting all: {plural(mark.needed, 'deletion')}"
        labels = [Label([(stop_at, mark.share)], said)]
        for place_, (name, colour) in enumerate(shown):
            axes.plot([x for x, _ in lines[name]], [y for _, y in lines[name]], color=colour)
            labels.append(Label(_spread(lines[name]), title_of(results, name), colour, bold=True, line=place_))
        drop = [(stop_at, 0.0), (stop_at, mark.share)]
        axes.plot(*zip(*drop, strict=True), color=BLUE, linewidth=1, linestyle=(0, (2, 3)))
        axes.plot([stop_at], [mark.share], "o", color=BLUE, markersize=11, markeredgecolor="white", zorder=4)
        place(axes, labels, points=drop[1:], lines=[*lines.values(), drop])

    return draw(paint, width_in=width_in, height_in=height_in)


def cost_of_waiting(results: Results, *, width_in: float = WIDE_IN) -> str:
    """Pairs still avoidable if everything is done after waiting, with what is there now and when half is lost."""
    cost = delay(results)
    if cost is None:
        return ""
    height_in = 5.0
    own = results["waiting"]
    line, low, high = (_line(own["days"], ys) for ys in (own["avoidable"], own["low"], own["high"]))

    def paint(figure: Any) -> None:
        axes = bare_axes(figure, width_in, height_in)
        axes.set(xlim=(0, max(line[-1][0], 1e-9)), ylim=(0, max(y for _, y in (*line, *high)) * 1.12))
        axes.set_xlabel("Days waited before cleaning up")
        axes.set_ylabel(f"Pairs still avoidable{_unit(results)}")
        count_axis(axes.xaxis)
        count_axis(axes.yaxis)
        if len(low) == len(high):
            band = [y for _, y in low], [y for _, y in high]
            axes.fill_between([x for x, _ in low], *band, color=BLUE, alpha=0.15, linewidth=0)
        axes.plot([x for x, _ in line], [y for _, y in line], color=BLUE)
        labels = [Label(line[:1], f"{count(cost.now)} if done today", BLUE, bold=True)]
        if cost.half_days is not None:
            half = (cost.half_days, cost.now / 2)
            axes.plot(*half, "o", color=BLUE, markersize=11, markeredgecolor="white")
            labels.append(Label([half], f"half lost after {count(round(cost.half_days))} days", bold=True))
        place(axes, labels, points=[label.anchors[0] for label in labels], lines=[line])

    return draw(paint, width_in=width_in, height_in=height_in)
