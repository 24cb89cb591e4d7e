"""Connectors: what they send and where, what each answer means, pages that end, secrets that stay."""

import re
import socket
from dataclasses import replace
from typing import Any

import pytest
from answering import Asked, Says, answering
from hypothesis import given
from hypothesis import strategies as st

from sim.core.build import build
from sim.core.errors import Mistake
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, EPOCH_UNIX_S
from sim.platforms.connectors.by_hand import ByHand
from sim.platforms.connectors.connector import Kept
from sim.platforms.connectors.describe import Api, Call, Paging, read
from sim.platforms.connectors.fill import fill, fill_all, reach
from sim.platforms.connectors.refused import Refused, looks_like_discord
from sim.platforms.connectors.rest import Rest, RestConnector
from sim.platforms.connectors.rows import moment
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.waits import LONGEST_S, not_before
from sim.platforms.connectors.web import checked_server, is_loopback
from sim.verbs.compose import compose_option, options

NOW = 600_000_000.0
ALL = options("platform")
DESCRIBED = [name for name in options("connector") if "Rest" in compose_option("connector", name)["_target_"]]
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ" + ".GhIjKl." + "a" * 38
"""The form of a Discord token: a number in base64, a time, a signature. Nobody's."""


class StoppedClock:
    """Time that only sleeping moves."""

    def __init__(self) -> None:
        self.time, self.slept = NOW, []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def maker(name: str) -> Any:
    return build(settle(compose_option("connector", name), None), name)


def connected(name: str, url: str, clock: Any = None, **changes: Any) -> RestConnector:
    """A described connector whose account is known."""
    some = replace(maker(name), **changes)
    secrets = {each: Secret(f"secret-{each}-value") for each in some.secrets}
    made = some.connect(url, secrets=secrets, clock=clock or StoppedClock())
    made._account = "me"
    return made


# Templates


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_what_fills_a_place_is_never_a_template(outer: str, inner: str) -> None:
    template = outer.replace("{", "").replace("}", "") + "{a}!"
    assert fill(template, {"a": inner + "{secret.token}", "secret": {"token": "x"}}).endswith(inner + "{secret.token}!")


def test_places_are_filled_by_type_and_left_out_where_nothing_is() -> None:
    context = {"id": "12", "was": {"text": "t", "flag": False, "none": None, "media": [{"id": 1}, {"id": 2}, {}]}}
    template = {
        "a": "{#id}",
        "b": "{was.flag}",
        "c": "{was.none}",
        "d": "{was.media.*.id}",
        "e": ["{was.text}"],
        "f": 1,
    }
    assert fill(template, context) == {"a": 12, "b": False, "d": [1, 2], "e": ["t"], "f": 1}
    assert fill("/x/{id}/{name}", {"id": "a/b ?", "name": "ü"}, quoted=True) == "/x/a%2Fb%20%3F/%C3%BC"
    assert fill_all("{blog}/{id}", {"blog": "b"}) is None
    assert reach({"a": [{"b": 1}]}, "a.0.b") == 1
    assert reach({"a": [{"b": 1}]}, "a.7.b") is None


@pytest.mark.parametrize(
    ("value", "unix"),
    [
        (1_800_000_000, 1_800_000_000), (1_800_000_000_123, 1_800_000_000), ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15T09:00:00+01:00", 1_800_000_000), (None, EPOCH_UNIX_S), ("soon", EPOCH_UNIX_S),
        (True, EPOCH_UNIX_S), (0, EPOCH_UNIX_S), (1e300, 2_966_371_199 + EPOCH_UNIX_S),
    ],
)  # fmt: skip
def test_dates_of_every_kind_lie_between_2007_and_2100(value: Any, unix: int) -> None:
    assert moment(value) == unix - EPOCH_UNIX_S


# Waiting

