"""The slates that other policy weights would have made: what more discovery costs in relevance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pyarrow as pa

from vitrine.encoding import as_doubles, distinct_ids
from vitrine.rerank import RerankParams, rerank

PENALTY_STRIDE = 4


@dataclass(frozen=True)
class PolicyPoint:
    """What a policy weighs: what popularity costs a product, what its price gains it, and how much a slate varies."""

    popularity_penalty: float
    value_weight: float
    diversity_strength: float


@dataclass(frozen=True)
class PolicyGrid:
    """The points that are tried beside a policy's own.

    All penalties with all value weights at the policy's strength of diversity; at each other strength only some of the
    penalties (every `PENALTY_STRIDE`-th, from the first), with the first value weight: a point costs time.
    """

    penalties: Sequence[float]
    value_weights: Sequence[float]
    diversity_strengths: Sequence[float]


def policy_points(grid: PolicyGrid, policy: PolicyPoint) -> list[tuple[PolicyPoint, bool]]:
    """Return the points of the grid and the policy's own, each once, in order, and whether it is the policy's."""
    own = policy.diversity_strength
    every = product(grid.penalties, grid.value_weights, [own])
    some = product(grid.penalties[::PENALTY_STRIDE], grid.value_weights[:1], grid.diversity_strengths)
    points = {PolicyPoint(*(float(value) for value in values)) for values in (*every, *some)} | {policy}
    ordered = sorted(points, key=lambda point: (point.diversity_strength, point.value_weight, point.popularity_penalty))
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
        The weights and the strength of diversity.
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
    item = distinct_ids(candidates["product_id"]).encode(candidates["product_id"])
    base, penalty, bonus = (as_doubles(candidates[name]) for name in ("base_score", "unit_penalty", "unit_bonus"))
    is_required = as_doubles(candidates["is_required"].cast(pa.int8())) > 0
    shown = candidates.select(["customer_id", "product_id", "category", "brand", "price_amount"])
    starts = np.searchsorted(np.sort(customer), np.arange(customer.max(initial=-1) + 1))
    for point in points:
        score = np.round(base - point.popularity_penalty * penalty + point.value_weight * bonus, 9)
        order = np.lexsort((item, -score, ~is_required, customer))
        place = np.arange(len(order)) - starts[customer[order]]
        kept = order[place < pool_size]
        rows = shown.take(pa.array(kept)).append_column("objective_score", pa.array(score[kept]))
        yield rerank(rows, replace(params, diversity_strength=point.diversity_strength))
