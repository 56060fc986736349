"""The slates that other policy weights would have made: what more discovery costs in relevance."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from vitrine.encoding import as_doubles, distinct_ids
from vitrine.rerank import RerankParams, rerank


@dataclass(frozen=True)
class PolicyPoint:
    """Two weights of a policy: what popularity costs a product and what its price gains it."""

    popularity_penalty: float
    value_weight: float


def policy_points(
    penalties: list[float], value_weights: list[float], policy: PolicyPoint
) -> list[tuple[PolicyPoint, bool]]:
    """Return all pairs of the weights and the policy's own, each once, in order, and whether it is the policy's."""
    grid = {PolicyPoint(float(penalty), float(weight)) for penalty in penalties for weight in value_weights}
    ordered = sorted(grid | {policy}, key=lambda point: (point.value_weight, point.popularity_penalty))
    return [(point, point == policy) for point in ordered]


def slates_at_points(
    candidates: pa.Table, points: list[PolicyPoint], params: RerankParams, pool_size: int
) -> Iterator[pa.Table]:
    """Yield the slates of each point.

    Parameters
    ----------
    candidates
        Columns customer_id, product_id, category, brand, price_amount, base_score, unit_penalty, unit_bonus
        (double) and is_required (boolean), one row a customer and product.
    points
        The weights.
    params
        The rest of the policy.
    pool_size
        Best candidates of a customer, by score at the point, that the re-ranker chooses from.

    Yields
    ------
    pa.Table
        As `vitrine.rerank.rerank` returns it. The same for any order of the rows.
    """
    customer = distinct_ids(candidates["customer_id"]).encode(candidates["customer_id"])
    product = distinct_ids(candidates["product_id"]).encode(candidates["product_id"])
    base, penalty, bonus = (as_doubles(candidates[name]) for name in ("base_score", "unit_penalty", "unit_bonus"))
    is_required = as_doubles(candidates["is_required"].cast(pa.int8())) > 0
    shown = candidates.select(["customer_id", "product_id", "category", "brand", "price_amount"])
    starts = np.searchsorted(np.sort(customer), np.arange(customer.max(initial=-1) + 1))
    for point in points:
        score = np.round(base - point.popularity_penalty * penalty + point.value_weight * bonus, 9)
        order = np.lexsort((product, -score, ~is_required, customer))
        place = np.arange(len(order)) - starts[customer[order]]
        kept = order[place < pool_size]
        yield rerank(shown.take(pa.array(kept)).append_column("objective_score", pa.array(score[kept])), params)
