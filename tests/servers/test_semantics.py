"""What real servers do, which connectors rely on: listings, deletions, what is left behind, what is refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from servers.bluesky import bluesky
from servers.dovecot import dovecot, open_mailbox
from servers.mastodon import mastodon
from servers.nostr import RELAYS, relay
from servers.snac import snac
from servers.stage import Stage
from servers.synapse import synapse
from sim.core.build import build
from sim.core.parameters import settle
from sim.platforms.connectors.connector import Answer, Kept, Reader, Refused
from sim.platforms.connectors.matrix import EVENT
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.strangers import reader
from sim.platforms.exports.car import libipld, read_car
from sim.platforms.exports.car import records as records_of
from sim.platforms.exports.item import Item
from sim.platforms.exports.read import read_archive
from sim.platforms.exports.record_key import record_key
from sim.platforms.exports.tree import write_car
from sim.platforms.replay.clock import WallClock
from sim.verbs.command import perform
from sim.verbs.compose import compose_config, compose_option

pytestmark = pytest.mark.servers


def one_life(stage: Stage, connector: Any, *, again: str) -> tuple[Kept, Answer]:
    """An item listed, kept, deleted and looked for, with the words for deleting it again."""
    items = list(connector.listed())
    assert {item.native_id for item in items} == set(stage.own), "the listing has all of hers, and nothing else"
    assert [item.created for item in items] == sorted((item.created for item in items), reverse=True) or (
        stage.platform == "matrix"  # room after room
    )
    first = stage.own[0]
    kept = connector.fetch(first)
    assert isinstance(kept, Kept) and kept.raw
    assert connector.look(first, signed_in=True).sight == "there"
    done = connector.act("delete", (first,))
    assert done.status == "accepted"
    assert connector.look(first, signed_in=True).sight == connector.look(first, signed_in=False).sight == "gone"
    assert stage.living([first]) == set()
    assert connector.act("delete", (first,)).status == again
    assert connector.fetch(first).status == "gone"
    assert stage.living(stage.own[1:]) == set(stage.own[1:])
    return kept, done


def refuses_others(stage: Stage, connector: Any) -> None:
    """Nothing of another's is kept, so that nothing of another's is acted on."""
    for other in stage.others:
        assert connector.fetch(other).status in ("refused", "gone"), other
    assert stage.living(stage.others) == set(stage.others)


@contextmanager
def open_to_others(name: str, folder: Path) -> Iterator[tuple[Stage, Reader]]:
    """A server with more posts than a page of it holds, and who reads them without their owner's credentials."""
    begin, posts = {
        "bluesky": (bluesky, 120), "mastodon": (mastodon, 60), "snac": (snac, 45), "matrix": (synapse, 120),
        "imap": (dovecot, 3), "local_relay": (partial(relay, kind="local_relay"), 20),
        "nostr_relay": (partial(relay, kind="nostr_relay"), 20),
    }[name]  # fmt: skip
    with begin(folder, posts=posts) as stage:
        maker = build(settle(compose_option("platform", stage.platform), None), stage.platform).connector
        yield stage, reader(maker, stage.server, member={}, clock=WallClock())


@pytest.mark.parametrize("name", ["bluesky", "mastodon", "snac", *RELAYS])
def test_who_is_not_signed_in_reads_all_pages_and_nothing_that_is_gone(name: str, tmp_path: Path) -> None:
    with open_to_others(name, tmp_path) as (stage, others):
        some = stage.connected()
        account = some.whoami()
        shown = {item.native_id: item for item in others.shown(account)}
        assert set(shown) == set(stage.own) and all(item.text.startswith("text ") for item in shown.values())
        by_address = name != "snac"  # it lists posts to strangers, and answers them nothing at a post's own address
        assert [others.shows(one) for one in stage.own[:3]] == 3 * [by_address]
        some.act("delete", (stage.own[0],))
        gone = {stage.own[0]} if name != "snac" else set()  # it keeps what it is asked to delete
        assert {item.native_id for item in others.shown(account)} == set(stage.own) - gone, "at the first reading"
        assert not others.shows(stage.own[0])


@pytest.mark.parametrize("name", ["matrix", "imap"])
def test_what_only_members_or_the_owner_read_is_shown_to_nobody_else(name: str, tmp_path: Path) -> None:
    with open_to_others(name, tmp_path) as (stage, others):
        some = stage.connected()
        account = some.whoami()
        if name == "imap":
            some._close()
        with pytest.raises(Refused, match=r"members alone|owner alone"):
            list(others.shown(account))
        assert not others.shows(stage.own[0])
        if name == "matrix":
            bare = httpx.get(f"{stage.server}/_matrix/client/v3/rooms/{stage.own[0].split('/')[0]}/messages")
            assert bare.status_code == 401
            maker = build(settle(compose_option("platform", "matrix"), None), "matrix").connector
            member = {each: Secret(word) for each, word in stage.friend.items()}
            one = reader(maker, stage.server, member=member, clock=WallClock())
            shown = {item.native_id for item in one.shown(account)}
            assert set() < shown < set(stage.own), "the one of her two rooms that he is in"
            assert one.shows(min(shown)) and not one.shows(min(set(stage.own) - shown))


