"""One comparison of a small world that several laws are read off."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim.verbs.command import perform
from sim.verbs.compose import compose_config

SMALL = ("world.size=200", "world.owners=3", "seeds=2")


@dataclass(frozen=True)
class Run:
    """A run folder with the configuration and the document of its command."""

    config: dict[str, Any]
    document: dict[str, Any]
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text(encoding="utf-8"))


def perform_small(verb: str, out: Path, *words: str, path: str | None = None) -> Run:
    """Do what a verb does in a small world."""
    config = compose_config(verb, [*SMALL, f"out={out}", *words])
    document = perform(verb, path, config, quiet=True)
    return Run(config, document, Path(document["run"]))


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`compare` over all usual strategies."""
    return perform_small("compare", tmp_path_factory.mktemp("runs"))
