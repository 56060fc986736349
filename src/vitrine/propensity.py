"""Who is likely to buy: a calibrated purchase probability and the spend to expect, per customer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from vitrine.calibration import FloatArray, Sigmoid, fit_sigmoid, logit
from vitrine.encoding import as_doubles, feature_matrix, filled_where_unknown, informative_features
from vitrine.fits import fingerprint

BASELINE_FEATURES = ("recency_days", "order_count")


@dataclass(frozen=True)
class PropensityParams:
    """Parameters of one fit."""

    iterations: int = 120
    learning_rate: float = 0.05
    leaves: int = 8
    min_leaf_rows: int = 40
    l2: float = 1.0
    folds: int = 4
    """Customer folds that the calibration is cross-fitted on."""
    min_rows: int = 200
    """With fewer rows, or a single outcome, the base rate is all that is learned."""
    seed: int = 20180101


@dataclass(frozen=True)
class PropensityFit:
    """A fitted model; ``classifier`` None means the base rate."""

    feature_names: list[str]
    classifier: Any
    calibrator: Sigmoid
    baseline: Any
    """Logistic regression on recency and frequency."""
    logistic: Any
    """Logistic regression on all features."""
    regressor: Any
    spend_ratio: float
    mean_spend: float
    row_count: int
    training_fingerprint: str


def customer_folds(customer_ids: pa.ChunkedArray, folds: int) -> NDArray[np.int64]:
    """Return a fold per row that depends on the customer only. Shape (n,)."""
    encoded = customer_ids.combine_chunks().cast(pa.string()).dictionary_encode()
    values = [
        int(fingerprint(np.array([value], dtype=object))[:8], 16) % folds for value in encoded.dictionary.to_pylist()
    ]
    of_customer = np.asarray(values, dtype=np.int64)
    return np.asarray(of_customer[np.asarray(encoded.indices)])


def fit_propensity(table: pa.Table, feature_names: list[str], params: PropensityParams) -> PropensityFit:
    """Learn from customers at past cutoffs whose outcome is known.

    Parameters
    ----------
    table
        Columns cutoff_at, customer_id, the features, has_ordered (boolean) and spend_amount (double).
    feature_names
        The feature columns.
    params
        The parameters.

    Returns
    -------
    PropensityFit
        The same for any order of the rows.
    """
    # There is too little data to share among threads: they would only wait for each other.
    with threadpool_limits(1, "openmp"):
        return _fit(table.sort_by([("cutoff_at", "ascending"), ("customer_id", "ascending")]), feature_names, params)


def _fit(table: pa.Table, feature_names: list[str], params: PropensityParams) -> PropensityFit:
    feature_names = informative_features(table, feature_names)
    matrix = feature_matrix(table, feature_names)
    has_ordered = as_doubles(table["has_ordered"].cast(pa.int8())).astype(bool)
    spend = as_doubles(table["spend_amount"])
    trained_on = fingerprint(matrix, has_ordered, spend)
    ordered_spend = spend[has_ordered & (spend > 0)]
    mean_spend = float(ordered_spend.mean()) if len(ordered_spend) else 0.0
    count = len(has_ordered)
    knows_baseline = set(BASELINE_FEATURES) <= set(feature_names)
    if count < params.min_rows or has_ordered.all() or not has_ordered.any() or not knows_baseline:
        share = np.array([(has_ordered.sum() + 0.5) / (count + 1.0)])
        rate = Sigmoid(0.0, float(logit(share)[0]))
        return PropensityFit(feature_names, None, rate, None, None, None, 1.0, mean_spend, count, trained_on)
    folds = customer_folds(table["customer_id"], params.folds)
    held_out = np.zeros(count)
    for fold in range(params.folds):
        inside, outside = folds != fold, folds == fold
        if not outside.any() or has_ordered[inside].all() or not has_ordered[inside].any():
            continue
        model = _classifier(params).fit(filled_where_unknown(matrix[inside]), has_ordered[inside])
        held_out[outside] = logit(model.predict_proba(matrix[outside])[:, 1])
    classifier = _classifier(params).fit(matrix, has_ordered)
    calibrator = fit_sigmoid(held_out, has_ordered, np.ones(count))
    baseline = make_pipeline(StandardScaler(), LogisticRegression())
    baseline.fit(_baseline_matrix(matrix, feature_names), has_ordered)
    logistic = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000))
    logistic.fit(_compressed(matrix), has_ordered)
    spenders = has_ordered & (spend > 0)
    regressor, ratio = None, 1.0
    if spenders.sum() >= params.min_rows:
        regressor = HistGradientBoostingRegressor(
            loss="gamma",
            max_iter=params.iterations,
            learning_rate=params.learning_rate,
            max_leaf_nodes=params.leaves,
            min_samples_leaf=params.min_leaf_rows,
            l2_regularization=params.l2,
            early_stopping=False,
            random_state=params.seed,
        ).fit(filled_where_unknown(matrix[spenders]), spend[spenders])
        promised = calibrator(held_out) * regressor.predict(matrix)
        ratio = float(spend.sum() / promised.sum()) if promised.sum() > 0 else 1.0
    return PropensityFit(
        feature_names, classifier, calibrator, baseline, logistic, regressor, ratio, mean_spend, count, trained_on
    )


@dataclass(frozen=True)
class PropensityScores:
    """What a fit says of some customers; each of shape (n,)."""

    purchase_probability: FloatArray
    expected_spend: FloatArray
    baseline_probability: FloatArray
    """By recency and frequency alone."""
    logistic_probability: FloatArray
    """By a plain logistic regression on all features."""


def score_propensity(fit: PropensityFit, table: pa.Table) -> PropensityScores:
    """Return what the fit says of each row's customer."""
    matrix = feature_matrix(table, fit.feature_names)
    if fit.classifier is None or not table.num_rows:
        probability = fit.calibrator(np.zeros(table.num_rows))
        return PropensityScores(probability, probability * fit.mean_spend, probability, probability)
    probability = fit.calibrator(logit(fit.classifier.predict_proba(matrix)[:, 1]))
    spend = fit.mean_spend if fit.regressor is None else fit.regressor.predict(matrix)
    return PropensityScores(
        probability,
        probability * spend * fit.spend_ratio,
        fit.baseline.predict_proba(_baseline_matrix(matrix, fit.feature_names))[:, 1],
        fit.logistic.predict_proba(_compressed(matrix))[:, 1],
    )


def _classifier(params: PropensityParams) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=params.iterations,
        learning_rate=params.learning_rate,
        max_leaf_nodes=params.leaves,
        min_samples_leaf=params.min_leaf_rows,
        l2_regularization=params.l2,
        early_stopping=False,
        random_state=params.seed,
    )


def _baseline_matrix(matrix: NDArray[np.float32], names: list[str]) -> FloatArray:
    """Return log recency and log frequency. Shape (n, 2)."""
    columns = [matrix[:, names.index(name)] for name in BASELINE_FEATURES]
    return np.log1p(np.nan_to_num(np.column_stack(columns))).astype(np.float64)


def _compressed(matrix: NDArray[np.float32]) -> FloatArray:
    """Return logarithms that keep the sign: amounts and counts have long tails that a linear model cannot bear."""
    return np.asarray(np.sign(matrix) * np.log1p(np.abs(matrix)), dtype=np.float64)
