"""Law 5: a strategy sees only its Account as it stands, and nothing later, hidden or of the world's draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest

from sim.cleanup.account import Account
from sim.cleanup.limits import Limits, Platform
from sim.cleanup.plan import Choice, Strategy
from sim.core.build import build
from sim.core.keyed import toss_each
from sim.core.log import Block, Log
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, BESIDE, CHANNELS, CLASSES, DAY_S, KINDS
from sim.experiment import simulate
from sim.exposure.engagement import engagement
from sim.exposure.quality import lift, lifted, quality
from sim.exposure.scene import Scene
from sim.owners import Desk, know, plans
from sim.verbs.compose import compose_config, options
from sim.world.world import World
from sim.worlds import make_world, world_noise

STRATEGIES = options("strategy")
POSTED = [kind for kind in KINDS if kind not in BESIDE]
WORDS = ["world.size=120", "world.owners=3", "horizon_days=60", "platform=by_hand", "content=full"]


QUALITY_SHARE = 1.0


@dataclass(frozen=True)
class Bench:
    config: Mapping[str, Any]
    world: World
    scene: Scene
    log: Log
    noise: Noise

    def desk(self, world: World, log: Log, kinds: Sequence[str] = KINDS) -> Desk:
        return Desk(know(world, kinds), engagement(log, self.noise, like_share=0.3))

    def built(self, name: str) -> Strategy:
        return build(settle(self.config["strategy"][name], None))

    @property
    def platform(self) -> Platform:
        return build(settle(self.config["platform"], None))


@pytest.fixture(scope="module")
def bench() -> Bench:
    config = compose_config("compare", [*WORDS, f"strategy=[{','.join(STRATEGIES)}]"])
    config["channel"]["reshare"]["p_share"] = 0.02  # so that counts of reshares tell posts apart
    config["channel"]["feed"]["quality_share"] = QUALITY_SHARE
    world, noise = make_world(config, 0), world_noise(config, 0).branch("luck 0")
    scene, log = simulate(world, config, noise)
    return Bench(config, world, scene, log, noise)


def with_another_future(log: Log, now: int, luck: int) -> Log:
    """The log with every event from `now` on turned into something else: an event that would count as a reshare."""

    def changed(block: Block) -> Block:
        rng, later = np.random.default_rng(luck), block.events.time >= now
        events = block.events
        actor = np.where(later, rng.permutation(events.actor), events.actor).astype(np.int32)
        channel = np.where(later, CHANNELS.index("reshare"), events.channel).astype(np.int8)
        return replace(block, events=replace(events, actor=actor, channel=channel))

    return replace(log, blocks=tuple(changed(block) for block in log.blocks))


def with_another_truth(world: World, now: int, luck: int) -> World:
    """The world with other sensitive bits and spans throughout, and other posts after `now`."""
    rng, posts = np.random.default_rng(luck), world.posts
    time, order = posts["time"].to_numpy(), np.arange(posts.num_rows)
    later = np.flatnonzero(time > now)
    order[later] = rng.permutation(later)
    for name in ("kind", "audience", "text"):
        posts = posts.set_column(posts.schema.get_field_index(name), posts.schema.field(name), posts[name].take(order))
    truth = pa.array(rng.integers(0, 1 << len(CLASSES), posts.num_rows).astype(np.int32))
    posts = posts.set_column(posts.schema.get_field_index("sensitive"), posts.schema.field("sensitive"), truth)
    spans = pa.nulls(posts.num_rows, posts.schema.field("spans").type)
    posts = posts.set_column(posts.schema.get_field_index("spans"), posts.schema.field("spans"), spans)
    return replace(world, posts=posts, mentions=world.mentions.slice(0, 0))


@pytest.mark.parametrize("before_days", [0, 900])
def test_every_strategy_ranks_the_same_whatever_comes_later_and_is_hidden(bench: Bench, before_days: int) -> None:
    now = bench.world.decision - before_days * DAY_S
    honest = bench.desk(bench.world, bench.log)
    blind = bench.desk(with_another_truth(bench.world, now, 1), with_another_future(bench.log, now, 2))
    limits, gone = bench.platform.limits, np.empty(0, np.int64)
    ranked = 0
    for name in STRATEGIES:
        strategy = bench.built(name)
        for owner in range(len(bench.world.owners)):
            choices = [
                strategy.rank(desk.account(owner, now, gone, strategy), limits, bench.noise.branch("strategy"))
                for desk in (honest, blind)
            ]
            assert np.array_equal(choices[0].target, choices[1].target), name
            assert choices[0].action == choices[1].action
            ranked += len(choices[0].target)
    assert ranked > 100, "the strategies had nothing to rank"


def test_what_comes_later_and_is_hidden_was_really_changed(bench: Bench) -> None:
    """The test above can fail: a desk that looked a day ahead, or at the truth, would see something else."""
    now, strategy = bench.world.decision - 900 * DAY_S, bench.built("most_seen")
    honest = bench.desk(bench.world, bench.log)
    blind = bench.desk(with_another_truth(bench.world, now, 1), with_another_future(bench.log, now, 2))
    later = [int((own["time"].to_numpy() > now).sum()) for own in honest.owners.own]
    busy = int(np.argmax(later))
    ahead = [desk.account(busy, now + 900 * DAY_S, np.empty(0, np.int64), strategy) for desk in (honest, blind)]
    assert not np.array_equal(ahead[0].reshares, ahead[1].reshares)
    assert not np.array_equal(ahead[0].kind, ahead[1].kind)


def test_an_account_grows_only_with_time(bench: Bench) -> None:
    strategy, desk = bench.built("most_seen"), bench.desk(bench.world, bench.log)
    before, own = None, desk.owners.own[1]
    for day in range(-1500, 61, 60):
        now = bench.world.decision + day * DAY_S
        seen = desk.account(1, now, np.empty(0, np.int64), strategy)
        assert (seen.time <= now).all()
        if before is not None:
            there = np.isin(seen.post, before.post)
            regretted = own["post"].to_numpy()[own["deleted"].to_numpy() <= now]
            assert there.sum() == len(np.setdiff1d(before.post, regretted))
            kept = np.isin(before.post, seen.post)
            assert (seen.likes[there] >= before.likes[kept]).all()
            assert (seen.reshares[there] >= before.reshares[kept]).all()
        before = seen


@dataclass(frozen=True)
class Cheat:
    """Knows everything but the luck: from the noise it is handed it recomputes how many friends a post will reach."""

    scene: Scene
    seen: list[np.ndarray]
    needs: ClassVar[tuple[str, ...]] = ()

    def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
        self.seen.append(predicted(self.scene, account.post, noise))
        return Choice(account.post, ACTIONS.index("delete"), "cheating")


def predicted(scene: Scene, posts: np.ndarray, noise: Noise | None) -> np.ndarray:
    """Feed views of each post as the feed's own coins would have it; without noise their mean."""
    views = []
    for row in np.flatnonzero(np.isin(scene.post, posts)):
        at = slice(scene.start[scene.author[row]], scene.start[scene.author[row] + 1])
        coins = scene.visibility[at] / 2**32
        if noise is not None:
            by = int(lift(quality(noise, scene.post[row : row + 1]), QUALITY_SHARE)[0])
            chances = np.array([lifted(chance, by) for chance in scene.visibility[at].tolist()], dtype=np.uint64)
            coins, waits = np.empty(len(chances), dtype=np.uint32), np.empty(len(chances), dtype=np.uint32)
            toss_each(noise.words("feed", scene.post[row])[0][0], scene.viewer[at], 0, coins, waits)
            coins = coins < chances
        views.append(coins[scene.joined[scene.viewer[at]] <= scene.time[row]].sum() * (scene.audience[row] > 0))
    return np.array(views)


