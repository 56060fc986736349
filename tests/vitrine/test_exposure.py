"""Capacities over customers: never exceeded, to those who come first, the same for any order of the rows."""

import numpy as np
import pyarrow as pa
import pytest
from slate_cases import candidate_table

import vitrine.exposure
import vitrine.rerank
from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit, rerank


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


def shown(found):
    slates = {}
    for row in found.to_pylist():
        slates.setdefault(row["customer_id"], []).append(row["product_id"])
    return slates


def test_what_somebody_gave_back_goes_to_whom_it_was_taken_from():
    """Of one shoe and one wax yan has the shoe first, loses the wax to zoe and may not show the shoe without it."""
    scores = {
        "xia": {"shoe": 8.0, "brush": 1.0, "hat": 0.5},
        "yan": {"shoe": 9.0, "wax": 1.0, "hat": 0.5},
        "zoe": {"wax": 5.0, "hat": 0.5},
    }
    categories = {"shoe": "shoes", "wax": "care", "brush": "care", "hat": "hats"}
    rows = [
        {"customer_id": name, "product_id": product, "category": categories[product], "objective_score": score}
        for name, products in scores.items()
        for product, score in products.items()
    ]
    care = Guardrails(pairs=(PairRule("care", "always", "category", "shoes", "category", "care"),))
    params = RerankParams(slot_count=2, diversity_strength=0.0, max_per_category=9, max_per_brand=9)
    found = rerank(candidate_table(rows), params, care, capacities=capacity_table({"shoe": 1, "wax": 1}))
    assert shown(found) == {"xia": ["shoe", "brush"], "yan": ["hat"], "zoe": ["wax", "hat"]}
    # Without another care product than the one that zoe has, the shoe stays where it is.
    rows = [row for row in rows if row["product_id"] != "brush"]
    found = rerank(candidate_table(rows), params, care, capacities=capacity_table({"shoe": 1, "wax": 1}))
    assert shown(found) == {"xia": ["hat"], "yan": ["hat"], "zoe": ["wax", "hat"]}


def dependent_case(seed):
    """Customers whose products depend on each other, and products that are short."""
    random = np.random.default_rng(seed)
    rows = random_rows(seed, customers=25, products=9)
    guardrails = Guardrails(
        limits=(SlotLimit("k2", "at_least", "category", "k2", 1),),
        pairs=(
            PairRule("then", "always", "product", "p0", "category", "k1"),
            PairRule("and then", "always", "product", "p3", "product", "p1"),
            PairRule("apart", "never", "product", "p2", "product", "p4"),
        ),
        pins=(Pin("pin", 1, "p5"),),
    )
    capacities = {f"p{product}": int(random.integers(0, 9)) for product in range(6)}
    return rows, guardrails, capacities


def wasted(slates, claims, is_lost, rank):
    """Rows that their customer lost, has room for, and would take without taking anything from anybody."""
    found = []
    left = claims.capacity - claims.counts(slates)
    is_short = (claims.capacity >= 0) & (left <= 0)
    for row in np.flatnonzero(is_lost & (claims.capacity[claims.product] > 0) & ~is_short[claims.product]):
        customer = np.array([claims.customer[row]], np.int64)
        before = slates[customer[0]].copy()
        is_lost[row] = False
        rank(customer)
        gained = np.setdiff1d(slates[customer[0]], before)
        if row in gained and not is_short[claims.product[gained[gained >= 0]]].any():
            found.append(int(row))
        is_lost[row] = True
        rank(customer)
        assert np.array_equal(slates[customer[0]], before)
    return found


def test_nothing_is_left_for_those_who_lost_it(monkeypatch):
    settle, seen = vitrine.exposure.settle, []

    def checked(slates, claims, is_lost, rank):
        settle(slates, claims, is_lost, rank)
        seen.append(wasted(slates, claims, is_lost, rank))

    monkeypatch.setattr(vitrine.rerank, "settle", checked)
    for seed in range(40):
        rows, guardrails, capacities = dependent_case(seed)
        given = (RerankParams(slot_count=3, max_per_category=2), guardrails)
        found = rerank(candidate_table(rows), *given, capacities=capacity_table(capacities))
        products = found["product_id"].to_pylist()
        assert all(products.count(product) <= most for product, most in capacities.items()), seed
        shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
        assert rerank(candidate_table(shuffled), *given, capacities=capacity_table(capacities)).equals(found), seed
    assert seen == [[]] * 80
    monkeypatch.setattr(vitrine.exposure, "_offer_what_is_left", lambda *_: None)
    for seed in range(40):
        rows, guardrails, capacities = dependent_case(seed)
        given = (RerankParams(slot_count=3, max_per_category=2), guardrails)
        rerank(candidate_table(rows), *given, capacities=capacity_table(capacities))
    assert any(seen[80:])


def test_offers_take_nothing_from_anybody(monkeypatch):
    """All but those who gain by an offer have the slate that they had before it."""
    offer = vitrine.exposure._offer_what_is_left

    def watched(slates, claims, is_lost, rank):
        before = slates.copy()
        were_lost = is_lost.copy()
        offer(slates, claims, is_lost, rank)
        for customer in np.flatnonzero((slates != before).any(axis=1)):
            assert were_lost[np.setdiff1d(slates[customer], before[customer])].any()

    monkeypatch.setattr(vitrine.exposure, "_offer_what_is_left", watched)
    for seed in range(20):
        rows, guardrails, capacities = dependent_case(seed)
        rerank(candidate_table(rows), RerankParams(slot_count=3), guardrails, capacities=capacity_table(capacities))
