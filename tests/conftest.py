"""What every test shares: the reference data, Hypothesis's profile, and figures without a screen."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# No deadline: the first call of a compiled routine compiles it. A continuous-integration run repeats to the bit.
settings.register_profile("afterpost", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("afterpost")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference graphs, archives and cascades that lies beside the checkout."""
    folder = (Path(__file__).parents[1] / "../shared/data").resolve()
    if not folder.is_dir():
        pytest.skip("the reference data do not lie beside the checkout (../shared/data)")
    return folder
