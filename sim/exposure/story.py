"""One post's story in plain Python: the slow, obvious twin that every compiled channel is held against.

It shares with the compiled code the scene, the definition of a key, the tables of delays and counts, and what channels
work out beforehand: chances as thresholds and their upper bounds, quality, interest and how it fades, what visits cover
(`Hours.hits`), what a model completes, rounds of projects, the workforce, and dates of breaches. There the two cannot
find each other wrong; closed forms (`tests/verify`; of what is completed, `tests/test_models.py`) hold these laws.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from sim.core.noise import Noise
from sim.core.quantile import Quantiles
from sim.core.schema import ACTIONS, AUDIENCES, CHANNELS, LEARNERS, NEVER, OBJECTS
from sim.core.skip import PATIENCE
from sim.exposure.bars import BLOCKED, OUT_OF_SIGHT, TAKEN_BACK
from sim.exposure.doors import (
    BOUND_BY_OBJECTION,
    DOORS,
    FIRST_HOLDER,
    HANGS,
    HONOURS_DELETION,
    LATE,
    LATE_TAKEDOWN,
    QUOTE,
    STAYS,
    Doors,
)  # fmt: skip
from sim.exposure.scene import Scene

MASK = 2**64 - 1


class Name(NamedTuple):
    """What tells an event apart, whatever its row: object id, channel, actor, key."""

    object: int
    channel: int
    actor: int
    key: int


class Told(NamedTuple):
    """An event with its name, its parent's name (None: the post itself), time, mark and learner."""

    name: Name
    parent: Name | None
    time: int
    mark: int
    learner: int


@dataclass(frozen=True)
class Thing:
    """An object with its closing time, s."""

    id: int
    kind: str
    parent: int | None
    holder: int
    birth: int
    natural: int
    flags: int
    close: int
    maker: Name | None


def words(key: int, a: int, b: int, c: int) -> tuple[int, int]:
    """Threefry-2x64-20 in Python's own integers."""
    return _threefry(64, 0x1BD11BDAA9FC1A22, (16, 42, 12, 31, 16, 32, 24, 21), key, c & MASK, a, b)


def halves(key: int, who: int, turn: int) -> tuple[int, int]:
    """Threefry-2x32-20, the key's lower half first."""
    return _threefry(32, 0x1BD11BDA, (13, 15, 26, 6, 17, 29, 16, 24), key & (2**32 - 1), key >> 32, who, turn)


def _threefry(
    bits: int, parity: int, rotations: tuple[int, ...], one: int, other: int, a: int, b: int
) -> tuple[int, int]:
    """Twenty rounds on two words of so many bits, with two of key."""
    mask, keys = 2**bits - 1, (one, other, parity ^ one ^ other)
    x, y = (a + one) & mask, (b + other) & mask
    for turn in range(20):
        x = (x + y) & mask
        by = rotations[turn % 8]
        y = ((y << by | y >> (bits - by)) & mask) ^ x
        if turn % 4 == 3:
            step = turn // 4 + 1
            x, y = (x + keys[step % 3]) & mask, (y + keys[(step + 1) % 3] + step) & mask
    return x, y


