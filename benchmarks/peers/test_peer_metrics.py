"""Metrics against values worked out by hand."""

import numpy as np
import pytest
from metrics import (
    Catalogue,
    gini,
    long_tail,
    mean_of,
    paired_differences,
    relevance,
    slate_measures,
    smallest_detectable,
)
from ranking import top
from space import draw

WEIGHTS = {"category": 0.5, "brand": 0.25, "price": 0.25}


def test_relevance() -> None:
    hits = np.array([[True, False, True], [False, False, False], [True, True, True]])
    found = relevance(hits, np.array([2, 1, 5]))
    # Slots are worth 1, 1/log2(3) and 1/2; two purchases could have earned 1 + 1/log2(3).
    assert found["ndcg"] == pytest.approx([1.5 / (1 + 1 / np.log2(3)), 0, 1])
    assert found["recall"] == pytest.approx([1, 0, 3 / 5])
    assert found["hit_rate"].tolist() == [1, 0, 1]


def test_standard_error_over_customers() -> None:
    found = mean_of(np.array([1.0, 2.0, 3.0]))
    assert (found.value, found.customer_count) == (2, 3)
    assert found.standard_error == pytest.approx(1 / np.sqrt(3))


def test_a_customer_seen_twice_is_one_customer() -> None:
    once = mean_of(np.array([0.0, 1.0, 2.0]))
    twice = mean_of(np.array([0.0, 1.0, 2.0] * 2), np.array([0, 1, 2] * 2))
    assert twice == once


def test_gini() -> None:
    assert gini(np.array([5.0, 5.0]), 2) == pytest.approx(0)
    # All exposure on one of four products: 1 - 1/4.
    assert gini(np.array([7.0]), 4) == pytest.approx(0.75)


def test_long_tail_is_what_the_head_leaves() -> None:
    # Sellable buyers are 6, 2, 1, 1: the first two make 80%; the product with 9 cannot be sold.
    buyers, sellable = np.array([1, 6, 9, 2, 1]), np.array([True, True, False, True, True])
    assert long_tail(buyers, sellable, 0.8).tolist() == [True, False, False, False, True]


def test_slate_measures() -> None:
    catalogue = Catalogue(
        category=np.array([0, 0, 1]),
        brand=np.array([0, 0, -1]),
        is_sellable=np.array([True, True, True]),
        price_amount=np.array([2.0, 3.0, 10.0]),
        price_percentile=np.array([0.0, 1.0, 0.5]),
        popularity_percentile=np.array([1.0, 0.5, 0.0]),
        is_long_tail=np.array([False, False, True]),
    )
    found = slate_measures(np.array([[0, 1, 2], [0, -1, -1], [-1, -1, -1]]), catalogue, WEIGHTS)
    # Pairs of the first slate: 0.25; 0.75 + 0.125; 0.75 + 0.125.
    assert found["intra_list_distance"] == pytest.approx([2 / 3, np.nan, np.nan], nan_ok=True)
    assert found["slate_value_amount"] == pytest.approx([15, 2, np.nan], nan_ok=True)
    assert found["category_count"] == pytest.approx([2, 1, np.nan], nan_ok=True)
    assert found["popularity_percentile"] == pytest.approx([0.5, 1, np.nan], nan_ok=True)
    assert found["long_tail_share"] == pytest.approx([1 / 3, 0, np.nan], nan_ok=True)


def test_paired_differences() -> None:
    values = np.column_stack([np.full(50, 0.3), np.full(50, 0.2), np.tile([0.0, 0.4], 25)])
    absolute, relative = paired_differences(values, 0, np.repeat(np.arange(25), 2), draws=200, seed=1)
    # A constant difference has no spread; each customer has both a 0 and a 0.4, so drawing customers has none either.
    assert [absolute[1].value, absolute[1].low, absolute[1].high] == pytest.approx([0.1] * 3)
    assert [relative[1].low, relative[2].low, relative[2].high] == pytest.approx([0.5] * 3)
    alone, _ = paired_differences(values, 0, np.arange(50), draws=2000, seed=1)
    # Standard error 0.2 / sqrt(50).
    assert alone[2].low == pytest.approx(0.1 - 1.96 * 0.2 / np.sqrt(50), abs=0.006)


def test_smallest_detectable_difference() -> None:
    differences = np.tile([-1.0, 1.0], 5000)
    assert smallest_detectable(differences, 10_000) == pytest.approx(0.028016, rel=1e-3)


def test_top_keeps_the_order_of_ties_and_drops_what_is_excluded() -> None:
    scores = np.array([[1.0, 3.0, 3.0, 2.0, 3.0], [-np.inf, 0.0, -np.inf, 5.0, -np.inf]])
    assert [best.tolist() for best in top(scores, 3)] == [[1, 2, 4], [3, 1]]


def test_a_small_space_is_tried_whole_and_a_large_one_covered_evenly() -> None:
    assert len(draw({"a": [1, 2], "b": ["x", "y", "z"]}, budget=12, seed=1)) == 6
    drawn = draw({"a": {"low": 0.01, "high": 100}, "b": [1, 2, 3]}, budget=12, seed=1)
    assert len(drawn) == 12
    assert sorted(params["b"] for params in drawn) == [1] * 4 + [2] * 4 + [3] * 4
    assert sum(params["a"] < 1 for params in drawn) == 6