DATE = "Mon, 05 Jan 2026 12:00:00 GMT"
SERVER = 1_767_614_400
"""Unix time of DATE."""


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (200, {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "2026-01-05T12:05:00.000Z"}, b"", None),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-01-05T12:05:00.000Z"}, b"", 300),  # Mastodon
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(SERVER + 7)}, b"", 7),  # GitHub, mastodon-mock
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": str(SERVER + 60)}, b"", 60),  # Bluesky
        (429, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(SERVER + 900)}, b"", 900),  # X
        (200, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "42"}, b"", 42),  # Reddit: seconds left
        (429, {"retry-after": "17"}, b"", 17),
        (503, {"retry-after": "Mon, 05 Jan 2026 12:01:00 GMT"}, b"", 60),
        (429, {}, b'{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}', 2.5),  # Matrix
        (200, {}, b'{"retry_after_ms":2500}', None),
        (429, {"retry-after": "-5"}, b"", None),
        (429, {"retry-after": "nan"}, b"not json", None),
        (429, {"retry-after": "99999999"}, b"", LONGEST_S),
        (429, {"x-ratelimit-reset": str(SERVER - 100)}, b"", 0),
        (429, {"retry-after": "5", "x-ratelimit-reset": str(SERVER + 9)}, b"", 9),
    ],
)
def test_headers_and_bodies_say_when_the_next_call_may_come(
    status: int, headers: dict[str, str], body: bytes, wait: float | None
) -> None:
    for wrong_s in (0, -86_400, 400):  # the local clock may be wrong: dates are held against the answer's own
        now = SERVER - EPOCH_UNIX_S + wrong_s
        later = not_before(status, headers | {"date": DATE}, body, now=now)
        assert later == (None if wait is None else pytest.approx(now + wait))


@given(st.sampled_from([200, 403, 429, 503]), st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining", "ratelimit-reset", "date"]),
    st.one_of(st.text(max_size=20), st.floats().map(str), st.integers().map(str))), st.binary(max_size=40))  # fmt: skip
def test_no_header_and_no_body_upsets_the_reader(status: int, headers: dict[str, str], body: bytes) -> None:
    later = not_before(status, headers, body, now=NOW)
    assert later is None or NOW <= later <= NOW + LONGEST_S


# What an answer means


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (Says(200), "accepted"), (Says(204, b""), "accepted"), (Says(404), "gone"), (Says(410), "gone"),
        (Says(401), "signed_out"), (Says(403), "refused"), (Says(422), "refused"), (Says(400), "refused"),
        (Says(301, headers={"location": "/elsewhere"}), "refused"), (Says(429), "retry"), (Says(500), "unsure"),
        (Says(502), "unsure"), (Says(503), "unsure"), (Says(503, headers={"retry-after": "3"}), "retry"),
        (Says(403, headers={"retry-after": "60"}), "retry"),
        (Says(200, {"text": "a long answer that is cut off"}, cut=True), "unsure"), (Says(gone=True), "unsure"),
    ],
    ids=str,
)  # fmt: skip
def test_an_answer_is_judged_by_what_may_have_been_done(says: Says, status: str) -> None:
    with answering(lambda _: says) as server:
        answer = connected("mastodon", server.url).act("delete", ("7",))
    assert answer.status == status
    assert [(one.method, one.path) for one in server.asked] == [("DELETE", "/api/v1/statuses/7")]
    assert (answer.http_status is None) == (says.cut or says.gone)
    assert answer.undo == (
        b"{}" if says.status == 200 and status == "accepted" else b"" if says.status == 204 else None
    )


def test_without_a_connection_surely_nothing_was_done() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        answer = connected("mastodon", url).act("delete", ("7",))
        assert connected("mastodon", url).look("7", signed_in=True).sight == "unknown"
    assert (answer.status, answer.http_status) == ("retry", None)


