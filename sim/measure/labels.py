"""Labels written beside what they name, off the marks, off the lines and off each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measure.canvas import INK, MUTED, shorten

SIZE = 12
"""Of the type, in points."""
RADII = (9, 12, 15, 19, 24, 34, 46, 60, 76, 94, 114, 136, 160, 190)
"""Distances from the anchor that are tried, in points of the figure."""
TURNS = 24
END_LETTERS = 20
"""Longest label at the end of a line."""
LINE_FROM = 17
"""A label further than this from its anchor gets a thin line to it."""
ASTRAY = 60.0
"""Cost of a place nearer to another line than to its own, as far as this distance."""

Points = Sequence[tuple[float, float]]
Boxes = NDArray[np.float64]
"""Rows of left, bottom, right, top, in points of the figure."""


@dataclass(frozen=True)
class Label:
    """Text that belongs to any one of some points of the axes (data coordinates), the earlier the better.

    `line` is the position, among the lines given to `place`, of the one it names; -1: it names a mark.
    """

    anchors: Points
    text: str
    colour: str = INK
    bold: bool = False
    line: int = -1


@dataclass(frozen=True)
class Spot:
    """Where a label may go: its box, the anchor it names, how far away that is, and how bad the place is."""

    cost: float
    box: tuple[float, float, float, float]
    anchor: tuple[float, float]
    distance: float


def place(
    axes: Any, labels: Sequence[Label], *, points: Points, lines: Sequence[Points], faint: Sequence[Points] = ()
) -> Boxes:
    """Write each label near one of its anchors, in order, clear of `points` and `lines` (data coordinates).

    It may cross `faint` lines where that saves it from going far.

    Tries places on growing circles and takes the one with least overlap, then the nearest. The axes must have
    their final limits and scales. Returns the boxes the labels take.
    """
    renderer = axes.figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    inside = (frame.x0, frame.y0, frame.x1, frame.y1)

    def seen(point: tuple[float, float]) -> tuple[float, float]:
        x, y = axes.transData.transform(point)
        return float(x), float(y)

    traces = [np.array(_dense([seen(point) for point in line])).reshape(-1, 2) for line in lines]
    marks = _around([seen(point) for point in points], 5)
    taken = np.concatenate([marks, *(_around(trace, 3) for trace in traces)])
    crossed = np.concatenate([_around(_dense([seen(point) for point in line]), 3) for line in ((), *faint)])
    written = np.empty((0, 4))
    for label in labels:
        text = axes.figure.text(0, 0, shorten(label.text), fontsize=SIZE, color=label.colour, va="center")
        text.set_weight("bold" if label.bold else "normal")
        width = text.get_window_extent(renderer).width
        own = traces[label.line] if label.line >= 0 else None
        others = np.concatenate([t for k, t in enumerate(traces) if k != label.line]) if own is not None else None
        spots = (
            _best_spot(
                seen(anchor),
                width,
                inside,
                (taken, crossed),
                solid=np.concatenate([marks, written]),
                own=own,
                others=others,
                penalty=3.0 * rank,
            )
            for rank, anchor in enumerate(label.anchors)
        )
        spot = min(spots, key=lambda spot: spot.cost)
        taken, written = (np.concatenate([boxes, [spot.box]]) for boxes in (taken, written))
        left, bottom, _, top = spot.box
        text.set_position(((left + 2) / axes.figure.bbox.width, (bottom + top) / 2 / axes.figure.bbox.height))
        if spot.distance > LINE_FROM:
            _join(axes, spot)
            taken = np.concatenate([taken, _leader(spot.box, spot.anchor)])
    return written


def ends_share(figure: Any, labels: Iterable[Label]) -> float:
    """The share of the figure's width that `label_ends` needs right of the axes."""
    renderer = figure.canvas.get_renderer()
    widest = 0.0
    for label in labels:
        text = figure.text(0, 0, shorten(label.text, END_LETTERS), fontsize=SIZE, weight="bold")
        widest = max(widest, text.get_window_extent(renderer).width)
        text.remove()
    return float((widest + 14) / figure.bbox.width)


def label_ends(axes: Any, labels: Sequence[Label]) -> None:
    """Write each label right of its first anchor, the end of a line, pushed apart where ends lie close together."""
    ends = [axes.transData.transform(label.anchors[0]) for label in labels]
    order = sorted(range(len(labels)), key=lambda k: float(ends[k][1]))
    heights: list[float] = []
    for k in order:
        heights.append(max(float(ends[k][1]), heights[-1] + 1.35 * SIZE if heights else -np.inf))
    lift = sum(at - float(ends[k][1]) for at, k in zip(heights, order, strict=True)) / max(len(order), 1)
    figure = axes.figure
    for at, k in zip(heights, order, strict=True):
        figure.text(
            (float(ends[k][0]) + 8) / figure.bbox.width,
            (at - lift) / figure.bbox.height,
            shorten(labels[k].text, END_LETTERS),
            fontsize=SIZE,
            color=labels[k].colour,
            weight="bold" if labels[k].bold else "normal",
            va="center",
        )


