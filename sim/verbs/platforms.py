"""platforms: what a clean-up of some items takes on each platform: route, evidence, limits, days and money."""

from typing import Any

import yaml

from sim.cleanup.limits import Platform
from sim.core.build import build
from sim.core.errors import require
from sim.core.parameters import settle
from sim.core.schema import DAY_S
from sim.verbs.compose import conf_dir, options


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Read every platform and price `items` items on it; returns the document."""
    items = config["items"]
    require(isinstance(items, int) and items >= 1, f"items={items!r}: it takes a whole number from 1 up.")
    rows = []
    for name in options("platform"):
        text = (conf_dir() / "platform" / f"{name}.yaml").read_text(encoding="utf-8")
        platform: Platform = build(settle(yaml.safe_load(text), None), f"platform {name}")
        limits = platform.limits
        rows.append(
            {
                "name": name,
                "title": platform.title,
                "evidence": platform.evidence,
                "route": platform.route,
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
    for name, side in (("Platform", "left"), ("At pace", "right"), ("Full limit", "right"), ("USD", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for row in sorted(document["platforms"], key=lambda row: row["wait_paced_s"]):
        money = f"{row['money_usd']:,.2f}" if row["money_usd"] else "-"
        table.add_row(row["title"], _wait(row["wait_paced_s"]), _wait(row["wait_full_s"]), money)
    Console().print(table)
    print("At pace: the share of the published limit used by default. output=json names routes and sources.")


def _wait(seconds: int) -> str:
    if seconds < 3600:
        return f"{-(-seconds // 60)} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * DAY_S else f"{seconds / DAY_S:.1f} d"
