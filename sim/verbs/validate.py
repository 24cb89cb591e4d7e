"""validate: generated data against published facts and real graphs, with bands, verdicts and a page of figures."""

from pathlib import Path
from typing import Any

from sim.core.noise import Noise
from sim.core.parameters import parameters
from sim.core.provenance import fingerprint, record, run_id
from sim.core.store import new_folder, write_json
from sim.facts.twin import twins
from sim.facts.worlds import measure
from sim.measure.facts import ROLES, Row, in_words, judged, leaning, read_facts, summary
from sim.measure.validation import Validation, write_validation

MODEL = ("world", "graph", "posts", "belongings", "channel", "account")
"""Groups of the configuration whose parameters make a world."""


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Measure, judge and leave a run folder with the rows and a page; returns the document.

    graph=like is held against its own graph, a real graph against the facts and its twins, a world against the facts.
    """
    facts = leaning(read_facts(config["facts"]), parameters({group: config[group] for group in MODEL}))
    graph = config["graph"]["path"]
    inputs = {Path(graph).name: fingerprint(Path(graph).expanduser())} if graph else {}
    provenance = record("validate", config, inputs)
    source = config["graph"]["source"]
    rows: list[Row] = []
    notes: list[str] = []
    counts: dict[str, Any] = {}
    curves: dict[str, Any] = {}
    published: dict[str, Any] = {}
    if source != "like":
        measured = measure(config)
        rows += judged(facts, measured.found)
        counts, curves, published = measured.facts, measured.curves, config["published"]
    if source != "generated":
        noise = Noise(config["world"]["seed"]).branch("twin")
        twin = twins(config["graph"], noise, bands=config["twin"], seeds=config["twin_seeds"])
        rows += judged(twin.facts, twin.found)
        notes += twin.notes
        if not counts:
            counts, curves, published = twin.counts, twin.curves, twin.published
    found = Validation(
        title=config["title"],
        setting=_setting(config, counts),
        run=run_id(provenance),
        summary=summary(rows),
        rows=rows,
        curves=curves,
        published=published,
        notes=notes,
        provenance=provenance,
    )
    folder = Path(config["out"]).expanduser() / found["run"]
    with new_folder(folder) as beside:
        write_json(beside / "validation.json", found)
        write_json(beside / "provenance.json", provenance)
        (beside / "validation.html").write_text(write_validation(found), encoding="utf-8")
    return {
        "run": str(folder),
        "report": str(folder / "validation.html"),
        **counts,
        "params": config["params"],
        "summary": found["summary"],
        "said": in_words(found["summary"]),
        "notes": notes,
        "rows": rows,
    }


def _setting(config: dict[str, Any], counts: dict[str, Any]) -> str:
    graph = config["graph"]
    read = f"Graph {Path(graph['path']).name if graph['path'] else graph['name']}"
    name = f"World {config['world']['name']}" if graph["source"] == "generated" else read
    said = f"{name}: {counts['people']:,} people with {counts['mean_friends']:.1f} friends each."
    if graph["source"] == "like":
        return f"{said} Twins fitted to it are held against it."
    return (
        f"{said} Parameters at their {'centres' if config['params'] == 'centre' else 'draws'}; facts that belong to a "
        "graph of one size or kind are measured on a world of that size or kind."
    )


def show(document: dict[str, Any]) -> None:
    """Every fact in a line, by role; what lies outside and why; how many are in."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for role in ROLES:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("")
        table.add_column(role.replace("_", " ").capitalize(), ratio=1)
        for heading in ("Generated", "Published", "Band"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("")
        for row in document["rows"]:
            if row["role"] == role:
                number = "" if row["id"] == row["statistic"] else row["id"]
                band = f"{_said(row['low'])} to {_said(row['high'])}"
                cells = (number, row["statistic"], _said(row["generated"]), _said(row["published"]), band)
                style = {"out": "bold", "absent": "dim"}.get(row["verdict"], "")
                table.add_row(*(Text(cell) for cell in (*cells, row["verdict"])), style=style)
        if table.row_count:
            console.print(table)
            print()
    for row in document["rows"]:
        if row["verdict"] == "out":
            console.print(Text(f"{row['id']} {row['statistic']}: {row['note']}\n"))
    print(f"{document['said']}\nReport: {document['report']}")


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
