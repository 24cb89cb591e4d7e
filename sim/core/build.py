"""From a configuration node with `_target_` to the frozen dataclass it names; only names of this package."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from sim.core.clock import seconds
from sim.core.errors import Mistake, Misuse, unknown
from sim.core.parameters import is_number

DATE = re.compile(r"\d{4}-\d\d-\d\d")


def build(node: Any, where: str = "configuration") -> Any:
    """`node` with every mapping that has a `_target_` replaced by what the target makes of the other keys.

    Lists become tuples. Raises Misuse for a target outside `sim.`, one that does not exist, keys the target does not
    take or misses, a plain value where it takes something built, and a word where it takes a number or a switch.
    """
    if isinstance(node, list | tuple):
        return tuple(build(child, f"{where}.{place}") for place, child in enumerate(node))
    if not isinstance(node, Mapping):
        return node
    made = {str(name): build(child, f"{where}.{name}") for name, child in node.items() if name != "_target_"}
    if "_target_" not in node:
        return made
    target = _locate(str(node["_target_"]), where)
    known = {field.name: field.type for field in fields(target)}
    needed = {field.name for field in fields(target) if field.default is MISSING and field.default_factory is MISSING}
    for name in made:
        if name not in known:
            raise unknown(f"parameter of {where}", name, known)
        kind = known[name]
        if isinstance(kind, type) and kind.__module__.startswith("sim.") and made[name] is node[name]:
            group(made[name], f"{where}.{name}")
        made[name] = _dated(kind, made[name])
        _check_plain(kind, made[name], f"{where}.{name}")
    missing = needed - set(made)
    if missing:
        raise Misuse(f"{where} lacks {', '.join(sorted(missing))}.")
    try:
        return target(**made)
    except Misuse:
        raise
    except Mistake as mistake:
        raise Misuse(f"{where}: {mistake}") from None


def build_each(nodes: Any, where: str) -> dict[str, Any]:
    """What each entry of a group makes, by name. Raises Misuse for a plain value among them, and as `build`."""
    return {str(name): build(group(node, f"{where}.{name}"), f"{where}.{name}") for name, node in nodes.items()}


def group(node: Any, where: str) -> Mapping[str, Any]:
    """`node`, if it is a mapping. Raises Misuse for a plain value in its place."""
    if not isinstance(node, Mapping):
        raise Misuse(
            f"{where} is {node!r}, but it has settings of its own: set one of them, as in {where}.NAME=VALUE; "
            f"what they are is in `afterpost compare options`."
        )
    return node


def _dated(kind: object, value: object) -> object:
    """A date where a field takes seconds, as seconds."""
    return seconds(value) if kind is int and isinstance(value, str) and DATE.fullmatch(value) else value


def _check_plain(kind: object, value: object, where: str) -> None:
    """Refuse a word where a field takes a number or a switch, or nothing instead of them."""
    if get_origin(kind) is Mapping and isinstance(value, Mapping):
        for name, each in value.items():
            _check_plain(get_args(kind)[1], each, f"{where}.{name}")
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if not set(kinds) <= {float, int, bool, NoneType} or (value is None and NoneType in kinds):
        return
    if not (isinstance(value, bool) if bool in kinds else is_number(value)):
        raise Misuse(f"{where} is {value!r}; it takes {'true or false' if bool in kinds else 'a number'}.")
    if int in kinds and float not in kinds and isinstance(value, float) and not value.is_integer():
        raise Misuse(f"{where} is {value!r}; it takes a whole number.")


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
