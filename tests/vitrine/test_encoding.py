"""Inverse propensities by hand, and what keeps their scale."""

import numpy as np
import pytest

from vitrine.encoding import filled_where_unknown, inverse_propensities


def test_a_product_with_four_times_the_buyers_counts_half_at_an_exponent_of_a_half():
    products, weights = np.array([0, 0, 0, 0, 1]), np.array([1.0, 2.0, 1.0, 2.0, 6.0])
    factors = inverse_propensities(products, weights, 2, 0.5)
    assert factors[1] / factors[0] == pytest.approx(2)
    assert (weights * factors[products]).sum() == pytest.approx(weights.sum())


def test_an_exponent_of_zero_changes_nothing():
    np.testing.assert_allclose(inverse_propensities(np.array([0, 0, 2]), np.ones(3), 3, 0.0), np.ones(3))


def test_products_nobody_bought_and_no_interactions_at_all_stay_finite():
    assert np.isfinite(inverse_propensities(np.array([1, 1]), np.zeros(2), 4, 1.0)).all()
    assert inverse_propensities(np.empty(0, np.int64), np.empty(0), 0, 0.3).shape == (0,)


def test_a_column_without_any_value_becomes_zero_and_single_gaps_stay():
    matrix = np.array([[np.nan, 1, np.nan], [np.nan, 2, 3]], dtype=np.float32)
    np.testing.assert_array_equal(filled_where_unknown(matrix), [[0, 1, np.nan], [0, 2, 3]])
