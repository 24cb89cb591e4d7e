"""Compiled code is made anew when what it calls in other files, or a constant of theirs, has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.core.fresh import HOME, imported, stamp

FILES = {
    "far.py": "from sim.core.compiled import compiled\n\nSTEP = 1\n\n@compiled\ndef step(n):\n    return n + STEP\n",
    "near.py": "from sim.core.compiled import compiled\nfrom sim.far import step\n\n@compiled\ndef twice(n):\n"
    "    return step(step(n))\n",
    "other.py": "",
    "__init__.py": "",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of the name, with compiled code in two files."""
    (tmp_path / "sim/core").mkdir(parents=True)
    for name in ("__init__.py", "compiled.py", "fresh.py"):
        shutil.copy(HOME / "sim/core" / name, tmp_path / "sim/core" / name)
    for name, text in FILES.items():
        (tmp_path / "sim" / name).write_text(text)
    return tmp_path


def said(package: Path, **beside: str) -> int:
    command = [
        sys.executable,
        "-c",
        "from sim.near import twice; print(twice(0), sum(twice.stats.cache_hits.values()))",
    ]
    done = subprocess.run(
        command, cwd=package, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": ""} | beside
    )
    value, hits = map(int, done.stdout.split())
    return value if hits else -value


@pytest.mark.parametrize("place", ["beside the code", "in a folder that is named"])
def test_a_changed_callee_or_constant_is_compiled_and_all_else_is_read(package: Path, place: str) -> None:
    beside = {} if place == "beside the code" else {"NUMBA_CACHE_DIR": str(package / "kept")}
    assert [said(package, **beside) for _ in range(2)] == [-2, 2], "compiled once, then read"
    (package / "sim/other.py").write_text("UNUSED = 3\n")
    assert said(package, **beside) == 2, "what it does not import is no reason"
    (package / "sim/far.py").write_text(FILES["far.py"].replace("STEP = 1", "STEP = 10"))
    assert [said(package, **beside) for _ in range(2)] == [-20, 20]


def test_a_stamp_follows_imports_and_ends_at_the_package(package: Path) -> None:
    near, outside = package / "sim/near.py", package / "near.py"
    outside.write_text("from sim.far import step\n")
    before = stamp(near, package), stamp(outside, package)
    (package / "sim/far.py").write_text("changed\n")
    stamp.cache_clear()
    assert stamp(near, package) != before[0]
    assert stamp(outside, package) == before[1]


def test_every_way_to_import_is_seen(package: Path) -> None:
    content = "from sim.far import step\nfrom sim import (\n    near,\n    other,\n)\nfrom sim.core import compiled\n"
    found = [str(each.relative_to(package)) for each in imported(content, package)]
    assert found == [
        "sim/__init__.py", "sim/core/__init__.py", "sim/core/compiled.py", "sim/far.py", "sim/near.py", "sim/other.py",
    ]  # fmt: skip
