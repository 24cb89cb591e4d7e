"""stage: the owner of a synthetic plan posts all she has on a test server, so that the plan can be replayed there."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.core.errors import Misuse, require
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, AUDIENCES, BESIDE, KINDS, table
from sim.core.store import write_table
from sim.experiment import simulate
from sim.exposure.engagement import engagement
from sim.platforms.connectors.connector import Connector, Draft
from sim.platforms.replay.clock import WallClock
from sim.platforms.replay.credentials import credentials
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import PREDICTION, Outcome, outcome
from sim.platforms.replay.receipts import compared
from sim.platforms.stage.held import readable as readable_harvest
from sim.platforms.stage.loopback import loopback
from sim.platforms.stage.staging import put, require_empty, stage
from sim.platforms.stage.survey import look_again, readable, still_told, survey
from sim.verbs.crawl import FRIEND, crawl_staged, harvested, staged_rows
from sim.verbs.preview import own_posts
from sim.verbs.progress import progress
from sim.verbs.saved import SavedPlan, begin, read_plan
from sim.world.world import World
from sim.worlds import make_world, world_noise

DAY_S = 86_400


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Stage the plan of the run folder `config["path"]`, or look at what became of it; returns the document."""
    if not config.get("path") or not config["server"]:
        raise Misuse("Which plan, and where? afterpost stage RUN server=http://127.0.0.1:3000")
    saved = read_plan(Path(config["path"]).expanduser())
    server = loopback(config["server"])
    require(
        not saved.provenance["parameters"].get("path"),
        f"'{saved.run}' is the plan of an archive. A real person's posts are not staged: plan a synthetic world.",
    )
    clock = WallClock()
    about = {"run": str(saved.run), "folder": str(saved.folder), "server": server, "platform": saved.platform.title}
    if config["crawl"]:
        require(not config["survey"], "A crawl and a survey are two commands: first the crawl, then the survey.")
        return about | {"mode": "crawl"} | crawl_staged(saved, server, clock, member=config["friend"])
    owner = _connect(saved, server, clock)
    friend = _connect(saved, server, clock, FRIEND) if config["friend"] else None
    if config["survey"]:
        return about | {"mode": "survey"} | _survey(saved, owner, friend)
    return about | {"mode": "stage"} | _stage(saved, owner, friend, clock)


def _connect(saved: SavedPlan, server: str, clock: WallClock, whose: str = "") -> Connector:
    maker = saved.platform.connector
    if maker.grade == "X" or not maker.secrets:
        made: Connector = maker.connect(server, secrets={}, clock=clock)  # says why not
        return made
    secrets = credentials(maker.secrets, platform=saved.platform.name + whose, server=server)
    made = maker.connect(server, secrets=secrets, clock=clock)
    return made


def _stage(saved: SavedPlan, owner: Connector, friend: Connector | None, clock: WallClock) -> dict[str, Any]:
    journal = saved.folder / "journal.sqlite"
    if journal.is_file():
        open_journal = Journal.open(journal)
        begun = bool(open_journal.calls()) or open_journal.fact("server") is not None
        open_journal.close()
        require(not begun, f"'{saved.folder}' holds a replay that was begun. Remove it, or make another plan.")
    who = owner.whoami()
    require_empty(owner, who)
    parameters = saved.provenance["parameters"]
    world = make_world(parameters, 0)
    person = int(saved.plan["owner"][0].as_py())
    posts = _staged_posts(world, person)
    with progress("posts", posts.num_rows) as tick:
        ids = stage(owner, drafts(posts), clock, tick=tick)
    rows: list[tuple[int, str, str | None]] = [(post, "text", native_id) for post, native_id in ids.items()]
    if friend is not None:
        friend.whoami()
        rows += _befriended(world, parameters, ids, friend, clock)
    journal.unlink(missing_ok=True)
    begin(saved, clock.now(), native_ids=ids, server=owner.server, account=who)
    staged = {
        "post": [post for post, _, _ in rows],
        "what": pa.array([what for _, what, _ in rows], pa.string()).dictionary_encode(),
        "native_id": pa.array([native_id for _, _, native_id in rows], pa.string()),
    }
    write_table(saved.folder / "staged.parquet", table("staged", staged), saved.provenance)
    name = world.people["name"][person].as_py()
    counts = {what: sum(row[1] == what for row in rows) for what in ("text", "like", "repost")}
    return {"account": who, "owner": name, "friend": friend is not None, **counts}


def _staged_posts(world: World, person: int) -> pa.Table:
    """All that a person wrote herself and that stands at the decision, but for what lies beside her posts."""
    posts = own_posts(world, person)
    return posts.filter(pc.invert(pc.is_in(posts["kind"], pa.array([KINDS.index(name) for name in BESIDE], pa.int8()))))


