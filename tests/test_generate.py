"""Generated worlds: the same in pieces as at once, and whole datasets that others can read, check and make again."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from sim.core.content import ContentHash, content_hashes
from sim.core.schema import TABLES, check
from sim.verbs import generate
from sim.verbs.compose import compose_config, options
from sim.verbs.dataset.made import Made
from sim.worlds import make_world, settled

ROOT = Path(__file__).parents[1]
SMALL = ["world.size=150", "world.owners=5", "world.decision=2011-01-01"]
NAMES = ("people", "ties", "owners", "posts", "mentions")


def whole(config: dict[str, Any]) -> dict[str, pa.Table]:
    found: dict[str, list[pa.Table]] = {}
    for name, rows in generate.tables(config):
        check(name, rows)
        found.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(parts) for name, parts in found.items()}


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return compose_config("generate", SMALL)


@pytest.fixture(scope="module")
def folder(config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    return Path(generate.run(config | {"out": str(out)})["run"])


@pytest.mark.parametrize("graph", ["facebook", "followers"])
@pytest.mark.parametrize("content", ["full", "none"])
def test_pieces_are_the_world(graph: str, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = compose_config("generate", [*SMALL, f"graph={graph}", f"content={content}"])
    at_once = make_world(config, 0)
    monkeypatch.setattr("sim.world.stream.CHUNK", 64)
    monkeypatch.setattr("sim.verbs.generate.OWNERS", 2)
    made = whole(config)
    assert made["people"].equals(at_once.people) and made["owners"]["person"].to_pylist() == at_once.owners.tolist()
    assert content_hashes(made["ties"]) == content_hashes(settled(config, 0).ties)
    assert content_hashes(made["posts"]) == content_hashes(at_once.posts.sort_by("post"))
    keys = [("post", "ascending"), ("person", "ascending")]
    assert content_hashes(made["mentions"]) == content_hashes(at_once.mentions.sort_by(keys))
    assert (made["posts"]["text"].null_count == made["posts"].num_rows) == (content == "none")


def test_a_real_graph_is_written_too() -> None:
    made = whole(compose_config("generate", ["graph=karate", "world.owners=2", "world.decision=2009-01-01"]))
    assert made["people"].num_rows == 34 and made["ties"].num_rows == 78
    assert made["posts"]["post"].to_pylist() == sorted(made["posts"]["post"].to_pylist())


def test_without_owners_there_are_people_and_ties_alone(config: dict[str, Any]) -> None:
    bare = whole(config | {"world": config["world"] | {"owners": 0}})
    assert set(bare) == {"people", "ties"}
    full = whole(config)
    assert all(bare[name].equals(full[name]) for name in bare)


def test_neither_threads_nor_a_rebuild_from_the_record_change_the_content(folder: Path, tmp_path: Path) -> None:
    again = """
