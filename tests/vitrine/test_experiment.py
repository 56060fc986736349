"""Read-outs of experiments: by hand, beside other implementations, and over many draws."""

from math import isnan, log, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from vitrine.experiment import (
    ArmMoments,
    ReadoutParams,
    adjusted_difference,
    always_valid,
    difference,
    minimum_effect,
    needed_count,
    needed_for_skewness,
    relative_difference,
    split_probability,
)

PARAMS = ReadoutParams()


def moments(values, before=None):
    values = np.asarray(values, float)
    before = np.zeros(len(values)) if before is None else np.asarray(before, float)
    return ArmMoments(
        len(values),
        float(values.sum()),
        float((values**2).sum()),
        float((values**3).sum()),
        float(before.sum()),
        float((before**2).sum()),
        float((values * before).sum()),
    )


def test_moments_by_hand():
    arm = moments([1, 2, 6], [0, 1, 2])
    assert (arm.mean, arm.variance, arm.before_mean, arm.before_variance) == (3, 7, 1, 1)
    # (-2 * -1 + -1 * 0 + 3 * 1) / 2
    assert arm.covariance == 2.5
    assert arm.adjusted_variance(2) == 7 - 10 + 4
    # (-8 - 1 + 27) / 3 over 7^1.5
    assert arm.skewness == pytest.approx(6 / 7**1.5)


def test_difference_by_hand():
    # Means 3 and 1, variances 2 and 2, three customers each: standard error sqrt(4/3), four degrees of freedom.
    found = difference(moments([3 - sqrt(2), 3, 3 + sqrt(2)]), moments([1 - sqrt(2), 1, 1 + sqrt(2)]), PARAMS)
    width = 2.7764451052 * sqrt(4 / 3)
    assert found.estimate == pytest.approx(2)
    assert (found.low, found.high) == pytest.approx((2 - width, 2 + width))
    assert not found.excludes_zero


def test_difference_is_welchs_test_of_scipy():
    random = np.random.default_rng(0)
    one, other = random.gamma(2, 3, 80), random.gamma(1, 5, 35)
    found = difference(moments(one), moments(other), PARAMS)
    known = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_relative_difference_by_hand():
    # Means 12 and 10, both with a standard error of 1 and so many customers that the quantile is that of the normal.
    arm = ArmMoments(10**6, 12e6, 10**6 * 144 + (10**6 - 1) * 1e6)
    control = ArmMoments(10**6, 10e6, 10**6 * 100 + (10**6 - 1) * 1e6)
    z = stats.t.ppf(0.975, 2 * 10**6 - 2)
    root = sqrt(120**2 - (100 - z**2) * (144 - z**2))
    found = relative_difference(arm, control, PARAMS)
    assert found.estimate == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx(((120 - root) / (100 - z**2) - 1, (120 + root) / (100 - z**2) - 1))
    assert found.low < 0 < found.high


def test_a_control_that_may_be_zero_gives_no_ratio_bounds():
    found = relative_difference(moments([1, 2, 3]), moments([-5, 1, 5]), PARAMS)
    assert isnan(found.low)
    assert isnan(found.high)
    assert isnan(relative_difference(moments([1, 2]), moments([0, 0]), PARAMS).estimate)


def test_nothing_that_varies_gives_no_interval():
    found = difference(moments([0, 0, 0]), moments([0, 0]), PARAMS)
    assert found.estimate == 0
    assert isnan(found.low)
    assert not found.excludes_zero
    assert isnan(difference(ArmMoments(0, 0, 0), moments([1, 2]), PARAMS).low)
    assert isnan(always_valid(0, 0, 100, 100, 0.05).low)


def test_adjustment_takes_out_what_differed_before():
    # What was spent before is spent again, and one more by the arm: nothing is left to chance.
    random = np.random.default_rng(1)
    before = random.normal(10, 3, (2, 500))
    found = adjusted_difference(moments(before[0] + 1, before[0]), moments(before[1], before[1]), PARAMS)
    assert found.theta == pytest.approx(1)
    assert found.interval.estimate == pytest.approx(1)
    assert found.variance_reduction == pytest.approx(1)


def test_adjustment_narrows_by_the_correlation():
    random = np.random.default_rng(2)
    noise = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 60_000)
    arm, control = noise[:30_000], noise[30_000:]
    plain = difference(moments(arm[:, 0]), moments(control[:, 0]), PARAMS)
    found = adjusted_difference(moments(arm[:, 0], arm[:, 1]), moments(control[:, 0], control[:, 1]), PARAMS)
    narrowed = (found.interval.high - found.interval.low) / (plain.high - plain.low)
    assert narrowed == pytest.approx(sqrt(1 - 0.6**2), abs=0.01)
    assert found.variance_reduction == pytest.approx(0.36, abs=0.015)


def test_theta_is_the_one_that_narrows_arms_of_unequal_size_most():
    """Where slopes and sizes differ the pooled slope is another one."""
    random = np.random.default_rng(3)
    before = random.normal(0, 1, 11_000)
    after = np.where(np.arange(11_000) < 1_000, 2, 0.5) * before + random.normal(0, 1, 11_000)
    arm, control = (moments(after[rows], before[rows]) for rows in (slice(1_000), slice(1_000, None)))
    theta = adjusted_difference(arm, control, PARAMS).theta

    def variance(slope):
        return arm.adjusted_variance(slope) / arm.count + control.adjusted_variance(slope) / control.count

    assert variance(theta) < min(variance(theta - 0.05), variance(theta + 0.05))
    assert theta > 1.5


