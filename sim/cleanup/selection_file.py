"""A selection as a file a person can read and write: YAML, one condition a line."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from sim.cleanup.selection import Selection
from sim.core.errors import Mistake, unknown

BYTES_LIMIT = 1 << 22
HEAD = "# A selection of posts. What it can ask: keywords, regex, dates, kinds, places, counts; and what it keeps.\n"


def load_selection(path: Path) -> Selection:
    """The selection in a file. Raises Mistake where there is none, or it asks for what does not exist."""
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise Mistake(f"'{path}' has more than {BYTES_LIMIT} bytes, too many for a selection.")
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise Mistake(f"The selection '{path}' cannot be read: {problem.strerror}. Check the path.") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as problem:
        line = str(problem).splitlines()[0]
        raise Mistake(f"The selection '{path}' is not valid YAML ({line}). Write one 'name: value' a line.") from None
    document = {} if document is None else document
    if not isinstance(document, dict):
        raise Mistake(f"The selection '{path}' holds a {type(document).__name__}; write one 'name: value' a line.")
    return make_selection(document)


def make_selection(conditions: Mapping[str, Any]) -> Selection:
    """The selection of `conditions` by name; a null is one that is not set."""
    names = [field.name for field in fields(Selection)]
    for name in conditions:
        if name not in names:
            raise unknown("condition of a selection", str(name), names)
    return Selection(**{name: value for name, value in conditions.items() if value is not None})


def save_selection(selection: Selection, path: Path) -> None:
    """Write a selection; loading it gives an equal one. Raises Mistake if `path` exists or cannot be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            given = selection.given()
            text = yaml.safe_dump(given, sort_keys=False, allow_unicode=True)
            if yaml.safe_load(text) != given:  # YAML folds rare line breaks unless they are escaped
                text = yaml.safe_dump(given, sort_keys=False)
            file.write(HEAD + text)
    except FileExistsError:
        raise Mistake(f"'{path}' exists already and is left as it is. Choose another name.") from None
    except OSError as problem:
        raise Mistake(f"The selection '{path}' cannot be written: {problem.strerror}.") from None
