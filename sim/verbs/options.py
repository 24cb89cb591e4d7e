"""What can be set: every key of a verb's configuration, with the source and range of each number."""

from typing import Any

from sim.core.parameters import is_parameter
from sim.verbs.compose import compose_config, groups_of, options


def show_options(verb: str) -> None:
    """Print the groups with their choices, then every key with its value, range and source."""
    for group in sorted(groups_of(verb)):
        print(f"{group}={'|'.join(options(group))}")
    print()
    _show(compose_config(verb, []), "")


def _show(node: Any, path: str) -> None:
    if is_parameter(node):
        span = f" ({node['low']} to {node['high']})" if node.get("low") is not None else ""
        print(f"{path}={node['value']}{span}  {node.get('unit') or ''}  [{node['source']}]")
    elif isinstance(node, dict):
        for name, child in node.items():
            if name != "_target_":
                _show(child, f"{path}.{name}" if path else name)
    else:
        print(f"{path}={node}")
