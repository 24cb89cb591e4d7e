"""Copy: a viewer keeps the content and shows it to her own audience; it outlives the original.

Screenshots, re-uploads, quotes and comments that say what it says. No per-view rate is published (R15: a range of
them all). A coin a view; the copy is an object of its own, seen by the copier's audience or a share of it, copied
again, gone by nature (D05) or by a takedown. Where a deletion draws attention, those that stand when the post is
taken away are looked at once more. A quote may be a link, and a thread of comments may go with its post:
those end with the original. Two ways to one view make two copies; people are counted afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.codes import PUBLIC
from sim.core.compiled import Array
from sim.core.errors import require, require_above_0, require_share, unknown
from sim.core.log import VIEWS
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential, lognormal
from sim.core.schema import CHANNELS, NEVER, YEAR_S
from sim.exposure.columns import new_crowd
from sim.exposure.copies import CopiedViews, Odds, copied
from sim.exposure.doors import COMMENT, HANGS, LATE, QUOTE, STAYS
from sim.exposure.draft import Draft
from sim.exposure.forms import Forms
from sim.exposure.scene import Scene
from sim.exposure.story import Story, Thing
from sim.exposure.streisand import taken_away
from sim.exposure.strikes import struck_views
from sim.exposure.weave import grouped

MOST_OFFSPRING = 0.9
"""A copy causes fewer copies than this on average (R12), else chains of copies would never end."""


FLAGS = {"quote": QUOTE, "comment": COMMENT}


@dataclass(frozen=True)
class Form:
    """What `share` of copies are: `hangs_share` of them end with the original, and `seen_share` of those who would see
    a post of the copier's see it."""

    share: float
    hangs_share: float
    seen_share: float

    def __post_init__(self) -> None:
        require_share(share=self.share, hangs_share=self.hangs_share, seen_share=self.seen_share)


