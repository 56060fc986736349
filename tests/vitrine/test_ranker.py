"""Ranker: puts thinned negatives back, orders by a planted signal, and copes with little data."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from vitrine.calibration import area_under_curve, sigmoid
from vitrine.propensity import customer_folds
from vitrine.ranker import RankerParams, fit_ranker, score_candidates

NAMES = ["als_rank", "signal", "noise"]


def candidates(count, seed=0):
    random = np.random.default_rng(seed)
    signal = random.normal(size=count)
    return pa.table(
        {
            "cutoff_at": pa.array([datetime(2017, 1, 1)] * count, pa.timestamp("us")),
            "customer_id": [f"c{i % 997}" for i in range(count)],
            "product_id": [f"p{i:06}" for i in range(count)],
            "als_rank": random.integers(1, 60, count).astype(np.float64),
            "signal": signal,
            "noise": random.normal(size=count),
            "has_bought": random.random(count) < sigmoid(-4 + 1.2 * signal),
        }
    )


def thinned(table, share, seed=0):
    keep = np.asarray(table["has_bought"]) | (np.random.default_rng(seed).random(table.num_rows) < share)
    return table.filter(pa.array(keep))


def test_thinned_negatives_are_put_back_into_the_probability():
    fit = fit_ranker(thinned(candidates(60_000), 0.1), NAMES, 0.1, RankerParams())
    others = candidates(60_000, seed=1)
    probability, relevance = score_candidates(fit, others)
    outcome = np.asarray(others["has_bought"])
    assert probability.mean() == pytest.approx(outcome.mean(), rel=0.08)
    assert area_under_curve(relevance, outcome) > 0.75
    np.testing.assert_array_equal(np.argsort(relevance, kind="stable"), np.argsort(probability, kind="stable"))


def test_the_order_of_the_rows_changes_nothing():
    table = thinned(candidates(20_000), 0.2)
    shuffled = table.take(np.random.default_rng(2).permutation(table.num_rows))
    one = fit_ranker(table, NAMES, 0.2, RankerParams())
    other = fit_ranker(shuffled, NAMES, 0.2, RankerParams())
    assert one.training_fingerprint == other.training_fingerprint
    np.testing.assert_array_equal(score_candidates(one, table)[0], score_candidates(other, table)[0])


def test_a_feature_that_only_the_judged_customers_know_is_no_obstacle():
    table = thinned(candidates(20_000), 0.2)
    rare = np.full(table.num_rows, np.nan)
    who = np.flatnonzero(customer_folds(table["customer_id"], 2) == 0)[:5]
    rare[who] = np.arange(5)
    fit = fit_ranker(table.append_column("rare", pa.array(rare)), [*NAMES, "rare"], 0.2, RankerParams())
    assert "rare" in fit.feature_names


def test_with_too_few_purchases_the_source_ranks_decide():
    fit = fit_ranker(candidates(40), NAMES, 1.0, RankerParams())
    assert fit.classifier is None
    table = candidates(50, seed=4)
    probability, relevance = score_candidates(fit, table)
    ranks = np.asarray(table["als_rank"])
    assert ((probability > 0) & (probability < 1)).all()
    assert relevance[ranks.argmin()] == relevance.max()


def test_nothing_to_score_gives_nothing():
    fit = fit_ranker(candidates(0), NAMES, 0.1, RankerParams())
    probability, relevance = score_candidates(fit, candidates(0))
    assert len(probability) == len(relevance) == 0
