"""Every verification refuses an error that is planted in it, in the very run in which it passes (`conftest.py`)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from judge import planting, refuses

pytestmark = pytest.mark.verify


def written() -> Iterator[ast.FunctionDef]:
    for path in Path(__file__).parent.glob("test_*.py"):
        for each in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
                yield each


def calls(of: ast.AST, name: str) -> list[ast.Call]:
    """Calls of a function or of a mark by that name."""
    named = [each for each in ast.walk(of) if isinstance(each, ast.Call)]
    return [each for each in named if getattr(each.func, "id", getattr(each.func, "attr", "")) == name]


def test_a_check_that_is_shown_no_error_fails() -> None:
    def passes(*planted: float) -> bool:
        try:
            with planting(elsewhere=False):
                for chance in planted:
                    refuses("an error", chance)
        except AssertionError:
            return False
        return True

    assert passes(0.0) and passes(False, 1e-5)
    found = {"no error": passes(), "an error that passes": passes(True), "one of two that passes": passes(0.0, 0.01)}
    for planted, passed in found.items():
        refuses(planted, passed)


def test_what_is_planted_elsewhere_is_planted_there() -> None:
    own = {
        each.name for each in written()
        if any(not isinstance(call.args[1], ast.Constant) for call in calls(each, "refuses"))
    }  # fmt: skip
    other = {
        each.name: ast.literal_eval(mark.args[0])
        for each in written() for decorator in each.decorator_list for mark in calls(decorator, "planted_in")
    }  # fmt: skip

    def complete(own: set[str]) -> bool:
        return all(each.name in own or other.get(each.name) in own for each in written())

    assert complete(own)
    refuses("a check whose error is nowhere", complete(own - {"test_a_linear_hash_is_refused"}))
