"""report: the page of a run, drawn again from its record."""

from pathlib import Path
from typing import Any, cast

from sim.core.errors import Mistake
from sim.core.store import read_json
from sim.measure.report import write_report
from sim.measure.results import Results


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Draw report.html of the run folder `config["path"]` (or `from=RUN`); returns the document."""
    given = config.get("path") or config.get("from")
    if not given:
        raise Mistake("Which run? afterpost report RUN, where RUN is a folder that compare or demo wrote.")
    folder = Path(given).expanduser()
    if not (folder / "results.json").is_file():
        raise Mistake(f"'{folder}' holds no results.json: it is no run of compare or demo.")
    results = read_json(folder / "results.json")
    missing = set(Results.__annotations__) - set(results) if isinstance(results, dict) else set(Results.__annotations__)
    if missing:
        raise Mistake(f"'{folder / 'results.json'}' is no record of a run: it lacks {', '.join(sorted(missing)[:3])}.")
    page = folder / "report.html"
    beside = folder / ".report.html.partial"
    try:
        beside.write_text(write_report(cast(Results, results)), encoding="utf-8")
        beside.replace(page)
    except OSError as problem:
        raise Mistake(f"Could not write '{page}': {problem.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)
    return {"run": str(folder), "report": str(page)}


def show(document: dict[str, Any]) -> None:
    """Where the page is."""
    print(f"Report: {document['report']}")
