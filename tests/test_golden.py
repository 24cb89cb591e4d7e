"""The same seeds give the same logs and scores as before: a change is seen, reviewed and named."""

import json

import pytest
from golden import HASHES, LOGS, log_hash, scores_hash

GOLDEN = json.loads(HASHES.read_text(encoding="utf-8"))
AGAIN = "run 'make golden', review the diff, and name the change under 'Numbers change' in CHANGELOG.md"


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_as_before(name: str) -> None:
    assert log_hash(LOGS[name]) == GOLDEN["logs"][name], AGAIN


def test_the_scores_are_as_before() -> None:
    assert scores_hash() == GOLDEN["scores"], AGAIN
