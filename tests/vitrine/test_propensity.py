"""Propensity: learns a planted signal, stays calibrated, gives way to the base rate, ignores row order."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.calibration import area_under_curve, reliability, sigmoid
from vitrine.propensity import PropensityParams, customer_folds, fit_propensity, score_propensity

NAMES = ["recency_days", "order_count", "hidden_signal", "always_null"]


def customers(count, seed=0):
    """Ordering depends on recency and, more, on a signal the recency-frequency baseline does not see."""
    random = np.random.default_rng(seed)
    recency, orders, signal = random.exponential(30, count), random.poisson(5, count) + 1.0, random.normal(size=count)
    chance = sigmoid(-0.5 - 0.03 * recency + 1.5 * signal)
    has_ordered = random.random(count) < chance
    return pa.table(
        {
            "cutoff_at": pa.array([datetime(2017, 1, 1)] * count, pa.timestamp("us")),
            "customer_id": [f"c{i:05}" for i in range(count)],
            "recency_days": recency,
            "order_count": orders,
            "hidden_signal": signal,
            "always_null": pa.nulls(count, pa.float64()),
            "has_ordered": has_ordered,
            "spend_amount": np.where(has_ordered, random.gamma(2, 20, count), 0.0),
        }
    )


@pytest.fixture(scope="module")
def fit():
    return fit_propensity(customers(4000), NAMES, PropensityParams())


def test_beats_the_baseline_on_other_customers(fit):
    others = customers(4000, seed=1)
    scores = score_propensity(fit, others)
    probability, baseline = scores.purchase_probability, scores.baseline_probability
    outcome = np.asarray(others["has_ordered"])
    assert area_under_curve(probability, outcome) > area_under_curve(baseline, outcome) + 0.1


def test_is_calibrated_on_other_customers(fit):
    others = customers(8000, seed=2)
    scores = score_propensity(fit, others)
    probability, spend = scores.purchase_probability, scores.expected_spend
    outcome = np.asarray(others["has_ordered"])
    assert probability.mean() == pytest.approx(outcome.mean(), abs=0.02)
    assert spend.mean() == pytest.approx(np.asarray(others["spend_amount"]).mean(), rel=0.08)
    curve = reliability(probability, outcome)
    near = np.abs(curve.mean_probability - curve.observed_share)
    assert near.mean() < 0.03


def test_features_that_say_nothing_are_left_out(fit):
    assert fit.feature_names == ["recency_days", "order_count", "hidden_signal"]


def test_a_feature_that_one_fold_and_no_buyer_knows_is_no_obstacle():
    table = customers(1000)
    rare = np.full(1000, np.nan)
    who = np.flatnonzero((customer_folds(table["customer_id"], 4) == 2) & ~np.asarray(table["has_ordered"]))[:5]
    rare[who] = np.arange(5)
    fit = fit_propensity(table.append_column("rare", pa.array(rare)), [*NAMES, "rare"], PropensityParams())
    assert "rare" in fit.feature_names
    assert fit.regressor is not None


def test_the_order_of_the_rows_changes_nothing(fit):
    table = customers(4000)
    again = fit_propensity(table.take(np.random.default_rng(9).permutation(4000)), NAMES, PropensityParams())
    assert again.training_fingerprint == fit.training_fingerprint
    one, other = score_propensity(again, table), score_propensity(fit, table)
    np.testing.assert_array_equal(one.purchase_probability, other.purchase_probability)
    np.testing.assert_array_equal(one.logistic_probability, other.logistic_probability)


def test_other_data_has_another_fingerprint(fit):
    assert (
        fit_propensity(customers(4000, seed=4), NAMES, PropensityParams()).training_fingerprint
        != fit.training_fingerprint
    )


@pytest.mark.parametrize("count", [0, 1, 30])
def test_too_few_rows_give_the_base_rate(count):
    table = customers(count)
    fit = fit_propensity(table, NAMES, PropensityParams())
    assert fit.classifier is None
    scores = score_propensity(fit, customers(5, seed=3))
    probability, spend = scores.purchase_probability, scores.expected_spend
    assert ((probability > 0) & (probability < 1)).all()
    assert np.isfinite(spend).all()


def test_customers_who_all_ordered_give_a_rate_below_one():
    table = customers(500)
    table = table.set_column(table.column_names.index("has_ordered"), "has_ordered", pa.array([True] * 500))
    probability = score_propensity(fit_propensity(table, NAMES, PropensityParams()), table).purchase_probability
    assert 0.99 < probability[0] < 1


def test_a_customer_stays_in_one_fold():
    ids = pa.chunked_array([pa.array(["a", "b", "a", "c", "b"])])
    folds = customer_folds(ids, 4)
    assert folds[0] == folds[2] and folds[1] == folds[4]
    assert ((folds >= 0) & (folds < 4)).all()
