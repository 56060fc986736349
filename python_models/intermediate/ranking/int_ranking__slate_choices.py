"""Each customer's slate per channel, varied and within guardrails, and what else could have stood in its open slots.

Grain: one row per cutoff, channel, customer, slot and product that holds the slot or might have.
Algorithm: `vitrine.rerank.rerank` by the policy's method, then `vitrine.explore.explore`. Parameters: the channel's
policy, the guardrails that hold at the cutoff and what int_ranking__slate_choices.yml hands over.
"""

from vitrine.engines.frames import is_at, is_one_of, is_valid_at, read_table
from vitrine.engines.kept import still_open
from vitrine.explore import Exploration, ExploreParams
from vitrine.rerank import RerankParams
from vitrine.tables import SlateRules, attribute_names, guardrails_of, slate_rows, slates_in_order

SHAPE = ["slot_count", "diversity_strength", "coherence_strength", "max_taste_distance", "max_per_category"]
EXPLORE = ["explore_slots", "explore_method", "explore_max_loss_share"]
POLICY = ["channel", "rerank_method", *SHAPE, "max_per_brand", *EXPLORE]
CANDIDATE = ["customer_id", "product_id", "category", "brand", "price_amount", "objective_score", "purchase_weight"]
STANDING = ["is_required", "is_reserve", "taste_distance"]
VALUE = ["attribute_name", "attribute_value"]
LIMIT = ["limit_name", "limit_type", *VALUE, "slot_count"]
PAIR = ["pair_name", "pair_type", *VALUE, "other_attribute_name", "other_attribute_value"]
POSTERIOR = ["product_id", "segment", "alpha", "beta"]


def model(dbt, session):
    weights, explore = dict(dbt.config.meta_get("similarity")), dict(dbt.config.meta_get("exploration"))
    calendar = still_open(dbt, dbt.ref("int_calendar__cutoffs"))
    channel_policies = dbt.ref("int_integrity__channel_policies")
    slate_limits, slate_pairs = dbt.ref("int_integrity__slate_limits"), dbt.ref("int_integrity__slate_pairs")
    pins, product_attributes = dbt.ref("int_integrity__pinned_slots"), dbt.ref("int_features__product_attributes")
    categories, audience = dbt.ref("int_features__customer_categories"), dbt.ref("int_propensity__audience")
    objectives, capacities = dbt.ref("int_ranking__objectives"), dbt.ref("int_ranking__exposure_capacities")
    posteriors, segments = dbt.ref("int_exploration__posteriors"), dbt.ref("int_exploration__customer_segments")
    policies = read_table(channel_policies, POLICY).to_pylist()
    order = read_table(dbt.ref("int_integrity__channel_order"), ["channel", "earlier_channel"])
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    outcome = is_one_of("outcome", [explore.pop("outcome")])

    def rules_of(cutoff, channel, *exploring):
        at, own = is_at("cutoff_at", [cutoff]), is_one_of("channel", [channel])
        valid = f"{is_valid_at(cutoff)} and (channel is null or {own})"
        limits, pairs = read_table(slate_limits, LIMIT, valid), read_table(slate_pairs, PAIR, valid)
        named = is_one_of("attribute_name", attribute_names(limits, pairs))
        rates = read_table(posteriors, POSTERIOR, f"{at} and {own} and {outcome}" if exploring[0] else "1 = 0")
        return SlateRules(
            guardrails_of(limits, pairs, read_table(pins, ["pin_name", "slot", "product_id"], valid)),
            read_table(product_attributes, ["product_id", *VALUE], f"{at} and {named}"),
            read_table(categories, ["customer_id", "category", "weight_share"], at),
            read_table(capacities, ["product_id", "slot_count"], f"{at} and {own}"),
            read_table(audience, ["customer_id"], f"{at} and {own} and is_in_audience"),
            Exploration(
                ExploreParams(*exploring, **explore), rates, read_table(segments, ["customer_id", "segment"], at)
            ),
        )

    def slates_of(cutoff, shown, channel, rerank_method, **policy):
        rules = rules_of(cutoff, channel, *(policy.pop(name) for name in EXPLORE))
        params = RerankParams(method=rerank_method, **policy, **weights)
        here = f"{is_at('cutoff_at', [cutoff])} and {is_one_of('channel', [channel])}"
        return slate_rows(cutoff, channel, read_table(objectives, [*CANDIDATE, *STANDING], here), params, rules, shown)

    return slates_in_order(slates_of, sorted(cutoffs), policies, order)
