"""The verbs plan and compare on archives of every platform: previews, selections, several paths, the right limits."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.__main__ import main
from sim.core.store import read_table
from sim.verbs.archive import archive_at
from tests.archives import (
    bluesky_car,
    discord_files,
    facebook_files,
    js,
    reddit_files,
    telegram_files,
    tweet,
    write_files,
    x_files,
    zip_files,
)

SMALL = ["world.size=60", "seeds=1", "horizon_days=30", "threads=1", "output=json"]
INSTAGRAM = {
    "your_instagram_activity/media/posts_1.json": json.dumps(
        [{"media": [{"uri": "a.jpg", "creation_timestamp": 1_600_000_000, "title": "a dog"}]}]
    )
}
MASTODON = {
    "outbox.json": json.dumps(
        {
            "orderedItems": [
                {
                    "type": "Create",
                    "actor": "https://social.example/users/eve",
                    "object": {
                        "id": "https://social.example/users/eve/statuses/1", "type": "Note", "content": "<p>hello</p>",
                        "published": "2020-01-02T03:04:05Z", "to": ["as:Public"],
                    },
                }
            ]
        }
    )
}  # fmt: skip
FILES: dict[str, tuple[dict[str, Any], str]] = {
    "mastodon": (MASTODON, "Mastodon"),
    "bluesky": ({"repo.car": bluesky_car()}, "Bluesky"),
    "x": (x_files(tweet(1), tweet(2)), "X"),
    "instagram": (INSTAGRAM, "Instagram"),
    "facebook": (facebook_files(), "Facebook"),
    "reddit": (reddit_files(), "Reddit"),
    "discord": (discord_files(), ""),
    "telegram": (telegram_files(), ""),
}


def done(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The document of a command that succeeds."""
    archive_at.cache_clear()
    status = main(list(words))
    out, err = capsys.readouterr()
    assert status == 0, err
    return dict(json.loads(out))


@pytest.mark.parametrize("platform", FILES)
def test_plan_and_compare_work_on_every_kind_of_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    files, title = FILES[platform]
    path = zip_files(tmp_path / "given.zip", files)
    found = done(capsys, "plan", str(path), *SMALL, "choose=everything", f"out={tmp_path / 'runs'}")
    assert title in found["platform"]
    assert found["actions"] == found["preview"]["chosen"] == sum(found["preview"]["by_kind"].values()) > 0
    assert read_table(Path(found["run"]) / "plan.parquet").num_rows == found["actions"]
    assert found["finish"] and found["money_usd"] >= 0
    ranked = done(capsys, "compare", str(path), *SMALL, "strategy=[nothing,everything]", f"out={tmp_path / 'runs'}")
    assert {row["strategy"] for row in ranked["leaderboard"]} == {"nothing", "everything"}


def test_a_selection_is_given_saved_loaded_and_previewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    likes = {"data/like.js": js("like", [{"like": {"tweetId": "2"}}])}
    tweets = [tweet(n, full_text=text) for n, text in ((1, "old elm"), (2, "my elm"), (3, "oak"), (4, "elm too"))]
    path = str(write_files(tmp_path / "x", x_files(*tweets) | likes))
    saved, out = tmp_path / "mine.yaml", f"out={tmp_path / 'runs'}"
    asked = ["select.keywords=[elm]", "select.keep_faved=true", "select.keep_ids=['4']", f"save={saved}"]
    found = done(capsys, "plan", path, *SMALL, *asked, out)
    assert (found["strategy"], found["actions"]) == ("filter", 1)
    assert found["preview"]["kept"] == {"keep_faved": 1, "keep_ids": 1}
    assert "old elm" in found["preview"]["samples"][0]
    assert found["money_usd"] == pytest.approx(0.01)
    again = done(capsys, "plan", path, *SMALL, f"select={saved}", out, "horizon_days=31")
    assert (again["actions"], again["preview"]["samples"]) == (1, found["preview"]["samples"])
    assert (Path(again["run"]) / "selection.yaml").read_text() == saved.read_text()
    changed = done(capsys, "plan", path, *SMALL, f"select.file={saved}", "select.keep_ids=[]", out)
    assert changed["actions"] == 2
    other = done(capsys, "plan", path, *SMALL, f"select={saved}", "choose=oldest_first", out)
    assert (other["strategy"], other["actions"]) == ("oldest_first", 1)
    record = json.loads((Path(other["run"]) / "provenance.json").read_text())["parameters"]
    assert record["select"] is None and record["strategy"]["oldest_first"]["selection"]["keywords"] == ["elm"]
    ranked = done(capsys, "compare", path, *SMALL, "strategy=[filter,nothing]", f"select={saved}", out)
    assert {row["strategy"] for row in ranked["leaderboard"]} == {"nothing", "filter"}


