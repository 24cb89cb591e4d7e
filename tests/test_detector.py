"""The owner's own detector: better than chance, far from the truth, and fed by what is visible alone."""

import ast
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from posting import DECISION, centre, people

import sim.cleanup.detector as module
from sim.cleanup.detector import detect
from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.schema import CLASSES, KINDS
from sim.world.posts import publish

TEXT, PHOTO, VIDEO = (KINDS.index(kind) for kind in ("text", "photo", "video"))


def found(text: str | None, kind: int = TEXT) -> set[str]:
    bits = int(detect([text], np.array([kind], dtype=np.int8))[0])
    return {name for place, name in enumerate(CLASSES) if bits >> place & 1}


@pytest.fixture(scope="module")
def judged() -> tuple[np.ndarray, np.ndarray]:
    n = 300
    made = publish(
        centre(),
        people(n, posts_per_month=np.full(n, 2.0)),
        np.arange(n),
        Noise(11),
        decision=DECISION,
        content=True,
    )
    return detect(made["text"], made["kind"].to_numpy()), made["sensitive"].to_numpy()


def test_recall_and_precision_lie_between_one_half_and_one(judged: tuple[np.ndarray, np.ndarray]):
    estimate, truth = judged
    both, said, true = (int(np.bitwise_count(bits).sum()) for bits in (estimate & truth, estimate, truth))
    assert 0.5 < both / true < 0.95
    assert 0.5 < both / said < 0.95
    # The docstring's figures, measured on ten times as many posts.
    assert both / true == pytest.approx(0.75, abs=0.03)
    assert both / said == pytest.approx(0.62, abs=0.03)


def test_every_class_is_found_sometimes_and_most_are_missed_sometimes(judged: tuple[np.ndarray, np.ndarray]):
    estimate, truth = judged
    missed = 0
    for place in range(len(CLASSES)):
        true = truth >> place & 1 == 1
        hit = (estimate[true] >> place & 1).mean()
        assert hit > 0.05, CLASSES[place]
        missed += hit < 1
    assert missed >= 9


def test_it_knows_neither_the_world_nor_its_vocabulary():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name and name.startswith("sim")} == {"sim.core.errors", "sim.core.schema"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("write to someone@example.org", "contact"),
        ("ruf an: 030 23125 123", "contact"),
        ("Mein Arzt meint es gut", "health"),
        ("de nouveau chez le médecin", "health"),
        ("mi sueldo no llega", "money"),
        ("cost me €300", "money"),
        ("mia figlia dorme", "children"),
        ("my husband cooks", "relationship"),
        ("o meu chefe ligou", "employer"),
        ("Greetings from Aachen", "place"),
        ("met our neighbour Erika Mustermann, lovely", "name"),
        ("nsfw", "explicit"),
        ("all the lyrics by heart", "copyrighted"),
    ],
)
def test_it_finds_what_anybody_would(text: str, name: str):
    assert name in found(text)


def test_nothing_is_found_in_nothing():
    assert found("what a nice day") == set()
    assert found("") == set()
    assert found(None) == set()
    assert len(detect([], np.array([], dtype=np.int8))) == 0


def test_a_photo_has_a_face_unless_its_words_say_otherwise():
    assert found(None, PHOTO) == {"face"}
    assert found("a selfie before the sunset", PHOTO) == {"face"}
    assert found("just a sunset", PHOTO) == set()
    assert found("a nice day", VIDEO) == set()
    assert found("two people dancing", VIDEO) == {"face"}


def test_lists_arrays_and_chunks_are_alike():
    texts, kinds = ["my salary", None, "wedding"], np.array([TEXT, PHOTO, TEXT], dtype=np.int8)
    expected = detect(texts, kinds)
    assert expected.dtype == np.int32
    assert np.array_equal(detect(pa.array(texts), kinds), expected)
    assert np.array_equal(detect(pa.chunked_array([texts[:1], texts[1:]]), kinds), expected)


def test_lengths_must_agree():
    with pytest.raises(Mistake, match="2 texts but 1 kinds"):
        detect(["a", "b"], np.array([0], dtype=np.int8))