@pytest.mark.parametrize(
    ("says", "sight"),
    [
        (Says(200, {"id": "7"}), "there"), (Says(404), "gone"), (Says(410), "gone"), (Says(401), "unknown"),
        (Says(403), "unknown"), (Says(429), "unknown"), (Says(500), "unknown"), (Says(200, b"<html>"), "unknown"),
        (Says(302, headers={"location": "/"}), "unknown"), (Says(200, {"id": "7"}, cut=True), "unknown"),
    ],
    ids=str,
)  # fmt: skip
def test_a_look_never_guesses(says: Says, sight: str) -> None:
    with answering(lambda _: says) as server:
        assert connected("mastodon", server.url).look("7", signed_in=True).sight == sight
        assert connected("mastodon", server.url).look("7", signed_in=False).sight == sight
    assert "authorization" in server.asked[0].headers and "authorization" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("name", "native_id", "body", "sight"),
    [
        ("lemmy", "post/7", {"post_view": {"post": {"deleted": True}}}, "gone"),
        ("lemmy", "post/7", {"post_view": {"post": {"deleted": False}}}, "there"),
        ("lemmy", "comment/7", {"comment_view": {"comment": {"deleted": True}}}, "gone"),
        ("reddit", "t1_7", {"data": {"children": [{"data": {"author": "[deleted]"}}]}}, "gone"),
        ("reddit", "t1_7", {"data": {"children": []}}, "gone"),
        ("reddit", "t1_7", {"data": {"children": [{"data": {"author": "me"}}]}}, "there"),
        ("x", "7", {"errors": [{"title": "Not Found Error"}]}, "gone"),
        ("x", "7", {"errors": [{"title": "Authorization Error"}], "data": None}, "there"),
        ("x", "7", {"data": {"id": "7"}}, "there"),
    ],
)
def test_shells_of_what_was_deleted_are_gone(name: str, native_id: str, body: Any, sight: str) -> None:
    with answering(lambda _: Says(200, body)) as server:
        assert connected(name, server.url).look(native_id, signed_in=True).sight == sight


@pytest.mark.parametrize(
    ("name", "native_id", "says", "status"),
    [
        ("misskey", "7", Says(400, {"error": {"code": "NO_SUCH_NOTE"}}), "gone"),
        ("misskey", "7", Says(400, {"error": {"code": "ACCESS_DENIED"}}), "refused"),
        ("lemmy", "post/7", Says(400, {"error": "couldnt_find_post"}), "gone"),
        ("lemmy", "post/7", Says(400, {"error": "no_post_edit_allowed"}), "refused"),
        ("lemmy", "post/7", Says(500, {"error": "couldnt_find_post"}), "unsure"),
        ("x", "7", Says(200, {"data": {"deleted": False}}), "refused"),
        ("x", "7", Says(200, {"data": {"deleted": True}}), "accepted"),
        ("reddit", "t3_7", Says(200, {"success": False}), "refused"),
    ],
)
def test_bodies_say_what_statuses_do_not(name: str, native_id: str, says: Says, status: str) -> None:
    with answering(lambda _: says) as server:
        assert connected(name, server.url).act("delete", (native_id,)).status == status


@pytest.mark.parametrize("name", DESCRIBED)
def test_what_is_no_id_here_is_refused_without_a_request(name: str) -> None:
    with answering(lambda _: Says()) as server:
        some = connected(name, server.url)
        for strange in ("", "/", "a/b/c/d", "../admin", "7?x=1/8"):
            assert some.act("delete", (strange,)).status == "refused"
            assert some.look(strange, signed_in=True).sight == "unknown"
            assert some.fetch(strange).status == "refused"
        assert some.act("untag", ("7",)).status == "refused"
        assert some.act("delete", ("7", "8")).status == "refused"
    assert server.asked == []


def test_another_persons_item_is_refused_though_the_server_would_allow_it() -> None:
    with answering(lambda _: Says(200, {"user": {"login": "somebody"}, "body": "hers"})) as server:
        address = f"{server.url}/repos/o/r/issues/comments/7"
        assert connected("github", server.url).fetch(address).status == "refused"
    with answering(lambda _: Says(200, {"user": {"login": "me"}, "body": "mine"})) as server:
        assert isinstance(connected("github", server.url).fetch(address), Kept)


