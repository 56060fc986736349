"""Rows of the frontier."""

import pyarrow as pa

from vitrine.frontier import PolicyGrid, PolicyPoint, policy_points, slates_at_points
from vitrine.rerank import RerankParams
from vitrine.tables.frames import repeated, with_first


def frontier_rows(
    channel: str,
    candidates: pa.Table,
    grid: PolicyGrid,
    policy: PolicyPoint,
    params: RerankParams,
    pool_size: int,
) -> pa.Table:
    """Return the slates of all points of one channel: what the point is, is_policy, customer, product, slot."""
    points = policy_points(grid, policy)
    slates = slates_at_points(candidates, [point for point, _ in points], params, pool_size)
    parts = []
    for number, ((point, is_policy), found) in enumerate(zip(points, slates, strict=True), start=1):
        count = found.num_rows
        first = {
            "channel": repeated(channel, count, pa.string()),
            "point_number": pa.repeat(pa.scalar(number, pa.int32()), count),
            "popularity_penalty": pa.repeat(point.popularity_penalty, count),
            "value_weight": pa.repeat(point.value_weight, count),
            "diversity_strength": pa.repeat(point.diversity_strength, count),
            "is_policy": pa.repeat(is_policy, count),
        }
        parts.append(with_first(found.select(["customer_id", "product_id", "slot"]), first))
    return pa.concat_tables(parts)
