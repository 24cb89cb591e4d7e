"""Fill the places of a template, such as {id} or {was.text}, from JSON values; and reach into JSON by such a path."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_PLACE = re.compile(r"\{(#?)([A-Za-z_]\w*(?:\.(?:\w+|\*))*)\}")


def reach(value: Any, path: str) -> Any:
    """What lies at `path` in JSON: names and places (from 0) joined by dots; None where there is nothing.

    '*' takes every element of a list and gives a list of what is found in each. An empty path is the value itself.
    """
    parts = path.split(".") if path else []
    for place, part in enumerate(parts):
        if part == "*":
            rest = ".".join(parts[place + 1 :])
            return [found for each in _list(value) if (found := reach(each, rest)) is not None]
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def fill(template: Any, context: Mapping[str, Any], *, quoted: bool = False) -> Any:
    """`template` with every place filled from `context`.

    A text that is one place and nothing else becomes the value itself, of any type; {#id} becomes a whole number.
    Inside a longer text the value is written out. An entry whose one place finds nothing, or an empty list, is left
    out of its mapping or list. quoted: values are percent-encoded, for a path.
    """
    if isinstance(template, Mapping):
        made = {name: fill(part, context, quoted=quoted) for name, part in template.items()}
        return {name: part for name, part in made.items() if part is not None}
    if isinstance(template, list | tuple):
        return [part for each in template if (part := fill(each, context, quoted=quoted)) is not None]
    if not isinstance(template, str):
        return template
    if (whole := _PLACE.fullmatch(template)) and not quoted:
        found = reach(context, whole[2])
        return int(found) if whole[1] and found is not None else None if found == [] else found

    def written(place: re.Match[str]) -> str:
        found = reach(context, place[2])
        text = "" if found is None else str(found)
        return quote(text, safe="") if quoted else text

    return _PLACE.sub(written, template)


def fill_all(template: str, context: Mapping[str, Any]) -> str | None:
    """The text of `template`, or None if one of its places finds nothing."""
    if any(reach(context, place[2]) in (None, "") for place in _PLACE.finditer(template)):
        return None
    return str(fill(template, context))


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
