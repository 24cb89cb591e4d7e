"""Law 7: a run's record alone makes the run again, to the bit, in another process and another place."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.compute as pc
import pytest
from laws.conftest import Run, perform_small

from sim.core.content import content_hashes
from sim.core.provenance import LIBRARIES, run_id
from sim.core.store import read_table
from sim.platforms.exports.writers.mastodon import write as write_mastodon
from sim.verbs.compose import compose_config
from sim.worlds import make_world

ROOT = Path(__file__).parents[2]
AGAIN = """
import json, sys
from sim.verbs.command import perform
record = json.load(open(sys.argv[1], encoding="utf-8"))
parameters = dict(record["parameters"])
verb = parameters.pop("command")
parameters["out"] = sys.argv[2]
print(perform(verb, None, parameters, quiet=True)["run"])
"""


def made_again(run: Run, out: Path) -> Path:
    """The folder of the run made anew from its provenance.json, by another process with other hashes of strings."""
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, str(run.folder / "provenance.json"), str(out)],
        cwd=ROOT, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", "PATH": ""},
    )  # fmt: skip
    return Path(done.stdout.strip())


def without_place(results: dict) -> dict:
    """Results without the run's own name and place."""
    results["provenance"]["parameters"].pop("out")
    return {name: value for name, value in results.items() if name != "run"}


def assert_same(run: Run, again: Path) -> None:
    results = json.loads((again / "results.json").read_text(encoding="utf-8"))
    assert results["leaderboard"] == run.results["leaderboard"] == run.document["leaderboard"]
    assert without_place(results) == without_place(run.results)
    tables = sorted(path.relative_to(run.folder) for path in run.folder.rglob("*.parquet"))
    assert len(tables) > 1
    for name in tables:
        assert content_hashes(read_table(again / name)) == content_hashes(read_table(run.folder / name)), name


def test_the_record_alone_makes_the_run_again(small_run: Run, tmp_path: Path) -> None:
    assert_same(small_run, made_again(small_run, tmp_path))


def test_a_run_on_an_archive_is_made_again(tmp_path: Path) -> None:
    config = compose_config("generate", ["world.size=120", "world.owners=2"])
    world = make_world(config, 0)
    owner = int(world.owners[0])
    own = world.posts.filter(pc.and_(pc.equal(world.posts["author"], owner), pc.equal(world.posts["subject"], owner)))
    archive = tmp_path / "an archive, with = and ~.tar.gz"
    write_mastodon(own, handle="ada", name="Ada", path=archive)
    run = perform_small("compare", tmp_path / "runs", "strategy=[nothing,oldest_first]", "seeds=1", path=str(archive))
    inputs = json.loads((run.folder / "provenance.json").read_text(encoding="utf-8"))["inputs"]
    assert set(inputs) == {archive.name}
    assert_same(run, made_again(run, tmp_path / "again"))


def test_the_record_says_what_ran_where_and_on_what(small_run: Run) -> None:
    record = json.loads((small_run.folder / "provenance.json").read_text(encoding="utf-8"))
    assert record["software"]["name"] == "afterpost" and record["software"]["version"]
    assert set(record["environment"]["libraries"]) == set(LIBRARIES)
    assert run_id(record) == small_run.folder.name == small_run.results["run"]
    assert record == small_run.results["provenance"]
    for name in ("world", "graph", "posts", "channel", "strategy", "platform", "account", "seeds", "params"):
        assert record["parameters"][name] == small_run.config[name]


def test_a_run_is_the_same_run_wherever_and_however_it_is_made(small_run: Run) -> None:
    record, name = small_run.results["provenance"], small_run.folder.name
    parameters = record["parameters"]
    for aside in ({"out": "elsewhere"}, {"output": "table"}, {"threads": 7}):
        assert run_id({**record, "environment": {}, "parameters": {**parameters, **aside}}) == name
    for other in (
        {"seeds": parameters["seeds"] + 1},
        {"params": "centre" if parameters["params"] == "ranges" else "ranges"},
    ):
        assert run_id({**record, "parameters": {**parameters, **other}}) != name


@pytest.mark.parametrize("name", ["scores.parquet", "plans/everything.parquet"])
def test_every_table_carries_its_record(small_run: Run, name: str) -> None:
    metadata = read_table(small_run.folder / name).schema.metadata
    record = json.loads((small_run.folder / "provenance.json").read_text(encoding="utf-8"))
    assert json.loads(metadata[b"provenance"]) == record


def test_another_seed_is_another_run(small_run: Run, tmp_path: Path) -> None:
    """What the tests above compare does depend on what is recorded."""
    other = perform_small("compare", tmp_path, "world.seed=2", "strategy=[nothing,everything]")
    assert other.folder.name != small_run.folder.name
    mean = {
        run.folder: [row["mean"] for row in run.document["leaderboard"] if row["strategy"] == "everything"]
        for run in (other, small_run)
    }
    assert mean[other.folder] != mean[small_run.folder]
