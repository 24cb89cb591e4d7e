"""The project keeps its own rules: guides that work, a complete wheel, locks, licences, short documented modules."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import sim
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.verbs.compose import compose_config

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for path in (ROOT / "sim").rglob("*.py"))
HEAVY = {"numpy", "numba", "hydra", "omegaconf", "pyarrow", "matplotlib", "networkx", "faker", "rich"}
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Written in halves, so that this file does not hold what it looks for.
MISPLACED = {
    "a package index's address": r"pypi\.o" + r"rg|pythonhost" + r"ed\.org|--(extra-)?inde" + r"x-url|/simp" + r"le/",
    "a path of one machine": r"(?<![\w.~{}$*-])/(wor" + r"k|tm" + r"p|hom" + r"e|roo" + r"t|User" + r"s)/\w",
    "unfinished work": r"\b(TOD" + r"O|FIXM" + r"E|XX" + r"X)\b",
}


def project_files() -> Iterator[Path]:
    """Every file that is, or would be, committed; without git, every file outside hidden and build folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0 and listed.stdout:
        found = (ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    else:
        found = (
            path
            for path in ROOT.rglob("*")
            if not {
                part for part in path.relative_to(ROOT).parts if part.startswith((".", "__pycache__")) or part == "dist"
            }
        )
    yield from (path for path in found if path.is_file())


MODULE = "sim/cleanup/strategies/longest.py"

RANK_FOUR_POSTS = """
import importlib, sys
import numpy as np, pyarrow as pa, yaml
from sim.cleanup.account import Account
from sim.cleanup.plan import missing
from sim.core.noise import Noise
from sim.core.parameters import settle

(config,) = yaml.safe_load(open("conf/strategy/longest.yaml")).values()
config = settle(config, None)
module, _, name = config.pop("_target_").rpartition(".")
strategy = getattr(importlib.import_module(module), name)(**config)
column = lambda kind, *values: np.array(values, dtype=kind)
account = Account(
    owner=7, now=1000, post=column("i8", 11, 12, 13, 14), time=column("i8", 1, 2, 3, 4), kind=column("i1", 0, 0, 0, 1),
    audience=column("i1", 2, 2, 1, 2), estimated=column("i4", 0, 0, 0, 0), likes=None, reshares=None,
    text=pa.array(["middling", "the longest of all", "short", None]),
)
assert not missing(strategy, account)
choice = strategy.rank(account, None, Noise(1))
print(choice.target.tolist(), choice.reason)
"""
"""What a newcomer's strategy is asked, in a process of its own: three posts with a text, one without."""


def text_of(path: Path) -> str | None:
    """The text of a file, or None if it is binary."""
    content = path.read_bytes()
    return None if b"\0" in content[:8192] else content.decode("utf-8")


def locked(name: str) -> dict[str, list[str]]:
    """The packages of a lock with the lines that belong to each: its requirement first, then its hashes."""
    entries: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = line.removesuffix("\\").strip()
            entries[requirement] = []
        elif line.strip().startswith("--hash="):
            entries[requirement].append(line.strip())
    return entries


@pytest.mark.parametrize("what", MISPLACED)
def test_nothing_misplaced_is_committed(what: str) -> None:
    pattern = re.compile(MISPLACED[what])
    hits = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not hits, f"{what} in {len(hits)} lines:\n" + "\n".join(hits[:20])


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a package index's address", "--inde" + "x-url=https://example.org"),
        ("a package index's address", "https://files.pythonhost" + "ed.org/packages/x.whl"),
        ("a path of one machine", 'open("/wor' + 'k/main/data.csv")'),
        ("a path of one machine", "cd /tm" + "p/x"),
        ("unfinished work", "# TOD" + "O: later"),
    ],
)
def test_the_search_for_misplaced_things_finds_them(what: str, line: str) -> None:
    assert re.search(MISPLACED[what], line)


