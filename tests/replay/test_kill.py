"""kill -9 at any moment, then the same command: nothing lost, nothing twice; receipts agree with the server."""

import signal
import subprocess
from pathlib import Path

import pytest
from replay.platform import Platform, served
from replay.runs import command, finished, save

from sim.core.schema import RESULTS
from sim.core.store import read_table
from sim.platforms.replay.clock import WallClock

PLANNED, SPARED = 40, 10
MOMENTS = [("before", "GET", 3), ("before", "DELETE", 1), ("after", "DELETE", 2), ("before", "DELETE", 9),
           ("after", "DELETE", 12), ("after", "GET", 20)]  # fmt: skip


@pytest.mark.parametrize("moments", [MOMENTS[:3], MOMENTS[3:]], ids=["early", "late"])
def test_a_killed_replay_goes_on_where_it_was(tmp_path: Path, moments: list[tuple[str, str, int]]) -> None:
    with served(Platform(WallClock())) as (platform, address):
        ids = platform.fill(PLANNED + SPARED)
        run = save(tmp_path / "run", [(n, name, "delete") for n, name in enumerate(ids[:PLANNED])])
        words = (str(run), "live=true", f"allow={PLANNED}", f"server={address}")
        for moment, method, count in moments:
            process, seen = command(*words), 0

            def kill(
                now: str, what: str, process: subprocess.Popen[str] = process, at: tuple[str, str] = (moment, method),
                most: int = count,
            ) -> None:  # fmt: skip
                nonlocal seen
                seen += (now, what) == at
                if seen == most:
                    process.send_signal(signal.SIGKILL)

            platform.watch = kill
            process.communicate(timeout=300)
            assert process.returncode == -signal.SIGKILL, "it was to die in the middle"
        platform.watch = lambda moment, path: None
        status, document, problem = finished(*words)
        assert status == 0, problem
        assert sorted(platform.deleted) == sorted(ids[:PLANNED]), "each once, and nothing else"
        assert set(platform.items) == set(ids[PLANNED:])
        assert document["observed"]["left"] == 0
    receipts = read_table(run.with_name("run.replay") / "receipts.parquet").to_pylist()
    assert [row["native_id"] for row in receipts] == ids[:PLANNED]
    assert {RESULTS[row["result"]] for row in receipts} == {"confirmed"}
    lines = (run.with_name("run.replay") / "archive" / "items.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= PLANNED
