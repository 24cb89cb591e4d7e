"""A log in memory, on disk, or only counted: the same counts and digest, held against the twin."""

from pathlib import Path

import pytest

from sim.core.errors import Misuse
from sim.core.log_store import read_log
from sim.verbs.command import perform
from sim.verbs.compose import compose_config

SMALL = ("world.size=300", "world.owners=4", "content=none", "check=8")
FIGURES = ("posts", "events", "by_channel", "digest")


def told(folder: Path, *words: str) -> dict:
    return perform("propagate", None, compose_config("propagate", [*SMALL, *words, f"out={folder}"]), quiet=True)


def files(document: dict) -> set[str]:
    return {path.name for path in Path(document["run"]).iterdir()}


def test_what_is_kept_changes_nothing_of_what_happens(tmp_path: Path) -> None:
    memory, disk, nothing = (told(tmp_path / keep, f"keep={keep}") for keep in ("memory", "disk", "nothing"))
    figures = [{name: each[name] for name in FIGURES} for each in (memory, disk, nothing)]
    assert memory["events"] > 1000 and figures == [figures[0]] * 3
    assert files(memory) == files(nothing) == {"counts.json", "provenance.json"}
    assert files(disk) == files(nothing) | {"events", "objects"}
    assert read_log(Path(disk["run"])).events == disk["events"]
    assert [each["twin"]["of"] for each in (memory, disk, nothing)] == ["the log", "the log", "posts alone"]
    assert all(each["twin"]["equal"] for each in (memory, disk, nothing))


def test_what_is_checked_is_what_others_see_and_nothing_is_never_equal(tmp_path: Path) -> None:
    assert told(tmp_path, "check=5")["twin"]["events"] > 200
    alone = told(tmp_path, "world.mean_friends=0.0001", "channel=[feed]", "check=5")["twin"]
    assert (alone["events"], alone["equal"]) == (0, None)


def test_a_story_needs_the_log(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="leave write=false and keep=memory"):
        told(tmp_path, "keep=nothing", "trace=busiest")
    with pytest.raises(Misuse, match="ask for one of them"):
        told(tmp_path, "keep=nothing", "write=true")
    with pytest.raises(Misuse, match="memory, disk, nothing"):
        told(tmp_path, "keep=some")
