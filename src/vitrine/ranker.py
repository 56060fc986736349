"""One learned ranker over candidate features: the probability that the customer buys the product."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier

from vitrine.calibration import FloatArray, Sigmoid, fit_sigmoid, logit
from vitrine.encoding import as_doubles, feature_matrix, filled_where_unknown, informative_features
from vitrine.fits import fingerprint
from vitrine.propensity import customer_folds
from vitrine.trees import positive_probability


@dataclass(frozen=True)
class RankerParams:
    """Parameters of one fit."""

    iterations: int = 160
    learning_rate: float = 0.09
    leaves: int = 15
    min_leaf_rows: int = 100
    l2: float = 5.0
    feature_share: float = 0.3
    """Share of the features that a split looks at, above 0 to 1: trees that differ more average to a better whole."""
    min_positives: int = 50
    """With fewer purchases among the candidates, the base rate and the source ranks are all there is."""
    seed: int = 20180101


@dataclass(frozen=True)
class RankerFit:
    """A fitted ranker; ``classifier`` None means that candidates keep the order of their sources."""

    feature_names: list[str]
    classifier: Any
    offset: float
    calibrator: Sigmoid
    row_count: int
    training_fingerprint: str


def fit_ranker(table: pa.Table, feature_names: list[str], negative_share: float, params: RankerParams) -> RankerFit:
    """Learn from candidates at past cutoffs whose outcome is known.

    Parameters
    ----------
    table
        Columns cutoff_at, customer_id, product_id, the features and has_bought (boolean). All candidates that
        were bought and a share of the others, drawn without looking at anything but their keys.
    feature_names
        The feature columns.
    negative_share
        That share, above 0 to 1. Thinning negatives shifts every logit by its logarithm and nothing else (King
        and Zeng, "Logistic Regression in Rare Events Data", 2001), so it is put back exactly.
    params
        The parameters.

    Returns
    -------
    RankerFit
        The same for any order of the rows.
    """
    table = table.sort_by([("cutoff_at", "ascending"), ("customer_id", "ascending"), ("product_id", "ascending")])
    known_names = informative_features(table, feature_names)
    matrix = feature_matrix(table, known_names)
    has_bought = as_doubles(table["has_bought"].cast(pa.int8())).astype(bool)
    weight = np.where(has_bought, 1.0, 1.0 / negative_share)
    trained_on = fingerprint(matrix, has_bought)
    offset = float(np.log(negative_share))
    count = len(has_bought)
    if has_bought.sum() < params.min_positives or has_bought.all():
        rate = (has_bought.sum() + 0.5) / (weight.sum() + 1.0)
        calibrator = Sigmoid(0.0, float(logit(np.array([rate]))[0]))
        return RankerFit(feature_names, None, offset, calibrator, count, trained_on)
    # Calibrated on customers that the judged model never saw; the final model then learns from everybody.
    held = customer_folds(table["customer_id"], 2) == 0
    if has_bought[~held].any() and held.any():
        judge = _classifier(params).fit(filled_where_unknown(matrix[~held]), has_bought[~held])
        held_out = logit(positive_probability(judge, matrix[held])) + offset
        calibrator = fit_sigmoid(held_out, has_bought[held], weight[held])
    else:
        calibrator = Sigmoid()
    classifier = _classifier(params).fit(matrix, has_bought)
    return RankerFit(known_names, classifier, offset, calibrator, count, trained_on)


def score_candidates(fit: RankerFit, table: pa.Table) -> tuple[FloatArray, FloatArray]:
    """Return the purchase probability of each candidate and its logit, the relevance. Each shape (n,)."""
    if not table.num_rows:
        return np.empty(0), np.empty(0)
    matrix = feature_matrix(table, fit.feature_names)
    if fit.classifier is None:
        probability = fit.calibrator(np.zeros(table.num_rows))
        # Nothing was learned: a better place in any source's list is all that tells candidates apart.
        ranks = [i for i, name in enumerate(fit.feature_names) if name.endswith("_rank")]
        best = np.nanmin(np.where(np.isnan(matrix[:, ranks]), np.inf, matrix[:, ranks]), axis=1)
        return probability, logit(probability) - np.log1p(np.where(np.isfinite(best), best, 1e6))
    raw = logit(positive_probability(fit.classifier, matrix)) + fit.offset
    probability = fit.calibrator(raw)
    relevance = fit.calibrator.slope * raw + fit.calibrator.intercept
    return probability, relevance if fit.calibrator.slope > 0 else raw


def _classifier(params: RankerParams) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=params.iterations,
        learning_rate=params.learning_rate,
        max_leaf_nodes=params.leaves,
        min_samples_leaf=params.min_leaf_rows,
        l2_regularization=params.l2,
        max_features=params.feature_share,
        early_stopping=False,
        random_state=params.seed,
    )