def test_media_are_kept_and_their_host_gets_no_credentials() -> None:
    def media(asked: Asked) -> Says:
        return Says(404) if asked.path.endswith("lost") else Says(200, b"picture")

    with answering(media) as pictures:
        attached = [{"url": f"{pictures.url}/{name}"} for name in ("one", "lost")]
        status = {"id": "7", "account": {"id": "me"}, "media_attachments": attached}
        with answering(lambda _: Says(200, status)) as server:
            kept = connected("mastodon", server.url).fetch("7")
    assert isinstance(kept, Kept) and kept.media == ((f"{pictures.url}/one", b"picture"),)
    assert "authorization" in server.asked[0].headers
    assert len(pictures.asked) == 2 and not any("authorization" in one.headers for one in pictures.asked)


def test_a_redraft_is_posted_from_what_the_deletion_returned() -> None:
    was = {"text": "as *written*", "spoiler_text": "", "visibility": "private", "language": "de", "sensitive": False,
           "media_attachments": [{"id": "5"}], "in_reply_to_id": None}  # fmt: skip
    with answering(lambda one: Says(200, was if one.method == "DELETE" else {"id": "99"})) as server:
        some = connected("mastodon", server.url)
        answer = some.act("delete", ("7",))
        again = some.undo(Kept(native_id="7", raw=b"{}", undo=answer.undo))
    assert (again.status, again.new_id) == ("accepted", "99")
    assert server.asked[1].json == {
        "status": "as *written*", "media_ids": ["5"], "spoiler_text": "", "sensitive": False, "visibility": "private",
        "language": "de",
    }  # fmt: skip


def test_lemmy_restores_and_x_has_no_undo() -> None:
    with answering(lambda _: Says()) as server:
        assert connected("lemmy", server.url).undo(Kept(native_id="post/7", raw=b"{}")).status == "accepted"
        assert connected("x", server.url).undo(Kept(native_id="7", raw=b"{}")).status == "refused"
    assert [one.json for one in server.asked] == [{"post_id": 7, "deleted": False}]


# Pages


def statuses(numbers: range) -> list[dict[str, Any]]:
    return [{"id": str(n), "created_at": "2026-01-05T12:00:00Z", "content": f"<p>{n}</p>"} for n in numbers]


def test_link_pages_are_followed_to_their_end() -> None:
    def page(asked: Asked) -> Says:
        start = int(asked.query.get("max_id", 100))
        link = f'<{server.url}{asked.path}?max_id={start - 40}&limit=40>; rel="next", <{server.url}/x>; rel="prev"'
        return Says(200, statuses(range(start, max(start - 40, 0), -1)), {"link": link} if start > 40 else {})

    with answering(page) as server:
        items = list(connected("mastodon", server.url).listed())
    assert [item.native_id for item in items] == [str(n) for n in range(100, 0, -1)]
    assert items[0].text == "100" and items[0].created == SERVER - EPOCH_UNIX_S
    assert all("authorization" in one.headers for one in server.asked) and len(server.asked) == 3


def test_a_listing_that_repeats_itself_for_ever_ends() -> None:
    with answering(lambda one: Says(200, statuses(range(20)), {"link": f'<{server.url}/again>; rel="next"'})) as server:
        assert len(list(connected("mastodon", server.url).listed())) == 20
    assert len(server.asked) == 2


def test_the_next_page_on_another_server_is_not_asked_for() -> None:
    with answering(lambda _: Says(200, [])) as stranger:
        link = {"link": f'<{stranger.url}/next>; rel="next"'}
        with (
            answering(lambda _: Says(200, statuses(range(3)), link)) as server,
            pytest.raises(Mistake, match="another"),
        ):
            list(connected("mastodon", server.url).listed())
    assert stranger.asked == []


