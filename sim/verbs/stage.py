"""stage: the owner of a synthetic plan posts all she has on a test server, so that the plan can be replayed there."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.core.errors import Misuse, require
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, AUDIENCES, BESIDE, KINDS, table
from sim.core.store import read_table, write_table
from sim.experiment import simulate
from sim.exposure.engagement import engagement
from sim.platforms.connectors.connector import Connector, Draft
from sim.platforms.replay.clock import WallClock
from sim.platforms.replay.credentials import credentials
from sim.platforms.replay.journal import Journal
from sim.platforms.stage.loopback import loopback
from sim.platforms.stage.staging import put, require_empty, stage
from sim.platforms.stage.survey import readable, survey
from sim.verbs.preview import own_posts
from sim.verbs.saved import SavedPlan, begin, read_plan
from sim.verbs.study import progress
from sim.world.world import World
from sim.worlds import make_world, world_noise

FRIEND = "_friend"
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
    owner = _connect(saved, server, clock)
    friend = _connect(saved, server, clock, FRIEND) if config["friend"] else None
    about = {"run": str(saved.run), "folder": str(saved.folder), "server": server, "platform": saved.platform.title}
    if config["survey"]:
        return about | {"mode": "survey", "rows": _survey(saved, owner, friend)}
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
    posts = own_posts(world, person)
    posts = posts.filter(
        pc.invert(pc.is_in(posts["kind"], pa.array([KINDS.index(name) for name in BESIDE], pa.int8())))
    )
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


def _survey(saved: SavedPlan, owner: Connector, friend: Connector | None) -> list[dict[str, Any]]:
    staged = saved.folder / "staged.parquet"
    require(staged.is_file(), f"Nothing was staged of '{saved.run}': afterpost stage {saved.run} server=...")
    deleted = saved.plan.filter(pc.equal(saved.plan["action"], ACTIONS.index("delete")))["target"]
    return survey(read_table(staged).to_pylist(), set(deleted.to_pylist()), owner, friend)


def show(document: dict[str, Any]) -> None:
    """What was put where, and what comes next; or what became of it."""
    if document["mode"] == "survey":
        print(readable(document["rows"]), end="")
        return
    print(
        f"{document['owner']}, who does not exist, posted {document['text']:,} posts on {document['server']} "
        f"as {document['account']}."
    )
    if document["friend"]:
        print(f"A friend liked {document['like']:,} and reposted {document['repost']:,} of them.")
    print(f"Rehearse: afterpost replay {document['run']}; carry it out: afterpost replay {document['run']} live=true")
