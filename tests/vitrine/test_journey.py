"""Lags: found again where they were put in, refused where there is none, the same for any order of the rows."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.journey import LagParams, fit_lag
from vitrine.tables.journey import lag_rows

PARAMS = LagParams()


def counts(lag=30.0, spread=20.0, strength=1.5, customers=3000, seed=1):
    """Draw the purchases of customers with tastes of their own: some weeks before the anchor, then week by week."""
    random = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), 90)
    days = np.tile(np.where(np.arange(90) < 20, np.nan, 7.0 * (np.arange(90) - 19)), customers)
    bump = np.exp(-0.5 * ((days - lag) / spread) ** 2)
    taste = np.repeat(np.minimum(random.normal(-3, 0.7, customers), -1.8), 90)
    # Who buys much after an anchor buys much of everything.
    purchases = random.poisson(np.where(days < 60, 0.5, 0.15)).astype(float)
    chance = np.exp(taste + strength * np.where(np.isfinite(days), bump, 0))
    nexts = random.binomial(purchases.astype(int), chance).astype(float)
    some = purchases > 0
    return customer[some], days[some], purchases[some], nexts[some]


@pytest.mark.parametrize(("lag", "spread"), [(10, 20), (30, 20), (120, 40), (365, 40)])
def test_a_lag_is_found_again_within_its_interval(lag, spread):
    fit = fit_lag(*counts(lag, spread), PARAMS)
    assert fit.is_supported, fit.reason
    assert fit.low_days <= lag <= fit.high_days
    assert abs(fit.lag_days - lag) < max(4, 0.1 * lag)
    assert fit.spread_days == pytest.approx(spread, rel=0.3)
    assert fit.peak_ratio == pytest.approx(np.exp(1.5), rel=0.15)


def test_intervals_hold_as_often_as_they_say():
    fits = [fit_lag(*counts(45, 25, 1.0, 600, seed), PARAMS) for seed in range(20)]
    assert sum(fit.low_days <= 45 <= fit.high_days for fit in fits) >= 17


@pytest.mark.parametrize("seed", range(5))
def test_customers_who_are_merely_busy_have_no_lag(seed):
    fit = fit_lag(*counts(strength=0.0, seed=seed), PARAMS)
    assert not fit.is_supported
    assert fit.reason


def test_what_follows_at_once_is_no_lag():
    assert fit_lag(*counts(lag=-30, spread=40, strength=2), PARAMS).reason == "most follow at once: there is no lag"


def test_few_purchases_tell_nothing():
    fit = fit_lag(*counts(customers=20), PARAMS)
    assert not fit.is_supported
    assert "fewer than 100" in fit.reason
    assert np.isnan(fit.lag_days)
    nothing = np.empty(0)
    assert fit_lag(nothing.astype(np.int64), nothing, nothing, nothing, PARAMS).next_count == 0


def test_a_weak_peak_is_too_flat_to_be_used():
    fit = fit_lag(*counts(200, 80, 0.5), LagParams(max_error_share=0.01))
    assert fit.reason.startswith("the peak is too flat")


def test_order_and_names_of_the_rows_do_not_matter():
    columns = counts(customers=500)
    order = np.random.default_rng(3).permutation(len(columns[0]))
    shuffled = [column[order] for column in columns]
    assert fit_lag(*shuffled, PARAMS) == fit_lag(*columns, PARAMS)
    renamed = fit_lag(columns[0] * 7 + 1000, *columns[1:], PARAMS)
    assert renamed == fit_lag(*columns, PARAMS)


def test_likelihood_by_hand():
    """One customer, two times with a purchase each: the next one was at the peak, which is e times as likely."""
    from vitrine.journey import _Cases

    cases = _Cases(np.zeros(2, int), np.array([10.0, 500.0]), np.ones(2), np.array([1.0, 0.0]))
    loss, _ = cases.loss(np.array([1.0, 10.0, np.log(7)]))
    assert loss == pytest.approx(-np.log(np.e / (np.e + 1)))


def test_the_gradient_is_the_slope():
    from vitrine.journey import _Cases

    customer, days, purchases, nexts = counts(customers=200)
    cases = _Cases(customer, np.nan_to_num(days, nan=1e6), purchases, nexts)
    at = np.array([1.2, 25.0, 2.8])
    for step in np.diag([1e-5] * 3):
        slope = (cases.loss(at + step)[0] - cases.loss(at - step)[0]) / 2e-5
        assert cases.loss(at)[1] @ step / 1e-5 == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("nexts", [[2.0], [-1.0]])
def test_counts_that_cannot_be_are_refused(nexts):
    with pytest.raises(ValueError, match="more next purchases"):
        fit_lag(np.array([0]), np.array([7.0]), np.array([1.0]), np.array(nexts), PARAMS)
    with pytest.raises(ValueError, match="differ in length"):
        fit_lag(np.array([0, 1]), np.array([7.0]), np.array([1.0]), np.array([1.0]), PARAMS)


def test_one_row_a_pair():
    customer, days, purchases, nexts = counts(customers=800)
    rows = pa.table(
        {
            "anchor_attribute": ["category"] * len(days),
            "anchor_value": np.where(np.arange(len(days)) % 2, "watches", "bags"),
            "next_attribute": ["category"] * len(days),
            "next_value": ["straps"] * len(days),
            "customer_id": [f"c{one}" for one in customer],
            "days_since_anchor": pa.array(days, from_pandas=True),
            "purchase_count": purchases,
            "next_count": nexts,
        }
    )
    found = lag_rows(datetime(2024, 6, 30), rows, PARAMS)
    assert found["anchor_value"].to_pylist() == ["bags", "watches"]
    assert found["cutoff_at"].to_pylist() == [datetime(2024, 6, 30)] * 2
    for row in found.to_pylist():
        assert row["is_supported"] == (row["reason"] is None)
        assert row["low_days"] <= row["lag_days"] <= row["high_days"]
    assert lag_rows(datetime(2024, 6, 30), rows.slice(0, 0), PARAMS).num_rows == 0
