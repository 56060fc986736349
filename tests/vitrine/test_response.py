"""Responses: probabilities come true, slots are put right, samples are weighed back, too little is refused."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.calibration import sigmoid
from vitrine.propensity import customer_folds
from vitrine.response import ResponseParams, fit_response, score_response
from vitrine.tables import (
    click_promise_rows,
    load_response_fits,
    response_fit_row,
    response_score_rows,
)
from vitrine.tables.response import SCORE_SCHEMA

DAY = datetime(2024, 1, 1)
CUTOFFS = pa.table(
    {
        "cutoff_at": pa.array([DAY], pa.timestamp("us")),
        "cutoff_role": ["train"],
        "outcome_until_at": pa.array([DAY], pa.timestamp("us")),
    }
)
NAMES = ["price", "taste", "slots_above"]
LOOSE = ResponseParams(inverse_regularization=100)


def candidates(count=20_000, seed=0):
    """Products shown in slots 1 to 6, of which the later are looked at less, and clicked by taste."""
    random = np.random.default_rng(seed)
    taste, slot = random.normal(size=count), random.integers(1, 7, count)
    log_odds = -2 + np.sign(taste) * np.log1p(np.abs(taste)) - 0.8 * np.log(slot)
    price = random.uniform(1, 9, count)
    price[::7] = np.nan
    return pa.table(
        {
            "cutoff_at": pa.array([DAY] * count, pa.timestamp("us")),
            "customer_id": [f"c{i % 700}" for i in range(count)],
            "product_id": [f"p{i}" for i in range(count)],
            "price": pa.array(price, from_pandas=True),
            "taste": taste,
            "slots_above": slot - 1.0,
            "truth": sigmoid(log_odds),
            "truth_first": sigmoid(log_odds + 0.8 * np.log(slot)),
            "has_responded": random.random(count) < sigmoid(log_odds),
            "sample_weight": np.ones(count),
        }
    )


def test_probabilities_are_the_true_ones_in_the_slot_and_in_the_first():
    fit = fit_response(candidates(), NAMES, LOOSE)
    fresh = candidates(seed=1)
    np.testing.assert_allclose(score_response(fit, fresh), fresh["truth"].to_numpy(), atol=0.05)
    first = score_response(fit, fresh.drop_columns(["slots_above"]))
    np.testing.assert_allclose(first, fresh["truth_first"].to_numpy(), atol=0.05)
    ratio = score_response(fit, fresh).mean() / first.mean()
    assert ratio == pytest.approx(fresh["truth"].to_numpy().mean() / fresh["truth_first"].to_numpy().mean(), abs=0.03)


def test_a_place_on_a_list_tells_more_than_none_and_the_first_most():
    random = np.random.default_rng(5)
    rank = np.where(random.random(20_000) < 0.3, random.integers(1, 60, 20_000), np.nan)
    truth = sigmoid(-3 + 2 * np.nan_to_num(1 / np.log2(1 + rank)))
    table = candidates().append_column("list_rank", pa.array(rank, from_pandas=True))
    happened = pa.array(random.random(20_000) < truth)
    table = table.set_column(table.column_names.index("has_responded"), "has_responded", happened)
    found = score_response(fit_response(table, [*NAMES, "list_rank"], LOOSE), table)
    np.testing.assert_allclose(found, truth, atol=0.06)
    assert found[rank == 1].mean() > found[rank == 40].mean() > found[np.isnan(rank)].mean()


def test_a_sample_of_those_who_do_not_respond_gives_the_probabilities_of_all():
    every = candidates()
    is_kept = every["has_responded"].to_numpy(zero_copy_only=False) | (np.arange(every.num_rows) % 10 == 0)
    weight = np.where(every["has_responded"].to_numpy(zero_copy_only=False), 1.0, 10.0)
    sample = every.set_column(every.column_names.index("sample_weight"), "sample_weight", pa.array(weight))
    sample = sample.filter(pa.array(is_kept))
    fresh = candidates(seed=1)
    found = score_response(fit_response(sample, NAMES, LOOSE), fresh)
    assert found.mean() == pytest.approx(fresh["truth"].to_numpy().mean(), rel=0.05)


def test_the_order_of_the_rows_does_not_matter():
    table = candidates(4000)
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)))
    one, other = (fit_response(rows, NAMES, ResponseParams()) for rows in (table, shuffled))
    assert one.training_fingerprint == other.training_fingerprint
    np.testing.assert_array_equal(score_response(one, table), score_response(other, table))


def test_what_scores_is_what_was_calibrated_the_mean_of_the_folds():
    """Taste counts for the many customers of one fold and not for the few of the other: their models count alike."""
    table = candidates()
    folds = customer_folds(table["customer_id"], 2)
    kept = np.flatnonzero((folds == 0) | (np.arange(len(folds)) % 8 == 0))
    random = np.random.default_rng(3)
    tastes = table["taste"].to_numpy()[kept]
    clicks = random.random(len(kept)) < sigmoid(-1 + 2 * np.where(folds[kept] == 0, tastes, 0))
    table = table.take(pa.array(kept)).drop_columns(["has_responded"]).append_column("has_responded", pa.array(clicks))
    slopes = fit_response(table, ["taste"], replace(LOOSE, folds=2)).classifier
    of_many = fit_response(table.filter(pa.array(folds[kept] == 0)), ["taste"], LOOSE).classifier
    assert slopes[0] == pytest.approx(of_many[0] / 2, rel=0.15)


def test_too_few_responses_teach_nothing():
    table = candidates(500)
    count = int(table["has_responded"].to_numpy(zero_copy_only=False).sum())
    fit = fit_response(table, NAMES, ResponseParams(min_positives=count + 1))
    assert (fit.classifier, fit.positive_count) == (None, count)
    with pytest.raises(ValueError, match="too little"):
        score_response(fit, table)
    assert fit_response(table, NAMES, ResponseParams(min_positives=count)).classifier is not None
    assert fit_response(table.slice(0, 0), NAMES, ResponseParams()).classifier is None


def test_scores_leave_out_what_was_not_learned():
    table = candidates(4000)
    rows = [
        response_fit_row("click", "serve", CUTOFFS, table, NAMES, LOOSE),
        response_fit_row("cart", "serve", CUTOFFS, table, NAMES, ResponseParams(min_positives=10_000)),
    ]
    fits = load_response_fits(pa.concat_tables(rows))
    assert list(fits) == ["serve"]
    assert list(fits["serve"]) == ["click"]
    some = table.slice(0, 50).select(["customer_id", "product_id", *NAMES])
    found = response_score_rows(DAY, fits["serve"], some)
    expected = score_response(fits["serve"]["click"][1], some)
    np.testing.assert_allclose(found["click_probability"].to_numpy(), expected, atol=1e-9)
    assert found["cart_probability"].null_count == found["cart_fit_id"].null_count == 50
    assert found.schema == SCORE_SCHEMA == response_score_rows(DAY, {}, some).schema


def test_clicks_are_promised_in_the_slot_that_they_were_shown_in():
    table = candidates(4000)
    fits = load_response_fits(response_fit_row("click", "serve", CUTOFFS, table, NAMES, LOOSE))["serve"]
    rows = click_promise_rows(DAY, fits, table.slice(0, 90))
    np.testing.assert_allclose(rows["probability"], score_response(fits["click"][1], table.slice(0, 90)), atol=1e-9)
    assert rows["has_happened"].equals(table["has_responded"].slice(0, 90))
    nothing = click_promise_rows(DAY, {}, table)
    assert not nothing.num_rows
    assert nothing.schema == rows.schema