def test_several_paths_are_one_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one").mkdir()
    one = zip_files(tmp_path / "one" / "x.zip", x_files(tweet(1)))
    two = zip_files(tmp_path / "x.zip", x_files(tweet(1), tweet(2)))
    words = [*SMALL, "choose=everything", f"out={tmp_path / 'runs'}"]
    found = done(capsys, "plan", str(one), str(two), *words)
    assert found["actions"] == 2
    assert any("2 exports of one account were merged" in note for note in found["notes"])
    record = json.loads((Path(found["run"]) / "provenance.json").read_text())
    assert sorted(record["inputs"]) == sorted([str(one), str(two)])
    assert done(capsys, "plan", str(tmp_path), *words)["actions"] == 2


def test_a_platform_that_is_asked_for_is_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = zip_files(tmp_path / "x.zip", x_files(tweet(1)))
    words = [*SMALL, "choose=everything", f"out={tmp_path / 'runs'}"]
    assert done(capsys, "plan", str(path), *words, "platform=mastodon")["platform"] == "Mastodon"
    assert done(capsys, "plan", str(path), *words, "platform.limits.pace=1.0")["platform"] == "X"


def test_what_the_archive_does_not_say_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = zip_files(tmp_path / "x.zip", x_files(tweet(1)))
    assert main(["plan", str(path), *SMALL, "select.keep_pinned=true", f"out={tmp_path / 'runs'}"]) == 1
    assert "It needs pinned, which this account does not show." in capsys.readouterr().err
    assert main(["plan", str(path), *SMALL, "select.kinds=[fotos]"]) == 2
    assert "photo" in capsys.readouterr().err


def test_the_preview_a_person_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = zip_files(tmp_path / "x.zip", x_files(*(tweet(n, full_text=f"number {n}") for n in range(1, 30))))
    words = [word for word in SMALL if not word.startswith("output")]
    assert main(["plan", str(path), *words, "choose=everything", f"out={tmp_path / 'runs'}"]) == 0
    out = capsys.readouterr().out
    for part in (
        "29 actions, 29 calls, $0.29, done by",
        "At the limits of X.",
        "29 of 29 posts, from 2018-10-10",
        "By kind: 29 text.",
        "By who sees them: 29 public.",
        "and 19 more in",
        "Nothing was changed anywhere.",
    ):
        assert part in out  # fmt: skip
    none = ["select.keywords=[zebra]", f"out={tmp_path / 'runs'}"]
    assert main(["plan", str(path), *words, *none]) == 0
    assert "None of 29 posts is chosen." in capsys.readouterr().out


def test_a_strategy_that_is_not_compared_can_be_chosen_and_its_letter_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["world.owners=1", "platform=facebook", f"out={tmp_path}", *SMALL]
    run = done(capsys, "plan", "choose=erase", *words)["run"]
    told = done(capsys, "replay", run, "output=json")
    assert told["by_hand"] == told["tasks"] == 1 and not told["nobody"], "there is nothing to stage it on"
    [letter] = Path(told["folder"], "letters").iterdir()
    assert "To:   Facebook, data protection officer" in letter.read_text(encoding="utf-8")


def test_a_plan_that_blocks_names_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["world.size=300", "world.owners=3", "channel.reshare.p_share=0.02", "choose=block_spreaders",
             "strategy=[block_spreaders]"]  # fmt: skip
    document = done(capsys, "plan", *words, "platform=mastodon", "horizon_days=30", "output=json", f"out={tmp_path}")
    plan, targets = (read_table(Path(document["run"]) / f"{name}.parquet") for name in ("plan", "targets"))
    assert document["actions"] == plan.num_rows > 0 and document["preview"]["chosen"] == 0
    assert plan["target"].to_pylist() == targets["target"].to_pylist()
    text = (Path(document["run"]) / "plan.txt").read_text(encoding="utf-8")
    assert all(f"block           {name}\n" in text for name in targets["label"].to_pylist())


def test_a_run_is_named_by_its_path_or_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["world.size=60", "world.owners=2", "seeds=1", "content=none", "strategy=[nothing]", "output=json"]
    run = done(capsys, "compare", *words)["run"]
    for said in (run, Path(run).name):
        assert done(capsys, "report", said, "output=json")["run"] == run
    assert main(["report", "0123456789ab"]) == 1
    assert "0123456789ab" in capsys.readouterr().err