def test_no_file_is_large_and_no_other_lock_exists() -> None:
    files = list(project_files())
    assert [path.name for path in files if path.stat().st_size > 2 * 2**20] == []
    assert [path.name for path in files if path.name == "uv.lock"] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_its_job_first_and_stays_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    body = ast.parse(source).body
    assert ast.get_docstring(ast.parse(source)), f"{path} has no docstring"
    assert body[0].lineno == 1, f"{path}: its docstring is not its first line"
    assert source.splitlines()[0].removeprefix('"""').strip(), f"{path}: its first line does not say its job"
    assert len(source.splitlines()) <= 250, f"{path}: over 250 lines: find the second idea in it"


def test_importing_the_package_pulls_in_nothing_heavy() -> None:
    code = "import sim, sys; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not HEAVY & set(loaded.stdout.split())


def test_the_wheel_holds_the_configuration_and_no_tests(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"afterpost-{sim.__version__}-py3-none-any")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"sim/_conf/{path.relative_to(ROOT / 'conf').as_posix()}" for path in (ROOT / "conf").rglob("*.yaml")}
    assert wanted
    package = {path for path in (ROOT / "sim").rglob("*") if path.is_file() and path.parent.name != "__pycache__"}
    assert wanted | {path.relative_to(ROOT).as_posix() for path in package} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    others = {name.partition("/")[0] for name in names} - {"sim", f"afterpost-{sim.__version__}.dist-info"}
    assert not others
    assert not [name for name in names if "test" in name or "__pycache__" in name]


def test_licence_citation_and_changelog_agree_with_the_package() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "Copyright 2026 The Afterpost authors" in licence
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
    assert citation["version"] == sim.__version__
    headings = re.findall(r"^##+ (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0].split(",")[0] == sim.__version__
    assert headings[1:4] == ["Numbers change", "New", "Fixed"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(name: str) -> None:
    entries = locked(name)
    assert len(entries) > 20
    for requirement, hashes in entries.items():
        assert re.match(r"[a-z0-9-]+==\S+( ; .*)?$", requirement), requirement
        assert hashes, requirement


def test_the_locks_agree_and_hold_what_the_project_declares() -> None:
    core, dev = (locked(name) for name in LOCKS)
    assert set(core) <= set(dev), "the development lock has other versions than the core's; run make lock"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for declared, entries in ((project["dependencies"], core), (project["optional-dependencies"]["dev"], dev)):
        names = {re.match(r"[\w-]+", requirement)[0].lower() for requirement in declared} - {"afterpost"}
        assert names <= {requirement.partition("==")[0] for requirement in entries}


def guide_files() -> dict[str, str]:
    """The files that CONTRIBUTING.md tells the reader to write: path, content of the block after it."""
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    return dict(re.findall(r"^`([\w/]+\.\w+)`:\n\n```\w+\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL))


def test_the_guide_to_a_new_strategy_works_to_the_letter(tmp_path: Path) -> None:
    for folder in ("sim", "conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    files = guide_files()
    assert sorted(files) == ["conf/strategy/longest.yaml", MODULE]
    for name, content in files.items():
        assert not (tmp_path / name).exists(), f"{name} exists already: the guide adds nothing"
        (tmp_path / name).write_text(content)
    assert len(files[MODULE].splitlines()) <= 30

    def run(*arguments: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "ruff", "check", "--no-cache", MODULE)
    run("-m", "ruff", "format", "--check", "--no-cache", MODULE)
    run("-m", "mypy", MODULE)
    assert run("-c", RANK_FOUR_POSTS) == "[12, 11, 13] longest first\n"


def test_make_alone_lists_its_commands() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for command in ("demo", "test", "check", "bench", "golden", "clean"):
        assert re.search(rf"^ *make {command} +\w", listed, re.MULTILINE), listed


CHOICES = [f"{group}={file.stem}" for group in ("world", "graph", "account", "platform", "experiment")
           for file in sorted((ROOT / "conf" / group).glob("*.yaml"))]  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_of_every_group_settles_to_numbers(choice: str) -> None:
    """A choice that changes another's value without its range, or the other way round, is found here."""
    config = compose_config("compare", [choice])
    for noise in (None, Noise(1)):
        settle(config, noise)
