"""Where an output comes from: software, parameters, environment, inputs; enough to make it again."""

import json
import platform
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sim
from sim.core.errors import require

SCHEMA_VERSION = "1.0.0"
LIBRARIES = ("numpy", "pyarrow", "numba", "networkx", "faker")
ASIDE = ("out", "output", "threads")
"""Parameters of every verb that say where and how, never what: a run is the same run whatever they are."""


def record(command: str, parameters: dict[str, Any], inputs: dict[str, str]) -> dict[str, Any]:
    """A provenance record in the layout of tskit's schema: what ran, with which parameters, on what.

    `inputs` maps the name of each file read to its SHA-256 (`fingerprint`).
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "software": {"name": "afterpost", "version": sim.__version__},
        "parameters": {"command": command, **parameters},
        "inputs": inputs,
        "environment": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "libraries": {name: version(name) for name in LIBRARIES},
        },
    }


def run_id(provenance: dict[str, Any]) -> str:
    """12 hexadecimal digits of the SHA-256 of software, inputs and parameters (but ASIDE), not of the environment."""
    counted = {name: provenance[name] for name in ("software", "inputs")}
    counted["parameters"] = {name: value for name, value in provenance["parameters"].items() if name not in ASIDE}
    return sha256(json.dumps(counted, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:12]


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their relative names in order.

    Raises Mistake if it is not there.
    """
    require(path.exists(), f"There is no file or folder {path}.")
    found = sha256()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        found.update(str(file.relative_to(path)).encode() + b"\0" if path.is_dir() else b"")
        with file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                found.update(piece)
    return found.hexdigest()