def test_without_a_time_before_nothing_is_adjusted():
    arm, control = moments([1, 2, 4]), moments([0, 1, 3, 5])
    found = adjusted_difference(arm, control, PARAMS)
    assert found.interval == difference(arm, control, PARAMS)
    assert found.variance_reduction == 0


def test_always_valid_by_hand():
    # With planned_count = -2 log alpha + log(1 - 2 log alpha), one customer has a mass of one: sqrt(4 log(sqrt(2) / alpha)).
    bend = -2 * log(0.05)
    found = always_valid(2.0, 0.5, 1000, 1000 * (bend + log(bend + 1)), 0.05)
    assert found.high - found.estimate == pytest.approx(0.5 * sqrt(4 * log(sqrt(2) / 0.05)))
    assert found.low == pytest.approx(4 - found.high)


def test_always_valid_is_wider_than_one_look_and_narrowest_where_planned():
    widths = {
        planned: always_valid(0, 1, 10_000, planned, 0.05).high for planned in (1000, 5000, 10_000, 20_000, 10**6)
    }
    assert min(widths.values()) == widths[10_000]
    assert 2.9 < widths[10_000] < 3.1


def test_always_valid_keeps_its_error_over_all_looks():
    random = np.random.default_rng(3)
    runs, looks = 2000, np.arange(100, 5001, 10)
    draws = random.choice([-1.0, 1.0], (runs, looks[-1]))
    means = draws.cumsum(1)[:, looks - 1] / looks
    bounds = np.array([always_valid(0, 1 / sqrt(n), int(n), 2500, 0.05).high for n in looks])
    once = 1.96 / np.sqrt(looks)
    assert (np.abs(means) > bounds).any(1).mean() <= 0.05
    assert (np.abs(means) > once).any(1).mean() > 0.3


def test_split_by_hand():
    assert split_probability([52_000, 48_000], [0.5, 0.5]) == pytest.approx(2 * stats.binom.sf(51_999, 100_000, 0.5))
    assert split_probability([100, 900], [0.1, 0.9]) == 1
    # The shares need not add up to one: the rest of the customers takes no part.
    assert split_probability([110, 90], [0.2, 0.2]) == pytest.approx(2 * stats.binom.cdf(90, 200, 0.5))
    # Both of two held out, of whom a tenth should be: one in a hundred.
    assert split_probability([2, 0], [0.1, 0.9]) == pytest.approx(0.01)
    # (10 - 20)^2 / 20 + 0 + (30 - 20)^2 / 20: chi-square 10.
    assert split_probability([10, 20, 30], [0.2, 0.2, 0.2]) == pytest.approx(stats.chi2.sf(10, 2))
    assert isnan(split_probability([4, 0, 0], [0.2, 0.2, 0.2]))
    assert isnan(split_probability([0, 0], [0.5, 0.5]))


@pytest.mark.parametrize(("counts", "shares"), [([1], [1.0]), ([1, 2], [0.5]), ([1, 2], [1.0, 0.0])])
def test_a_split_that_is_none_is_refused(counts, shares):
    with pytest.raises(ValueError, match="two arms"):
        split_probability(counts, shares)


def test_minimum_effect_by_hand_and_back():
    # Variance 4, 400 customers in each: standard error sqrt(0.02), times 1.96 + 0.8416.
    effect = minimum_effect([4, 4], [400, 400], PARAMS)
    assert effect == pytest.approx(2.8015852 * sqrt(0.02))
    assert needed_count([4, 4], [0.5, 0.5], effect, PARAMS) == pytest.approx(800)
    assert needed_count([4, 4], [0.1, 0.9], minimum_effect([4, 4], [40, 360], PARAMS), PARAMS) == pytest.approx(400)
    assert isnan(needed_count([4, 4], [0.5, 0.5], nan, PARAMS))


def test_minimum_effect_is_shown_as_often_as_promised():
    random = np.random.default_rng(4)
    effect = minimum_effect([1, 1], [300, 300], PARAMS)
    draws = random.normal(0, 1, (1000, 2, 300))
    shown = [difference(moments(one + effect), moments(other), PARAMS).low > 0 for one, other in draws]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.04)


def test_skewness_asks_for_customers():
    # A share p has skewness (1 - 2p) / sqrt(p (1 - p)): for one in ten 2.667, so 2525 customers.
    share = moments([1] * 1000 + [0] * 9000)
    assert needed_for_skewness(share.skewness, PARAMS) == pytest.approx(355 * 0.64 / 0.09, rel=1e-3)
    assert isnan(moments([2, 2]).skewness)


def test_the_same_for_any_order_of_the_customers():
    random = np.random.default_rng(5)
    values, before = random.integers(0, 50, (2, 400)).astype(float)
    order = random.permutation(400)
    assert moments(values, before) == moments(values[order], before[order])
