"""Draw README's pictures from a run: python paper/pictures.py RUN."""

import sys
from pathlib import Path

from sim.core.store import read_json
from sim.measure.curves import stop_here
from sim.measure.figures import frontier, honest_bar

HERE = Path(__file__).parent / "figures"


def main(run: str) -> None:
    """Write each figure of the run's record as SVG."""
    results = read_json(Path(run) / "results.json")
    for name, figure in (("frontier", frontier), ("reach", honest_bar), ("stop_here", stop_here)):
        (HERE / f"{name}.svg").write_text(figure(results), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
