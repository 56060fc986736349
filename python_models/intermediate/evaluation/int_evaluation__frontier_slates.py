"""The slates at the validate cutoff that other weights of novelty and value and more or less diversity would have made.

Grain: one row per channel, point (those three), customer and slot.
Algorithm: `vitrine.frontier.slates_at_points`. Parameters: the channel's policy and `meta` in the yml.
"""

from operator import itemgetter

from vitrine.engines.frames import is_one_of, read_table
from vitrine.frontier import PolicyGrid, PolicyPoint
from vitrine.rerank import RerankParams
from vitrine.tables import concat, frontier_rows, join_on_keys

RERANK = ["slot_count", "diversity_strength", "max_per_category", "max_per_brand"]
CANDIDATE = ["customer_id", "product_id", "category", "brand", "price_amount", "base_score"]
UNITS = ["unit_penalty", "unit_bonus", "is_required"]


def model(dbt, session):
    weights = dict(dbt.config.meta_get("similarity"))
    penalties, values = dbt.config.meta_get("penalties"), dbt.config.meta_get("value_weights")
    grid = PolicyGrid(list(penalties), list(values), list(dbt.config.meta_get("diversity_strengths")))
    pool_size = int(dbt.config.meta_get("pool_size"))
    policies = join_on_keys(
        read_table(dbt.ref("int_integrity__channel_policies"), ["channel", *RERANK]),
        read_table(dbt.ref("int_integrity__objective_weights"), ["channel", "novelty_weight", "value_weight"]),
        ["channel"],
    ).to_pylist()
    policies = [policy for policy in policies if policy["channel"] in dbt.config.meta_get("channels")]
    candidates = dbt.ref("int_evaluation__frontier_candidates")

    def rows_of(channel, novelty_weight, value_weight, **policy):
        own = PolicyPoint(novelty_weight, value_weight, policy["diversity_strength"])
        params = RerankParams(**policy, **weights)
        rows = read_table(candidates, [*CANDIDATE, *UNITS], is_one_of("channel", [channel]))
        return frontier_rows(channel, rows, grid, own, params, pool_size)

    return concat(rows_of(**policy) for policy in sorted(policies, key=itemgetter("channel")))