def test_a_cheat_cannot_recompute_the_worlds_draws(bench: Bench) -> None:
    decision = bench.world.decision
    posts = [own["post"].to_numpy()[own["deleted"].to_numpy() > decision] for own in know(bench.world, POSTED).own]
    cheat = Cheat(bench.scene, [])
    made = plans(
        cheat, bench.desk(bench.world, bench.log, POSTED), bench.platform, bench.noise,
        decision=bench.world.decision, horizon_end=bench.scene.horizon_end,
    )  # fmt: skip
    assert not isinstance(made, str)
    feed = dict.fromkeys(bench.scene.post.tolist(), 0)
    for block in bench.log.blocks:
        rows = np.flatnonzero(block.events.channel == CHANNELS.index("feed"))
        for row in np.searchsorted(block.event_start, rows, side="right") - 1:
            feed[int(bench.scene.post[block.first + row])] += 1
    actual = np.array([feed[post] for own in posts for post in own.tolist()])
    expected = np.concatenate([predicted(bench.scene, own, Noise(bench.noise.seed)) for own in posts])
    tried = np.concatenate([counts for own, counts in zip(posts, cheat.seen, strict=True) if len(own)])
    mean = np.concatenate([predicted(bench.scene, own, None) for own in posts])

    def luck(counts: np.ndarray) -> np.ndarray:
        """What is left of counts beyond their mean, of posts that have one, whatever was counted."""
        return (counts - mean)[mean > 0]

    with_the_worlds_noise = np.corrcoef(luck(expected), luck(actual))[0, 1]
    with_what_it_is_handed = np.corrcoef(luck(tried), luck(actual))[0, 1]
    assert with_the_worlds_noise > 0.95, "the cheat does not know how to cheat, so this test shows nothing"
    assert abs(with_what_it_is_handed) < 5 / np.sqrt((mean > 0).sum()), "the cheat got hold of the world's draws"


def test_no_strategy_is_handed_a_noise_of_the_world(bench: Bench) -> None:
    """Neither the luck's own noise nor one of the branches from which the world or its parameters are drawn."""
    handed: list[int] = []

    class Spy(Cheat):
        def rank(self, account: Account, limits: Limits, noise: Noise) -> Choice:
            handed.append(noise.seed)
            return Choice(account.post, ACTIONS.index("delete"), "spying")

    plans(
        Spy(bench.scene, []), bench.desk(bench.world, bench.log), bench.platform, bench.noise,
        decision=bench.world.decision, horizon_end=bench.scene.horizon_end,
    )  # fmt: skip
    world = world_noise(bench.config, 0)
    used = {bench.noise, world, world.branch("parameters"), bench.noise.branch("parameters")}
    assert handed and not set(handed) & {each.seed for each in used}
