"""Rows in and out: which cutoffs are learned from, and factors that survive the trip through a table."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.als import AlsParams, fit_als
from vitrine.tables import (
    als_factor_rows,
    als_factors_by_cutoff,
    als_factors_of,
    concat,
    judged_cutoffs,
    scored_cutoffs,
    training_cutoffs,
)
from vitrine.tables.cutoffs import trained_until

DAYS = [datetime(2017, 1, day) for day in (1, 8, 15, 22, 29)]
CUTOFFS = pa.table(
    {
        "cutoff_at": pa.array(DAYS, pa.timestamp("us")),
        "cutoff_role": ["train", "train", "validate", "evaluate", "serve"],
        "outcome_until_at": pa.array([*DAYS[1:], None], pa.timestamp("us")),
    }
)


def test_the_backtest_fit_has_seen_no_outcome_after_the_validate_cutoff():
    assert training_cutoffs(CUTOFFS, "backtest") == DAYS[:2]
    assert trained_until(CUTOFFS, "backtest") == DAYS[2]


def test_the_serve_fit_learns_from_every_known_outcome():
    assert training_cutoffs(CUTOFFS, "serve") == DAYS[:4]


def test_each_cutoff_is_scored_by_the_fit_that_may():
    assert scored_cutoffs(CUTOFFS) == [
        (DAYS[2], "backtest"),
        (DAYS[3], "backtest"),
        (DAYS[4], "serve"),
    ]
    assert judged_cutoffs(CUTOFFS) == [(DAYS[2], "validate"), (DAYS[3], "evaluate")]


def test_factors_survive_the_trip_through_a_table():
    interactions = pa.table({"customer_id": ["a", "a", "b"], "product_id": ["p", "q", "q"], "weight": [1.0, 2.0, 3.0]})
    params = AlsParams(factors=4, min_buyers=1)
    rows = als_factor_rows(DAYS[0], interactions, params)
    fitted, read = fit_als(interactions, params), als_factors_of(rows)
    np.testing.assert_array_equal(read.product_factors, fitted.product_factors)
    assert read.customers.values.to_pylist() == ["a", "b"]
    assert list(als_factors_by_cutoff(rows)) == [DAYS[0]]


def test_no_cutoff_is_an_error_with_a_name():
    with pytest.raises(ValueError, match="no cutoff"):
        concat([])
