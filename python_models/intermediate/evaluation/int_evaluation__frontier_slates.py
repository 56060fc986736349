"""The slates at the validate cutoff that other popularity penalties and value weights would have made.

Grain: one row per channel, point (popularity penalty and value weight), customer and slot.
Algorithm: `vitrine.frontier.slates_at_points`. Parameters: the channel's policy and `meta` in the yml.
"""

from vitrine.engines.frames import read_table
from vitrine.frontier import PolicyPoint
from vitrine.rerank import RerankParams
from vitrine.tables import concat, frontier_rows

RERANK = ["slot_count", "diversity_strength", "max_per_category", "max_per_brand"]
CANDIDATE = ["customer_id", "product_id", "category", "brand", "price_amount", "relevance_score"]
UNITS = ["unit_penalty", "unit_bonus", "is_required"]


def model(dbt, session):
    weights = dict(dbt.config.meta_get("similarity"))
    penalties, values = list(dbt.config.meta_get("penalties")), list(dbt.config.meta_get("value_weights"))
    pool_size = int(dbt.config.meta_get("pool_size"))
    policies = read_table(
        dbt.ref("int_integrity__channel_policies"), ["channel", "popularity_penalty", "value_weight", *RERANK]
    ).to_pylist()
    candidates = read_table(dbt.ref("int_evaluation__frontier_candidates"), [*CANDIDATE, *UNITS])

    def rows_of(channel, popularity_penalty, value_weight, **policy):
        own = PolicyPoint(popularity_penalty, value_weight)
        params = RerankParams(**policy, **weights)
        return frontier_rows(channel, candidates, penalties, values, own, params, pool_size)

    return concat(rows_of(**policy) for policy in policies)