def _join(axes: Any, spot: Spot) -> None:
    """A thin line from a label's box to its anchor."""
    axes.annotate(
        "",
        spot.anchor,
        _edge(spot.box, spot.anchor),
        xycoords="figure pixels",
        textcoords="figure pixels",
        arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 5},
        annotation_clip=False,
    )


def _edge(box: tuple[float, float, float, float], anchor: tuple[float, float]) -> tuple[float, float]:
    """Where the line from a label to its anchor leaves the box."""
    left, bottom, right, top = box
    return min(max(anchor[0], left), right), min(max(anchor[1], bottom + 2), top - 2)


def _leader(box: tuple[float, float, float, float], anchor: tuple[float, float]) -> Boxes:
    """What the line from a label to the mark at its anchor covers, the mark itself left out."""
    along = [
        at for at in _dense([_edge(box, anchor), anchor], step=3) if hypot(at[0] - anchor[0], at[1] - anchor[1]) > 8
    ]
    return _around(along, 1.5)


def _around(points: Points | NDArray[np.float64], half: float) -> Boxes:
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.concatenate([at - half, at + half], axis=1)


def _dense(line: Points, step: float = 5) -> list[tuple[float, float]]:
    """Points every `step` along a line."""
    dense = list(line[:1])
    for (x0, y0), (x1, y1) in pairwise(line):
        pieces = max(1, int(hypot(x1 - x0, y1 - y0) / step))
        dense += [(x0 + (x1 - x0) * k / pieces, y0 + (y1 - y0) * k / pieces) for k in range(1, pieces + 1)]
    return dense


def overlap(box: tuple[float, float, float, float], others: Boxes) -> float:
    """Area that a box has in common with others, in square points."""
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return float((np.maximum(wide, 0) * np.maximum(high, 0)).sum())


def _distance(box: tuple[float, float, float, float], trace: NDArray[np.float64]) -> float:
    """From a box to the nearest of some points; infinite if there are none."""
    across = np.maximum(np.maximum(box[0] - trace[:, 0], trace[:, 0] - box[2]), 0)
    up = np.maximum(np.maximum(box[1] - trace[:, 1], trace[:, 1] - box[3]), 0)
    return float(np.hypot(across, up).min(initial=np.inf))


def _places(*upright: float) -> list[tuple[int, float]]:
    """Turns around an anchor, each with the share of a text left of its point there; `upright` above and below."""
    shares = [(turn, cos(2 * pi * turn / TURNS)) for turn in range(TURNS)]
    sides = {turn: (0.0,) if across > 0.35 else (1.0,) if across < -0.35 else upright for turn, across in shares}
    return [(turn, share) for turn, those in sides.items() for share in those]


_NEAR = _places(0.5)
_FAR = _places(0.5, 0.0, 1.0)
"""A label joined by a line may also begin or end above its mark, so that the line passes beside the nearer labels."""


def _best_spot(
    anchor: tuple[float, float],
    width: float,
    inside: tuple[float, float, float, float],
    obstacles: tuple[Boxes, Boxes],
    *,
    solid: Boxes,
    own: NDArray[np.float64] | None,
    others: NDArray[np.float64] | None,
    penalty: float,
) -> Spot:
    """The best place for a text by one anchor; right of it if nothing speaks against. No line crosses `solid`."""
    (x, y), (taken, crossed), size = anchor, obstacles, SIZE
    frame = np.array([inside])
    best: Spot | None = None
    for radius in RADII:
        if best is not None and best.cost < radius + penalty:
            break  # no place further out can be better
        for turn, start in _FAR if radius > LINE_FROM else _NEAR:
            across, up = cos(2 * pi * turn / TURNS), sin(2 * pi * turn / TURNS)
            left = x + radius * across - start * width + (8 * (1 - 2 * start) if abs(across) < 0.35 else 0)
            middle = y + 0.85 * radius * up + (size / 2 if up > 0.8 else -size / 2 if up < -0.8 else 0)
            box = (left - 2, middle - 0.62 * size, left + width + 2, middle + 0.62 * size)
            outside = (width + 4) * 1.24 * size - overlap(box, frame)
            cost = 50 * (overlap(box, taken) + 2 * max(outside, 0.0)) + overlap(box, crossed) + radius + penalty
            cost += 0.0 if turn == 0 else 2.0 if turn == TURNS // 2 else 4.0
            if radius > LINE_FROM:
                cost += 50 * sum(overlap(tuple(piece), solid) for piece in _leader(box, anchor))
            if own is not None and others is not None and _distance(box, others) < _distance(box, own) + 3:
                cost += ASTRAY
            if best is None or cost < best.cost:
                best = Spot(cost, box, anchor, radius)
    assert best is not None
    return best
