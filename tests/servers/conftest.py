"""No test on a server takes for ever: after LONGEST_S it fails where it stands, and its servers are killed."""

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

LONGEST_S = 900


def _too_long(_: int, where: FrameType | None) -> None:
    pytest.fail(f"it took over {LONGEST_S} s")


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
