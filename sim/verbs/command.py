"""One command: find the path among its words, compose the rest, run the verb, print one document."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from sim.core.errors import Mistake, Misuse, demand
from sim.core.pages import keep_pages
from sim.verbs.archive import archive_at, home_of, paths_of
from sim.verbs.compose import compose_config, conf_dir, each_alone, stripped
from sim.verbs.options import show_options

ON_ARCHIVES = ("compare", "plan")
SIMULATE = ("demo", "compare", "plan", "generate", "propagate", "validate")
"""Verbs that make much and end soon: what they let go is kept for what comes next."""
TAKE_PATH = (*ON_ARCHIVES, "replay", "report", "stage")

Paths = str | list[str] | None


def run(verb: str, words: list[str]) -> int:
    """Run `verb` with the words behind it; returns the exit status."""
    if words == ["options"]:
        show_options(verb)
        return 0
    if verb in SIMULATE:
        keep_pages()
    path, overrides = _paths_among(verb, words)
    began = perf_counter()
    if path is not None and verb in ON_ARCHIVES and not any(word.startswith("platform=") for word in overrides):
        overrides.insert(0, f"platform={home_of(archive_at(*paths_of(path)))}")
    spent = perf_counter() - began
    if {"-m", "--multirun"} & set(overrides):
        return _sweep(verb, path, [word for word in overrides if word not in ("-m", "--multirun")])
    strange = next((word for word in overrides if word.startswith("-")), None)
    if strange:
        raise Misuse(f"There is no option '{strange}'. There are -m, --help, --version, and NAME=VALUE.")
    document = perform(verb, path, compose_config(verb, overrides), spent_s=spent)
    return 0 if document is not None else 1


def perform(
    verb: str, path: Paths, config: dict[str, Any], *, quiet: bool = False, spent_s: float = 0.0
) -> dict[str, Any]:
    """Do what a verb does under a whole configuration; returns its document and, unless `quiet`, prints it.

    `spent_s`: time that its own work has taken already, reading an archive.
    """
    _check(verb, config)
    if path is not None:
        config["path"] = path if verb in ON_ARCHIVES else _run_at(str(path), config)
    work = import_module(f"sim.verbs.{verb}")
    if "channel" in config and "strategy" in config:
        import_module("sim.verbs.warm").warm(config)
    elif verb == "generate":
        work.warm(config)
    began = perf_counter()
    document: dict[str, Any] = work.run(config)
    document["seconds"] = round(perf_counter() - began + spent_s, 3)
    document["peak_mb"] = peak_mb()
    if quiet:
        return document
    if config["output"] == "json":
        print(json.dumps(document, allow_nan=False))
    else:
        work.show(document)
    return document


def _run_at(path: str, config: Mapping[str, Any]) -> str:
    """The run a command names by its path, or by its id alone where runs lie."""
    among = Path(config.get("out") or "runs").expanduser() / path
    return os.fspath(among) if not Path(path).exists() and among.is_dir() else path


def _paths_among(verb: str, words: list[str]) -> tuple[Paths, list[str]]:
    """The words that are paths, whatever they are spelt like (several where archives are read), and the others."""
    paths: list[str] = []
    rest: list[str] = []
    for word in words:
        named = Path(os.path.expanduser(word))  # noqa: PTH111 - leaves ~channel.scrape, a deletion, as it is
        is_other = word.startswith("-") or "=" in word or (word.startswith("~") and str(named) == word)
        is_path = verb in TAKE_PATH and (not is_other or named.exists())
        if is_path and (verb in ON_ARCHIVES or not paths):
            paths.append(os.fspath(named))
        else:
            rest.append(word)
    return (paths[0] if len(paths) == 1 else paths or None), rest


def _check(verb: str, config: Mapping[str, Any]) -> None:
    for name, least in (("seeds", 1), ("worlds", 1), ("horizon_days", 1), ("threads", 1), ("seed", 0), ("check", 0)):
        value = config.get(name)
        if name in config and not (value is None and name == "threads"):
            demand(
                isinstance(value, int) and not isinstance(value, bool) and value >= least,
                f"{name}={value!r}: it takes a whole number from {least} up.",
            )
    screen = config.get("screen", 0)
    demand(
        isinstance(screen, int) and not isinstance(screen, bool) and (screen == 0 or screen >= 2),
        f"screen={screen!r}: it takes 0 for none, or 2 trajectories or more.",
    )
    for name, allowed in (
        ("params", ("ranges", "centre")),
        ("content", ("full", "none")),
        ("output", ("table", "json")),
    ):
        demand(config.get(name, allowed[0]) in allowed, f"{name}={config.get(name)!r}: it is {' or '.join(allowed)}.")
    world = config.get("world")
    if world is not None:
        demand(
            "channel" in config, "channel=[]: without a channel nothing happens. Name some, as channel=[feed,reshare]."
        )
        for name, least in (("seed", 0), ("size", 1), ("owners", 0 if verb == "generate" else 1)):
            value = world[name]
            demand(
                isinstance(value, int) and not isinstance(value, bool) and value >= least,
                f"world.{name}={value!r}: it takes a whole number from {least} up.",
            )
    if config.get("out"):
        place = Path(config["out"]).expanduser().absolute()
        there = next(each for each in (place, *place.parents) if each.exists())
        writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        demand(writable, f"out={config['out']}: nothing can be written there. Choose another folder.")


def peak_mb() -> float:
    """Largest memory of this process and its children so far, MB."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    scale = 1 if sys.platform == "darwin" else 1024
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    # On Linux a process starts with its parent's ru_maxrss; the high-water mark of its own memory it has to itself.
    with suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        own = int(status.partition("VmHWM:")[2].split()[0])
    return round((own + children) * scale / 1e6, 1)


