"""Slates that belong to no single customer: of an anchor product, of a category, of everybody.

Grain: one row per cutoff, channel, shared_type, shared_key and slot.
Algorithm: `vitrine.rerank.rerank`, as for customers, within the guardrails of the channel; each is some slots longer
than the channel shows, for those who have some of its products. Parameters: the channel's policy and `meta` in the yml.
"""

from vitrine.engines.frames import is_at, is_one_of, is_valid_at, read_table
from vitrine.rerank import RerankParams
from vitrine.tables import all_shared_slates, attribute_names, guardrails_of, shared_slate_rows

POLICY = ["channel", "slot_count", "diversity_strength", "max_per_category", "max_per_brand"]
CANDIDATE = ["product_id", "category", "brand", "price_amount", "objective_score", "is_reserve"]
VALUE = ["attribute_name", "attribute_value"]
LIMIT = ["limit_name", "limit_type", *VALUE, "slot_count"]
PAIR = ["pair_name", "pair_type", *VALUE, "other_attribute_name", "other_attribute_value"]


def model(dbt, session):
    weights, spare = dict(dbt.config.meta_get("similarity")), int(dbt.config.meta_get("spare_slots"))
    channels = is_one_of("channel", dbt.config.meta_get("channels"))
    calendar, product_attributes = dbt.ref("int_calendar__cutoffs"), dbt.ref("int_features__product_attributes")
    slate_limits, slate_pairs = dbt.ref("int_integrity__slate_limits"), dbt.ref("int_integrity__slate_pairs")
    pins, shared_candidates = dbt.ref("int_integrity__pinned_slots"), dbt.ref("int_shared__candidates")
    policies = read_table(dbt.ref("int_integrity__channel_policies"), POLICY, channels).to_pylist()
    (cutoff,) = read_table(calendar, ["cutoff_at"], "cutoff_role = 'serve'")["cutoff_at"].to_pylist()

    def slates_of(channel, slot_count, **policy):
        own = is_one_of("channel", [channel])
        valid = f"{is_valid_at(cutoff)} and (channel is null or {own})"
        limits, pairs = read_table(slate_limits, LIMIT, valid), read_table(slate_pairs, PAIR, valid)
        named = is_one_of("attribute_name", attribute_names(limits, pairs))
        rules = guardrails_of(limits, pairs, read_table(pins, ["pin_name", "slot", "product_id"], valid))
        attributes = read_table(
            product_attributes, ["product_id", *VALUE], f"{is_at('cutoff_at', [cutoff])} and {named}"
        )
        candidates = read_table(shared_candidates, ["shared_type", "shared_key", *CANDIDATE], own)
        params = RerankParams(slot_count=slot_count + spare, **policy, **weights)
        return shared_slate_rows(cutoff, channel, candidates, params, rules, attributes)

    return all_shared_slates(slates_of(**policy) for policy in policies)
