"""What the axes of all figures share: margins and ticks."""

from collections.abc import Iterable
from typing import Any

from sim.measure.amounts import brief, percent


def fixed_ticks(axis: Any, at: Iterable[float]) -> None:
    """Ticks at exactly these values."""
    from matplotlib.ticker import FixedLocator

    axis.set_major_locator(FixedLocator(list(at)))


def share_axis(axis: Any) -> None:
    """Ticks at quarters, printed as percents."""
    fixed_ticks(axis, (0, 0.25, 0.5, 0.75, 1))
    axis.set_major_formatter(lambda value, _: percent(round(value, 6)))


def count_axis(axis: Any) -> None:
    """About five ticks, printed short, all in thousands where one must be."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, min_n_ticks=3, steps=[1, 2, 2.5, 5, 10]))

    def said(value: float, _: int) -> str:
        in_thousands = value and 1e4 <= max(axis.get_view_interval()) < 1e6
        return f"{value / 1e3:g}k" if in_thousands else brief(round(value, 9))

    axis.set_major_formatter(said)


def bare_axes(figure: Any, width_in: float, height_in: float) -> Any:
    """Axes with margins in inches, so that type never collides whatever the width."""
    bottom, top = 0.85 / height_in, 1 - 0.25 / height_in
    return figure.add_axes((1.0 / width_in, bottom, 1 - 1.25 / width_in, top - bottom))