def test_bluesky(tmp_path: Path) -> None:
    with bluesky(tmp_path, posts=250, rate_limits=True) as stage:
        some = stage.connected()
        kept, _ = one_life(stage, some, again="accepted")
        refuses_others(stage, some)
        assert stage.living(stage.others) == set(stage.others), "others' likes and reposts stay, pointing nowhere"
        assert some.act("delete", tuple(stage.own[1:4])).status == "accepted", "several share a call"
        mixed = some.act("delete", tuple(stage.own[3:6]))
        assert (mixed.status, mixed.http_status) == ("unsure", 500), "one of them is gone already"
        assert stage.living(stage.own[4:6]) == set(stage.own[4:6]), "so nothing of the call was done"
        assert some.undo(kept).new_id == stage.own[0] and stage.living(stage.own[:1]) == {stage.own[0]}
        pieces = [stage.own[4:204], stage.own[204:]]
        assert [some.act("delete", tuple(piece)).status for piece in pieces] == ["accepted", "accepted"]
        assert [item.native_id for item in some.listed()] == [stage.own[0]]


def test_bluesky_renews_a_session_that_ran_out(tmp_path: Path) -> None:
    with bluesky(tmp_path, posts=1) as stage:
        some = stage.connected()
        seen: list[str] = []
        send = some._web.send

        def once_expired(call: Any, context: Any, **more: Any) -> Any:
            seen.append(call.path)
            reply = send(call, context, **more)
            if len(seen) == 1:
                return replace(reply, status=400, body=b'{"error":"ExpiredToken"}')
            return reply

        some._web.send = once_expired
        assert some.act("delete", (stage.own[0],)).status == "accepted"
        assert len(seen) == 2, "the renewed session asked again"


def test_mastodon_mock(tmp_path: Path) -> None:
    with mastodon(tmp_path, posts=60) as stage:
        some = stage.connected()
        kept, done = one_life(stage, some, again="gone")
        refuses_others(stage, some)
        assert some.act("delete", (stage.others[0],)).status == "refused"
        back = some.undo(replace(kept, undo=done.undo))
        assert back.status == "accepted" and back.new_id not in (None, stage.own[0])
        assert json.loads(some.fetch(back.new_id).raw)["content"] == json.loads(kept.raw)["content"]


def test_mastodon_mock_names_its_reset(tmp_path: Path) -> None:
    with mastodon(tmp_path, posts=3, limit=8, window_s=3) as stage:
        some = stage.connected()
        answers = [some.act("delete", (stage.own[0],)) for _ in range(12)]
        assert {answer.status for answer in answers} == {"accepted", "gone", "retry"}
        told = next(answer for answer in answers if answer.status == "retry")
        assert told.not_before is not None and 0 <= told.not_before - WallClock().now() <= 4


def test_snac_answers_404_and_keeps_the_post(tmp_path: Path) -> None:
    with snac(tmp_path, posts=25) as stage:
        some = stage.connected()
        assert sorted(item.native_id for item in some.listed()) == sorted(stage.own), "its endless pages end"
        answer = some.act("delete", (stage.own[0],))
        assert (answer.status, answer.http_status) == ("gone", 404)
        assert some.look(stage.own[0], signed_in=True).sight == "there", "which is not to be believed"
        assert stage.living(stage.own) == set(stage.own)
        refuses_others(stage, some)


def test_synapse(tmp_path: Path) -> None:
    with synapse(tmp_path, posts=150) as stage:
        some = stage.connected()
        kept, _ = one_life(stage, some, again="accepted")
        refuses_others(stage, some)  # though she keeps the room, and could redact it all
        room, event = stage.own[0].split("/")
        shell = some._web.send(EVENT, {"room": room, "event": event})
        assert shell.status == 200 and json.loads(shell.body)["content"] == {}, "its shell stays"
        assert some.undo(kept).status == "accepted"
        assert len(list(some.listed())) == 150


def test_synapse_says_when_to_come_again(tmp_path: Path) -> None:
    with synapse(tmp_path, posts=4, per_second=0.5, burst=2) as stage:
        some = stage.connected()
        answers = [some.act("delete", (one,)) for one in stage.own]
        told = [answer for answer in answers if answer.status == "retry"]
        assert told and all(answer.http_status == 429 for answer in told)
        assert all(0 < answer.not_before - WallClock().now() <= 4 for answer in told)
        assert len(stage.living(stage.own)) == len(told), "what was told to wait was not done"


@pytest.mark.parametrize("kind", RELAYS)
def test_nostr(kind: str, tmp_path: Path) -> None:
    with relay(tmp_path, kind, posts=120) as stage:
        some = stage.connected()
        kept, _ = one_life(stage, some, again="accepted")
        refuses_others(stage, some)
        some.act("delete", (stage.others[0],))  # one relay says OK to it, the other does not: neither may do it
        assert stage.living(stage.others) == set(stage.others)
        back = some.undo(kept)
        assert (back.status == "accepted") == bool(stage.living(stage.own[:1])), "one lets a note come back"
        assert (back.status == "accepted") == (kind == "nostr_relay")


