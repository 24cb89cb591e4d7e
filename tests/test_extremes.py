"""Numbers at the ends of what can be said end in a log that equals its twin, or in one clear paragraph."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.__main__ import main
from sim.core.errors import Mistake, Misuse
from sim.verbs.command import perform
from sim.verbs.compose import compose_config
from sim.verbs.selecting import with_selection

ROOT = str(Path(__file__).parents[1])
SMALL = ["world.size=80", "world.owners=2", "content=none", "check=4"]
EXTREME = [
    "platform.reach.feed_delay=1e20", "platform.reach.friends_find=1e-20", "channel.feed.delay_median_s=1e20",
    "channel.feed.delay_sigma=1000", "channel.copy.gone_per_year=1e-15", "channel.reshare.gone_per_year=1e-300",
    "others_gone_per_year=1e-15", "channel.scrape.crawlers.open_web.retention_days=1e20",
    "channel.scrape.crawlers.platform.way.after_s=1.5", "channel.scrape.crawlers.open_web.since=2020-01-01",
]  # fmt: skip
REFUSED = {
    "others_gone_per_year=-1": "above 0",
    "others_gone_per_year=0": "above 0",
    "seed=abc": "whole number",
    "seed=1.5": "whole number",
    "seed=-1": "whole number",
    "check=1.5": "whole number",
    "check=-1": "whole number",
    "channel.train.models.platform_2025.corpora=[]": "trained on nothing",
    "channel.reshare.virality_sigma=500": "at most",
    "channel.reshare.fades_after_s=1e12": "nothing fades so late",
    "platform.reach.strangers_visit=1e7": "at most",
    "channel.scrape.crawlers.open_web.since=2200-01-01": "ends before it begins",
}


@pytest.mark.parametrize("word", EXTREME)
def test_what_can_be_computed_equals_its_twin(word: str, tmp_path: Path) -> None:
    told = perform("propagate", None, compose_config("propagate", [*SMALL, word, f"out={tmp_path}"]), quiet=True)
    assert told["twin"]["equal"] is True


@pytest.mark.parametrize("word", REFUSED)
def test_what_cannot_is_refused_in_words(word: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=REFUSED[word]):
        perform("propagate", None, compose_config("propagate", [*SMALL, word, f"out={tmp_path}"]), quiet=True)
    assert not list(tmp_path.iterdir())


def test_an_empty_condition_selects_nothing_by_surprise() -> None:
    for word in ("select.keywords=[]", "select.kinds=[]", "select.regex=''", "select.before=''"):
        with pytest.raises(Misuse, match="would select every post"):
            with_selection(compose_config("plan", [word]))
    with_selection(compose_config("plan", ["select.keep_ids=[]"]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["decision=2020-01-01"], "Did you mean world.decision?"),
        (["channel.feed.delay_sigma=-1"], "channel.feed: 'delay_sigma' is -1"),
        (["out=README.md"], "nothing can be written there"),
        (["world.decision=1990-01-01"], "The decision is on 1990-01-01"),
        (["seeds=0"], "seeds=0: it takes a whole number"),
    ],
)
def test_wrong_use_says_where_and_has_status_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["propagate", *SMALL, *words]) in ((1,) if "1990" in said else (2,))
    assert said in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["propagate", *SMALL]])
def test_what_cannot_be_said_is_no_traceback(words: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": ROOT}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim", *words], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip
    assert done.returncode == 1 and "no space left on the device" in done.stderr and "Traceback" not in done.stderr


def test_letters_a_terminal_lacks_are_no_traceback(tmp_path: Path) -> None:
    words = ["propagate", *SMALL[:2], "trace=busiest", "channel=[feed,discovery]"]
    environment = {**os.environ, "PYTHONPATH": ROOT, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0 and "Who knows it in the end" in done.stdout, done.stderr


def test_a_sweep_goes_on_after_a_mistake_and_asks_before_it_begins(tmp_path: Path) -> None:
    def said(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sim", "propagate", *SMALL, "output=json", "-m", *words]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ROOT}
        )

    some = said("others_gone_per_year=0,0.1")
    assert some.returncode == 1 and len(json.loads(some.stdout)) == 1
    assert "others_gone_per_year=0: " in some.stderr and "Traceback" not in some.stderr
    for wrong in ("platform=mastodon,nowhere", "nonsense=1,2"):
        none = said(wrong)
        assert (none.returncode, none.stdout) == (2, "") and none.stderr.startswith("afterpost: There is no")
