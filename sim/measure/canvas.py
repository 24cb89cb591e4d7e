"""A figure as an SVG string: the house style, the same bits every time."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

WIDE_IN = 10.0
NARROW_IN = 5.0
"""Widths of a figure in inches: for a screen or a wall, and for a phone. Type has the same size in both."""

# Colours that stay apart for every kind of colour vision (Okabe and Ito 2008), greys for what is out of reach.
INK, MUTED, FAINT = "#1a1a1a", "#5c5c5c", "#d9d9d9"
BLUE, VERMILION, ORANGE = "#0072b2", "#c14a00", "#e69f00"
SUNK, IRREVERSIBLE = "#5c5c5c", "#adadad"

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelpad": 8,
    "axes.labelsize": 13,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.dpi": 72,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 13,
    "lines.linewidth": 2.5,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "afterpost",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 12,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 12,
}

LONGEST = 34


def draw(paint: Callable[[Any], None], *, width_in: float, height_in: float) -> str:
    """`paint` a blank matplotlib figure and return it as SVG text: no date, no random ids, text as text."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(width_in, height_in))
        FigureCanvasAgg(figure)
        paint(figure)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return out.getvalue()


def embed(svg: str, *, prefix: str, alt: str) -> str:
    """An SVG of `draw` for use inside HTML: own ids, no prolog, no style for the rest of the page, an alt text.

    `alt` is already escaped for an attribute.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    opening = re.compile(r'<svg\b[^>]*?viewBox="([^"]*)"[^>]*>', re.DOTALL)
    return opening.sub(
        lambda found: (
            f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{found[1]}" role="img" aria-label="{alt}">'
        ),
        body,
        count=1,
    )


def shorten(text: str, longest: int = LONGEST) -> str:
    """`text` without control characters, cut to fit a figure."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return clean if len(clean) <= longest else f"{clean[: longest - 1].rstrip()}…"
