"""What is left out of a configuration, or is empty, leaves all else whole."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import channels, happenings, retold, scene

from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.schema import CHANNELS
from sim.core.store import new_folder, unfinished_folder
from sim.exposure.channels.train import MOST_COPIES, known_marks
from sim.exposure.propagate import propagate
from sim.measure.amounts import interval, percent
from sim.verbs.command import run as command
from sim.verbs.compose import compose_config
from sim.verbs.warm import warm

SMALL = ["world.size=60", "world.owners=2", "seeds=1", "content=none", "strategy=[nothing,everything]"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [["channel=[feed]"], ["channel=[feed,discovery]"]])
def test_a_comparison_needs_no_crawlers(here: Path, words: list[str]) -> None:
    assert command("compare", [*SMALL, *words]) == 0
    assert list((here / "runs").glob("*/results.json"))


def test_a_deletion_by_tilde_is_no_path_and_a_home_is_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    assert command("compare", [*SMALL, "~channel.copy"]) == 0
    with pytest.raises(Mistake, match=f"{here}/nowhere"):
        command("compare", ["~/nowhere"])


def test_a_warm_run_has_owners_whatever_their_age() -> None:
    warm(compose_config("compare", [*SMALL, "owners_aged=[89,90]"]))


@pytest.mark.parametrize("empty", [("ingest", "sources"), ("review", "projects"), ("market", "buyers")])
def test_an_empty_list_of_a_channel_adds_nothing(empty: tuple[str, str]) -> None:
    name, field = empty
    made, chain = scene(31, unit_s=60), channels(60)
    chain[name] = dataclasses.replace(chain[name], **{field: {}})  # type: ignore[type-var]
    log = propagate(made, list(chain.values()), Noise(3))
    assert happenings(log) == retold(made, list(chain.values()), Noise(3))[0]
    gone = {"ingest": "ingest", "review": "review", "market": "sell"}[name]
    assert not any(each.name[1] == CHANNELS.index(gone) for each in happenings(log))


def test_more_copies_than_are_counted_do_not_make_never_yes() -> None:
    marks, copies = np.array([MOST_COPIES + 1, 3, 9]), np.array([MOST_COPIES + 500, 5, 8])
    posts, found = known_marks(marks, copies)
    assert (posts.tolist(), found.tolist()) == ([1], [3])


@pytest.mark.parametrize("days", [0.0, 1e-6, float("nan")])
def test_a_span_is_a_second_at_least(days: float) -> None:
    chain: dict[str, Any] = channels(60)
    with pytest.raises(Mistake, match="a second at least"):
        dataclasses.replace(chain["market"], again_days=days)
    for crawler in chain["scrape"].crawlers.values():
        if hasattr(crawler.way, "period_days"):
            with pytest.raises(Mistake, match="a second at least"):
                dataclasses.replace(crawler.way, period_days=days)


def test_what_a_killed_run_left_is_no_hindrance_and_a_failed_renaming_keeps_the_older(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(text: str) -> None:
        with new_folder(here / "run") as beside:
            (beside / "text").write_text(text)
            left[:] = [beside]

    left: list[Path] = []
    made("older")
    left[0].mkdir()
    (left[0] / "half").write_text("of a run that was killed")
    made("newer")
    assert [each.name for each in (here / "run").iterdir()] == ["text"]
    rename = Path.rename
    monkeypatch.setattr(
        Path, "rename", lambda self, to: rename(self, to) if not self.name.endswith("partial") else _full()
    )
    with pytest.raises(Mistake, match="No space left"):
        made("newest")
    assert (here / "run" / "text").read_text() == "newer" and [each.name for each in here.iterdir()] == ["run"]


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_two_commands_do_not_fill_one_folder(here: Path) -> None:
    with unfinished_folder(here / "log") as beside:
        (beside / "part").write_text("the first's")
        with pytest.raises(Mistake, match="Another command"), unfinished_folder(here / "log"):
            pass
        assert (beside / "part").exists()
    assert [each.name for each in (here / "log").iterdir()] == ["part"]


def _full() -> None:
    raise OSError(28, "No space left on device")


def test_less_than_nothing_is_no_nought() -> None:
    assert [percent(share) for share in (-0.003, -0.0001, -0.2, -1.5)] == ["-0.3%", "over -0.1%", "-20%", "-150%"]
    assert [interval(-0.004, 0.2), interval(0.1, 0.2)] == ["-0.4% to 20%", "10–20%"]
