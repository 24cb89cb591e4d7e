"""Who holds copies of what owners posted, and what becomes of a request to each of them."""

from sim.core.build import build
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.exposure.rights import Answers, Holder, answer
from sim.world.world import World
from sim.worlds import Config, ranges_of


def answers(world: World, config: Config, noise: Noise) -> Answers:
    """What holders do about each owner's requests, by the law of her country, with this luck."""
    rights = build(settle(config["rights"], ranges_of(config, noise), "rights"), "rights")
    channels = config["channel"]
    crawlers = channels["scrape"]["crawlers"] if "scrape" in channels else {}
    buyers = channels["market"]["buyers"] if "market" in channels else {}
    holders = {name: Holder(each["first_party"], by_right_alone=False) for name, each in crawlers.items()}
    holders |= {name: Holder(first_party=False, by_right_alone=each["by_right_alone"]) for name, each in buyers.items()}
    country = config["account"]["country"]
    countries = [country or own for own in world.people["country"].take(world.owners).to_pylist()]
    return answer(rights, world.owners, countries, holders, noise)
