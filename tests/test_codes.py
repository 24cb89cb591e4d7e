"""The names of codes are those of the vocabularies, in their order."""

from sim.core import codes
from sim.core.schema import AUDIENCES, CHANNELS


def test_every_name_has_its_place_in_its_vocabulary() -> None:
    bounds = ("LATEST", "MOST_MODELS")
    found = {name.lower(): code for name, code in vars(codes).items() if isinstance(code, int) and name not in bounds}
    assert found == {name: place for names in (AUDIENCES, CHANNELS) for place, name in enumerate(names)}
