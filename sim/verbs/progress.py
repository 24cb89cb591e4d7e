"""How far long work has come: a bar with its rate and its end, on a terminal alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, steps: int) -> Iterator[Callable[..., None]]:
    """A bar with rate and end time on the terminal; nothing where there is none. Yields what to call a step, or n."""
    if not sys.stderr.isatty() or steps < 2:
        yield lambda _=1: None
        return
    from datetime import timedelta

    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Pace(ProgressColumn):
        """Steps a second, what is left, and when it ends by the clock on the wall."""

        def render(self, task: Task) -> Text:
            left = task.time_remaining
            return Text("" if not task.speed or left is None else pace(what, task.speed, left) + ends(left))

    def ends(left: float) -> str:
        return f", ends {console.get_datetime() + timedelta(seconds=left):%H:%M:%S}"

    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), Pace())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=steps)
        yield lambda n=1: bar.advance(task, n)


def pace(what: str, per_second: float, left: float) -> str:
    """A rate and the seconds left: '1,200 posts/s, 0:01:10 left'; of slow work the time a step takes."""
    minutes, seconds = divmod(round(left), 60)
    rate = f"{per_second:,.0f} {what}/s" if per_second >= 10 else f"{60 * per_second:,.3g} {what}/min"
    return f"{rate}, {minutes // 60}:{minutes % 60:02}:{seconds:02} left"
