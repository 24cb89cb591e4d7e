"""Make the committed village again, the published hashes of named worlds, and those of logs and scores: `make golden`.

python -m tests.golden              village, town and city, and tests/golden.json
python -m tests.golden metropolis   a larger one; nation takes minutes and some gigabytes
"""

import json
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from sim.core.digest import digest
from sim.core.schema import table
from sim.core.store import content_hashes
from sim.experiment import compare, simulate
from sim.verbs import generate
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

DATASETS = Path(__file__).parents[1] / "datasets"
PUBLISHED = DATASETS / "worlds.json"
SMALL = ("village", "town", "city")
HASHES = Path(__file__).with_name("golden.json")
FEW = ["world.size=300", "world.owners=4", "horizon_days=90", "content=none"]
LOGS = {
    "friends": FEW,
    "followers": [*FEW, "graph=followers"],
    "karate": ["graph=karate", *FEW[1:]],
    "gig workers": [*FEW, "experiment=gig_workers"],
}


def log_hash(words: list[str]) -> str:
    """What happens to a configuration's posts with its first luck, every parameter drawn from its range."""
    config = compose_config("compare", words)
    return digest(simulate(make_world(config, 0), config, world_noise(config, 0).branch("luck 0"))[1])


def scores_hash() -> str:
    """The scores of every strategy on two worlds with two draws of luck each."""
    made = compare(compose_config("compare", [*FEW, "worlds=2", "seeds=2"]))
    hashes = content_hashes(table("scores", made.scores()))
    return sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


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
    if names == list(SMALL):
        made_now = {"logs": {name: log_hash(words) for name, words in LOGS.items()}, "scores": scores_hash()}
        HASHES.write_text(json.dumps(made_now, indent=1) + "\n", encoding="utf-8")
    PUBLISHED.write_text(json.dumps(published, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(SMALL))