def _sweep(verb: str, path: Paths, overrides: list[str]) -> int:
    """Run once for each combination of the overrides' comma-separated values, by Hydra's sweeper and launcher.

    A combination that is a Mistake says so, and the others go on; the status is then 1. A document has its own words of
    the sweep as `swept`; a verb may show all `side_by_side`.
    """
    import hydra
    from omegaconf import DictConfig, OmegaConf

    for words in each_alone(overrides):
        compose_config(verb, words)
    mistakes = []
    with tempfile.TemporaryDirectory(prefix="afterpost-") as folder:

        def job(config: DictConfig) -> None:
            own = hydra.core.hydra_config.HydraConfig.get()
            number, swept = own.job.num, " ".join(word for word in own.overrides.task if word not in overrides)
            plain: Any = OmegaConf.to_container(config, resolve=True)
            try:
                document = perform(verb, path, stripped(verb, plain), quiet=True)
            except Mistake as mistake:
                mistakes.append(mistake)
                print(f"afterpost: {swept}: {mistake}", file=sys.stderr)
                return
            document["swept"] = swept
            Path(folder, f"{number:06}.json").write_text(json.dumps(document, allow_nan=False), encoding="utf-8")

        before = sys.argv
        sys.argv = [before[0], "-m", *overrides, f"hydra.sweep.dir={folder}", "hydra.sweep.subdir=${hydra.job.num}"]
        try:
            hydra.main(config_path=str(conf_dir().resolve()), config_name=verb, version_base="1.3")(job)()
        finally:
            sys.argv = before
        documents = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(Path(folder).glob("*.json"))]
    if any(word == "output=json" for word in overrides):
        print(json.dumps(documents))
    else:
        work = import_module(f"sim.verbs.{verb}")
        for document in documents:
            print(f"\n== {document['swept']}\n")
            work.show(document)
        if hasattr(work, "side_by_side") and len(documents) > 1:
            work.side_by_side(documents)
    return 1 if mistakes else 0
