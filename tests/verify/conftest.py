"""Every verification is shown an error that it must refuse: one that is shown none fails."""

from collections.abc import Generator

import pytest
from judge import planting


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "planted_in(test): the error that this check must refuse is planted there")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    with planting(elsewhere=pyfuncitem.get_closest_marker("planted_in") is not None):
        return (yield)
