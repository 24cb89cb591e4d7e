"""Copy: a viewer keeps the content and shows it to her own audience; it outlives the original.

Screenshots, re-uploads and quotes. No per-view rate is published (R15: a range). A coin a view; the copy is an
object of its own, seen by the copier's audience, copied again, gone by nature (D05) or by a takedown. Two ways
to one view make two copies; people are counted afterwards.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.errors import require_above_0, require_share
from sim.core.log import Events, Objects
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential, lognormal
from sim.core.schema import CHANNELS, YEAR_S
from sim.exposure.copies import Views, copied, struck_views
from sim.exposure.draft import NOTHING, Draft, Stage, no_events, no_objects
from sim.exposure.scene import Scene
from sim.exposure.story import Story

VIEWS = ("feed", "tag", "discovery", "forward")

MOST_OFFSPRING = 0.9
"""A copy causes fewer copies than this on average (R12), else chains of copies would never end."""


@dataclass(frozen=True)
class Copy:
    """`p_copy` a view, after `copy_delay_mean_s`; the copy seen as a feed post, gone at `gone_per_year`."""

    p_copy: float
    copy_delay_mean_s: float
    delay_median_s: float
    delay_sigma: float
    gone_per_year: float

    def __post_init__(self) -> None:
        require_share(p_copy=self.p_copy)
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

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every copy of the draft's posts, of copies, and every view they bring."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        threshold, key = self.threshold(scene), noise.key("copy")
        struck = [
            struck_views(
                each.start, each.offset, each.events.object, each.events.time, each.events.channel, each.events.actor,
                each.events.key, draft.objects.id, threshold, key,
            )
            for each in draft.stages
        ]  # fmt: skip
        if not struck:
            return Stage(NOTHING, no_events(), no_objects())
        views = Views(*(np.concatenate(column) for column in zip(*struck, strict=True)))
        (post, object_, parent, time, channel, actor, way, learner), things = copied(
            scene.author[here], scene.subject[here], scene.start, scene.viewer, scene.visibility, scene.joined, views,
            draft.objects.id, draft.close, draft.bars, draft.doors, draft.first, scene.horizon_end, threshold, key,
            noise.key("copy id"), noise.key("copy seen"), noise.key("copy gone"), *self.tables(),
        )  # fmt: skip
        return Stage(post, Events(object_, parent, time, channel, actor, way, NOTHING, learner), Objects(*things))

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        threshold = self.threshold(story.scene)
        making, seeing, ending = self.tables()
        views = [e for e in story.events if CHANNELS[e.name.channel] in VIEWS]
        while views:
            view = views.pop(0).name
            time = next(e.time for e in story.events if e.name == view)
            way = view.channel << 32 | view.key
            coin, when = story.draw(noise, "copy", view.object, view.actor, way)
            if coin >> 32 >= threshold:
                continue
            birth = time + 1 + story.delay(making, when)
            met = story.objects[view.object]
            key = view.key << 4 | view.channel
            made = story.see(met, view, birth, "copy", view.actor, key, story.learner(view.actor))
            if made is None:
                continue
            identity = story.draw(noise, "copy id", view.object, view.actor, way)[0] >> 2 | 1 << 62
            natural = birth + story.delay(ending, story.draw(noise, "copy gone", identity)[0])
            copy = story.make("copy", identity, met.id, view.actor, birth, natural, 0, made)
            for viewer, chance in story.audience(view.actor):
                coin, when = story.draw(noise, "copy seen", identity, viewer)
                if coin >> 32 < chance:
                    time = birth + story.delay(seeing, when)
                    if story.see(copy, made, time, "copied", viewer, 0, story.learner(viewer)):
                        views.append(story.events[-1])
