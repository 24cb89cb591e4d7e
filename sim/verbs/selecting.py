"""What `select` in a configuration asks for, laid on a strategy: the filter's own, or a limit to any other's."""

from pathlib import Path
from typing import Any

from sim.cleanup.among import Among
from sim.cleanup.selection import Selection
from sim.cleanup.selection_file import load_selection, make_selection
from sim.core.errors import Misuse, unknown

FILTER = "filter"


def selected(config: dict[str, Any]) -> Selection | None:
    """The selection `select` asks for: a file, conditions, or a file with conditions in place of its own."""
    asked = config.get("select")
    asked = {"file": asked} if isinstance(asked, str) else dict(asked or {})
    file = asked.pop("file", None)
    conditions = {name: value for name, value in asked.items() if value is not None}
    for name, value in conditions.items():
        if file is None and value in ([], "") and not name.startswith("keep_"):
            raise Misuse(f"select.{name} is empty, which would select every post: leave it out, or say what to select.")
    if file is None and not conditions:
        return None
    from_file = load_selection(Path(file).expanduser()).given() if file else {}
    return make_selection(from_file | conditions)


def with_selection(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with its selection in a strategy, and no longer in `select`, where a file could change.

    Where one strategy is chosen (`choose`) it is held to the selection; else the filter has it for its own.
    """
    selection = selected(config)
    if selection is None:
        return config
    name = config.get("choose") or FILTER
    if name not in config["strategy"]:
        raise unknown("strategy to select posts for", name, config["strategy"])
    inner = config["strategy"][name]
    conditions = {"_target_": f"{Selection.__module__}.{Selection.__qualname__}", **selection.given()}
    held = {"_target_": f"{Among.__module__}.{Among.__qualname__}", "strategy": inner, "selection": conditions}
    made = {**inner, "selection": conditions} if name == FILTER else held
    return {**config, "select": None, "strategy": {**config["strategy"], name: made}}
