"""platforms: what a clean-up of some items takes on each platform: route, evidence, limits, days and money."""

from dataclasses import asdict
from typing import Any

from sim.cleanup.limits import Platform
from sim.core.build import build
from sim.core.errors import require
from sim.core.parameters import settle
from sim.core.schema import DAY_S
from sim.verbs.compose import compose_option, options


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Read every platform and price `items` items on it; returns the document."""
    items = config["items"]
    require(isinstance(items, int) and items >= 1, f"items={items!r}: it takes a whole number from 1 up.")
    rows = []
    for name in options("platform"):
        platform: Platform = build(settle(compose_option("platform", name), None), f"platform {name}")
        limits = platform.limits
        rows.append(
            {
                "name": name,
                "title": platform.title,
                "grade": platform.connector.grade,
                "evidence": platform.connector.evidence,
                "route": platform.route,
                "terms": platform.terms,
                "others": None if platform.others is None else asdict(platform.others),
                "limits": [f"{rule.calls} in {rule.per_s} s ({rule.window})" for rule in limits.rules],
                "batch": limits.batch,
                "wait_full_s": limits.wait_s(items, pace=1.0),
                "wait_paced_s": limits.wait_s(items),
                "pace": limits.pace,
                "money_usd": limits.money_usd(items),
                "sources": sorted({platform.source, limits.source, *(rule.source for rule in limits.rules)} - {""}),
            }
        )
    return {"run": None, "items": items, "platforms": rows}


def show(document: dict[str, Any]) -> None:
    """A table: days at our pace and at the full limit, and money."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Deleting {document['items']:,} items", box=None, title_justify="left")
    for name in ("Platform", "Grade", "Evidence"):
        table.add_column(name)
    for name in ("At pace", "Full limit", "USD"):
        table.add_column(name, justify="right")
    for row in sorted(document["platforms"], key=lambda row: row["wait_paced_s"]):
        money = f"{row['money_usd']:,.2f}" if row["money_usd"] else "-"
        waits = [_wait(row[name]) if row["grade"] != "X" else "refused" for name in ("wait_paced_s", "wait_full_s")]
        table.add_row(row["title"], row["grade"], row["evidence"], *waits, money)
    Console().print(table)
    print("Grade: A by its API, B by an API behind an approval or payment, C by hand, X refused.")
    print("Evidence: carried out on a real server (server), held against the API's description (spec), or read (docs).")
    print("At pace: the share of the published limit used by default. output=json names routes, terms and sources,")
    print("and what others than its owner see of an account.")


def _wait(seconds: int) -> str:
    if seconds < 3600:
        return f"{-(-seconds // 60)} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * DAY_S else f"{seconds / DAY_S:.1f} d"
