"""Turning scores into probabilities, and judging probabilities."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TINY = 1e-6


def logit(probability: FloatArray) -> FloatArray:
    """Return ln(p / (1 - p)), finite for 0 and 1 too."""
    bounded = np.clip(probability, TINY, 1 - TINY)
    return np.asarray(np.log(bounded / (1 - bounded)))


def sigmoid(score: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-score)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * score)))


@dataclass(frozen=True)
class Sigmoid:
    """Platt scaling: probability = sigmoid(slope * score + intercept) (Platt 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, score: FloatArray) -> FloatArray:
        """Return probabilities, same shape as score."""
        return sigmoid(self.slope * score + self.intercept)


def fit_sigmoid(score: FloatArray, outcome: NDArray[np.bool_], weight: FloatArray) -> Sigmoid:
    """Fit Platt scaling to out-of-sample scores; falls back to the base rate when it cannot be fitted.

    Parameters
    ----------
    score, outcome, weight
        Shape (n,): logits, whether it happened, how many rows each row stands for.
    """
    if outcome.all() or not outcome.any():
        rate = np.array([(weight * outcome).sum() + 0.5]) / (weight.sum() + 1.0)
        return Sigmoid(0.0, float(logit(rate)[0]))
    model = LogisticRegression(C=1e6)
    model.fit(score[:, None], outcome, sample_weight=weight)
    slope = float(model.coef_[0, 0])
    if slope <= 0:  # a score that orders backwards says nothing: keep the base rate
        rate = np.array([(weight * outcome).sum() / weight.sum()])
        return Sigmoid(0.0, float(logit(rate)[0]))
    return Sigmoid(slope, float(model.intercept_[0]))


@dataclass(frozen=True)
class Hinges:
    """Log-odds that rise with the score in straight pieces, never falling, and go on straight beyond the ends."""

    knots: FloatArray
    """Scores at which the slope may change, ascending. Shape (k,)."""
    slopes: FloatArray
    """Below the first knot, between the knots, above the last; none negative. Shape (k + 1,)."""
    intercept: float

    def __call__(self, score: FloatArray) -> FloatArray:
        """Return probabilities, same shape as score."""
        return sigmoid(self.intercept + _pieces(score, self.knots) @ self.slopes)