@dataclass
class Story:
    """What happens to post `row` of `scene` under `doors`, told channel by channel into `events` and `objects`."""

    scene: Scene
    doors: Doors
    row: int
    events: list[Told] = field(default_factory=list)
    objects: dict[int, Thing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        at = slice(int(self.scene.start[self.subject]), int(self.scene.start[self.subject + 1]))
        self.friends = frozenset(self.scene.viewer[at].tolist())
        at = slice(*self.scene.bars.start[self.row : self.row + 2].tolist())
        self.bars = list(zip(*(column[at].tolist() for column in self.scene.bars[1:]), strict=True))
        for kind in OBJECTS[:3]:
            identity = int(self.scene.post[self.row]) * 8 + OBJECTS.index(kind)
            self.make(kind, identity, None, -1, self.time, int(self.scene.natural[self.row]), 0, None)

    @property
    def post(self) -> int:
        """The post's id."""
        return int(self.scene.post[self.row])

    @property
    def author(self) -> int:
        """Who posted it."""
        return int(self.scene.author[self.row])

    @property
    def subject(self) -> int:
        """Whom it exposes."""
        return int(self.scene.subject[self.row])

    @property
    def time(self) -> int:
        """When, s."""
        return int(self.scene.time[self.row])

    @property
    def taken_away(self) -> int:
        """When the plan takes it from people who could see it, s: deleted, or limited while public; NEVER: not so."""
        shut = [int(self.doors[ACTIONS.index("delete"), self.row])]
        if self.scene.audience[self.row] == AUDIENCES.index("public"):
            shut.append(int(self.doors[ACTIONS.index("limit"), self.row]))
        return min(shut) if min(shut) < self.scene.natural[self.row] else NEVER

    def reach(self, kind: str) -> Thing:
        """The post's friends' reach, public reach or tag reach."""
        return self.objects[self.post * 8 + OBJECTS.index(kind)]

    def audience(self, person: int) -> list[tuple[int, int]]:
        """(viewer, visibility threshold) of each who may see the person's posts, authors and subjects left out."""
        at = slice(int(self.scene.start[person]), int(self.scene.start[person + 1]))
        pairs = zip(self.scene.viewer[at].tolist(), self.scene.visibility[at].tolist(), strict=True)
        return [(who, chance) for who, chance in pairs if who not in (self.author, self.subject)]

    def learner(self, person: int) -> str:
        """Whether a person is among the subject's friends or a stranger to her."""
        return "friends" if person in self.friends else "strangers"

    def see(
        self, thing: Thing, parent: Name | None, time: int, channel: str, actor: int, key: int, learner: str
    ) -> Name | None:
        """Tell an event if its object is open and the horizon not reached; its name, or None."""
        if time >= thing.close or time >= self.scene.horizon_end:
            return None
        person = learner in ("friends", "strangers")
        if person and time < self.scene.joined[actor]:
            return None
        if person and thing.kind in ("friends_reach", "public_reach") and self.barred(BLOCKED, actor, time):
            return None
        link = thing.kind == "copy" and thing.flags & HANGS and thing.flags & QUOTE
        if (link or thing.kind == "public_reach") and self.barred(OUT_OF_SIGHT, -1, time):
            return None
        name = Name(thing.id, CHANNELS.index(channel), actor, key)
        self.events.append(Told(name, parent, time, 0, LEARNERS.index(learner)))
        return name

    def barred(self, how: int, who: int, time: int) -> bool:
        """Whether the post is barred so to a person (-1: everybody) at a time."""
        return any(row[3] == how and row[0] == who and row[1] <= time < row[2] for row in self.bars)

    def taken_back(self, who: int, shared: int) -> int:
        """When a person takes back what she passed on at `shared`."""
        return min(
            [row[1] for row in self.bars if row[3] == TAKEN_BACK and row[0] == who and row[1] > shared] + [NEVER]
        )

    def make(
        self, kind: str, identity: int, parent: int | None, holder: int, birth: int, natural: int, flags: int,
        maker: Name | None,
    ) -> Thing:  # fmt: skip
        """Bring an object into the world, with the time at which the plan or nature closes it."""
        door = {action: int(self.doors[code, self.row]) for code, action in enumerate(ACTIONS[:6])}
        close = [natural]
        if kind in ("friends_reach", "public_reach", "tag_reach"):
            close.append(door["delete"])
        if kind == "public_reach":
            close.append(door["limit"])
        if kind == "tag_reach":
            close.append(door["untag"])
        answered = len(self.doors) > DOORS
        if kind == "copy" and birth < door["takedown"] and not (answered and flags & STAYS):
            close.append(int(self.doors[LATE_TAKEDOWN, self.row]) if answered and flags & LATE else door["takedown"])
        if kind == "copy" and flags & HANGS:
            close.append(door["delete"])
            close.append(door["limit"] if flags & QUOTE else NEVER)
        if kind in ("held_for_review", "held_for_training", "held_for_sale", "learnt"):
            close.append(self._answered("erase", holder) if birth < door["erase"] else NEVER)
            close.append(door["delete"] if flags & HONOURS_DELETION else NEVER)
        if kind == "held_for_training" and flags & BOUND_BY_OBJECTION:
            close.append(self._answered("object", holder))
        thing = Thing(identity, kind, parent, holder, birth, natural, flags, min(close), maker)
        self.objects[identity] = thing
        return thing

    def _answered(self, action: str, holder: int) -> int:
        """When a holder does what was asked of it."""
        holders = (len(self.doors) - DOORS) // 2
        row = FIRST_HOLDER + holder + (holders if action == "object" else 0) if holders else ACTIONS.index(action)
        return int(self.doors[row, self.row])

    @staticmethod
    def draw(noise: Noise, decision: str, a: int, b: int = 0, c: int = 0) -> tuple[int, int]:
        """Two 64-bit words, as `Noise.words` gives."""
        return words(int(noise.key(decision)), a, b, c)

    @staticmethod
    def new_id(noise: Noise, decision: str, a: int, b: int = 0, c: int = 0) -> int:
        """The id of an object made by an event, as `Noise.ids` gives."""
        return Story.draw(noise, decision, a, b, c)[0] >> 2 | 1 << 62

    @staticmethod
    def toss(noise: Noise, decision: str, thing: int, who: int, turn: int = 0) -> tuple[int, int]:
        """Two words of which the upper halves are drawn and the lower ones are 0: what a person does with a thing."""
        first, second = halves(words(int(noise.key(decision)), thing, 0, 0)[0], who, turn)
        return first << 32, second << 32

    @staticmethod
    def skipped(word: int, mean: int) -> int:
        """How many are passed over before the next that happens (`sim.core.skip`)."""
        return Story.delay(PATIENCE, word) * mean >> 32

    @staticmethod
    def delay(table: Quantiles, word: int) -> int:
        """Seconds drawn from a table of quantiles."""
        row, part = word >> 52, (word >> 36) & 0xFFFF
        low, high = int(table[row]), int(table[row + 1])
        return low + ((high - low) * part >> 16)
