"""compare: strategies over seeds, platform and world; a leaderboard, a report, and for one owner the plans."""

from pathlib import Path
from typing import Any

from sim.cleanup.plan import to_table
from sim.core.build import group
from sim.core.clock import iso_date
from sim.core.parameters import numbers, settle
from sim.core.schema import DAY_S, table
from sim.core.store import new_folder, read_json, write_json, write_table
from sim.experiment import Comparison
from sim.interaction import displace
from sim.measure.displacement import rows, tell
from sim.measure.report import write_report
from sim.measure.results import Results
from sim.measure.terminal import show as show_results
from sim.measure.terminal import show_side_by_side
from sim.rivals import in_words
from sim.verbs.plan import listed
from sim.verbs.study import Study, study


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Compare, and leave a run folder; returns the document."""
    limits = config["interaction"]
    if limits:
        limits = numbers(settle(group(limits, "interaction"), None, "interaction"), "interaction")
    found = study("compare", config)
    if not limits:
        return finish(found, found.results, config)
    moved = rows(displace(config))
    since = iso_date(found.comparison.worlds[0].decision - limits["leave_days"] * DAY_S)
    told = tell(moved, limits["leavers_share"], since)
    return {**finish(found, {**found.results, "scenarios": [told]}, config), "displacement": moved}


def finish(found: Study, results: Results, config: dict[str, Any]) -> dict[str, Any]:
    """Write the run folder of a study; returns the document."""
    folder = Path(config["out"]).expanduser() / results["run"]
    provenance = results["provenance"]
    with new_folder(folder) as beside:
        write_json(beside / "results.json", results)
        write_json(beside / "provenance.json", provenance)
        (beside / "report.html").write_text(write_report(results), encoding="utf-8")
        write_table(beside / "scores.parquet", table("scores", found.comparison.scores()), provenance)
        (beside / "plans").mkdir()
        for name, plans in found.comparison.plans.items():
            write_table(beside / "plans" / f"{name}.parquet", to_table(plans), provenance)
            if len(plans) == 1:
                text = listed(name, plans[0], found.comparison.worlds[0])
                (beside / "plans" / f"{name}.txt").write_text(text, encoding="utf-8")
    facts, comparison = results["facts"], found.comparison
    document = {
        "run": str(folder),
        "report": str(folder / "report.html"),
        "people": facts["people"],
        "owners": facts["owners"],
        "seeds": facts["seeds"],
        "worlds": facts["worlds"],
        "events": facts["events"],
        "params": facts["params"],
        "not_applicable": {name: s["why_not"] for name, s in results["strategies"].items() if not s["applicable"]},
        "leaderboard": results["leaderboard"],
    }
    if results["workers"]:
        document["workers"] = results["workers"]
    if results["screen"] is not None:
        document["screen"] = results["screen"]
    if comparison.rivals is not None:
        document["rivals"] = in_words(comparison.rivals, deletions_and_pairs(comparison))
    return document


def deletions_and_pairs(comparison: Comparison) -> dict[str, tuple[int, int]]:
    """Posts deleted by all owners and pairs avoided, by strategy, under the first luck of the first world."""
    deeds = comparison.outcomes[0][0].deeds
    return {name: (int((deed.posts - deed.kept).sum()), int(deed.avoided.sum())) for name, deed in deeds.items()}


def show(document: dict[str, Any]) -> None:
    """The leaderboard in the terminal, and where the report is."""
    from rich.console import Console

    show_results(recorded(document), Console())
    print(f"\nReport: {document['report']}")


def side_by_side(documents: list[dict[str, Any]]) -> None:
    """What differs between the runs of a sweep, a line each."""
    from rich.console import Console

    show_side_by_side([(document["swept"], recorded(document)) for document in documents], Console())


def recorded(document: dict[str, Any]) -> Results:
    """The record of a run."""
    results: Results = read_json(Path(document["run"]) / "results.json")
    return results
