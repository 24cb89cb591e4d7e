"""A log on its way to disk, stopped by Ctrl-C or kill -9 at any block: the same command goes on, to the same digest."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from laws.test_law_10_whole import COMMAND, ROOT, left

from sim.core.log_store import read_log

WORDS = ["propagate", "write=true", "world.size=1500", "world.owners=90", "content=none", "output=json"]


def written(out: Path, *, before: int, fate: str, threads: int = 2) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, str(before), fate, *WORDS, f"threads={threads}", f"out={out}"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def document(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[0])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return document(written(tmp_path_factory.mktemp("whole"), before=-1, fate="none"))


def parts(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.p*") if path.parent != folder)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("fates", [["SIGINT"], ["SIGKILL"], ["SIGKILL", "SIGINT", "SIGKILL"]], ids="-".join)
def test_a_stopped_log_goes_on_at_its_block(fates: list[str], whole: dict, tmp_path: Path) -> None:
    for fate in fates:
        done = written(tmp_path, before=6, fate=fate)
        assert done.returncode == (1 if fate == "SIGINT" else -signal.SIGKILL), done.stderr
        assert left(tmp_path) == [], "half a log is no run"
        if fate == "SIGINT":
            assert "a log on disk or a replay goes on" in done.stderr and "Traceback" not in done.stderr
    again = document(written(tmp_path, before=-1, fate="none", threads=1))
    assert again["resumed_blocks"] >= len(fates)
    assert (again["digest"], again["events"], again["by_channel"]) == (
        whole["digest"], whole["events"], whole["by_channel"],
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == [Path(again["run"]).name]
    assert parts(Path(again["run"])) == parts(Path(whole["run"])), "nothing half-written is left inside"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["events", "objects"])
def test_a_part_that_was_cut_is_made_again(name: str, whole: dict, tmp_path: Path) -> None:
    written(tmp_path, before=6, fate="SIGKILL")
    (beside,) = tmp_path.glob(".*.unfinished")
    part = sorted((beside / name).glob("*.parquet"))[1]
    part.write_bytes(part.read_bytes()[:-100])
    again = document(written(tmp_path, before=-1, fate="none"))
    assert (again["digest"], again["resumed_blocks"]) == (whole["digest"], 1)
    assert read_log(Path(again["run"])).events == whole["events"]
