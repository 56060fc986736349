"""Read-outs as rows: every arm has one, words say what figures do, and what is broken or too early is said so."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.experiment import ReadoutParams
from vitrine.tables.experiments import ARM_COLUMNS, METRICS, MOMENT_COLUMNS, readout_rows

NOW = datetime(2024, 3, 4)
PARAMS = ReadoutParams()
SUMS = MOMENT_COLUMNS[7:]


def arms(control_share=0.5, planned=4000, treatment=("all", "none")):
    shares = [1 - control_share, control_share]
    rows = [
        ("mails", name, share, name == "none", 28, planned, 0.1) for name, share in zip(treatment, shares, strict=True)
    ]
    return pa.Table.from_pylist([dict(zip(ARM_COLUMNS, row, strict=True)) for row in rows])


def moments(spend, before=None, entered=None, part=("all", "all")):
    """Rows of moments of one metric from the values of each arm."""
    rows = []
    for name, values in spend.items():
        was = np.zeros(len(values)) if before is None else before[name]
        sums = [values.sum(), (values**2).sum(), (values**3).sum(), was.sum(), (was**2).sum(), (values * was).sum()]
        many = (entered or {}).get(name, len(values))
        rows.append(("mails", *part, name, "spend_amount", many, len(values), *map(float, sums)))
    return pa.Table.from_pylist([dict(zip(MOMENT_COLUMNS, row, strict=True)) for row in rows])


def spend_row(table, arm="all"):
    (row,) = [row for row in table.to_pylist() if row["arm_name"] == arm and row["metric_name"] == "spend_amount"]
    return row


def draws(effect=0.0, count=2000, seed=0):
    random = np.random.default_rng(seed)
    return {"all": random.gamma(4, 3, count) + effect, "none": random.gamma(4, 3, count)}


def test_every_arm_and_metric_has_a_row_before_anybody_has_entered():
    nothing = moments({"all": np.zeros(1)}).slice(0, 0)
    found = readout_rows(NOW, arms(), nothing, PARAMS)
    assert found.num_rows == 2 * len(METRICS)
    row = spend_row(found)
    assert row["customer_count"] == 0
    assert row["mean_value"] is None
    assert row["is_significant"] is False
    assert row["statement"] == "Too early: no release has addressed anybody since it began."


def test_a_clear_effect_is_shown_and_said():
    row = spend_row(readout_rows(NOW, arms(), moments(draws(2)), PARAMS))
    assert row["is_significant"]
    assert row["effect_low_value"] < 2 < row["effect_high_value"]
    assert row["always_valid_low_value"] < row["adjusted_effect_low_value"] < row["adjusted_effect_value"]
    assert "More by between +" in row["statement"]
    assert "whenever you look" in row["statement"]
    control = spend_row(readout_rows(NOW, arms(), moments(draws(2)), PARAMS), "none")
    assert control["is_control"]
    assert control["effect_value"] is None


def test_no_effect_is_said_with_what_the_plan_can_show():
    row = spend_row(readout_rows(NOW, arms(), moments(draws()), PARAMS))
    assert not row["is_significant"]
    assert "No effect is shown yet" in row["statement"]
    # The variance is 36, 2,000 customers in each arm: 2.8016 * sqrt(0.036).
    assert row["minimum_effect_value"] == pytest.approx(2.8016 * 0.18974, rel=0.05)
    # A tenth of a mean of 12 is 1.2: 2 * 36 * 2 * (2.8016 / 1.2)^2 customers.
    assert row["needed_customer_count"] == pytest.approx(785, rel=0.1)
    assert "The planned 4000 customers show +0.5" in row["statement"]


def test_of_three_arms_each_pair_is_planned_with_its_part():
    three = pa.concat_tables([arms(1 / 3), arms(1 / 3, treatment=("more", "some")).slice(0, 1)])
    three = three.set_column(2, "arm_share", pa.array([1 / 3] * 3, pa.float64()))
    spend = draws() | {"more": draws(seed=1)["all"]}
    rows = readout_rows(NOW, three, moments(spend), PARAMS)
    for arm in ("all", "more"):
        # 4,000 are planned for all three: 1,333 in each, so the error is sqrt(36 * 2 / 1333).
        assert spend_row(rows, arm)["minimum_effect_value"] == pytest.approx(2.8016 * 0.2324, rel=0.06)


def test_a_metric_that_python_does_not_know_is_no_row_lost():
    known = moments(draws())
    place = known.schema.get_field_index("metric_name")
    other = known.set_column(place, "metric_name", pa.array(["smiles"] * known.num_rows, pa.string()))
    with pytest.raises(ValueError, match="smiles"):
        readout_rows(NOW, arms(), pa.concat_tables([known, other]), PARAMS)


def test_a_broken_split_is_never_significant_whatever_the_effect():
    found = readout_rows(NOW, arms(), moments(draws(5), entered={"all": 5200, "none": 4800}), PARAMS)
    row = spend_row(found)
    assert row["is_split_broken"]
    assert not row["is_significant"]
    assert row["statement"].startswith("Do not read this: 5200 customers in all and 4800 in none")
    assert spend_row(found, "none")["is_split_broken"]


def test_a_split_is_judged_by_the_planned_shares():
    entered = {"all": 9000, "none": 1000}
    assert not spend_row(readout_rows(NOW, arms(0.1), moments(draws(), entered=entered), PARAMS))["is_split_broken"]
    assert spend_row(readout_rows(NOW, arms(0.5), moments(draws(), entered=entered), PARAMS))["is_split_broken"]


def test_a_lost_arm_breaks_the_split():
    row = spend_row(readout_rows(NOW, arms(), moments({"all": draws()["all"]}), PARAMS))
    assert row["is_split_broken"]
    assert "2000 customers in all and 0 in none" in row["statement"]


def test_few_customers_are_too_early():
    row = spend_row(readout_rows(NOW, arms(), moments(draws(9, 99)), PARAMS))
    assert row["effect_value"] is None
    assert not row["is_significant"]
    assert row["statement"] == (
        "Too early: 99 customers of all and 99 of none have had their 28 days, of 99 and 99 who entered; each needs 100."
    )


def test_a_metric_without_any_variety_says_nothing():
    row = spend_row(readout_rows(NOW, arms(), moments({"all": np.zeros(200), "none": np.zeros(200)}), PARAMS))
    assert row["effect_value"] == 0
    assert row["always_valid_low_value"] is None
    assert "nothing can be said" in row["statement"]


def test_uneven_spend_is_marked():
    random = np.random.default_rng(1)
    spend = {name: np.where(random.random(1000) < 0.02, 500.0, 0) for name in ("all", "none")}
    row = spend_row(readout_rows(NOW, arms(), moments(spend), PARAMS))
    assert row["is_too_skewed"]
    assert row["statement"].endswith("the bounds are rough.")
    assert not spend_row(readout_rows(NOW, arms(), moments(draws()), PARAMS))["is_too_skewed"]


def test_parts_are_read_out_beside_the_whole():
    whole = moments(draws(2))
    part = moments(draws(2, 500), part=("release", "r1"))
    found = readout_rows(NOW, arms(), pa.concat_tables([whole, part]), PARAMS).to_pylist()
    (row,) = [row for row in found if row["part_name"] == "r1" and row["arm_name"] == "all" and row["effect_value"]]
    assert row["customer_count"] == 500
    assert row["minimum_effect_value"] is None


def test_an_experiment_without_a_control_is_said_so():
    only = arms().filter(pa.array([True, False]))
    assert (
        spend_row(readout_rows(NOW, only, moments(draws()), PARAMS))["statement"] == "There is no arm to compare with."
    )


def test_the_same_for_any_order_of_the_rows():
    table, found = moments(draws(1), draws(0, seed=5)), arms()
    one = readout_rows(NOW, found, table, PARAMS)
    assert one.equals(readout_rows(NOW, found.take([1, 0]), table.take([1, 0]), PARAMS))
