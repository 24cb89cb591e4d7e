"""The words in which conf/ describes a REST API, as frozen dataclasses, and how they are read from a mapping."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from types import GenericAlias
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sim.core.errors import Mistake, require, unknown
from sim.platforms.connectors.connector import UNDO
from sim.platforms.connectors.fill import reach

PAGING = ("none", "link", "cursor", "last", "page")

Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. Places are filled: {account} (of whoami), {id} (groups of the item's id), {secret.NAME}, and for
    an undo {was...} (what the deletion answered) and {raw...} (the archived item). json, form: the body.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        require(
            self.method in ("GET", "POST", "PUT", "PATCH", "DELETE"), f"A call's method is no '{self.method}' here."
        )
        require(self.path.startswith("/"), f"A call's path begins with '/': '{self.path}'.")


@dataclass(frozen=True, kw_only=True)
class Says:
    """What an answer's JSON tells beyond its status: where `path` holds one of `values` it means `means`.

    means: of an acting call a Status of an Answer, of a look a Sight.
    """

    path: str
    values: tuple[Any, ...]
    means: str = ""

    def fits(self, body: Any) -> bool:
        """Whether `body` holds one of the values; a list fits an equal list or tuple."""
        found = reach(body, self.path)
        return any(_same(found, value) for value in self.values)


def _same(found: Any, value: Any) -> bool:
    if isinstance(value, list | tuple):
        return isinstance(found, list) and found == list(value)
    return type(found) is type(value) and bool(found == value)


@dataclass(frozen=True, kw_only=True)
class Paging:
    """How the next page is asked for. by: "link" (the Link header), "cursor" (the value at `path` goes into `param`),
    "last" (the id at `path` in the last row goes into `param`), "page" (`param` counts up from 1), "none".
    """

    by: str
    param: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if self.by not in PAGING:
            raise unknown("way of paging", self.by, PAGING)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where a row of a listing holds what an item needs; paths, but for native_id, a template.

    html: the text is HTML. audiences: the platform's words to ours. repost: a path that holds something in a repost.
    """

    native_id: str
    created: str
    text: str
    html: bool = False
    uri: str = ""
    audience: str = ""
    audiences: Mapping[str, str] = field(default_factory=dict)
    reply_to: str = ""
    repost: str = ""
    media: str = ""
    likes: str = ""
    reshares: str = ""
    place: str = ""
    pinned: str = ""
    faved: str = ""
    bookmarked: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One listing of the account's own items. rows: path of the list in the answer; optional: an answer without it has
    none; drop: rows that are no items.
    """

    call: Call
    row: Row
    paging: Paging
    rows: str = ""
    optional: bool = False
    drop: tuple[Says, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A kind of item: how its native ids look (a regular expression; its groups are places), how it is listed, acted
    on, looked at and brought back. acts: by action, the requests in their order; all are safe to repeat.

    media, owner: paths of the addresses of its media and of whose it is in what `look` gives; new_id: in what `undo`
    and `stage` answer. stage: by one of STAGED, how a synthetic one is put on a test server; places are those of a
    Draft, with {audience} in the platform's words and {id} of what is liked or reposted.
    """

    id: str
    lists: tuple[Listing, ...]
    acts: Mapping[str, tuple[Call, ...]]
    look: Call
    media: str = ""
    owner: str = ""
    undo: Call | None = None
    new_id: str = ""
    stage: Mapping[str, Call] = field(default_factory=dict)

    def __post_init__(self) -> None:
        re.compile(self.id)


@dataclass(frozen=True, kw_only=True)
class Strangers:
    """How who is not signed in finds an account by its {name}. account: path of what the listings ask for."""

    find: Call
    account: str


@dataclass(frozen=True, kw_only=True)
class Api:
    """A whole API. account, name: paths in the answer of whoami. public: whether a stranger may look; headers: of
    every signed call. act_says, look_says: what the bodies of answers tell, the first that fits. strangers: None:
    nothing is known of what they are listed.
    """

    headers: Mapping[str, str]
    whoami: Call
    account: str
    name: str
    things: tuple[Thing, ...]
    public: bool
    undo_by: str
    act_says: tuple[Says, ...] = ()
    look_says: tuple[Says, ...] = ()
    public_headers: Mapping[str, str] = field(default_factory=dict)
    strangers: Strangers | None = None

    def __post_init__(self) -> None:
        if self.undo_by not in UNDO:
            raise unknown("kind of undo", self.undo_by, UNDO)


def read(kind: type[Read], node: Any, where: str) -> Read:
    """`node` as a dataclass `kind`, with those within it. Raises Mistake for keys it does not take or misses."""
    require(isinstance(node, Mapping), f"{where} should be a mapping, not {node!r}.")
    hints = get_type_hints(kind)
    known = {part.name for part in fields(kind)}  # type: ignore[arg-type]
    needed = {
        part.name
        for part in fields(kind)  # type: ignore[arg-type]
        if part.default is MISSING and part.default_factory is MISSING
    }
    for name in node:
        if name not in known:
            raise unknown(f"key of {where}", str(name), known)
    lacking = needed - set(node)
    if lacking:
        raise Mistake(f"{where} lacks {', '.join(sorted(lacking))}.")
    return kind(**{name: _value(hints[name], part, f"{where}.{name}") for name, part in node.items()})


def _value(hint: Any, node: Any, where: str) -> Any:
    if node is None:
        return None
    choices = [hint, *get_args(hint)] if not isinstance(hint, GenericAlias) else [hint]
    for kind in choices:
        if is_dataclass(kind) and isinstance(kind, type):
            return read(kind, node, where)
    if get_origin(hint) is tuple:
        require(isinstance(node, list | tuple), f"{where} should be a list, not {node!r}.")
        return tuple(_value(get_args(hint)[0], each, f"{where}.{place}") for place, each in enumerate(node))
    if get_origin(hint) in (dict, Mapping) and isinstance(node, Mapping):
        return {str(name): _value(get_args(hint)[1], each, f"{where}.{name}") for name, each in node.items()}
    return node
