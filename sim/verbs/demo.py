"""demo: a small world, every strategy, and what happens where gig workers open a profile."""

from typing import Any

from sim.measure.scenario import gig_workers
from sim.verbs import compare
from sim.verbs.compose import compose_config
from sim.verbs.study import study

show = compare.show


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Compare, tell the scenario in words, and leave one run folder; returns the document."""
    found = study("demo", config)
    picked = compose_config("demo", ["experiment=gig_workers"])
    scenario = config | {
        "title": picked["title"],
        "channel": picked["channel"],
        "annotators": picked["annotators"],
        "seeds": config["scenario_seeds"],
        "strategy": {name: config["strategy"][name] for name in config["scenario_strategies"]},
    }
    told = gig_workers(found.results, study("demo", scenario).results)
    return compare.finish(found, {**found.results, "scenarios": [told]}, config)
