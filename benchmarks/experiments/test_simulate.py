"""The simulation itself: its formulas are those of what it draws, and a few runs keep the promises."""

import numpy as np
import pytest
from simulate import House, broken_splits, coverage, peeking, share_draw


@pytest.mark.parametrize("house", [House(), House(orders=2.0, pace_spread=0.5)])
def test_the_formulas_are_those_of_the_draws(house):
    before, after = house.draw(np.random.default_rng(0), 1_000_000, 0.1)
    assert after.mean() == pytest.approx(house.mean(0.1), rel=0.01)
    assert after.var() == pytest.approx(house.variance(0.1), rel=0.05)
    assert np.cov(before, after)[0, 1] == pytest.approx(house.covariance(0.1), rel=0.05)


def test_intervals_hold_the_truth_and_narrow_as_predicted():
    house, sizes = House(orders=2.0, pace_spread=0.5), (1000, 1000)
    found = coverage(house.draw, house.mean(0.1) - house.mean(0), 0.1, sizes, 0.1, 200)
    assert abs(found["bias"]) < 3 * found["bias error"]
    assert abs(found["adjusted bias"]) < 3 * found["adjusted bias error"]
    assert all(0.9 <= found[name] <= 0.99 for name in ("plain", "relative", "adjusted"))
    assert found["narrowing"] == pytest.approx(house.narrowing(0.1, *sizes), abs=0.01)


def test_looking_daily_fools_one_interval_and_not_the_other():
    valid, plain = peeking(share_draw(0.3), [(25, 25)] * 40, 2000, 200)
    assert valid <= 0.05
    assert plain > 0.1


def test_broken_splits_are_flagged_and_whole_ones_are_not():
    assert broken_splits(30_000, [0.52, 0.48], [0.5, 0.5], [1.0, 1.0], 100) == 1
    assert broken_splits(30_000, [0.5, 0.5], [0.5, 0.5], [1.0, 0.9], 100) == 1
    assert broken_splits(30_000, [0.5, 0.5], [0.5, 0.5], [1.0, 1.0], 1000) <= 0.005