import json, sys
from sim.verbs.command import perform
record = json.load(open(sys.argv[1], encoding="utf-8"))
parameters = dict(record["parameters"])
verb = parameters.pop("command")
document = perform(verb, None, parameters | {"out": sys.argv[2]}, quiet=True)
print(json.dumps(document["content_sha256"]))
"""
    stated = stated_hashes(folder)
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", again, str(folder / "provenance.json"), str(tmp_path)],
            cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
        )  # fmt: skip
        assert json.loads(done.stdout) == stated


def stated_hashes(folder: Path) -> dict[str, str]:
    return dict(re.findall(r"^\| (\w+) \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text("utf-8"), re.M))


def test_the_card_states_the_content_that_is_there(folder: Path) -> None:
    for name, digest in stated_hashes(folder).items():
        found = ContentHash()
        found.update(pq.read_table(folder / f"{name}.parquet"))
        assert found.whole() == digest
    assert set(stated_hashes(folder)) == set(NAMES)


def test_checksums_are_of_every_file_but_their_own(folder: Path) -> None:
    stated = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(stated) == set(files) - {"SHA256SUMS"}
    for name, digest in stated.items():
        assert sha256(files[name].read_bytes()).hexdigest() == digest


CROISSANT = {"@context", "@type", "conformsTo", "name", "description", "version", "license", "url", "creator",
             "datePublished", "citeAs", "distribution", "recordSet"}  # fmt: skip
RESPONSIBLE = {"dataCollection", "dataCollectionType", "dataBiases", "dataLimitations", "dataUseCases",
               "dataSocialImpact", "personalSensitiveInformation", "dataReleaseMaintenancePlan"}  # fmt: skip


def test_croissant_has_its_required_keys(folder: Path) -> None:
    told = json.loads((folder / "croissant.json").read_text("utf-8"))
    assert set(told) >= CROISSANT | {f"rai:{name}" for name in RESPONSIBLE}
    assert all(told[name] for name in CROISSANT) and all(told[f"rai:{name}"] for name in RESPONSIBLE)
    for file in told["distribution"]:
        assert {"@type", "@id", "name", "contentUrl", "encodingFormat", "sha256"} <= set(file)
    for records in told["recordSet"]:
        for field in records["field"]:
            assert {"@type", "@id", "name", "description"} <= set(field)
            assert ("dataType" in field and "source" in field) or "subField" in field


def records(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    for record_set in dataset.metadata.record_sets:
        yield record_set.uuid.removesuffix("-rows"), list(dataset.records(record_set.uuid))


@pytest.mark.filterwarnings("ignore")
def test_every_record_set_loads_with_mlcroissant(folder: Path) -> None:
    loaded = dict(records(folder))
    assert set(loaded) == set(NAMES)
    for name, rows in loaded.items():
        table = pq.read_table(folder / f"{name}.parquet")
        assert len(rows) == table.num_rows
        assert {field.partition(".")[2] for field in rows[0]} == {column.name for column in TABLES[name]}
        first = TABLES[name][0].name
        assert [row[f"{name}.{first}"] for row in rows] == table[first].to_pylist()
    spans = next(row["posts.spans"] for row in loaded["posts"] if len(row["posts.spans"]))
    assert set(spans[0]) == {"posts.spans.start", "posts.spans.end", "posts.spans.class"}


@pytest.mark.filterwarnings("ignore")
def test_tables_in_parts_load_too(config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.core.parts.ROWS", 60)
    made = generate.run(config | {"out": str(tmp_path), "world": config["world"] | {"owners": 0}})
    loaded = dict(records(Path(made["run"])))
    assert len(loaded["people"]) == 150 and len(loaded["ties"]) == made["ties"]
    assert [row["people.person"] for row in loaded["people"]] == list(range(150))
    assert (Path(made["run"]) / "people" / "00002.parquet").is_file()


def test_the_citation_is_yaml_of_its_format(folder: Path) -> None:
    told = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert told["cff-version"] == "1.2.0" and told["type"] == "dataset"
    assert {"message", "title", "authors", "version", "date-released"} <= set(told)


@pytest.mark.parametrize("name", ["village", "town", "city", "metropolis", "nation"])
def test_a_named_world_states_size_seed_and_mean(name: str) -> None:
    world = compose_config("generate", [f"world={name}"])["world"]
    sizes = {"village": 10**3, "town": 10**4, "city": 10**5, "metropolis": 10**6, "nation": 10**7}
    assert (world["name"], world["size"], world["seed"]) == (name, sizes[name], 1)
    assert world["mean_friends"]["value"] > 0 and world["mean_friends"]["source"]
    least = {"metropolis": 30e6, "nation": 300e6}.get(name, 0)
    assert world["size"] * world["mean_friends"]["value"] / 2 >= least


def test_the_stated_mean_is_what_comes_out() -> None:
    for graph in ("facebook", "followers"):
        config = compose_config("generate", [f"graph={graph}", "world=town", "world.owners=0", "world.size=4000"])
        ties = whole(config)["ties"].num_rows
        linked = ties * 2 / 4000 / (1 if graph == "facebook" else 1 + config["graph"]["ties"]["reciprocity"]["value"])
        assert linked == pytest.approx(40, rel=0.05)


def test_the_name_of_the_dataset_is_its_worlds() -> None:
    config = compose_config("generate", ["world=town"])
    made = Made(config, {"software": {"version": "1"}, "parameters": {}, "inputs": {}}, {}, {})
    assert made.name == "afterpost-town" and made.day == "2026-11-22"
    assert "metropolis" in options("world")
