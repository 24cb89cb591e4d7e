"""Long work says its rate and its end on a terminal, and nothing elsewhere."""

import io
import re
import sys
from time import sleep

import pytest

from sim.verbs.progress import pace, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def worked(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("posts", 1000) as tick:
        for _ in range(8):
            sleep(0.06)
            tick(100)
    return screen.getvalue()


def test_a_terminal_shows_rate_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    said = worked(Terminal(), monkeypatch)
    assert "800/1000" in said
    assert re.search(r"[\d,]+ posts/s, 0:00:0\d left, ends \d\d:\d\d:\d\d", said), said[-400:]


def test_elsewhere_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worked(io.StringIO(), monkeypatch) == ""


def test_fast_and_slow_work_have_their_units() -> None:
    assert pace("posts", 12345.6, 70.4) == "12,346 posts/s, 0:01:10 left"
    assert pace("seeds", 0.05, 7322) == "3 seeds/min, 2:02:02 left"
