"""Rows in and out: which cutoffs are learned from, what survives the trip through a table, and what is multiplied."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.affinity import MODELS
from vitrine.affinity_models import AffinityParams
from vitrine.als import AlsParams, fit_als
from vitrine.calibration import sigmoid
from vitrine.ranker import RankerParams, score_candidates
from vitrine.tables import (
    affinity_rows,
    als_factor_rows,
    als_factors_of,
    concat,
    judged_cutoffs,
    load_fits,
    probability_reliability_rows,
    ranker_fit_row,
    ranker_score_rows,
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


def test_factors_of_no_rows_are_none():
    interactions = pa.table({"customer_id": ["a"], "product_id": ["p"], "weight": [1.0]})
    rows = als_factor_rows(DAYS[0], interactions, AlsParams(factors=4, min_buyers=2))
    assert not rows.num_rows
    read = als_factors_of(rows)
    assert not len(read.customers) and not len(read.products)


OWNED = pa.table(
    {
        "customer_id": ["a", "a", "b", "c"],
        "product_id": ["p", "q", "p", "r"],
        "weight": [1.0, 2.0, 3.0, 1.0],
        "intent_weight": [1.0, 0.5, 1.0, 1.0],
        "days_since_order": pa.array([3, 90, 1, 40], pa.int64()),
    }
)
PRODUCTS = pa.table(
    {
        "product_id": ["p", "q", "r", "s"],
        "product_name": pa.array(["red cup", "red cup", None, "never sold"]),
        "category": pa.array(["cups", "cups", "pots", "pots"]),
        "brand": pa.array(["acme", None, "acme", "acme"]),
        "is_sellable": [True, True, True, True],
    }
)


def affinities(owned=OWNED, products=PRODUCTS, proposals=(("b", "r"), ("b", "s"))):
    customers, proposed = zip(*proposals, strict=True)
    return affinity_rows(
        DAYS[0],
        pa.chunked_array([["a", "b", "c"]]),
        owned,
        products,
        pa.table({"customer_id": customers, "product_id": proposed}),
        pa.table({"customer_id": owned["customer_id"].slice(0, 1), "category": ["cups"][: owned.num_rows]}),
        fit_als(owned, AlsParams(factors=4, min_buyers=1)),
        AffinityParams(min_buyers=1, linear_regularization=0.1),
        allow_owned=False,
    )


def test_affinities_are_rows_of_a_cutoff_with_the_scores_of_all_models():
    rows = affinities()
    scores = [f"{model}_{what}" for model in MODELS for what in ("score", "ratio", "rank")]
    assert rows.column_names == [
        "cutoff_at",
        "customer_id",
        "product_id",
        "anchor_product_id",
        "new_category_rank",
        *scores,
    ]
    assert set(rows["cutoff_at"].to_pylist()) == {DAYS[0]}
    found = {(row["customer_id"], row["product_id"]): row for row in rows.to_pylist()}
    # Told by others, b gets the product of a and the proposed one; s was never bought.
    assert {pair for pair in found if pair[0] == "b"} == {("b", "q"), ("b", "r")}
    assert found["b", "q"]["content_rank"] == 1
    assert found["b", "q"]["linear_score"] > found["b", "r"]["linear_score"]
    assert found["b", "q"]["anchor_product_id"] == "p"


def test_affinities_of_no_interactions_keep_their_columns():
    nothing = affinities(owned=OWNED.slice(0, 0))
    assert not nothing.num_rows
    assert nothing.schema == affinities().schema


def ranked_candidates(count=2000, seed=0):
    random = np.random.default_rng(seed)
    signal = random.normal(size=count)
    return pa.table(
        {
            "cutoff_at": pa.array([DAYS[0]] * count, pa.timestamp("us")),
            "customer_id": pa.array([f"c{i % 40:02}" for i in range(count)], pa.string()),
            "product_id": pa.array([f"p{i:04}" for i in range(count)], pa.string()),
            "als_rank": random.integers(1, 60, count).astype(np.float64),
            "signal": signal,
            "has_bought": random.random(count) < sigmoid(-1 + 2 * signal),
        }
    )


def test_the_probability_of_a_purchase_is_that_of_an_order_times_that_of_the_product_given_one():
    rows = ranked_candidates()
    row = ranker_fit_row("serve", CUTOFFS, rows, ["als_rank", "signal"], 1.0, RankerParams())
    name, fit = load_fits(row)["serve"]
    assert row["fit_id"].to_pylist() == [name]
    some = ranked_candidates(80, seed=1)
    # Of c39 it is not known.
    likely = [None if one == "c39" else int(one[1:]) / 40 for one in some["customer_id"].to_pylist()]
    found = ranker_score_rows(DAYS[3], name, fit, some.append_column("purchase_probability", pa.array(likely)))
    given_order, relevance = score_candidates(fit, some)
    expected = given_order * np.array([one or 0 for one in likely])
    np.testing.assert_allclose(found["purchase_probability"], expected, atol=1e-9)
    # What a customer is shown first does not depend on how likely an order is.
    np.testing.assert_allclose(found["relevance_score"], relevance, atol=1e-9)
    assert found["cutoff_at"].to_pylist() == [DAYS[3]] * 80
    assert set(found["fit_id"].to_pylist()) == {name}
    assert found.select(["customer_id", "product_id"]).equals(some.select(["customer_id", "product_id"]))


def test_no_cutoff_is_an_error_with_a_name():
    with pytest.raises(ValueError, match="no cutoff"):
        concat([])


BINS = pa.table(
    {
        "bin_number": pa.array([4, 1, 1], pa.int32()),
        "customer_id": ["ada", "bob", "ada"],
        "candidate_count": [2.0, 3.0, 1.0],
        "promised_sum": [1.0, 0.3, 0.1],
        "outcome_count": [1.0, 1.0, 0.0],
    }
)


def test_bins_of_the_reliability_curve_are_numbered_in_order_and_add_up_the_customers():
    rows = probability_reliability_rows("click", DAYS[2], "validate", BINS, draws=50)
    assert rows["bin_number"].to_pylist() == [1, 2]
    assert rows["mean_probability"].to_pylist() == [0.1, 0.5]
    assert rows["observed_share"].to_pylist() == [0.25, 0.5]
    assert rows["candidate_count"].to_pylist() == [4, 2]
    assert rows["customer_count"].to_pylist() == [2, 1]
    shuffled = probability_reliability_rows("click", DAYS[2], "validate", BINS.take([2, 0, 1]), draws=50)
    assert shuffled.equals(rows)


def test_a_probability_that_is_not_there_has_no_bins():
    empty = probability_reliability_rows("cart", DAYS[2], "validate", BINS.slice(0, 0), draws=50)
    assert empty.num_rows == 0
    assert empty.schema == probability_reliability_rows("cart", DAYS[2], "validate", BINS, draws=50).schema
