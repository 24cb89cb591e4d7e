"""Make the committed village again, and the published content hashes of the named worlds: `make golden`.

python -m tests.golden              village, town and city
python -m tests.golden metropolis   a larger one; nation takes minutes and some gigabytes
"""

import json
import sys
import tempfile
from pathlib import Path

from sim.verbs import generate
from sim.verbs.compose import compose_config

DATASETS = Path(__file__).parents[1] / "datasets"
PUBLISHED = DATASETS / "worlds.json"
SMALL = ("village", "town", "city")


def main(names: list[str]) -> None:
    """Write what is published of the worlds `names`."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8")) if PUBLISHED.exists() else {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            place = DATASETS / name if name == "village" else Path(folder, name)
            made = generate.run(compose_config("generate", [f"world={name}"]) | {"folder": str(place)})
        published[name] = {
            "people": made["people"], "ties": made["ties"], "mean_friends": round(made["mean_friends"], 2),
            "owners": made["owners"], "posts": made["posts"], "content_sha256": made["content_sha256"],
        }  # fmt: skip
    PUBLISHED.write_text(json.dumps(published, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(SMALL))
