"""From a configuration node with `_target_` to the frozen dataclass it names; only names of this package."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from typing import Any

from sim.core.errors import Misuse, unknown


def build(node: Any, where: str = "configuration") -> Any:
    """`node` with every mapping that has a `_target_` replaced by what the target makes of the other keys.

    Lists become tuples. Raises Misuse for a target outside `sim.`, one that does not exist, and keys the target
    does not take or misses.
    """
    if isinstance(node, list | tuple):
        return tuple(build(child, f"{where}.{place}") for place, child in enumerate(node))
    if not isinstance(node, Mapping):
        return node
    made = {str(name): build(child, f"{where}.{name}") for name, child in node.items() if name != "_target_"}
    if "_target_" not in node:
        return made
    target = _locate(str(node["_target_"]), where)
    known = {field.name for field in fields(target)}
    needed = {field.name for field in fields(target) if field.default is MISSING and field.default_factory is MISSING}
    for name in made:
        if name not in known:
            raise unknown(f"parameter of {where}", name, known)
    missing = needed - set(made)
    if missing:
        raise Misuse(f"{where} lacks {', '.join(sorted(missing))}.")
    return target(**made)


def _locate(target: str, where: str) -> Any:
    if not target.startswith("sim."):
        raise Misuse(f"{where} names the target '{target}'; only targets that begin with 'sim.' are built.")
    module, _, name = target.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError):
        raise Misuse(f"{where} names the target '{target}', which does not exist.") from None
    if not (isinstance(found, type) and is_dataclass(found)):
        raise Misuse(f"{where} names the target '{target}', which is no dataclass.")
    return found
