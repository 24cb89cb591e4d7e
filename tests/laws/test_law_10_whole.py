"""Law 10: a run is whole or absent, whoever kills the process and however full the disk is; and errors are words."""

import os
import signal
import subprocess
import sys
from copy import deepcopy
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from sim.core.build import build, build_each
from sim.core.errors import Mistake
from sim.core.parameters import parameters, settle
from sim.experiment import prepare
from sim.holders import answers
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_laws, world_noise

ROOT = Path(__file__).parents[2]
SMALL = ["world.size=60", "world.owners=2", "content=none", "horizon_days=30"]
VERBS = {
    "compare": ["seeds=1", "strategy=[nothing,everything]"],
    "plan": ["seeds=1", "strategy=[everything]", "choose=everything"],
    "generate": [],
    "propagate": ["write=true"],
}

# A command whose writes of tables and texts go well `before` times; the next does something to the process.
COMMAND = """
import os, resource, signal, sys
from pathlib import Path
import pyarrow.parquet
before, fate, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the shell that runs the tests has set
written = 0

def watched(write):
    def writing(*arguments, **named):
        global written
        if written == before and fate.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, fate))
        if written == before and fate == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        written += 1
        return write(*arguments, **named)
    return writing

pyarrow.parquet.write_table = watched(pyarrow.parquet.write_table)
Path.write_text = watched(Path.write_text)
from sim.__main__ import main
status = main(words)
print("written", written)
sys.exit(status)
"""


def run(verb: str, out: Path, *, before: int, fate: str) -> subprocess.CompletedProcess[str]:
    words = [verb, *SMALL, *VERBS[verb], f"out={out}"]
    return subprocess.run(
        [sys.executable, "-c", COMMAND, str(before), fate, *words],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def left(out: Path) -> list[str]:
    """What a user sees in the folder of runs: all that is not hidden."""
    return sorted(path.name for path in out.glob("*") if not path.name.startswith(".")) if out.exists() else []


@pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_leaves_nothing_and_one_clear_error(verb: str, tmp_path: Path) -> None:
    done = run(verb, tmp_path, before=1, fate="full")
    assert done.returncode == 1, done.stderr
    assert list(tmp_path.iterdir()) == []
    assert done.stderr.startswith("afterpost: Could not write") and "Traceback" not in done.stderr
    assert "Nothing was left half-written" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("verb", "fate"), [("compare", "SIGINT"), ("propagate", "SIGKILL")])
def test_a_killed_run_leaves_no_run(verb: str, fate: str, tmp_path: Path) -> None:
    done = run(verb, tmp_path, before=1, fate=fate)
    assert left(tmp_path) == []
    if fate == "SIGINT":
        assert done.returncode == 1 and "stopped" in done.stderr and "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == [], "an interrupted run cleans up behind itself"
    else:
        assert done.returncode == -signal.SIGKILL
    again = run(verb, tmp_path, before=-1, fate="none")
    assert again.returncode == 0, again.stderr
    assert len(left(tmp_path)) == 1


def test_an_older_run_stays_whole_when_the_new_one_is_killed(tmp_path: Path) -> None:
    assert run("generate", tmp_path, before=-1, fate="none").returncode == 0
    (name,) = left(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    assert run("generate", tmp_path, before=2, fate="SIGKILL").returncode == -signal.SIGKILL
    assert left(tmp_path) == [name]
    assert {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} == before


def test_a_word_in_place_of_any_number_is_refused() -> None:
    """Every number with a source of what is built before a comparison begins, one after the other."""
    config = compose_config("compare", [*SMALL, "experiment=gig_workers"])
    world, noise = make_world(config, 0), world_noise(config, 0)

    def begin(changed: dict[str, Any]) -> None:
        world_laws(changed, 0)
        prepare(world, changed, noise)
        answers(world, changed, noise)
        build(settle(changed["platform"], None), "platform")
        build_each(settle(changed["strategy"], None), "strategy")

    begin(config)
    paths = [path for path, node in parameters(config) if not isinstance(node["value"], str)]
    paths = [path for path in paths if path.split(".")[0] not in ("adversary", "account", "interaction")]
    assert len(paths) > 200
    passed = []
    for path in paths:
        changed: Any = deepcopy(config)
        *above, last = (int(name) if name.isdecimal() else name for name in path.split("."))
        reduce(getitem, above, changed)[last] = "many"
        try:
            begin(changed)
            passed.append(path)
        except Mistake:
            pass
        except (TypeError, ValueError) as problem:
            passed.append(f"{path}: {problem}")
    assert not passed, "\n".join(passed)


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "nonsense"], ["compare", "platform=nonsense"], ["compare", "seeds=0"], ["compare", "seeds=x"],
        ["compare", "channel.copy.p_copy=7"], ["compare", "world.size=-1"], ["compare", "world.decision=soon"],
        ["report", "/nowhere/at/all"], ["compare", "graph=edgelist", "graph.path=/nowhere.csv"],
        ["propagate", "channel.scrape.crawlers.platform.way=fly"], ["plan", "choose=nonsense"], ["nonsense"],
        ["compare", "channel.feed=3"], ["compare", "platform.reach=twitter"], ["compare", "interaction=3"],
        ["compare", "account=5"], ["compare", "graph.ties=many"], ["compare", "strategy.filter=null"],
        ["compare", "channel.copy.p_copy=many"], ["compare", "graph.ties.mean_friends=lots"],
        ["compare", "adversary.rounds=x"], ["compare", "others_gone_per_year=x"], ["compare", "account.like_share=x"],
        ["compare", "experiment=everyone_deletes", "interaction.views_per_day=x"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistake_is_one_paragraph(words: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from sim.__main__ import main

    small = [] if words[0] in ("report", "nonsense") else [*SMALL, f"out={tmp_path}"]
    given = {word.partition("=")[0] for word in words}
    status = main([*words, *(word for word in small if word.partition("=")[0] not in given)])
    said = capfd.readouterr()
    assert status in (1, 2)
    assert said.out == ""
    assert said.err.startswith("afterpost: ") and "Traceback" not in said.err and len(said.err) < 1500
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("strategy=[nothin]", "nothing"),
        ("platform=mastodn", "mastodon"),
        ("world=citi", "city"),
        ("channel=fed", "feed"),
    ],
)
def test_a_name_spelt_wrongly_is_guessed(word: str, meant: str, capfd: pytest.CaptureFixture[str]) -> None:
    from sim.__main__ import main

    assert main(["compare", word]) == 2
    assert f"Did you mean '{meant}'? There are: " in capfd.readouterr().err
