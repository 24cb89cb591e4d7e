"""Every verification refuses an error that is planted in it: which one, and that none is without."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.verify

PLANTED = {
    "test_feed_alone_is_what_the_hand_expects": "5% more views, a delay 10% longer",
    "test_feed_ends_at_the_horizon": "views beyond the horizon",
    "test_strangers_come_as_a_poisson_process": "5% more visits; a horizon 5% later; times between looks 5% longer",
    "test_sizes_are_those_of_a_branching_process": "offspring 5% more",
    "test_mean_size_and_reach_are_the_closed_forms": "offspring 5% more",
    "test_generations_shrink_by_the_reproduction_number": "offspring 5% more",
    "test_outbreaks_are_percolation": "a degree 20% higher",
    "test_without_memory_a_cascade_would_be_too_large": "one who passes on twice",
    "test_times_of_a_chain_add_up": "a link less",
    "test_nothing_is_created_or_lost": "test_each_rule_sees_one_planted_error",
    "test_every_rule_is_planted": "itself the list of rules",
    "test_each_rule_sees_one_planted_error": "an error for each rule",
    "test_learners_are_split_without_rest": "a plan that does nothing, one that reaches everybody",
    "test_keyed_noise_passes": "test_a_linear_hash_is_refused",
    "test_a_linear_hash_is_refused": "a linear hash",
    "test_the_two_words_decisions_and_seeds_are_independent": "two words that differ in one bit",
    "test_half_words_of_people_and_decisions_are_independent": "two words that differ in one bit",
    "test_one_bit_of_an_address_turns_half_of_the_answer": "an id whose lowest bit is lost",
    "test_cascade_sizes_are_cynetdiffs": "a chance 25% higher",
    "test_cascade_sizes_are_cynetdiffs_where_ties_differ": "chances 25% higher",
    "test_cascade_sizes_are_ndlibs": "a chance 50% higher",
    "test_sizes_and_times_are_fast_sirs": "transmission 30% faster; times 1.3 to 4 times as long",
    "test_the_next_friend_is_any_friend": "a friend with many friends favoured",
    "test_who_does_not_go_back_goes_on_to_any_other_friend": "a friend with many friends favoured",
    "test_a_random_walk_stands_at_a_person_in_proportion_to_her_friends": "a power of degree of 1.05; uniform visits",
    "test_a_crawl_along_ties_is_as_biased_as_real_ones": "people visited whoever they are",
    "test_a_post_and_a_month_are_seen_as_published_at_once_and_a_dull_post_by_fewer": "no quality",
    "test_interest_is_heavy_tailed_around_one": "a mean of 1.02, a sigma of 0.9",
    "test_real_reshares_differ_more_than_chance_has_them": "reshares by chance alone",
    "test_share_still_to_come_lies_in_the_range": "a wait before passing on",
    "test_the_centre_of_fresh_posts_is_near": "views three times as late",
    "test_most_reshares_are_direct": "reshares that cause 0.9 others",
    "test_reshares_a_view_lie_in_the_range": "30 times the reshares",
    "test_share_after_tau_is_forecast_with_its_coverage": "intervals of 70%",
    "test_the_reductions_use_the_channels_own_code": "itself about the code, not about figures",
}


def test_none_is_without_a_planted_error() -> None:
    found = {
        each.name for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)
        for each in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    }  # fmt: skip
    assert found == set(PLANTED)
    assert {said for said in PLANTED.values() if said.startswith("test_")} <= found
