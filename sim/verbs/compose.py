"""From the words of a command to its configuration, through Hydra; every error in one paragraph."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

import sim
from sim.core.errors import Misuse, unknown

PLANLESS = ("propagate", "generate", "validate")
"""Verbs that simulate and plan nothing: the strategies of an experiment are passed over."""


def conf_dir() -> Path:
    """The folder of configurations: inside the installed package, or beside it in a checkout."""
    installed = Path(sim.__file__).parent / "_conf"
    return installed if installed.is_dir() else Path(sim.__file__).parents[1] / "conf"


def options(group: str) -> list[str]:
    """The names in a group of the configuration."""
    return sorted(path.stem for path in (conf_dir() / group).glob("*.yaml"))


def groups_of(file: str) -> set[str]:
    """The groups a verb takes an option of, as its file names them, and those it begins with."""
    found: set[str] = set()
    written: Any = OmegaConf.load(conf_dir() / f"{file}.yaml")
    for entry in written.get("defaults", []):
        if not isinstance(entry, str):
            found |= {str(name) for name in entry}
        elif (conf_dir() / f"{entry}.yaml").is_file():
            found |= groups_of(entry)
    return found - {"strategy"} if file in PLANLESS else found


def compose_option(group: str, name: str) -> dict[str, Any]:
    """One option of a group, with what its own defaults bring."""
    with initialize_config_dir(str(conf_dir().resolve()), version_base="1.3"):
        made = OmegaConf.to_container(compose(overrides=[f"+{group}={name}"]), resolve=True)
    assert isinstance(made, dict)
    option: dict[str, Any] = made[group]
    return option


def compose_config(verb: str, overrides: Sequence[str]) -> dict[str, Any]:
    """The whole configuration of a verb under `overrides`, as plain Python values.

    Raises Misuse for a word that is no override, an unknown group, option or key, and an impossible value.
    """
    for word in overrides:
        _parse(word)
        if verb in PLANLESS and re.match(r"[+~]*strategy\b", word):
            raise Misuse(f"'{verb}' plans nothing, so it takes no strategy; compare and plan do.")
    with initialize_config_dir(str(conf_dir().resolve()), version_base="1.3"):
        try:
            config = compose(verb, overrides=list(overrides))
            made = OmegaConf.to_container(config, resolve=True)
        except (HydraException, OmegaConfBaseException, ValueError) as problem:
            raise _kinder(verb, problem) from None
    if not isinstance(made, dict):
        raise Misuse(f"The configuration of '{verb}' is no mapping.")
    for file in (verb, "base"):
        _check_switches(OmegaConf.load(conf_dir() / f"{file}.yaml"), made)
    return stripped(verb, made)


def stripped(verb: str, made: Mapping[Any, Any]) -> dict[str, Any]:
    """A composed configuration without what served to compose it."""
    aside = {"hydra", "experiment", *(("strategy",) if verb in PLANLESS else ())}
    return {str(name): value for name, value in made.items() if name not in aside}


def each_alone(words: Sequence[str]) -> Iterator[list[str]]:
    """Of words with several values for a sweep: the first of each, and every other value in its turn."""
    values = [_values(word) for word in words]
    first = [each[0] for each in values]
    yield first
    for place, each in enumerate(values):
        for other in each[1:]:
            yield [*first[:place], other, *first[place + 1 :]]


def _values(word: str) -> list[str]:
    made = _parse(word)
    if not made.is_sweep_override():
        return [word]
    return [f"{made.get_key_element()}={value}" for value in made.sweep_string_iterator()]


def _parse(word: str) -> Override:
    try:
        return OverridesParser.create().parse_override(word)
    except HydraException:
        name, sign, value = word.partition("=")
        if not sign:
            raise Misuse(f"'{word}' is no NAME=VALUE, and a file or folder is not what is asked for here.") from None
        raise Misuse(
            f"Cannot read '{word}'. A value with blanks, commas or brackets goes in quotes within quotes: "
            f"\"{name}='{value}'\"."
        ) from None


def _check_switches(written: Any, made: Any) -> None:
    """Raise Misuse where a switch was given anything but true or false: the text 'no' would count as true."""
    for name, value in written.items() if isinstance(made, dict) else ():
        if isinstance(value, bool) and not isinstance(made.get(name, value), bool):
            raise Misuse(f"{name}={made[name]}: it is true or false.")
        if isinstance(value, DictConfig):
            _check_switches(value, made.get(name))


def _kinder(verb: str, problem: Exception) -> Misuse:
    """What Hydra means, in our words."""
    text = str(problem)
    if found := re.search(r"Could not (?:find|load) '(\w+)/([^']+)'", text):
        return unknown(found[1], found[2], options(found[1]))
    if found := re.search(r"Could not override '([^']+)'", text):
        key = found[1]
        parent, _, last = key.rpartition(".")
        elsewhere = [path for path in _paths(compose(verb)) if path.endswith(f".{last}") and path != key]
        if elsewhere and last not in _keys(verb, parent):
            return Misuse(f"There is no option '{key}'. Did you mean {' or '.join(elsewhere[:3])}?")
        return unknown("option" + (f" of {parent}" if parent else ""), last, _keys(verb, parent))
    if found := re.search(r"Error (?:when )?merging override ([^\n]+)", text) or re.search(r"^(.+)$", text, re.M):
        return Misuse(f"This configuration cannot be made: {found[1].strip()}. {_last_line(text)}")
    return Misuse(f"This configuration cannot be made: {text}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else ""


def _paths(node: Any, above: str = "") -> Iterator[str]:
    """Every dotted name in a configuration, of groups too."""
    for name, child in node.items_ex(resolve=False) if isinstance(node, DictConfig) else ():
        path = ".".join(each for each in (above, str(name)) if each)
        yield path
        yield from _paths(child, path)


def _keys(verb: str, parent: str) -> list[str]:
    """The keys below `parent` in the verb's own configuration; of its root, groups too."""
    config: Any = compose(verb)
    below = OmegaConf.select(config, parent) if parent else config
    if not isinstance(below, DictConfig):
        return [str(name) for name in config]
    return [str(name) for name in below if name != "_target_"]
