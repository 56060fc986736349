"""The population stability index: its value by hand, missing values, and how much of it is chance."""

import numpy as np
import pyarrow as pa
import pytest

from vitrine.drift import drift
from vitrine.tables import drift_rows


def test_by_hand():
    """Half of the reference in each of two bins, a quarter and three quarters of the current sample."""
    found = drift(np.array([1.0, 1, 2, 2]), np.array([1.0, 2, 2, 2]), bins=2)
    expected = (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    assert found.stability_index == pytest.approx(expected, rel=1e-12)
    assert (found.reference_mean, found.current_mean, found.bin_count) == (1.5, 1.75, 2)


def test_nothing_moved_and_one_value_only():
    same = np.array([3.0, 1, 2, np.nan])
    assert drift(same, same[::-1]).stability_index == 0
    constant = drift(np.ones(5), np.ones(9))
    assert (constant.stability_index, constant.noise_index, constant.bin_count) == (0, 0, 1)


def test_a_feed_that_breaks_is_seen_though_the_known_values_are_the_same():
    values = np.arange(100.0)
    broken = values.copy()
    broken[50:] = np.nan
    found = drift(values, np.where(np.arange(100) % 2, values, np.nan))
    assert found.stability_index > 0.25 and found.current_missing_share == 0.5 and found.reference_missing_share == 0
    assert drift(np.full(3, np.nan), values).stability_index > 1
    assert np.isnan(drift(np.full(3, np.nan), values).reference_mean)


@pytest.mark.parametrize("share", [0.93, 0.95, 1.0])
def test_mass_at_the_greatest_value_is_seen_to_leave_as_at_the_least(share):
    count = round(1000 * share)
    reference = np.r_[np.ones(count), np.linspace(0, 0.9, 1000 - count)]
    current = np.r_[np.ones(500), np.linspace(0, 0.9, 500)]
    found = drift(reference, current)
    assert found.stability_index > 0.5 and found.stability_index > found.noise_index
    assert found.stability_index == pytest.approx(drift(-reference, -current).stability_index, rel=0.5)


def test_the_order_of_the_rows_makes_no_difference():
    random = np.random.default_rng(3)
    reference, current = random.lognormal(3, 2, 5001), random.lognormal(3, 2, 777)
    found = drift(reference, current)
    for _ in range(20):
        assert drift(random.permutation(reference), random.permutation(current)) == found


def test_chance_stays_below_the_noise_in_95_of_100_cases():
    random = np.random.default_rng(1)
    draws = [drift(random.normal(size=900), random.normal(size=500)) for _ in range(600)]
    above = np.mean([one.stability_index > one.noise_index for one in draws])
    assert 0.025 < above < 0.08
    moved = [drift(random.normal(size=900), random.normal(0.5, size=500)) for _ in range(50)]
    assert all(one.stability_index > one.noise_index for one in moved)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="bins is 1"):
        drift(np.ones(2), np.ones(2), bins=1)
    with pytest.raises(ValueError, match="empty"):
        drift(np.ones(0), np.ones(2))


def test_rows_have_flags_and_whole_numbers_too_and_none_without_a_reference():
    reference = pa.table({"count": [1, 2, 3, None], "is_new": [True, False, False, True]})
    rows = drift_rows("feature", "training", reference, reference, ["count", "is_new"])
    assert rows["variable_name"].to_pylist() == ["count", "is_new"]
    assert rows["stability_index"].to_pylist() == [0, 0]
    assert rows["reference_missing_share"].to_pylist() == [0.25, 0]
    assert rows["reference_mean"].to_pylist() == [2, 0.5]
    empty = drift_rows("feature", "training", reference.slice(0, 0), reference, ["count"])
    assert empty.num_rows == 0 and empty.schema == rows.schema
