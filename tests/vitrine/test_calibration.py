"""Probabilities: metrics by hand, and a band that a calibrated forecast stays in and another leaves."""

import numpy as np
import pytest

from vitrine.calibration import (
    Sigmoid,
    area_under_curve,
    brier_score,
    clustered_reliability,
    fit_hinges,
    fit_sigmoid,
    logit,
    reliability,
    sigmoid,
    top_share_lift,
)


def test_area_under_curve_by_hand():
    score = np.array([0.1, 0.4, 0.4, 0.8])
    outcome = np.array([False, False, True, True])
    # pairs (positive, negative): .4>.1, .4=.4 (half), .8>.1, .8>.4
    assert area_under_curve(score, outcome) == pytest.approx(3.5 / 4)
    assert np.isnan(area_under_curve(score, np.ones(4, bool)))


def test_brier_score_and_lift_by_hand():
    outcome = np.array([True, False, False, False])
    assert brier_score(np.array([0.5, 0.5, 0.0, 0.0]), outcome) == pytest.approx(0.125)
    assert top_share_lift(np.array([0.9, 0.1, 0.1, 0.1]), outcome, share=0.25) == pytest.approx(4.0)


def test_logit_and_sigmoid_undo_each_other_and_stay_finite():
    values = np.array([-800.0, -2.0, 0.0, 3.0, 800.0])
    assert np.isfinite(sigmoid(values)).all()
    np.testing.assert_allclose(logit(sigmoid(values[1:4])), values[1:4])
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()


def test_a_distorted_score_is_brought_back():
    random = np.random.default_rng(5)
    truth = random.normal(size=40_000)
    outcome = random.random(40_000) < sigmoid(truth)
    found = fit_sigmoid((truth - 0.7) / 2, outcome, np.ones(40_000))
    assert found.slope == pytest.approx(2, abs=0.1)
    assert found.intercept == pytest.approx(0.7, abs=0.1)


def test_weights_stand_for_rows():
    score = np.array([0.0, 0.0, 1.0, 1.0])
    outcome = np.array([True, False, True, False])
    weight = np.array([1.0, 3.0, 3.0, 1.0])
    rows = np.repeat(np.arange(4), weight.astype(int))
    weighted = fit_sigmoid(score, outcome, weight)
    repeated = fit_sigmoid(score[rows], outcome[rows], np.ones(8))
    assert weighted.slope == pytest.approx(repeated.slope, rel=1e-3)


@pytest.mark.parametrize("outcome", [np.ones(9, bool), np.zeros(9, bool)])
def test_a_single_outcome_gives_a_rate_inside_zero_and_one(outcome):
    rate = fit_sigmoid(np.arange(9.0), outcome, np.ones(9))(np.array([0.0]))
    assert 0 < rate[0] < 1


def test_a_score_that_orders_backwards_is_not_used():
    score = np.arange(100.0)
    assert fit_sigmoid(score, score < 50, np.ones(100)).slope == 0


def test_a_calibrated_forecast_stays_in_the_band_and_an_overconfident_one_leaves_it():
    random = np.random.default_rng(8)
    probability = random.uniform(0.05, 0.6, 20_000)
    outcome = random.random(20_000) < probability
    honest = reliability(probability, outcome)
    inside = (honest.band_low_share <= honest.observed_share) & (honest.observed_share <= honest.band_high_share)
    assert inside.mean() >= 0.8
    boastful = reliability(np.minimum(1, probability * 1.4), outcome)
    outside = boastful.observed_share < boastful.band_low_share
    assert outside.mean() >= 0.8
    assert honest.count.sum() == 20_000


def test_calling_a_sigmoid_applies_it():
    assert Sigmoid(2.0, 1.0)(np.array([-0.5]))[0] == pytest.approx(0.5)


def clustered(customers, spread, seed):
    """Forecasts of ten per customer in each of four bins, whose outcomes share the customer's mood."""
    random = np.random.default_rng(seed)
    stated = np.array([0.05, 0.1, 0.2, 0.4])
    mood = random.beta(stated / spread, (1 - stated) / spread, (customers, 4))
    counts = np.full((customers, 4), 10.0)
    return counts, counts * stated, random.binomial(10, mood).astype(float)


def inside(found):
    return (found.band_low_share <= found.observed_share) & (found.observed_share <= found.band_high_share)


def test_the_band_knows_that_the_outcomes_of_a_customer_hang_together():
    curves = [clustered(400, 0.5, seed) for seed in range(60)]
    found = [clustered_reliability(*sums, draws=200) for sums in curves]
    assert 0.88 < np.mean([inside(curve) for curve in found]) < 0.99
    alone = [reliability(np.full(4000, 0.2), np.arange(4000) < sums[2][:, 2].sum(), bins=1) for sums in curves]
    assert np.mean([inside(curve) for curve in alone]) < 0.8
    counts, promised, observed = curves[0]
    assert not inside(clustered_reliability(counts, 1.5 * promised, observed)).any()


def test_a_bin_without_any_outcome_is_no_proof_against_a_small_promise():
    counts, observed = np.full((300, 1), 1.0), np.zeros((300, 1))
    assert inside(clustered_reliability(counts, counts / 150, observed)).all()
    assert not inside(clustered_reliability(counts, counts / 30, observed)).any()


def test_no_forecast_has_an_empty_curve():
    assert not len(clustered_reliability(*np.empty((3, 0, 0))).count)


@pytest.mark.parametrize("bend", [-0.3, 0.0, 0.2])
def test_hinges_find_the_bend_that_a_sigmoid_cannot(bend):
    random = np.random.default_rng(4)
    score = random.uniform(-2, 1.5, 60_000)
    truth = sigmoid(1.4 * score + bend * score**2 - 1)
    outcome = random.random(60_000) < truth
    # A tenth of those to whom nothing happened, ten times the weight.
    kept = outcome | (np.arange(60_000) % 10 == 0)
    weight = np.where(outcome, 1.0, 10.0)
    found = fit_hinges(score[kept], outcome[kept], weight[kept])
    np.testing.assert_allclose(found(score), truth, atol=0.05)
    # Told as often as it happens: what maximum likelihood promises.
    assert weight[kept] @ found(score[kept]) == pytest.approx(outcome.sum(), rel=1e-4)
    grid = found(np.linspace(-50, 50, 999))
    assert (np.diff(grid) >= 0).all()
    if bend:
        plain = fit_sigmoid(score[kept], outcome[kept], weight[kept])
        assert np.abs(plain(score) - truth).mean() > 2 * np.abs(found(score) - truth).mean()


def test_hinges_on_a_score_that_orders_backwards_are_flat():
    score = np.arange(100.0)
    assert len(np.unique(fit_hinges(score, score < 50, np.ones(100))(score))) == 1


def test_hinges_reorder_nothing_where_the_middle_falls():
    random = np.random.default_rng(5)
    score = random.uniform(-3, 3, 20_000)
    outcome = random.random(20_000) < np.where(np.abs(score) < 1, 0.1, sigmoid(score))
    grid = fit_hinges(score, outcome, np.ones(20_000))(np.linspace(-9, 9, 999))
    assert (np.diff(grid) >= 0).all() and grid[0] < grid[-1]
