"""The frontier's slates are those that the policy itself would make, at every point."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from vitrine.frontier import PENALTY_STRIDE, PolicyGrid, PolicyPoint, policy_points, slates_at_points
from vitrine.rerank import RerankParams, rerank

PARAMS = RerankParams(slot_count=3, diversity_strength=0.0, max_per_category=9, max_per_brand=9)


def candidates(count=40, customers=5):
    random = np.random.default_rng(3)
    keys = [(f"c{i}", f"p{j:02}") for i in range(customers) for j in range(count)]
    size = len(keys)
    return pa.table(
        {
            "customer_id": [key[0] for key in keys],
            "product_id": [key[1] for key in keys],
            "category": [f"k{i % 7}" for i in range(size)],
            "brand": pa.array([None] * size, pa.string()),
            "price_amount": random.uniform(1, 9, size),
            "base_score": random.normal(size=size),
            "unit_penalty": np.tile(np.linspace(0, 3, count), customers),
            "unit_bonus": random.uniform(0, 2, size),
            "is_required": [False] * size,
        }
    )


def slots(table):
    return sorted(zip(*(table[name].to_pylist() for name in ("customer_id", "slot", "product_id")), strict=True))


def test_the_grid_holds_the_policy_once_and_marks_it():
    own = PolicyPoint(0.25, 0.1, 0.2)
    found = policy_points(PolicyGrid([0, 0.25], [0, 0.1], []), own)
    assert [point for point, is_policy in found if is_policy] == [own]
    assert len(found) == 4
    assert len(policy_points(PolicyGrid([0], [0], [0.2]), own)) == 2


def test_other_strengths_of_diversity_are_tried_at_some_penalties():
    penalties = [i / 8 for i in range(2 * PENALTY_STRIDE)]
    found = policy_points(PolicyGrid(penalties, [0, 0.1], [0, 0.2, 0.5]), PolicyPoint(0, 0, 0.2))
    assert len(found) == len(penalties) * 2 + 2 * 2
    other = [point for point, _ in found if point.diversity_strength == 0.5]
    assert other == [PolicyPoint(0, 0, 0.5), PolicyPoint(penalties[PENALTY_STRIDE], 0, 0.5)]


def test_a_point_gives_what_the_reranker_makes_of_its_score():
    table = candidates()
    point = PolicyPoint(0.5, 0.3, 0.4)
    score = (
        table["base_score"].to_numpy() - 0.5 * table["unit_penalty"].to_numpy() + 0.3 * table["unit_bonus"].to_numpy()
    )
    (found,) = slates_at_points(table, [point], PARAMS, 100)
    params = replace(PARAMS, diversity_strength=0.4)
    expected = rerank(table.append_column("objective_score", pa.array(np.round(score, 9))), params)
    assert slots(found) == slots(expected)


def test_the_order_of_the_rows_does_not_matter():
    table = candidates()
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)))
    points = [PolicyPoint(0, 0, 0), PolicyPoint(1, 0.2, 0)]
    one, other = (list(slates_at_points(rows, points, PARAMS, 10)) for rows in (table, shuffled))
    assert [slots(found) for found in one] == [slots(found) for found in other]


def test_a_higher_penalty_never_shows_more_popular_products():
    table = candidates()
    popularity = dict(zip(table["product_id"].to_pylist(), table["unit_penalty"].to_pylist(), strict=True))
    points = [PolicyPoint(strength, 0, 0) for strength in (0, 0.3, 1, 3)]
    means = [
        np.mean([popularity[product] for product in found["product_id"].to_pylist()])
        for found in slates_at_points(table, points, PARAMS, 100)
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] > means[-1]


def test_what_a_rule_requires_stays_in_the_smallest_pool():
    table = candidates()
    required = pa.array([product == "p39" for product in table["product_id"].to_pylist()])
    table = table.set_column(table.column_names.index("is_required"), "is_required", required)
    (found,) = slates_at_points(table, [PolicyPoint(9, 0, 0)], PARAMS, 1)
    assert set(found["product_id"].to_pylist()) == {"p39"}


@pytest.mark.parametrize("pool_size", [2, 5])
def test_no_slate_looks_beyond_its_pool(pool_size):
    table = candidates()
    (found,) = slates_at_points(
        table, [PolicyPoint(0, 0, 0)], RerankParams(slot_count=10, max_per_category=9), pool_size
    )
    assert found.num_rows == 5 * pool_size
