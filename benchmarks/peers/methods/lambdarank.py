"""LightGBM LambdaRank on plain features of candidates from popularity, item neighbourhoods and ALS.

Burges, "From RankNet to LambdaRank to LambdaMART: An Overview", Microsoft Research 2010; Ke et al., "LightGBM: A
Highly Efficient Gradient Boosting Decision Tree", NeurIPS 2017. It learns from the windows before the cutoff: what
was known when such a window began, and what was bought in it.
"""

from collections.abc import Sequence
from functools import cache

import lightgbm
import numpy as np
import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from methods import als, item_knn
from methods.plain_features import Features, places, plain_features
from numpy.typing import NDArray
from protocol import ALL_PRODUCTS, LIST_LENGTH, NEW_CATEGORIES, NEW_PRODUCTS, SEED
from ranking import Exclusions, as_lists, batches, top

CANDIDATES = 100
"""Per source, task and customer."""
POPULAR_DAYS = 28
ITEM_KNN = {"kind": "tfidf", "weighting": "log_counts", "neighbours": 200}
ALS = {"weighting": "log_counts", "factors": 64, "alpha": 1.0, "regularization": 10.0, "iterations": 10}
MAX_CUSTOMERS = 2000
"""Customers of one past window that are learned from, drawn at random where there are more."""
MAX_NEGATIVES = 100
"""Candidates of a customer that were not bought and are learned from, drawn at random where there are more."""


@cache
def candidates(inputs: Inputs, customers: tuple[int, ...]) -> Features:
    """Return candidates with features; cached, since every configuration of a run looks at the same."""
    exclusions = Exclusions(inputs)
    popular = inputs.buyers_within(POPULAR_DAYS)[inputs.catalogue]
    scorers = [item_knn.scorer_of(inputs, ITEM_KNN), als.scorer_of(inputs, ALS)]
    rows, columns, scores = [], [], []
    for some in batches(np.array(customers)):
        sources = [np.tile(popular, (len(some), 1)), *(np.asarray(score(some), float) for score in scorers)]
        chosen = np.zeros(sources[0].shape, dtype=bool)
        for task in (NEW_PRODUCTS, NEW_CATEGORIES):
            hidden = exclusions.of(task, some)
            for source in sources:
                for place, best in enumerate(top(np.where(hidden, -np.inf, source), CANDIDATES)):
                    chosen[place, best] = True
        row, column = np.nonzero(chosen)
        rows.append(some[row])
        columns.append(column)
        scores.append(np.column_stack([source[row, column] for source in sources]))
    return plain_features(inputs, np.concatenate(rows), np.concatenate(columns), np.concatenate(scores))


@cache
def past_window(inputs: Inputs, step: int) -> tuple[Features, NDArray[np.bool_]]:
    """Return candidates as of `step` horizons before the cutoff, and which of them were bought in the next one."""
    horizon = inputs.horizon_days
    past = inputs.earlier(step * horizon)
    later = (inputs.age_days <= step * horizon) & (inputs.age_days > (step - 1) * horizon)
    bought = np.unique(inputs.customer[later] * inputs.product_count + inputs.product[later])
    known = np.intersect1d(np.unique(past.customer), np.unique(inputs.customer[later]))
    random = np.random.default_rng(SEED)
    if len(known) > MAX_CUSTOMERS:
        known = np.sort(random.choice(known, MAX_CUSTOMERS, replace=False))
    found = candidates(past, tuple(known.tolist()))
    pairs = found.customer * inputs.product_count + past.catalogue[found.column]
    is_bought = np.isin(pairs, bought)
    with_any = np.isin(found.customer, found.customer[is_bought])
    kept = with_any & (is_bought | (places(found.customer, random.random(len(is_bought))) < MAX_NEGATIVES))
    return Features(found.customer[kept], found.column[kept], found.values[kept]), is_bought[kept]


def warm_up(inputs: Inputs, customers: IntArray, configurations: Sequence[dict]) -> None:
    """Make what all configurations share: the candidates and features of this cutoff and of the past windows."""
    candidates(inputs, tuple(customers.tolist()))
    for step in range(1, max(params["past_windows"] for params in configurations) + 1):
        past_window(inputs, step)


def fit(inputs: Inputs, params: dict) -> lightgbm.Booster:
    """Fit to the candidates of past windows; a customer in a window is a query."""
    features, labels, groups = [], [], []
    for step in range(1, params["past_windows"] + 1):
        found, is_bought = past_window(inputs, step)
        features.append(found.values)
        labels.append(is_bought)
        groups.append(np.unique(found.customer, return_counts=True)[1])
    data = lightgbm.Dataset(np.concatenate(features), np.concatenate(labels), group=np.concatenate(groups))
    settings = {
        "objective": "lambdarank",
        "lambdarank_truncation_level": params["truncation"],
        "learning_rate": params["learning_rate"],
        "num_leaves": params["leaves"],
        "min_data_in_leaf": params["min_leaf_rows"],
        "lambda_l2": params["l2"],
        "feature_fraction": params["feature_share"],
        "num_threads": 1,
        "seed": SEED,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    return lightgbm.train(settings, data, num_boost_round=params["trees"])


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank the candidates by the model; candidates were never bought, so there is no list of all products."""
    model = fit(inputs, params)
    found = candidates(inputs, tuple(customers.tolist()))
    scores = np.asarray(model.predict(found.values, num_threads=1))
    exclusions = Exclusions(inputs)
    parts = []
    for some in batches(customers):
        lists = dense(found, scores, some, len(inputs.catalogue))
        for task in tasks:
            if task == ALL_PRODUCTS:
                continue
            allowed = np.where(exclusions.of(task, some), -np.inf, lists)
            parts.append(as_lists(task, some, [inputs.catalogue[best] for best in top(allowed, LIST_LENGTH)]))
    return pa.concat_tables(parts)


def dense(found: Features, scores: FloatArray, customers: IntArray, width: int) -> FloatArray:
    """Return the scores of some customers' candidates, minus infinity elsewhere; shape (customers, catalogue)."""
    place = np.full(int(found.customer.max(initial=0)) + 1, -1)
    place[customers[customers < len(place)]] = np.flatnonzero(customers < len(place))
    mine = place[found.customer] >= 0
    spread = np.full((len(customers), width), -np.inf)
    spread[place[found.customer[mine]], found.column[mine]] = scores[mine]
    return spread
