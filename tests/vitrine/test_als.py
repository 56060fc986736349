"""ALS: a structure any recommender must find, the same answer in any order, and calm on odd input."""

import numpy as np
import pyarrow as pa
import pytest

from vitrine.als import AlsParams, fit_als

PARAMS = AlsParams(factors=8, iterations=10, regularization=0.1, alpha=5.0, min_buyers=1)


def interactions(pairs, weights=None):
    customers, products = zip(*pairs, strict=True)
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "product_id": pa.array(products, pa.string()),
            "weight": pa.array(weights or [1.0] * len(pairs), pa.float64()),
        }
    )


def checker_board(size=24):
    """Every even customer bought every even product, every odd one every odd one; the diagonal is withheld."""
    return interactions(
        [
            (f"c{row:02}", f"p{column:02}")
            for row in range(size)
            for column in range(size)
            if row % 2 == column % 2 and row != column
        ]
    )


def test_the_withheld_diagonal_of_a_checker_board_has_the_highest_affinity():
    table = checker_board()
    factors = fit_als(table, PARAMS)
    affinity = factors.customer_factors @ factors.product_factors.T
    affinity[factors.customers.encode(table["customer_id"]), factors.products.encode(table["product_id"])] = -np.inf
    assert affinity.argmax(axis=1).tolist() == list(range(24))


def test_the_order_of_the_rows_changes_nothing():
    table = checker_board()
    shuffled = table.take(np.random.default_rng(3).permutation(table.num_rows))
    one, other = fit_als(table, PARAMS), fit_als(shuffled, PARAMS)
    assert one.customers.values.equals(other.customers.values) and one.products.values.equals(other.products.values)
    np.testing.assert_array_equal(one.customer_factors, other.customer_factors)
    np.testing.assert_array_equal(one.product_factors, other.product_factors)


def test_a_popularity_exponent_lets_rare_products_speak():
    """Everybody has the staple; half of them have one of ten rare ones, alike in nothing but who they go with."""
    pairs = [(f"c{i:02}", "staple") for i in range(40)] + [(f"c{i:02}", f"rare{i % 10}") for i in range(20)]

    def lead(exponent):
        factors = fit_als(interactions(pairs), AlsParams(factors=8, min_buyers=1, popularity_exponent=exponent))
        expected = (factors.customer_factors @ factors.product_factors.T).mean(axis=0)
        names = factors.products.values.to_pylist()
        return expected[names.index("staple")] / expected[names.index("rare0")]

    assert lead(0.0) > 1.1 * lead(0.5) > 1.1 * lead(1.0)


@pytest.mark.parametrize(
    "table",
    [
        interactions([("c", "p")]),
        interactions([("c", f"p{i}") for i in range(40)]),
        interactions([(f"c{i}", "p") for i in range(40)]),
        interactions([(f"c{i}", f"p{j}") for i in range(9) for j in range(9)]),
        interactions([("c", "p"), ("d", "q")], weights=[1e9, 1e-9]),
    ],
    ids=["one pair", "one customer", "one product", "all the same", "weights far apart"],
)
def test_odd_input_stays_finite(table):
    factors = fit_als(table, AlsParams(factors=64, min_buyers=1))
    assert np.isfinite(factors.customer_factors).all()
    assert np.isfinite(factors.product_factors).all()


def test_products_need_enough_buyers():
    table = interactions([("a", "p"), ("b", "p"), ("b", "q"), ("c", "q"), ("c", "r"), ("d", "r"), ("e", "rare")])
    factors = fit_als(table, AlsParams(min_buyers=2))
    assert factors.products.values.to_pylist() == ["p", "q", "r"]
    assert factors.customers.values.to_pylist() == ["a", "b", "c", "d"]
    nothing = fit_als(table, AlsParams(min_buyers=3))
    assert not len(nothing.customers) and not len(nothing.products)
