"""What is committed under datasets/ is what the command makes, and what is published of named worlds holds."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.core.content import ContentHash, content_hashes
from sim.verbs import generate
from sim.verbs.compose import compose_config

DATASETS = Path(__file__).parents[1] / "datasets"
VILLAGE = DATASETS / "village"
PUBLISHED = json.loads((DATASETS / "worlds.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("datasets") / "village"
    return folder, generate.run(compose_config("generate", ["world=village"]) | {"folder": str(folder)})


def test_the_village_is_what_one_command_makes(again: tuple[Path, dict[str, Any]]) -> None:
    folder, made = again
    for name in made["content_sha256"]:
        one, two = (pq.read_table(place / f"{name}.parquet") for place in (VILLAGE, folder))
        assert content_hashes(one) == content_hashes(two), f"{name}: `make golden` makes the village again"
    for name in ("README.md", "DATASHEET.md", "CITATION.cff"):
        assert (VILLAGE / name).read_text("utf-8") == (folder / name).read_text("utf-8")
    one, two = (json.loads((place / "croissant.json").read_text("utf-8")) for place in (VILLAGE, folder))
    for told in (one, two):
        for file in told["distribution"]:  # how values are packed is up to the Parquet library
            del file["sha256"], file["contentSize"]
    assert one == two
    assert made["content_sha256"] == PUBLISHED["village"]["content_sha256"]


def test_the_village_is_small() -> None:
    assert sum(path.stat().st_size for path in VILLAGE.rglob("*")) < 2_000_000


def test_a_towns_people_and_ties_are_those_published() -> None:
    config = compose_config("generate", ["world=town", "content=none", "world.owners=1"])
    found: dict[str, Any] = {}
    for name, rows in generate.tables(config):
        if name in ("people", "ties"):
            found.setdefault(name, ContentHash()).update(rows)
    assert {name: content.whole() for name, content in found.items()} == {
        name: PUBLISHED["town"]["content_sha256"][name] for name in ("people", "ties")
    }


@pytest.mark.parametrize("name", ["village", "town", "city", "metropolis", "nation"])
def test_each_named_world_is_published_as_it_is_stated(name: str) -> None:
    world, told = compose_config("generate", [f"world={name}"])["world"], PUBLISHED[name]
    assert told["people"] == world["size"]
    assert told["mean_friends"] == pytest.approx(world["mean_friends"]["value"], rel=0.05)
    assert told["mean_friends"] == pytest.approx(2 * told["ties"] / told["people"], abs=0.01)
    assert set(told["content_sha256"]) >= {"people", "ties"}
    assert told["ties"] >= {"metropolis": 30e6, "nation": 300e6}.get(name, 0)
