"""ALS: a structure any recommender must find, the same answer in any order, and calm on odd input."""

import numpy as np
import pyarrow as pa
import pytest

from vitrine.als import AlsParams, fit_als, propose

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


def candidates(table, params=PARAMS, **options):
    factors = fit_als(table, params)
    options = {"max_candidates": 1, **options}
    sellable = table["product_id"].combine_chunks().unique()
    batches = list(propose(factors, table, sellable, **options))
    return pa.concat_tables(batches) if batches else None


def test_the_withheld_diagonal_of_a_checker_board_comes_first():
    found = candidates(checker_board()).to_pylist()
    assert len(found) == 24
    for row in found:
        assert row["product_id"][1:] == row["customer_id"][1:]
        assert int(row["anchor_product_id"][1:]) % 2 == int(row["product_id"][1:]) % 2


def test_the_order_of_the_rows_changes_nothing():
    table = checker_board()
    shuffled = table.take(np.random.default_rng(3).permutation(table.num_rows))
    assert candidates(table, max_candidates=3).equals(candidates(shuffled, max_candidates=3))


def test_batches_change_nothing():
    table = checker_board()
    whole, pieces = candidates(table, batch_size=512), candidates(table, batch_size=5)
    assert whole["product_id"].to_pylist() == pieces["product_id"].to_pylist()
    np.testing.assert_allclose(whole["candidate_score"], pieces["candidate_score"], rtol=1e-5)


def test_nothing_owned_and_nothing_unsellable_is_proposed():
    table = checker_board()
    factors = fit_als(table, PARAMS)
    found = pa.concat_tables(propose(factors, table, pa.array(["p00", "p01", "p02"]), 10))
    pairs = set(zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True))
    owned = set(zip(table["customer_id"].to_pylist(), table["product_id"].to_pylist(), strict=True))
    assert pairs and not pairs & owned
    assert {product for _, product in pairs} <= {"p00", "p01", "p02"}


def test_owned_products_are_proposed_when_replenishment_allows_them():
    table = checker_board()
    factors = fit_als(table, PARAMS)
    found = pa.concat_tables(
        propose(factors, table, table["product_id"].combine_chunks().unique(), 12, allow_owned=True)
    )
    assert found.num_rows == 24 * 12


def test_the_score_of_a_pair_is_the_dot_product_and_unknown_ids_have_none():
    factors = fit_als(checker_board(), PARAMS)
    scores = factors.score(pa.array(["c02", "c99"]), pa.array(["p04", "p04"]))
    expected = factors.customer_factors[2] @ factors.product_factors[4]
    assert scores[0] == pytest.approx(expected, rel=1e-5)
    assert np.isnan(scores[1])


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


def test_no_product_with_enough_buyers_gives_no_candidates():
    table = interactions([("c", "p"), ("d", "q")])
    factors = fit_als(table, AlsParams(min_buyers=2))
    assert not len(factors.customers)
    assert list(propose(factors, table, pa.array(["p"]), 5)) == []