def fit_hinges(
    score: FloatArray,
    outcome: NDArray[np.bool_],
    weight: FloatArray,
    knot_shares: tuple[float, ...] = (0.1, 0.3, 0.5, 0.7, 0.9),
) -> Hinges:
    """Fit a monotone linear spline of the log-odds to out-of-sample scores, by maximum likelihood.

    After Lucena, "Spline-Based Probability Calibration" (2018), with linear pieces whose slopes are kept from being
    negative, so that calibration never reorders.

    Parameters
    ----------
    score, outcome, weight
        Shape (n,): logits, whether it happened, how many rows each row stands for.
    knot_shares
        Knots lie where these shares of the expected outcomes have lower scores.
    """
    plain = fit_sigmoid(score, outcome, weight)
    expected = weight * plain(score)
    order = np.argsort(score, kind="stable")
    shares = np.cumsum(expected[order])
    places = np.searchsorted(shares, shares[-1] * np.array(knot_shares))
    knots = np.unique(score[order][np.minimum(places, len(score) - 1)])
    start = np.array([plain.intercept, *np.full(len(knots) + 1, plain.slope)])
    if plain.slope == 0:
        return Hinges(knots, start[1:], plain.intercept)
    pieces = _pieces(score, knots)
    each = weight / (weight * outcome).sum()

    def loss(found: FloatArray) -> tuple[float, FloatArray]:
        logits = found[0] + pieces @ found[1:]
        slack = each * (sigmoid(logits) - outcome)
        value = float((each * (np.logaddexp(0, logits) - outcome * logits)).sum())
        return value, np.concatenate([[slack.sum()], slack @ pieces])

    bounds = [(None, None), *[(0.0, None)] * (len(knots) + 1)]
    options = {"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return Hinges(knots, found[1:], float(found[0]))


def _pieces(score: FloatArray, knots: FloatArray) -> FloatArray:
    """Return how much of a score lies in each piece; the first one takes all below the first knot. Shape (n, k + 1)."""
    inner = [np.clip(score, low, high) - low for low, high in itertools.pairwise(knots)]
    return np.column_stack([np.minimum(score, knots[0]), *inner, np.maximum(score - knots[-1], 0)])


def area_under_curve(score: FloatArray, outcome: NDArray[np.bool_]) -> float:
    """Return the probability that a positive outranks a negative, ties counted half; NaN without both."""
    positives, negatives = int(outcome.sum()), int((~outcome).sum())
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mean_ranks[inverse][outcome].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def brier_score(probability: FloatArray, outcome: NDArray[np.bool_]) -> float:
    """Return the mean squared difference of probability and outcome (Brier 1950)."""
    return float(np.mean((probability - outcome) ** 2))


def top_share_lift(score: FloatArray, outcome: NDArray[np.bool_], share: float = 0.1) -> float:
    """Return the outcome rate among the best share of scores over the rate of all; NaN without outcomes."""
    count = max(1, round(share * len(score)))
    best = np.argsort(-score, kind="stable")[:count]
    rate = outcome.mean()
    return float(outcome[best].mean() / rate) if rate > 0 else float("nan")


@dataclass(frozen=True)
class Reliability:
    """A reliability curve: one entry a bin, shape (bins,)."""

    mean_probability: FloatArray
    observed_share: FloatArray
    band_low_share: FloatArray
    band_high_share: FloatArray
    count: IntArray


def reliability(
    probability: FloatArray,
    outcome: NDArray[np.bool_],
    bins: int = 10,
    draws: int = 1000,
    coverage: float = 0.95,
    seed: int = 0,
) -> Reliability:
    """Return the reliability curve with the band that a perfectly calibrated forecast would stay in.

    The band resamples outcomes from the stated probabilities themselves (consistency resampling, Bröcker and
    Smith, "Increasing the Reliability of Reliability Diagrams", 2007): a curve outside it is not chance.
    """
    bins = max(1, min(bins, len(probability)))
    order = np.argsort(probability, kind="stable")
    groups = np.array_split(order, bins)
    random = np.random.default_rng(seed)
    tail = 100 * (1 - coverage) / 2
    rows = []
    for group in groups:
        stated = probability[group]
        shares = (random.random((draws, len(group))) < stated).mean(axis=1)
        low, high = np.percentile(shares, [tail, 100 - tail])
        rows.append((stated.mean(), outcome[group].mean(), low, high, len(group)))
    columns = np.array(rows, dtype=np.float64).T
    return Reliability(columns[0], columns[1], columns[2], columns[3], columns[4].astype(np.int64))


def clustered_reliability(
    counts: FloatArray,
    promised: FloatArray,
    observed: FloatArray,
    draws: int = 500,
    coverage: float = 0.95,
    seed: int = 0,
) -> Reliability:
    """Return the reliability curve of many forecasts a customer, with the band that a calibrated one would stay in.

    The outcomes of one customer hang together, so the band is that of a bootstrap over customers (Davison and Hinkley,
    "Bootstrap Methods and Their Application", 1997, 2.4) of what came true less what was promised, moved to have its
    middle at the promise; and no narrower than chance alone makes it (binomial), which a bin of few outcomes hides
    from a bootstrap.

    Parameters
    ----------
    counts, promised, observed
        Forecasts, sum of their probabilities and how many came true, of each customer and bin. Shape (customers, bins).
    """
    if not counts.size:
        nothing = np.empty(0)
        return Reliability(nothing, nothing, nothing, nothing, nothing.astype(np.int64))
    total = counts.sum(axis=0)
    stated, shares = promised.sum(axis=0) / total, observed.sum(axis=0) / total
    random, size = np.random.default_rng(seed), len(counts)
    found = np.empty((draws, len(total)))
    for draw in range(draws):
        weight = np.bincount(random.integers(0, size, size), minlength=size).astype(np.float64)
        found[draw] = (weight @ (observed - promised)) / np.maximum(weight @ counts, 1)
    tail = (1 - coverage) / 2
    spread = np.percentile(found - (shares - stated), [100 * tail, 100 * (1 - tail)], axis=0)
    low = np.minimum(stated + spread[0], binom.ppf(tail, total, stated) / total)
    high = np.maximum(stated + spread[1], binom.ppf(1 - tail, total, stated) / total)
    return Reliability(stated, shares, np.clip(low, 0, 1), np.clip(high, 0, 1), total.astype(np.int64))
