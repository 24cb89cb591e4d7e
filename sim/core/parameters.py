"""Parameters with their source and range beside them, and how a run settles them to numbers.

In `conf/` a parameter is a mapping {value, source} with, where only a range can be defended, {low, high} and
`scale: log` or `linear`; `draw` names the draw where several places share one quantity. The value may be a
date. A plain number in its place (an override) is taken as it stands, without a range.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from sim.core.clock import seconds
from sim.core.errors import Mistake, Misuse, require
from sim.core.noise import Noise

FIELDS = {"value", "low", "high", "scale", "unit", "source", "grade", "draw"}


def is_parameter(node: object) -> bool:
    """Whether a configuration node is a sourced parameter."""
    return isinstance(node, Mapping) and "value" in node and "source" in node


def is_number(value: object) -> bool:
    """Whether a value is a number, which a switch is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _checked(path: str, node: Mapping[str, Any]) -> Mapping[str, Any]:
    strange = set(node) - FIELDS
    require(not strange, f"Parameter '{path}' has fields {sorted(strange)}; a parameter has {sorted(FIELDS)}.")
    numbers = [node[name] for name in ("value", "low", "high") if node.get(name) is not None]
    for number in numbers:
        if isinstance(number, str) and len(numbers) == 1:
            seconds(number)
        elif not (is_number(number) and isfinite(number)):
            raise Mistake(f"Parameter '{path}' is {number!r}; it takes a finite number.")
    if node.get("low") is not None:
        require(
            node.get("high") is not None and node["low"] <= node["value"] <= node["high"],
            f"Parameter '{path}': {node['value']} lies outside its range {node['low']} to {node.get('high')}.",
        )
        require(
            node.get("scale", "linear") == "linear" or node["low"] > 0,
            f"Parameter '{path}' has a log scale, so its low end must be above 0, not {node['low']}.",
        )
    return node


def parameters(config: object, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every sourced parameter below `config` as (path, node), in order."""
    if is_parameter(config):
        assert isinstance(config, Mapping)
        yield path, _checked(path, config)
    elif isinstance(config, Mapping):
        for name, child in config.items():
            yield from parameters(child, f"{path}.{name}" if path else str(name))
    elif isinstance(config, list | tuple):
        for place, child in enumerate(config):
            yield from parameters(child, f"{path}.{place}")


def numbers(settled: Any, path: str) -> Any:
    """What `settle` gave, a number or numbers by name. Raises Misuse for a word in a number's place."""
    for name, number in settled.items() if isinstance(settled, Mapping) else [("", settled)]:
        if not is_number(number):
            raise Misuse(f"{path}{name and '.'}{name} is {number!r}; it takes a number.")
    return settled


def within(node: Mapping[str, Any], share: float) -> int | float:
    """The number at `share` (0 low, 1 high) of a parameter's range, on its scale."""
    low, high = float(node["low"]), float(node["high"])
    if node.get("scale", "linear") == "log":
        return float(low * (high / low) ** share)
    number = low + (high - low) * share
    return round(number) if isinstance(node["value"], int) else number


def fix(config: object, shares: Mapping[str, float], path: str = "") -> Any:
    """`config` with the parameters that `shares` names, by `draw` or else by path, fixed at that share of
    their range.
    """
    if is_parameter(config):
        assert isinstance(config, Mapping)
        name = config.get("draw", path)
        return within(_checked(path, config), shares[name]) if name in shares else config
    if isinstance(config, Mapping):
        return {name: fix(child, shares, f"{path}.{name}" if path else str(name)) for name, child in config.items()}
    if isinstance(config, list | tuple):
        return [fix(child, shares, f"{path}.{place}") for place, child in enumerate(config)]
    return config


def settle(config: object, noise: Noise | None, path: str = "") -> Any:
    """`config` with every parameter replaced by a number: drawn from its range by `noise`, or its centre if None.

    The draw is keyed by the parameter's `draw`, else its path, so one parameter more changes no other.
    """
    if is_parameter(config):
        assert isinstance(config, Mapping)
        node = _checked(path, config)
        if isinstance(node["value"], str):
            return seconds(node["value"])
        if noise is None or node.get("low") is None:
            return node["value"]
        return within(node, float(noise.uniform(f"parameter {node.get('draw', path)}", 0)[0]))
    if isinstance(config, Mapping):
        return {name: settle(child, noise, f"{path}.{name}" if path else str(name)) for name, child in config.items()}
    if isinstance(config, list | tuple):
        return [settle(child, noise, f"{path}.{place}") for place, child in enumerate(config)]
    return config
