"""The estimates that SQL makes are those of the package, on the very same rows, and so are support and warnings."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from harness import Warehouse

from vitrine.off_policy import ESTIMATORS, LoggedRows, evaluate_policy

POLICY = ["cutoff_at", "channel", "slate_variant", "slate_order"]
MODELS = ["int_off_policy__customer_sums", "int_off_policy__support", "int_off_policy__estimates"]
PARENTS = ["int_integrity__channel_policies", "int_integrity__policy_errors"]


def made_up_rows():
    """Return logged rows of policies with good, thin and no support; some rows lack the logging probability."""
    random = np.random.default_rng(11)
    found = []
    for variant, order, favour in (
        ("als", "as_ranked", 1.0),
        ("als", "shuffled", 0.5),
        ("ranker", "as_ranked", 0.02),
        ("popularity", "as_ranked", 0.0),
        ("logged", "as_ranked", None),
    ):
        count = 900
        logging = random.uniform(0.02, 0.9, count)
        target = logging if favour is None else favour * random.uniform(0, 1, count)
        found.append(
            pd.DataFrame(
                {
                    "cutoff_role": "validate",
                    "cutoff_at": pd.Timestamp("2024-01-08"),
                    "channel": "email",
                    "slate_variant": variant,
                    "slate_order": order,
                    "impression_id": [f"i{row}" for row in range(count)],
                    "customer_id": [f"c{code}" for code in random.integers(0, 200, count)],
                    "slot": random.integers(1, 4, count).astype(np.int32),
                    "reward": (random.random(count) < 0.04).astype(float),
                    "logging_probability": np.where(random.random(count) < 0.03, np.nan, logging),
                    "target_probability": target,
                    "modelled_reward": random.uniform(0, 0.1, count),
                    "modelled_value": random.uniform(0, 0.1, count),
                }
            )
        )
    rows = pd.concat(found)
    is_unknown = (rows["slate_variant"] == "popularity") & (rows["slot"] == 3)
    return rows.assign(logging_probability=rows["logging_probability"].mask(is_unknown))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A warehouse with made-up logged rows, and what was made of them."""
    warehouse = Warehouse(tmp_path_factory.mktemp("off_policy"))
    variables = {"connector": "contract_files", "source_dir": str(warehouse.folder), "as_of": "2024-03-04"}
    warehouse.run(["run", "--select", *PARENTS], variables, seeds=True)
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        rows = made_up_rows()
        connection.execute(
            "create table intermediate.int_off_policy__logged_rows as "
            "select * replace (case when not isnan(logging_probability) then logging_probability end "
            "as logging_probability) from rows"
        )
    warehouse.run(["run", "--select", *MODELS], variables)
    return warehouse, rows


def in_python(rows):
    """Return the evaluations of the package by policy and slot, 0 for all slots together."""
    for policy, own in rows.groupby(POLICY):
        columns = (own[name].to_numpy() for name in ("reward", "logging_probability", "target_probability"))
        modelled = (own[name].to_numpy() for name in ("modelled_reward", "modelled_value"))
        clusters = pd.factorize(own["customer_id"])[0]
        for one in evaluate_policy(LoggedRows(*columns, own["slot"].to_numpy(), clusters, *modelled)):
            yield policy, one.slot or 0, one


def test_sql_and_python_agree_on_every_estimate(judged):
    warehouse, rows = judged
    told = warehouse.frame("select * from intermediate.int_off_policy__estimates")
    told = told.set_index([*POLICY, "slot", "estimator"]).sort_index()
    compared = 0
    for policy, slot, one in in_python(rows):
        for name in ("logged", *ESTIMATORS):
            figures = told.loc[(*policy, slot, name)]
            ours = one.logged if name == "logged" else one.estimates.get(name)
            if ours is None:  # not one row with a logging probability
                assert np.isnan(figures["click_rate"])
                assert (figures["low_click_rate"], figures["high_click_rate"]) == (0, 1)
                continue
            expected = [ours.value, ours.standard_error, ours.low, ours.high]
            np.testing.assert_allclose(
                figures.to_numpy(dtype=float), expected, atol=2e-9, rtol=0, err_msg=f"{policy} {name}"
            )
            compared += 1
    assert compared == len(told) - 6
    assert told["click_rate"].notna().sum() < len(told)


def test_sql_and_python_agree_on_support_and_warning(judged):
    warehouse, rows = judged
    told = (
        warehouse.frame("select * from intermediate.int_off_policy__support").set_index([*POLICY, "slot"]).sort_index()
    )
    warnings = set()
    for policy, slot, one in in_python(rows):
        figures, ours = told.loc[(*policy, slot)], one.support
        counts = [figures[name] for name in ("row_count", "unusable_count", "customer_count")]
        assert counts == [ours.row_count, ours.unusable_count, ours.cluster_count]
        found = figures[["effective_sample_size", "largest_weight", "mean_weight", "unsupported_share"]]
        expected = [ours.effective_sample_size, ours.largest_weight, ours.mean_weight, ours.unsupported_share]
        np.testing.assert_allclose(found.to_numpy(dtype=float), expected, atol=1e-6)
        assert (figures["warning"] or None) == one.warning
        warnings.add(one.warning)
    assert len(warnings) > 2
