"""Where a server is missing its tests skip and say why."""

from pathlib import Path

import pytest

from servers import install, start


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is installed."""
    monkeypatch.setattr(install, "CACHE", tmp_path)
    for name in ("NODE", "PYTHON"):
        monkeypatch.setattr(install, name, tmp_path / name)
    for stamp in (install.node_stamp, install.python_stamp):
        stamp.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def as_it_was() -> object:
    """Stamps are read anew by whoever comes next."""
    yield
    for stamp in (install.node_stamp, install.python_stamp):
        stamp.cache_clear()


def cannot() -> None:
    """What a registry that is out of reach, or a missing compiler, comes to."""
    raise install.NotHere("it broke")


def test_a_server_that_was_never_installed_is_skipped_saying_what_installs_it(nowhere: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="`make servers` installs it"):
        start.need("node")


def test_what_cannot_be_installed_is_skipped_with_the_reason_until_it_can(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(install.PARTS, "node", install.Part(lambda: False, cannot))
    assert install.install("node") == "it could not be installed: it broke"
    with pytest.raises(pytest.skip.Exception, match="it broke"):
        start.need("node")
    done: list[int] = []
    monkeypatch.setitem(install.PARTS, "node", install.Part(lambda: bool(done), lambda: done.append(1)))
    assert [install.install("node"), install.install("node")] == ["installed", "there"]
    start.need("node")


def test_a_server_that_is_installed_and_does_not_start_fails(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="false did not start"):  # noqa: SIM117
        with start.running(["false"], ready=lambda: False, log=tmp_path / "log"):
            pass


def test_a_command_that_is_missing_fails_or_hangs_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(install.NotHere, match="there is no afterpost-no-such-tool"):
        install.run("afterpost-no-such-tool")
    with pytest.raises(install.NotHere, match=r"sh -c .* failed: one / two"):
        install.run("sh", "-c", "echo one; echo two >&2; exit 3")
    monkeypatch.setattr(install, "LONGEST_S", 0.2)
    with pytest.raises(install.NotHere, match="took over"):
        install.run("sh", "-c", "sleep 60 & wait")


def test_a_cache_that_cannot_be_written_is_said(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (nowhere / "file").touch()
    monkeypatch.setattr(install, "CACHE", nowhere / "file" / "cache")
    install.main(["node"])
    assert "Nothing can be installed in" in capsys.readouterr().out
