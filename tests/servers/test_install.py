"""Where a server is missing its tests say so: they skip on a user's machine, and fail in continuous integration."""

from pathlib import Path

import pytest

from servers import install, start


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is installed."""
    monkeypatch.setattr(install, "CACHE", tmp_path)
    for name in ("NODE", "PYTHON"):
        monkeypatch.setattr(install, name, tmp_path / name)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def test_a_missing_server_is_skipped_with_the_reason(nowhere: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"never installed: python tests/servers/install\.py"):
        start.need("node")


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("failed: npm ci failed: x", pytest.fail.Exception), ("out of reach: npm ci failed: x", pytest.skip.Exception)],
)
def test_in_continuous_integration_only_a_registry_out_of_reach_excuses(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, reason: str, outcome: type[BaseException]
) -> None:
    (nowhere / "node.why").write_text(reason)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(outcome, match="npm ci failed"):
        start.need("node")


@pytest.mark.parametrize(("reached", "begins"), [("true", "failed: "), ("false", "out of reach: ")])
def test_a_failure_is_recorded_with_its_kind(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, reached: str, begins: str
) -> None:
    def put() -> None:
        raise RuntimeError("it broke")

    monkeypatch.setitem(install.PARTS, "node", install.Part(lambda: False, put, (reached,)))
    assert install.install("node") == install.why_not("node") == begins + "it broke"


def test_a_tool_that_is_not_there_is_out_of_reach(nowhere: Path) -> None:
    with pytest.raises(install.OutOfReach, match="there is no afterpost-no-such-tool"):
        install.run("afterpost-no-such-tool")
    with pytest.raises(RuntimeError, match="failed"):
        install.run("false")
