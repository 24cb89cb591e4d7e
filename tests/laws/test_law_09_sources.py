"""Law 9: a number has a source and a range, and an output at the centre of all ranges says so."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from re import findall, fullmatch, search
from typing import Any

import numpy as np
import pytest
import yaml
from laws.conftest import Run, perform_small
from rich.console import Console

from sim.core.noise import Noise
from sim.core.parameters import FIELDS, is_parameter, parameters, settle
from sim.experiment import simulate
from sim.measure.terminal import show
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

CONF = Path(__file__).parents[2] / "conf"
FILES = sorted(CONF.rglob("*.yaml"))
ROWS = {"G": 20, "P": 17, "R": 17, "D": 10, "T": 9, "S": 13, "A": 11, "M": 10, "L": 10, "V": 32}
"""How many rows each letter of the calibration has: a source that names one names one that there is."""
TO_BE_READ = (
    r"\b[GPRDTSAMLV]\d\d\b|doi:10\.|arXiv:\d|\b10\.\d{4}/|Regulation \(EU\)|GDPR|\b[\w/-]+\.(py|rb)\b|The same file"
    r"|\b[a-z0-9-]+\.(com|org|net|edu|gov|eu|finance|news|buzz|ng)\b"
)
GRADES = {"VERIFIED", "VERIFIED-2nd", "DERIVED", "MEMORY", "ASSUMPTION"}

# Numbers that stand without a source of their own, and why. A pattern is "file: path".
EXCEPTIONS = {
    r"(base|compare|demo|propagate|plan|platforms)\.yaml: (seeds|worlds|seed|rivals|check|\w+_seeds|screen|items)": (
        "what is asked, not what is so"
    ),
    r"(base|experiment/\w+)\.yaml: (owners_aged\.\d|horizon_days|seeds|rivals|check)": "who, how long, how many: asked",
    r"experiment/\w+\.yaml: (world\.(size|owners)|graph\.ties\.mean_friends)": "how large a world: what is asked",
    r"experiment/(speed|thousand_plans)\.yaml: belongings\.\w+": "next to none of what is not asked about",
    r"adversary\.yaml: rounds": "how she guesses: what is asked",
    r"facts\.yaml: V\d\d\.\w+\.(published|low|high)": "each fact's `source` stands beside it",
    r"validate\.yaml: published\.\w+\.(over_mean|ccdf|friends|share|low|high|people|posts|minutes)(\.\d+)?": (
        "`said` beside it names the source"
    ),
    r"validate\.yaml: twin\.\w+\.(share|by)": "`source` stands beside it",
    r"validate\.yaml: (twin_seeds|worlds_of_facts\.owners)": "how much is measured: what is asked",
    r"world/\w+\.yaml: (size|seed|owners|decision)": "which world, and when: what is asked",
    r"strategy/most_sensitive\.yaml: most_sensitive\.share": "no cut: a user's choice, beside the published ones",
    r"replay\.yaml: replay\.(look_after_s|recheck_days)\.\d": "when it is read again: a policy, its reason beside it",
    r"connector/\w+\.yaml: api\..*": "words of an API, not numbers of a model",
    r"platform/\w+\.yaml: others\.late_s": "`source` and `evidence` stand beside it",
    r"platform/\w+\.yaml: limits\.(calls_per_item|batch|usd_per_call|pace)": "`source` and `evidence` stand beside it",
    r"platform/\w+\.yaml: limits\.rules\.\d+\.\w+": "a rule's `source` and `evidence` stand beside it",
}


def plain(node: Any) -> Any:
    """YAML with dates as text, as Hydra reads them."""
    if isinstance(node, Mapping):
        return {str(name): plain(child) for name, child in node.items()}
    if isinstance(node, list):
        return [plain(child) for child in node]
    return node.isoformat() if isinstance(node, date) else node


def read(file: Path) -> Any:
    return plain(yaml.safe_load(file.read_text(encoding="utf-8")))


def bare_numbers(node: Any, path: str = "") -> Iterator[str]:
    """Paths of numbers and dates outside sourced parameters."""
    if is_parameter(node):
        return
    if isinstance(node, Mapping | list):
        for name, child in node.items() if isinstance(node, Mapping) else enumerate(node):
            yield from bare_numbers(child, f"{path}.{name}" if path else str(name))
    elif (isinstance(node, int | float) and not isinstance(node, bool)) or fullmatch(r"\d{4}-\d\d-\d\d", str(node)):
        yield path


def sourced() -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"{file.relative_to(CONF)}: {path}", node) for file in FILES for path, node in parameters(read(file))]


def test_every_parameter_has_source_grade_and_unit() -> None:
    found = sourced()
    assert len(found) > 150
    for where, node in found:
        assert set(node) <= FIELDS, where
        assert isinstance(node["source"], str) and len(node["source"]) >= 3, where
        assert node.get("grade") in GRADES, where
        assert isinstance(node["value"], str) or node.get("unit"), f"{where} has no unit"


def test_what_was_verified_can_be_looked_up() -> None:
    """Who says that a number was read says where: a row of the calibration, a paper, a law, a file or a page."""
    rows = [(where, row) for where, node in sourced() for row in findall(r"\b([GPRDTSAMLV])(\d\d)\b", node["source"])]
    assert len(rows) > 150
    for where, (letter, number) in rows:
        assert 1 <= int(number) <= ROWS[letter], f"{where} names row {letter}{number}, which there is not"
    read = [(where, node["source"]) for where, node in sourced() if node["grade"].startswith("VERIFIED")]
    assert len(read) > 80
    for where, source in read:
        assert search(TO_BE_READ, source), f"{where} was read nowhere in particular: {source}"


def test_every_range_holds_its_centre_and_draws_stay_in_it() -> None:
    ranged = 0
    for where, node in sourced():
        if node.get("low") is None:
            assert node.get("high") is None and "scale" not in node, where
            continue
        ranged += 1
        assert node["low"] <= node["value"] <= node["high"] and node["low"] < node["high"], where
        assert node.get("scale", "linear") in ("linear", "log"), where
        drawn = [settle(node, Noise(seed), where) for seed in range(8)]
        assert all(node["low"] <= number <= node["high"] for number in drawn), where
        assert len(set(drawn)) > 1, where
        assert settle(node, None, where) == node["value"]
    assert ranged > 60


def test_no_number_stands_without_a_source() -> None:
    used = set()
    for file in FILES:
        for path in bare_numbers(read(file)):
            where = f"{file.relative_to(CONF)}: {path}"
            pattern = next((each for each in EXCEPTIONS if fullmatch(each, where)), None)
            assert pattern, f"{where} is a number without a source"
            used.add(pattern)
    assert used == set(EXCEPTIONS), "an exception that nothing needs"
    for facts in read(CONF / "facts.yaml").values():
        assert all(fact["source"] for fact in facts.values())
    assert all(band["source"] for band in read(CONF / "validate.yaml")["twin"].values())
    for file in FILES:  # the exceptions for platforms hold only where the sources they speak of are
        for node in [read(file).get("limits", {})] if file.parent.name == "platform" else []:
            for each in (node, *node["rules"]):
                assert each["source"] and each["evidence"], file


def test_places_that_share_a_quantity_share_its_range() -> None:
    shared: dict[str, Any] = {}
    for where, node in sourced():
        if "draw" in node:
            kept = {name: node.get(name) for name in ("value", "low", "high", "scale", "unit")}
            assert shared.setdefault(node["draw"], kept) == kept, where
    assert shared


def test_ranges_are_drawn_for_each_seed_and_equal_for_all_strategies() -> None:
    node = {"value": 2.0, "low": 1.0, "high": 4.0, "scale": "log", "source": "test", "draw": "one"}
    first, second = (settle({"a": node, "b": node}, Noise(seed)) for seed in range(2))
    assert first["a"] == first["b"] != second["a"]
    config = compose_config("compare", ["world.size=80", "world.owners=2", "content=none"])
    world, noise = make_world(config, 0), world_noise(config, 0)
    centre = config | {"params": "centre"}
    events = {name: [simulate(world, how, noise.branch(f"luck {seed}"))[1].events for seed in range(3)]
              for name, how in (("ranges", config), ("centre", centre))}  # fmt: skip
    spread = {name: np.std(counts) / np.mean(counts) for name, counts in events.items()}
    assert spread["ranges"] > 5 * spread["centre"], "ranges of two decades move the totals no more than luck does"


@pytest.fixture(scope="module")
def centred(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("centre")
    return perform_small("compare", out, "params=centre", "strategy=[nothing,everything]", "seeds=1")


def test_at_the_centre_the_comparison_says_so(centred: Run, small_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert centred.document["params"] == centred.results["facts"]["params"] == "centre"
    assert small_run.document["params"] == "ranges"
    said = {}
    for run in (centred, small_run):
        show(run.results, Console(width=300))
        said[run.document["params"]] = (
            capsys.readouterr().out, (run.folder / "report.html").read_text(encoding="utf-8")
        )  # fmt: skip
    for text in said["centre"]:
        assert "params=centre" in text or "switched off" in text
    for text in said["ranges"]:
        assert "params=centre" not in text and "switched off" not in text


@pytest.mark.parametrize("verb", ["propagate", "plan"])
def test_at_the_centre_other_verbs_say_so(verb: str, tmp_path: Path) -> None:
    run = perform_small(verb, tmp_path, "params=centre", "world.size=80", "world.owners=2")
    assert run.document["params"] == "centre"


def test_the_results_list_every_sourced_number(small_run: Run) -> None:
    listed = {each["path"] for each in small_run.results["parameters"]}
    draws = {node.get("draw", path) for path, node in parameters(small_run.config)}
    assert len(listed) == len(draws) > 100
    assert all(each["source"] for each in small_run.results["parameters"])