def drafts(posts: pa.Table) -> list[Draft]:
    """Posts as drafts in the order of their time. A picture is named in words: no file goes anywhere."""
    return [
        Draft(
            number=row["post"], kind="text", created=row["time"], audience=AUDIENCES[row["audience"]],
            text=row["text"] or f"[{KINDS[row['kind']]}]",
            reply_to=None if row["reply_to"] is None else str(row["reply_to"]),
        )
        for row in posts.sort_by([("time", "ascending"), ("post", "ascending")]).to_pylist()
    ]  # fmt: skip


def _befriended(
    world: World, parameters: dict[str, Any], ids: dict[int, str], friend: Connector, clock: WallClock
) -> list[tuple[int, str, str | None]]:
    """Likes and reposts by the decision, in the same luck as the plan's, all by one account that stands for friends."""
    noise = world_noise(parameters, 0).branch("luck 0")
    _, log = simulate(world, parameters, noise)
    found = engagement(log, noise, like_share=settle(parameters["account"]["like_share"], None))
    post, made = world.posts["post"].to_numpy(), []
    for what, counts in zip(("like", "repost"), found.counts(world.decision), strict=True):
        for row in np.flatnonzero(counts):
            number = int(post[row])
            if number in ids:
                draft = Draft(number=number, kind=what, created=world.decision - DAY_S, of=ids[number])
                answer = put(friend, draft, clock)
                if answer.status == "accepted":
                    made.append((number, what, answer.new_id))
    return made


def _survey(saved: SavedPlan, owner: Connector, friend: Connector | None) -> dict[str, Any]:
    """What is there, what was harvested, and how the replay went, each beside what was foretold."""
    deleted = saved.plan.filter(pc.equal(saved.plan["action"], ACTIONS.index("delete")))["target"]
    sights = look_again(staged_rows(saved), owner, friend)
    gone = {row["post"] for row, sight in sights if row["what"] == "text" and sight == "gone"}
    journal = Journal.open(saved.folder / "journal.sqlite")
    foretold, came = journal.fact(PREDICTION), outcome(journal, saved.platform.limits, reads=0, backoffs=0)
    journal.close()
    others = saved.platform.others
    return {
        "rows": survey(sights, set(deleted.to_pylist()), others.outlive if others else {}),
        "still_told": 0 if friend is None else still_told(sights, _texts(saved), friend),
        "harvested": harvested(saved, gone),
        "predicted": None if foretold is None else json.loads(foretold),
        "observed": None if foretold is None else asdict(came),
    }


def _texts(saved: SavedPlan) -> dict[int, str]:
    """What each staged post says, by number."""
    world = make_world(saved.provenance["parameters"], 0)
    return {draft.number: draft.text for draft in drafts(_staged_posts(world, int(saved.plan["owner"][0].as_py())))}


def show(document: dict[str, Any]) -> None:
    """What was put where, and what comes next; or what became of it."""
    if document["mode"] == "survey":
        print(readable(document["rows"]), end="")
        if document["still_told"]:
            print(f"{document['still_told']} reposts of what is gone still repeat what it said.")
        if document["harvested"]:
            print("\n" + readable_harvest(document["harvested"]), end="")
        if document["predicted"]:
            print("\n" + compared(Outcome(**document["predicted"]), Outcome(**document["observed"])))
        return
    if document["mode"] == "crawl":
        print(_crawled(document))
        return
    print(
        f"{document['owner']}, who does not exist, posted {document['text']:,} posts on {document['server']} "
        f"as {document['account']}."
    )
    if document["friend"]:
        print(f"A friend liked {document['like']:,} and reposted {document['repost']:,} of them.")
    print(f"Rehearse: afterpost replay {document['run']}; carry it out: afterpost replay {document['run']} live=true")


def _crawled(document: dict[str, Any]) -> str:
    """What the visits of this command came to, and what is left."""
    lines = [
        f"{document['visits']} visits to {document['account']} on {document['server']}, by harvesters without her "
        f"credentials: they hold {document['copies']:,} copies of {document['posts']:,} posts now, in "
        f"{document['harvest']}."
    ]
    if document["refused"]:
        lines.append(f"They were shown nothing: {document['refused']}.")
    if document["to_come"]:
        lines.append(
            f"{document['to_come']} visits are to come, the next after {document['first']} actions of the plan: "
            f"afterpost replay {document['run']} live=true allow={document['first']}, then crawl=true again."
        )
    return "\n".join(lines)
