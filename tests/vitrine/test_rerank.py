"""Re-ranking: equal to the greedy definition, within every cap, the same in any order."""

import numba
import numpy as np
import pyarrow as pa
import pytest

from vitrine import compiled
from vitrine.rerank import RerankParams, rerank


def candidates(rows):
    names = ["customer_id", "product_id", "category", "brand", "price_amount", "objective_score"]
    return pa.table(
        {
            name: pa.array([row[position] for row in rows], pa.string() if position < 4 else pa.float64())
            for position, name in enumerate(names)
        }
    )


def slates(table, **params):
    found = rerank(table, RerankParams(**params)).sort_by([("customer_id", "ascending"), ("slot", "ascending")])
    result = {}
    for row in found.to_pylist():
        result.setdefault(row["customer_id"], []).append(row["product_id"])
    return result


def random_candidates(seed, customers=30, width=25):
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        for product in range(random.integers(0, width)):
            brand = None if random.random() < 0.3 else f"b{random.integers(4)}"
            rows.append(
                (
                    f"c{customer}",
                    f"p{product:02}",
                    f"k{random.integers(5)}",
                    brand,
                    float(np.round(np.exp(random.normal()), 3)),
                    float(np.round(random.normal(), 2)),
                )
            )
    return candidates(rows)


def greedy(rows, params):
    """The definition, one customer and one slot at a time."""
    rows = sorted(rows, key=lambda row: (-row["objective_score"], row["product_id"]))
    low, high = rows[-1]["objective_score"], rows[0]["objective_score"]
    spread = high - low if high > low else 1.0

    def similarity(one, other):
        same_brand = one["brand"] is not None and one["brand"] == other["brand"]
        gap = abs(np.log(one["price_amount"]) - np.log(other["price_amount"]))
        return (
            params.category_weight * (one["category"] == other["category"])
            + params.brand_weight * same_brand
            + params.price_weight * np.exp(-gap)
        )

    slate = []
    while len(slate) < params.slot_count:
        best, best_value = None, -np.inf
        for row in rows:
            in_category = sum(row["category"] == other["category"] for other in slate)
            in_brand = sum(row["brand"] is not None and row["brand"] == other["brand"] for other in slate)
            if row in slate or in_category >= params.max_per_category or in_brand >= params.max_per_brand:
                continue
            closest = max((similarity(row, other) for other in slate), default=0.0)
            value = (1 - params.diversity_strength) * (
                row["objective_score"] - low
            ) / spread - params.diversity_strength * closest
            if value > best_value + 1e-12:
                best, best_value = row, value
        if best is None:
            break
        slate.append(best)
    return [row["product_id"] for row in slate]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_slates_are_those_of_the_greedy_definition(seed, strength):
    params = RerankParams(slot_count=6, diversity_strength=strength, max_per_category=2, max_per_brand=2)
    table = random_candidates(seed)
    by_customer = {}
    for row in table.to_pylist():
        by_customer.setdefault(row["customer_id"], []).append(row)
    found = slates(table, slot_count=6, diversity_strength=strength, max_per_category=2, max_per_brand=2)
    assert found == {customer: greedy(rows, params) for customer, rows in by_customer.items()}


def test_a_varied_slate_by_hand():
    table = candidates(
        [
            ("ada", "tea", "drinks", "x", 4.0, 1.0),
            ("ada", "coffee", "drinks", "y", 4.0, 0.9),
            ("ada", "cup", "china", "z", 4.0, 0.5),
        ]
    )
    caps = {"max_per_category": 9, "max_per_brand": 9}
    assert slates(table, slot_count=2, diversity_strength=0.0, **caps) == {"ada": ["tea", "coffee"]}
    # coffee: .5 x .8 - .5 x (.5 + .25) = .025; cup: .5 x 0 - .5 x .25 = -.125
    assert slates(table, slot_count=2, diversity_strength=0.5, **caps) == {"ada": ["tea", "coffee"]}
    # coffee: .2 x .8 - .8 x .75 = -.44; cup: 0 - .8 x .25 = -.2
    assert slates(table, slot_count=2, diversity_strength=0.8, **caps) == {"ada": ["tea", "cup"]}


def test_caps_hold_and_shorten_the_slate():
    table = candidates([("ada", f"p{i}", "drinks", None, 1.0, float(i)) for i in range(8)])
    assert slates(table, slot_count=5, max_per_category=2) == {"ada": ["p7", "p6"]}


def test_products_without_a_brand_are_not_capped_by_it():
    table = candidates([("ada", f"p{i}", f"k{i}", None, 1.0, float(i)) for i in range(8)])
    assert len(slates(table, slot_count=5, max_per_brand=1)["ada"]) == 5


def test_the_order_of_the_rows_changes_nothing():
    table = random_candidates(11)
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    assert slates(table) == slates(shuffled)


def test_ties_go_to_the_smaller_product_id():
    table = candidates([("ada", p, "k", None, 1.0, 1.0) for p in ("b", "a", "c")])
    assert slates(table, slot_count=3, diversity_strength=0.0) == {"ada": ["a", "b", "c"]}


def test_no_candidates_give_no_slates():
    found = rerank(candidates([]), RerankParams())
    assert found.num_rows == 0
    assert found.column_names[:3] == ["customer_id", "product_id", "slot"]


def test_many_customers_in_threads_have_the_slates_of_one_at_a_time():
    table = random_candidates(3, customers=1500, width=6)
    together = slates(table)
    ids = table["customer_id"].to_pylist()
    for customer in ("c7", "c700", "c1400"):
        alone = table.filter(pa.array([one == customer for one in ids]))
        assert slates(alone).get(customer) == together.get(customer)


def test_an_install_without_a_place_for_compiled_code_still_works(monkeypatch):
    compile_now = numba.njit

    def refuse_cache(**options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return compile_now(**options)

    monkeypatch.setattr(compiled.numba, "njit", refuse_cache)

    def doubled(number):
        return 2 * number

    assert compiled.entry(doubled)(4) == 8


def test_a_candidate_without_a_score_is_an_error():
    with pytest.raises(ValueError, match="objective_score is unknown in 1 candidate rows"):
        rerank(candidates([("ada", "p", "k", None, 1.0, None)]), RerankParams())
