"""Clicks and carts: the calibrated probability that a customer answers a product, by a logistic regression.

A click is learned from products that were shown, so it depends on the place as well: the logarithm of the slot is one
of the features, and scores are those of the first slot. That is the position-based correction of Craswell, Zoeter,
Taylor and Ramsey ("An Experimental Comparison of Click Position-Bias Models", WSDM 2008) with a power of the slot for
the chance that a place is looked at (for small probabilities adding to the log-odds multiplies the probability).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression

from vitrine.calibration import FloatArray, Hinges, fit_hinges
from vitrine.encoding import as_doubles, feature_matrix, informative_features
from vitrine.fits import fingerprint
from vitrine.propensity import customer_folds

SLOTS_ABOVE = "slots_above"
"""How many slots stand above the product; its compressed value is the logarithm of the slot."""
_BLOCK = 500_000


@dataclass(frozen=True)
class ResponseParams:
    """Parameters of one fit."""

    inverse_regularization: float = 0.1
    min_positives: int = 200
    """With fewer responses nothing is learned, and there is no probability."""
    folds: int = 4
    """Customer folds that the calibration is cross-fitted on."""


@dataclass(frozen=True)
class ResponseFit:
    """A fitted response model; ``classifier`` None means that there was too little to learn from."""

    feature_names: list[str]
    classifier: FloatArray | None
    """Weights of the compressed features, then the constant: means over the folds. Shape (features + 1,)."""
    centre: FloatArray
    """What a missing feature counts as, compressed. Shape (features,)."""
    calibrator: Hinges
    positive_count: int
    row_count: int
    training_fingerprint: str


def fit_response(table: pa.Table, feature_names: list[str], params: ResponseParams) -> ResponseFit:
    """Learn from candidates at past cutoffs whose response is known.

    Parameters
    ----------
    table
        Columns cutoff_at, customer_id, product_id, the features, has_responded (boolean) and sample_weight (double: how
        many candidates the row stands for).
    feature_names
        The feature columns.
    params
        The parameters.

    Returns
    -------
    ResponseFit
        The same for any order of the rows.
    """
    keys = ["cutoff_at", "customer_id", "product_id", *([SLOTS_ABOVE] if SLOTS_ABOVE in feature_names else [])]
    table = table.sort_by([(name, "ascending") for name in [*keys, "has_responded"]])
    names = informative_features(table, feature_names)
    features = _compressed(table, names)
    has_responded = as_doubles(table["has_responded"].cast(pa.int8())).astype(bool)
    weight = as_doubles(table["sample_weight"])
    trained_on = fingerprint(features, has_responded, weight)
    count, positives = len(has_responded), int(has_responded.sum())
    known = ~np.isnan(features)
    total = np.maximum((weight[:, None] * known).sum(axis=0), 1e-12)
    centre = (weight[:, None] * np.where(known, features, 0)).sum(axis=0) / total
    nothing = ResponseFit(
        feature_names, None, centre, Hinges(np.zeros(1), np.ones(2), 0.0), positives, count, trained_on
    )
    if positives < params.min_positives or positives == count:
        return nothing
    features = np.where(known, features, centre)
    folds = customer_folds(table["customer_id"], params.folds)
    held_out = np.zeros(count)
    classifiers = []
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        if not has_responded[inside].any() or has_responded[inside].all():  # the others all did, or none of them
            return nothing
        classifiers.append(_logistic(features[inside], has_responded[inside], weight[inside], params))
        held_out[outside] = features[outside] @ classifiers[-1][:-1] + classifiers[-1][-1]
    # What is calibrated is what scores: one more fit on all rows would spread its scores wider than those held out.
    classifier = np.mean(classifiers, axis=0)
    calibrator = fit_hinges(held_out, has_responded, weight)
    return ResponseFit(names, classifier, centre, calibrator, positives, count, trained_on)


def score_response(fit: ResponseFit, table: pa.Table) -> FloatArray:
    """Return the probability of each row's response, in the first slot where the table says no other. Shape (n,).

    Raises
    ------
    ValueError
        If the fit learned nothing.
    """
    if fit.classifier is None:
        raise ValueError("There was too little to learn from: the fit has no probabilities.")
    found = np.empty(table.num_rows)
    for start in range(0, table.num_rows, _BLOCK):
        features = _compressed(table.slice(start, _BLOCK), fit.feature_names)
        features = np.where(np.isnan(features), fit.centre, features)
        found[start : start + _BLOCK] = features @ fit.classifier[:-1] + fit.classifier[-1]
    return fit.calibrator(found)


def _compressed(table: pa.Table, names: list[str]) -> FloatArray:
    """Return logarithms that keep the sign: amounts and counts have long tails that a linear model cannot bear.

    A rank counts by the discount of its place (1 / log2(1 + rank)), and one that is missing by nothing: the candidate
    is not on that list.
    """
    if SLOTS_ABOVE in names and SLOTS_ABOVE not in table.column_names:
        table = table.append_column(SLOTS_ABOVE, pa.repeat(0.0, table.num_rows))
    matrix = feature_matrix(table, names)
    found = np.asarray(np.sign(matrix) * np.log1p(np.abs(matrix)), dtype=np.float64)
    ranks = [position for position, name in enumerate(names) if name.endswith("_rank")]
    found[:, ranks] = np.nan_to_num(1 / np.log2(1 + matrix[:, ranks].astype(np.float64)))
    return found


def _logistic(features: FloatArray, outcome: FloatArray, weight: FloatArray, params: ResponseParams) -> FloatArray:
    """Return the weights of the features as they are, and the constant; the penalty is on standardised features."""
    mean = np.average(features, axis=0, weights=weight)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weight))
    spread = np.where(spread > 0, spread, 1.0)
    model = LogisticRegression(C=params.inverse_regularization, max_iter=1000)
    model.fit((features - mean) / spread, outcome, sample_weight=weight)
    slopes = model.coef_[0] / spread
    return np.append(slopes, model.intercept_[0] - slopes @ mean)
