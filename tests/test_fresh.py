"""Compiled code is made anew when what it calls in other files, or a constant of theirs, has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import FunctionCache

from sim.core.fresh import HOME, LOCATORS, InTree, Provided, UserWide, imported, stamp

FAR = """from typing import NamedTuple

from sim.core.compiled import compiled

STEP = 1


class Steps(NamedTuple):
    number: int


@compiled
def step(n, steps):
    return n + STEP * steps.number
"""
NEAR = """from sim.core.compiled import compiled
from sim.far import Steps, step


@compiled
def twice(n, steps):
    return step(step(n, steps), steps)
"""
CALL = "from sim.near import Steps, twice; print(twice(0, Steps(1)), sum(twice.stats.cache_hits.values()))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of the name, with compiled code in two files."""
    (tmp_path / "sim/core").mkdir(parents=True)
    for name in ("__init__.py", "compiled.py", "fresh.py"):
        shutil.copy(HOME / "sim/core" / name, tmp_path / "sim/core" / name)
    for name, text in {"__init__.py": "", "far.py": FAR, "near.py": NEAR, "other.py": ""}.items():
        (tmp_path / "sim" / name).write_text(text)
    return tmp_path


def said(package: Path, call: str = CALL, **beside: str) -> int:
    """What a new process says; below 0 if it had to compile."""
    environment = os.environ | {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"} | beside
    done = subprocess.run([sys.executable, "-c", call], cwd=package, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    value, hits = map(int, done.stdout.split())
    return value if hits else -value


@pytest.mark.parametrize("place", ["beside the code", "in a folder that is named"])
def test_a_changed_callee_or_constant_is_compiled_and_all_else_is_read(package: Path, place: str) -> None:
    beside = {} if place == "beside the code" else {"NUMBA_CACHE_DIR": str(package / "kept")}
    assert [said(package, **beside) for _ in range(2)] == [-2, 2], "compiled once, then read"
    kept = sorted(path.name for path in package.rglob("*.nb[ci]"))
    (package / "sim/other.py").write_text("UNUSED = 3\n")
    assert said(package, **beside) == 2, "what it does not import is no reason"
    (package / "sim/far.py").write_text(FAR.replace("STEP = 1", "STEP = 10"))
    assert [said(package, **beside) for _ in range(2)] == [-20, 20]
    now = sorted(path.name for path in package.rglob("*.nb[ci]"))
    assert len(now) == len(kept) and not set(now) & set(kept), "what is no longer read is removed"


def test_what_was_compiled_for_a_class_that_is_gone_is_no_hindrance(package: Path) -> None:
    said(package)
    for name, text in (("far.py", FAR), ("near.py", NEAR)):
        (package / "sim" / name).write_text(text.replace("Steps", "Strides"))
    assert said(package, CALL.replace("Steps", "Strides")) == -2


def test_a_stamp_follows_imports(package: Path) -> None:
    before = stamp(package / "sim/near.py", package), stamp(package / "sim/other.py", package)
    (package / "sim/far.py").write_text("changed\n")
    stamp.cache_clear()
    assert stamp(package / "sim/near.py", package) != before[0]
    assert stamp(package / "sim/other.py", package) == before[1]


def test_every_way_to_import_is_seen(package: Path) -> None:
    content = "from sim.far import step\nfrom sim import (\n    near,\n    other,\n)\nfrom sim.core import compiled\n"
    found = [str(each.relative_to(package)) for each in imported(content, package)]
    assert found == [
        "sim/__init__.py", "sim/core/__init__.py", "sim/core/compiled.py", "sim/far.py", "sim/near.py", "sim/other.py",
    ]  # fmt: skip


def test_other_peoples_functions_are_kept_as_numba_keeps_them(tmp_path: Path) -> None:
    """A notebook that uses the package may have cached functions of its own."""
    (tmp_path / "theirs.py").write_text("import numba\n\n@numba.njit(cache=True)\ndef one():\n    return 1\n")
    call = "import sim.core.compiled; from theirs import one; print(one(), sum(one.stats.cache_hits.values()))"
    assert [said(tmp_path, call, PYTHONPATH=str(HOME)) for _ in range(2)] == [-1, 1]
    assert [path.name.count("-") for path in tmp_path.rglob("*.nbi")] == [1], "its name has a line and no stamp"
    ours = {base for each in (Provided, InTree, UserWide) for base in each.__mro__}
    assert all(each in ours or each.__name__ in LOCATORS for each in FunctionCache._impl_class._locator_classes)
