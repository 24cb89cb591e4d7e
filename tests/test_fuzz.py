"""Ten thousand damaged archives: each is read or refused; none crashes, hangs or fills the memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import outcome, sound

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("first", range(0, 10_000, 2_500))
def test_damaged_archives_are_read_or_refused(first: int) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "2500", str(first)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout)
    assert found["inputs"] == 2500 == found["read"] + found["rows lost"] + found["refused"]
    assert min(found["read"], found["rows lost"], found["refused"]) > 100  # the damage is neither too tame nor too wild
    assert found["peak_mb"] < 600


def test_an_input_depends_on_its_number_alone() -> None:
    assert [outcome(number) for number in range(40)] == [outcome(number) for number in range(40)]
    assert len(sound()) == 8
