"""What every test shares: the reference data, Hypothesis's profile, and figures without a screen."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from sim.platforms.connectors.web import is_loopback

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


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    """No test of this process speaks to anything but this machine."""
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address}: tests talk to loopback only")
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        if not is_loopback(host):
            raise AssertionError(f"a test looked up '{host}': tests talk to loopback only")


sys.addaudithook(_only_loopback)
