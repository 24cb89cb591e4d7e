"""Who holds copies of what owners posted, and what becomes of a request to each of them."""

from sim.core.build import build
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.exposure.rights import Answers, answer
from sim.world.world import World
from sim.worlds import Config


def answers(world: World, config: Config, noise: Noise) -> Answers:
    """What holders do about each owner's requests, by the law of her country, with this luck."""
    ranges = noise.branch("parameters") if config["params"] == "ranges" else None
    rights = build(settle(config["rights"], ranges, "rights"), "rights")
    crawlers = config["channel"]["scrape"]["crawlers"] if "scrape" in config["channel"] else {}
    holders = {name: crawler["first_party"] for name, crawler in crawlers.items()}
    country = config["account"]["country"]
    countries = [country or own for own in world.people["country"].take(world.owners).to_pylist()]
    return answer(rights, world.owners, countries, holders, noise, horizon_days=config["horizon_days"])
