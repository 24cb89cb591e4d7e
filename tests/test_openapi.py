"""Every request of a connector is one that the platform's published API description allows.

The descriptions lie beside the checkout (../shared/data/openapi); the tests skip, and say so, where they do not.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from answering import Asked, Says, answering
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest

from sim.core.build import build
from sim.core.parameters import settle
from sim.platforms.connectors.connector import STAGED, Draft, Kept
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.strangers import reader
from sim.verbs.compose import compose_option

# Without media: the description calls a text with media both a TextStatus and a MediaStatus, and allows but one.
STATUS = {
    "id": "7", "text": "as written", "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "en",
    "media_attachments": [], "account": {"id": "42"}, "created_at": "2026-01-05T12:00:00Z",
}  # fmt: skip
CREATOR = {"creator": {"id": 42}}
CASES = {
    # the description, whose account it is, and what a look answers for an item of each kind
    "mastodon": ("mastodon_community_openapi.json", {"id": "42", "acct": "me"}, {"7": STATUS}),
    "x": (
        "x_api_v2_openapi.json",
        {"data": {"id": "42", "username": "me"}},
        {"7": {"data": {"id": "7", "author_id": "42"}}},
    ),
    "lemmy": (
        "lemmy_0.19.11_openapi.yaml",
        {"my_user": {"local_user_view": {"person": {"id": 42, "name": "me"}}}},
        {"post/7": {"post_view": CREATOR}, "comment/8": {"comment_view": CREATOR}},
    ),
}


class Clock:
    def now(self) -> float:
        return 6e8

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here asks for a wait")


def references(node: Any) -> set[str]:
    """Every local reference below a node."""
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def slice_of(description: dict[str, Any], paths: set[str]) -> dict[str, Any]:
    """The description of some paths, with the components they need: a whole one takes a minute to load."""
    kept = {path: node for path, node in description["paths"].items() if path in paths}
    components: dict[str, dict[str, Any]] = {"securitySchemes": description["components"].get("securitySchemes", {})}
    waiting = references(kept)
    while waiting:
        kind, name = waiting.pop().removeprefix("#/components/").split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = description["components"][kind][name]
            waiting |= references(components[kind][name])
    return {
        "openapi": description["openapi"],
        "info": {"title": "slice", "version": "1"},
        "servers": [{"url": "https://server.example"}],
        "paths": kept,
        "components": components,
    }


@cache
def described(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    return read


def all_requests(name: str) -> list[Asked]:
    """What the connector sends over a whole life of each kind of item."""
    _, who, looks = CASES[name]

    def answer(asked: Asked) -> Says:
        if asked.path.endswith(("verify_credentials", "/lookup", "/users/me", "/site")):
            return Says(200, who)
        if asked.path.endswith(("/statuses",)) and asked.method == "GET":
            return Says(200, [STATUS])
        if asked.path.endswith("/tweets") and asked.method == "GET":
            more = {} if "pagination_token" in asked.query else {"next_token": "n"}
            return Says(200, {"data": [{"id": "9" if more else "8"}], "meta": more})
        if asked.path.endswith("/user"):
            one = int(asked.query.get("page", 1)) == 1
            posts = [{"post": {"id": 7}, "community": {"name": "c"}}] if one else []
            comments = [{"comment": {"id": 8}, "community": {"name": "c"}}] if one else []
            return Says(200, {"posts": posts, "comments": comments})
        return Says(200, next((body for id_, body in looks.items() if _speaks_of(asked, id_)), {}))

    some = build(settle(compose_option("connector", name), None), name)
    with answering(answer) as server:
        made = some.connect(server.url, secrets={"token": Secret("token")}, clock=Clock())
        made.whoami()
        assert list(made.listed())
        if name == "mastodon":
            others = reader(some, server.url, member={}, clock=Clock())
            assert list(others.shown("me")) and others.shows("7")
        for kind in STAGED:
            of = None if kind == "text" else next(iter(looks))
            staged = made.stage(Draft(number=1, kind=kind, created=0, text="a", of=of))
            assert staged.status == ("accepted" if name == "mastodon" else "refused")
        for native_id in looks:
            kept = made.fetch(native_id)
            assert isinstance(kept, Kept), kept
            answered = made.act("delete", (native_id,))
            assert answered.status == "accepted"
            made.look(native_id, signed_in=True)
            made.look(native_id, signed_in=False)
            made.undo(replace(kept, undo=answered.undo))
    return server.asked


def _speaks_of(asked: Asked, native_id: str) -> bool:
    kind, _, number = native_id.rpartition("/")
    return kind in asked.path and (asked.path.endswith(f"/{number}") or asked.query.get("id") == number)


def template_of(path: str, paths: dict[str, Any]) -> str:
    """The path of the description that a path belongs to; one without places is preferred."""
    fits = [
        each
        for each in paths
        if len(each.split("/")) == len(path.split("/"))
        and all(a == b or a.startswith("{") for a, b in zip(each.split("/"), path.split("/"), strict=True))
    ]
    assert fits, f"the description has no path like {path}"
    return min(fits, key=lambda each: each.count("{"))


def as_request(asked: Asked) -> MockRequest:
    """A request as openapi-core takes it."""
    headers = {name: value for name, value in asked.headers.items() if name != "host"}
    return MockRequest(
        "https://server.example", asked.method.lower(), asked.path, args=dict(asked.query), headers=headers,
        data=asked.body or None, content_type=asked.headers.get("content-type", ""),
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:Unsupported scheme type")  # OAuth: openapi-core looks into no tokens
@pytest.mark.parametrize("name", CASES)
def test_every_request_is_allowed_by_the_published_description(name: str, shared_data: Path) -> None:
    file = shared_data / "openapi" / CASES[name][0]
    if not file.exists():
        pytest.skip(f"the API description {file.name} does not lie beside the checkout")
    description = described(file)
    asked = all_requests(name)
    paths = {template_of(one.path, description["paths"]) for one in asked}
    openapi = OpenAPI.from_dict(slice_of(description, paths))
    checked = set()
    for one in asked:
        openapi.validate_request(as_request(one))
        checked.add((one.method, template_of(one.path, description["paths"])))
    assert len(checked) >= 4, checked
    wrong = [one for one in asked if one.method in ("DELETE", "POST") and (one.body or "/7" in one.path)]
    for one in wrong:  # the check has teeth: the same request without what it must have is refused
        spoilt = replace(one, path=one.path + "/more") if not one.body else replace(one, body=b"{}")
        with pytest.raises(OpenAPIError):
            openapi.validate_request(as_request(spoilt))
    assert wrong
