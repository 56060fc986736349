"""Capacities over customers: never exceeded, to those who come first, the same for any order of the rows."""

import numpy as np
import pyarrow as pa
import pytest
from slate_cases import candidate_table

from vitrine.rerank import Guardrails, Pin, RerankParams, rerank


def random_rows(seed, customers=30, products=8):
    random = np.random.default_rng(seed)
    return [
        {
            "customer_id": f"c{customer:02}",
            "product_id": f"p{product}",
            "category": f"k{product % 3}",
            "brand": None,
            "price_amount": 1.0 + product,
            "objective_score": float(np.round(random.normal(), 1)),
            "is_required": bool(random.random() < 0.05),
        }
        for customer in range(customers)
        for product in range(products)
        if random.random() < 0.8
    ]


def capacity_table(capacities):
    return pa.table({"product_id": list(capacities), "slot_count": pa.array(list(capacities.values()), pa.int64())})


CAPACITIES = {"p0": 3, "p1": 0, "p2": 10, "p5": 7}
# The order of the scores: each customer then wants the best of what is left, as in the theorem.
BY_SCORE = RerankParams(slot_count=3, diversity_strength=0.0, max_per_category=9, max_per_brand=9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("params", [BY_SCORE, RerankParams(slot_count=3, method="dpp")])
def test_no_product_stands_in_more_slates_than_it_may(seed, params):
    found = rerank(candidate_table(random_rows(seed)), params, capacities=capacity_table(CAPACITIES))
    products = found["product_id"].to_pylist()
    assert {product: products.count(product) <= most for product, most in CAPACITIES.items()} == dict.fromkeys(
        CAPACITIES, True
    )
    assert products.count("p0") == 3


@pytest.mark.parametrize("seed", range(5))
def test_the_assignment_is_stable(seed):
    """Nobody has a worse product in his slate than one that he would get before somebody who has it."""
    rows = [row | {"is_required": False} for row in random_rows(seed)]
    found = rerank(candidate_table(rows), BY_SCORE, capacities=capacity_table(CAPACITIES)).to_pylist()
    score = {(row["customer_id"], row["product_id"]): row["objective_score"] for row in rows}
    shown = {(row["customer_id"], row["product_id"]) for row in found}
    for customer, product in set(score) - shown:
        own = [score[pair] for pair in shown if pair[0] == customer]
        if len(own) == 3 and min(own) >= score[customer, product]:
            continue
        holders = [score[pair] for pair in shown if pair[1] == product]
        assert len(holders) == CAPACITIES[product]
        assert not holders or min(holders) >= score[customer, product]


def test_required_and_pinned_come_first():
    rows = [
        {"customer_id": name, "product_id": product, "category": product, "price_amount": 1.0}
        | {"objective_score": score, "is_required": name == "cy" and product == "tea"}
        for name, score in (("ada", 3.0), ("bob", 2.0), ("cy", 1.0))
        for product in ("tea", "cup")
    ]
    one = capacity_table({"tea": 1})
    found = rerank(candidate_table(rows), BY_SCORE, capacities=one).to_pylist()
    assert [row["customer_id"] for row in found if row["product_id"] == "tea"] == ["cy"]
    pinned = Guardrails(pins=(Pin("tea first", 1, "tea"),))
    rows = [row | {"is_required": False} for row in rows]
    found = rerank(candidate_table(rows), BY_SCORE, pinned, capacities=one).to_pylist()
    assert [row["customer_id"] for row in found if row["product_id"] == "tea"] == ["ada"]
    assert {row["customer_id"]: row["relaxed_limits"] for row in found} == {
        "ada": None,
        "bob": "tea first",
        "cy": "tea first",
    }


def test_ties_go_to_the_smaller_customer_id_in_any_order_of_the_rows():
    rows = [
        {"customer_id": name, "product_id": "tea", "category": "k", "price_amount": 1.0, "objective_score": 1.0}
        for name in ("cy", "ada", "bob")
    ]
    found = rerank(candidate_table(rows), BY_SCORE, capacities=capacity_table({"tea": 2}))
    assert found["customer_id"].to_pylist() == ["ada", "bob"]
    rows = random_rows(9)
    random = np.random.default_rng(0)
    shuffled = [rows[i] for i in random.permutation(len(rows))]
    one, other = (
        rerank(candidate_table(some), BY_SCORE, capacities=capacity_table(CAPACITIES)) for some in (rows, shuffled)
    )
    assert one.equals(other)


def test_capacities_that_bind_nobody_change_nothing():
    table = candidate_table(random_rows(2))
    assert rerank(table, BY_SCORE, capacities=capacity_table({"p0": 99, "unknown": 0})).equals(rerank(table, BY_SCORE))


def test_a_product_with_less_than_nothing_left_stands_in_no_slate():
    rows = random_rows(2)
    given = {"capacities": capacity_table({"p0": -2, "p1": 0, "p2": None})}
    found = rerank(candidate_table(rows), BY_SCORE, **given)["product_id"].to_pylist()
    assert {"p0", "p1"} & set(found) == set()
    without = candidate_table([row for row in rows if row["product_id"] not in {"p0", "p1"}])
    assert found == rerank(without, BY_SCORE)["product_id"].to_pylist()