@dataclass(frozen=True)
class Copy:
    """`p_copy` a view, after `copy_delay_mean_s`; the copy seen as a feed post, gone at `gone_per_year`.

    `forms`: the shares of quotes and comments; the rest are pictures or texts of the copier's own. `drawn_share` of
    those who would see a copy come to it when the post is taken away (`streisand.py`). `complies_share` of copies are
    taken down when that is asked, `late_share` of these late; the others' makers refuse or say nothing.
    """

    p_copy: float
    copy_delay_mean_s: float
    delay_median_s: float
    delay_sigma: float
    gone_per_year: float
    drawn_share: float
    complies_share: float
    late_share: float
    forms: Mapping[str, Form]

    def __post_init__(self) -> None:
        require_share(
            p_copy=self.p_copy, drawn_share=self.drawn_share, complies_share=self.complies_share,
            late_share=self.late_share,
        )  # fmt: skip
        for name in self.forms:
            if name not in FLAGS:
                raise unknown("form of a copy", name, FLAGS)
        require(sum(form.share for form in self.forms.values()) <= 1, "The forms of copies have shares above 1 in all.")
        require_above_0(
            copy_delay_mean_s=self.copy_delay_mean_s,
            delay_median_s=self.delay_median_s,
            delay_sigma=self.delay_sigma,
            gone_per_year=self.gone_per_year,
        )

    def threshold(self, scene: Scene) -> int:
        """The chance of a copy a view, times 2^32, held below the point where chains of copies never end."""
        offspring = scene.mean_visibility * scene.biased_degree
        return int(min(self.p_copy, MOST_OFFSPRING / max(offspring, 1e-9)) * 2**32)

    def tables(self) -> tuple[Quantiles, Quantiles, Quantiles]:
        """Delays, s: from view to copy, from copy to a view of it, from copy to its natural end."""
        return (
            exponential(mean_s=self.copy_delay_mean_s),
            lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma),
            exponential(mean_s=YEAR_S / self.gone_per_year),
        )

    @cached_property
    def columns(self) -> Forms:
        """The forms in whole numbers."""
        each = list(self.forms.values())

        def shares(values: list[float]) -> Array:
            return np.array([int(value * 2**32) for value in values], dtype=np.int64)

        return Forms(
            np.cumsum(shares([form.share for form in each])), shares([form.hangs_share for form in each]),
            shares([form.seen_share for form in each]), np.array([FLAGS[name] for name in self.forms], dtype=np.int64),
            int(self.complies_share * 2**32), int(self.late_share * 2**32),
        )  # fmt: skip

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every copy of the draft's posts, of copies, and every view they bring."""
        scene, posts, ties, objects = draft.scene, draft.columns, draft.scene.ties, draft.objects
        odds = self.odds(scene, noise)
        struck = struck_views(draft.rows, noise.words("copy", objects.id)[0], odds.threshold)
        views = CopiedViews(*grouped(struck, objects.post[draft.rows.object[struck]], draft.posts))
        start, room, last = draft.begin(), 64 * (len(struck) + 1), -1
        crowd, circle = new_crowd(scene.widest), draft.circle
        while last < 0:
            room *= 2
            last = copied(
                posts, ties, draft.bars, views, odds, self.columns, draft.doors, scene.horizon_end,
                self._away(draft), circle, crowd, np.empty(room, dtype=np.int32), draft.made, start, draft.room(room),
                draft.things(room),
            )  # fmt: skip
        draft.wrote(made=last - draft.made)

    def odds(self, scene: Scene, noise: Noise) -> Odds:
        """Keys, chances and delays, for compiled code."""
        return Odds(
            noise.key("copy"), noise.key("copy form"), noise.key("copy id"), noise.key("copy seen"),
            noise.key("copy gone"), self.threshold(scene), int(self.drawn_share * 2**32), *self.tables(),
        )  # fmt: skip

    def _away(self, draft: Draft) -> Array:
        """When each post of the block is taken away, s; NEVER where that draws nobody."""
        if self.drawn_share:
            return taken_away(draft.scene.only(np.arange(draft.first, draft.last)), draft.doors)
        return np.full(draft.posts, NEVER, dtype=np.int64)

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        threshold = self.threshold(story.scene)
        making, seeing, ending = self.tables()
        away = story.taken_away if self.drawn_share else NEVER
        views = [e for e in story.events if CHANNELS[e.name.channel] in VIEWS]
        while views:
            view = views.pop(0).name
            time = next(e.time for e in story.events if e.name == view)
            way = view.key << 3 | view.channel
            coin, when = story.toss(noise, "copy", view.object, view.actor, way)
            if coin >> 32 >= threshold:
                continue
            birth = time + 1 + story.delay(making, when)
            met = story.objects[view.object]
            key = view.key << 4 | view.channel
            made = story.see(met, view, birth, "copy", view.actor, key, story.learner(view.actor))
            if made is None:
                continue
            identity = story.new_id(noise, "copy id", view.object, view.actor, way)
            natural = birth + story.delay(ending, story.draw(noise, "copy gone", identity)[0])
            flags, share = self._form(story, noise, identity, met)
            copy = story.make("copy", identity, met.id, view.actor, birth, natural, flags, made)
            waves = [(birth, 2**32)]
            if birth < away < copy.close:
                waves.append((away, int(self.drawn_share * 2**32)))
            for viewer, chance in story.audience(view.actor):
                for wave, (since, drawn) in enumerate(waves):
                    coin, when = story.toss(noise, "copy seen", identity, viewer, wave)
                    if coin >> 32 < (chance * share >> 32) * drawn >> 32:
                        time = since + story.delay(seeing, when)
                        if story.see(copy, made, time, "copied", viewer, wave, story.learner(viewer)):
                            views.append(story.events[-1])

    def _form(self, story: Story, noise: Noise, identity: int, met: Thing) -> tuple[int, int]:
        """A copy's flags, and the share of the copier's audience that is shown it, of 2^32."""
        coin, fate = story.draw(noise, "copy form", identity)
        answer, course = story.draw(noise, "copy form", identity, 1)
        asked = STAYS * (answer >> 32 >= int(self.complies_share * 2**32))
        asked += LATE * (course >> 32 < int(self.late_share * 2**32))
        upto = 0
        for name, form in self.forms.items():
            upto += int(form.share * 2**32)
            if coin >> 32 < upto:
                linked = met.kind != "copy" and (name != "quote" or story.scene.audience[story.row] == PUBLIC)
                hangs = linked and fate >> 32 < int(form.hangs_share * 2**32)
                return FLAGS[name] | HANGS * hangs | asked, int(form.seen_share * 2**32)
        return asked, 2**32