@pytest.mark.parametrize(
    ("name", "pages", "param", "cursors"),
    [
        ("reddit", lambda n: {"data": {"children": [{"data": {"name": f"t1_{n}"}}], "after": f"t1_{n}" * (n < 3)}},
         "after", [None, "t1_1", "t1_2"]),
        ("x", lambda n: {"data": [{"id": str(n)}], "meta": {"next_token": f"n{n}"} if n < 3 else {}},
         "pagination_token", [None, "n1", "n2"]),
        ("x", lambda n: {"meta": {"result_count": 0}}, "pagination_token", [None]),
        ("tumblr", lambda n: {"response": {"posts": [{"blog_name": "b", "id_string": str(n), "timestamp": 100 - n}]
                                           if n < 4 else []}}, "before", [None, "99", "98", "97"]),
        ("lemmy", lambda n: {"posts": [{"post": {"id": n, "deleted": n == 2}}] if n < 4 else [], "comments": []},
         "page", ["1", "2", "3", "4"]),
    ],
)  # fmt: skip
def test_every_way_of_paging_ends_with_everything(name: str, pages: Any, param: str, cursors: list[str | None]) -> None:
    asked_for: list[str | None] = []

    def page(asked: Asked) -> Says:
        if "submitted" in asked.path or len(asked_for) == len(cursors):
            return Says(200, {"data": {"children": []}, "posts": [], "comments": []})
        asked_for.append(asked.query.get(param))
        return Says(200, pages(len(asked_for)))

    with answering(page) as server:
        items = list(connected(name, server.url).listed())
    assert asked_for == cursors
    ids = [item.native_id for item in items]
    assert len(set(ids)) == len(ids)
    assert "post/2" not in ids, "what is deleted already is no item"


def test_misskey_pages_by_the_last_id_in_the_body() -> None:
    def page(asked: Asked) -> Says:
        until = int(asked.json.get("untilId", 6))
        return Says(200, [{"id": str(n), "createdAt": "2026-01-05T12:00:00Z"} for n in (until - 1, until - 2) if n > 0])

    with answering(page) as server:
        assert [item.native_id for item in connected("misskey", server.url).listed()] == ["5", "4", "3", "2", "1"]
    assert {one.json["i"] for one in server.asked} == {"secret-token-value"}


def test_a_busy_listing_is_asked_for_again_when_it_says() -> None:
    clock, answers = StoppedClock(), iter([Says(429, headers={"retry-after": "30"}), Says(500), Says(200, [])])
    with answering(lambda _: next(answers)) as server:
        assert list(connected("mastodon", server.url, clock).listed()) == []
    assert clock.slept == [30, 60]


def test_a_listing_that_is_refused_says_why() -> None:
    for says, match in (
        (Says(403, {"error": "insufficient scope"}), "insufficient scope"),
        (Says(200, b"<p>"), "no JSON"),
        (Says(200, {"error": 1}), "without"),
        (Says(500), "5 tries"),
    ):
        with answering(lambda _, says=says: says) as server, pytest.raises(Mistake, match=match):
            list(connected("mastodon", server.url).listed())


# Secrets and addresses


@pytest.mark.parametrize("name", DESCRIBED)
def test_secrets_are_named_and_never_come_back(name: str) -> None:
    described = compose_option("connector", name)
    used = set(re.findall(r"secret\.(\w+)", str(described["api"])))
    assert used == set(described["secrets"])

    def echo(asked: Asked) -> Says:
        return Says(400, str(asked.headers).encode() + asked.body)

    with answering(echo) as server:
        some = connected(name, server.url)
        native_id = {"lemmy": "post/7", "reddit": "t1_7", "tumblr": "b/7", "github": "gists/7"}.get(name, "7")
        answer, kept = some.act("delete", (native_id,)), some.fetch(native_id)
        with pytest.raises(Mistake) as problem:
            some.whoami()
    shown = repr((answer, kept, some.__dict__, some._web.__dict__)) + str(problem.value)
    assert "secret-token-value" not in shown and "[hidden]" in shown


@pytest.mark.parametrize("name", ALL)
def test_a_discord_token_is_recognised_everywhere_and_sent_nowhere(name: str) -> None:
    some = build(settle(compose_option("platform", name), None), name).connector
    with answering(lambda _: Says()) as server, pytest.raises(Mistake, match="is a Discord token"):
        some.connect(server.url, secrets={"token": Secret(DISCORD)}, clock=StoppedClock())
    assert server.asked == []


