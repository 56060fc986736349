"""Each customer's slate per channel: the most relevant candidates, varied, within the policy's caps.

Grain: one row per cutoff, channel, customer and slot.
Algorithm: greedy maximal marginal relevance, `vitrine.rerank.rerank`. Parameters: the channel's policy and the
weights handed over in int_ranking__slates.yml.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.rerank import RerankParams
from vitrine.tables import concat, slate_rows

POLICY = ["channel", "slot_count", "diversity_strength", "max_per_category", "max_per_brand"]
CANDIDATE = ["customer_id", "product_id", "category", "brand", "price_amount", "objective_score"]


def model(dbt, session):
    weights = dict(dbt.config.meta_get("similarity"))
    channel_policies = dbt.ref("int_integrity__channel_policies")
    policies = read_table(channel_policies, POLICY).to_pylist()
    calendar = dbt.ref("int_calendar__cutoffs")
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    objectives = dbt.ref("int_ranking__objectives")

    def slates_of(cutoff, channel, **policy):
        here = f"{is_at('cutoff_at', [cutoff])} and channel = '{channel}'"
        return slate_rows(cutoff, channel, read_table(objectives, CANDIDATE, here), RerankParams(**policy, **weights))

    return concat(slates_of(cutoff, **policy) for cutoff in sorted(cutoffs) for policy in policies)