def test_a_relay_pages_through_notes_that_share_their_second(tmp_path: Path, monkeypatch: Any) -> None:
    for place, kind in enumerate(RELAYS):
        folder = tmp_path / str(place)
        folder.mkdir()
        with relay(folder, kind, posts=25) as stage:
            monkeypatch.setattr("sim.platforms.connectors.nostr.PAGE", 5)  # pages end within pairs of one second
            assert {item.native_id for item in stage.connected().listed()} == set(stage.own)


def test_a_relay_that_says_nothing_is_not_taken_for_one_without_notes(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("sim.platforms.connectors.relay.TIMEOUT_S", 1)
    with relay(tmp_path, RELAYS[0], posts=1) as stage:
        some = stage.connected()
        stage.process.process.send_signal(19)  # SIGSTOP: it accepts, and answers nothing
        assert some.look(stage.own[0], signed_in=True).sight == "unknown"
        assert some.act("delete", (stage.own[0],)).status in ("unsure", "retry")
        stage.process.kill()
        assert some.look(stage.own[0], signed_in=True).sight == "unknown"
        assert some.act("delete", (stage.own[0],)).status == "retry"


def test_a_relay_tells_a_connection_that_is_too_fast(tmp_path: Path) -> None:
    sdk = pytest.importorskip("nostr_sdk")
    keys, said = sdk.Keys.generate(), []
    with relay(tmp_path, "local_relay", posts=1, per_minute=8) as stage, connect(stage.server) as line:
        for number in range(12):
            line.send(f'["EVENT",{sdk.EventBuilder(sdk.Kind(1), f"note {number}").finalize(keys).as_json()}]')
            said.append(json.loads(line.recv(timeout=30)))
        assert any(not taken and "rate-limited" in why for _, _, taken, why in said)
        assert stage.connected().act("delete", (stage.own[0],)).status == "accepted", "the next has its own"


def test_dovecot(tmp_path: Path) -> None:
    with dovecot(tmp_path, posts=250) as stage:
        some = stage.connected()
        port = int(stage.server.rpartition(":")[2])
        with open_mailbox(port) as mailbox:
            mailbox.select("Sent")
            mailbox.uid("STORE", stage.own[5].rpartition("/")[2], "+FLAGS", r"(\Deleted)")
        kept, _ = one_life(stage, some, again="gone")
        assert stage.living(stage.own[5:6]) == {stage.own[5]}, "another one that was marked does not go with it"
        refuses_others(stage, some)
        box, validity, number = stage.own[1].split("/")
        assert some.act("delete", (f"{box}/{int(validity) - 1}/{number}",)).status == "refused", "a folder made anew"
        back = some.undo(kept)
        assert back.status == "accepted" and some.fetch(back.new_id).raw == kept.raw
    assert some.look(stage.own[1], signed_in=True).sight == "unknown"
    assert some.act("delete", (stage.own[1],)).status in ("retry", "unsure")


def test_a_repository_that_was_written_here_is_taken_by_a_real_pds(tmp_path: Path) -> None:
    words = ["world.size=200", "world.owners=1", "world.seed=52", "write_as=bluesky", f"out={tmp_path}"]
    [archive] = perform("generate", None, compose_config("generate", words), quiet=True)["archives"]
    content = Path(archive).read_bytes()
    written = read_archive(Path(archive)).items
    with bluesky(tmp_path, posts=0) as stage:
        some = stage.connected()
        root, blocks = read_car(content, source=archive)
        _, records = records_of(root, blocks, [], source=archive)
        decode = libipld(source=archive).decode_dag_cbor
        again = {path: decode(blocks[name]) for path, name in records}
        own = write_car(again, did=some._did, revision=record_key(0, 0))  # the same, of this account
        headers = {"content-type": "application/vnd.ipld.car"}
        headers["authorization"] = f"Bearer {some._web._secrets['access'].reveal()}"
        where = f"{stage.server}/xrpc/com.atproto.repo.importRepo"
        done = httpx.post(where, content=own, headers=headers, timeout=120)
        assert done.status_code == 200, done.text  # the commit's empty signature is not looked at

        def said(item: Item) -> tuple[object, ...]:
            key = str(item.native_id).rpartition("/")[2]
            return key, item.kind, item.created, item.text, item.media, item.has_link, bool(item.reply_to)

        listed = list(some.listed())
        assert len(listed) > 100 and {said(item) for item in listed} == {said(item) for item in written}
        ids = [str(item.native_id) for item in listed]
        assert stage.living(ids) == set(ids)
        assert some.act("delete", tuple(ids[:100])).status == "accepted", "and its next commit is signed by itself"
        assert stage.living(ids) == set(ids[100:])