def test_only_the_form_of_a_discord_token_is_one() -> None:
    assert (
        looks_like_discord(DISCORD) and looks_like_discord("Bot " + DISCORD) and looks_like_discord("mfa." + "a" * 84)
    )
    jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0." + "a" * 43
    assert not any(map(looks_like_discord, (jwt, "syt_YWxpY2U_abc", "a" * 64, "", "ghp_" + "a" * 36, DISCORD[1:])))


def test_discord_is_refused_with_the_reason_and_the_lawful_way() -> None:
    with pytest.raises(Mistake, match=r"forbidden.*Instead: .*data package"):
        maker("discord").connect("", secrets={}, clock=StoppedClock())


@pytest.mark.parametrize("name", [name for name in ALL if name in ("facebook", "instagram", "tiktok", "by_hand")])
def test_what_is_cleaned_by_hand_says_so_and_has_a_page_for_every_action(name: str) -> None:
    platform = build(settle(compose_option("platform", name), None), name)
    assert platform.connector.grade == "C"
    with pytest.raises(Mistake, match="by hand"):
        platform.connector.connect("", secrets={}, clock=StoppedClock())
    assert set(platform.actions) <= set(platform.by_hand)
    assert name == "by_hand" or {"limit", "erase", "object", "delete_account"} <= set(platform.links)


@pytest.mark.parametrize("name", ALL)
def test_every_action_of_a_platform_has_a_way(name: str) -> None:
    platform = build(settle(compose_option("platform", name), None), name)
    by_api = () if isinstance(platform.connector, ByHand | Refused) else ("delete",)
    assert set(platform.actions) <= {*by_api, *platform.by_hand}
    assert all(link.startswith("https://") for link in platform.links.values())


@pytest.mark.parametrize(
    "bad",
    ["", "social.example", "ftp://social.example", "http://social.example", "https://me:pw@social.example",
     "https://social.example?x=1", "http://127.0.0.1.social.example", "http://2130706433", "http://0.0.0.0"],
)  # fmt: skip
def test_credentials_go_nowhere_in_clear_but_to_loopback(bad: str) -> None:
    with pytest.raises(Mistake, match=r"address|clear|name or password"):
        checked_server(bad)


def test_addresses_that_are_good_stay() -> None:
    assert checked_server("https://social.example/") == "https://social.example"
    assert checked_server("http://127.0.0.1:3000") == "http://127.0.0.1:3000"
    assert checked_server("ws://localhost:7", schemes=("wss", "ws")) == "ws://localhost:7"
    assert is_loopback("127.8.9.1") and is_loopback("::1") and not is_loopback("10.0.0.1") and not is_loopback("a.b")


def test_tests_reach_nothing_but_loopback() -> None:
    with pytest.raises(AssertionError, match="loopback only"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(AssertionError, match="loopback only"):
        socket.getaddrinfo("social.example", 443)


# Descriptions


@pytest.mark.parametrize("name", ALL)
def test_every_platform_has_a_connector_that_says_what_it_is(name: str) -> None:
    some = build(settle(compose_option("platform", name), None), name).connector
    assert some.grade in ("A", "B", "C", "X") and some.evidence in ("server", "spec", "docs")
    assert isinstance(some.secrets, tuple) and isinstance(some.server, str)
    if isinstance(some, Rest):
        api = read(Api, some.api, name)
        assert api.things and all(set(thing.acts) <= set(ACTIONS) for thing in api.things)


def test_a_description_with_a_mistake_says_where() -> None:
    with pytest.raises(Mistake, match=r"x\.look.*methd.*method"):
        read(Call, {"methd": "GET", "path": "/"}, "x.look")
    with pytest.raises(Mistake, match="x lacks method"):
        read(Call, {"path": "/"}, "x")
    with pytest.raises(Mistake, match="way of paging 'links'"):
        Paging(by="links")
    with pytest.raises(Mistake, match="begins with '/'"):
        Call(method="GET", path="api")
    some = maker("x")
    with pytest.raises(Mistake, match=r"The API of X\.things\.0"):
        replace(some, api={**some.api, "things": ({"id": "x"},)}).connect(
            "", secrets={"token": Secret("t")}, clock=StoppedClock()
        )
