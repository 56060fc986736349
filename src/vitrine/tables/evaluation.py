"""Rows that judge the purchase probabilities."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitrine.calibration import (
    FloatArray,
    area_under_curve,
    brier_score,
    clustered_reliability,
    reliability,
    top_share_lift,
)
from vitrine.encoding import as_doubles, distinct_ids
from vitrine.tables.frames import TIMESTAMP, repeated

Metric = Callable[[NDArray[np.int64]], float]


def propensity_metric_rows(cutoff: datetime, role: str, rows: pa.Table, draws: int) -> pa.Table:
    """Return AUC, Brier score, its skill over both baselines, lift and spend per metric.

    Standard errors are the standard deviation over `draws` resamples of the customers, low and high values their
    2.5th and 97.5th percentiles.
    """
    rows = rows.sort_by("customer_id")
    metrics = _metrics(rows)
    count = rows.num_rows
    random = np.random.default_rng(0)
    samples = [random.integers(0, count, count) for _ in range(draws)] if count else []
    everyone = np.arange(count)
    names = list(metrics)
    values = [metrics[name](everyone) if count else float("nan") for name in names]
    drawn = [_known([metrics[name](sample) for sample in samples]) for name in names]
    errors = [found.std(ddof=1) if len(found) > 1 else float("nan") for found in drawn]
    bounds = [np.percentile(found, [2.5, 97.5]) if len(found) > 1 else (float("nan"),) * 2 for found in drawn]
    return pa.table(
        {
            "cutoff_role": repeated(role, len(names), pa.string()),
            "cutoff_at": repeated(cutoff, len(names), TIMESTAMP),
            "metric_name": pa.array(names, pa.string()),
            "metric_value": pa.array(np.round(values, 9), from_pandas=True),
            "standard_error": pa.array(np.round(errors, 9), from_pandas=True),
            "low_value": pa.array(np.round([low for low, _ in bounds], 9), from_pandas=True),
            "high_value": pa.array(np.round([high for _, high in bounds], 9), from_pandas=True),
            "customer_count": pa.array([count] * len(names), pa.int64()),
        }
    )


def reliability_rows(cutoff: datetime, role: str, rows: pa.Table, bins: int) -> pa.Table:
    """Return the reliability curve, one row a bin of equally many customers."""
    rows = rows.sort_by([("purchase_probability", "ascending"), ("customer_id", "ascending")])
    if not rows.num_rows:
        curve = np.empty((5, 0))
    else:
        found = reliability(as_doubles(rows["purchase_probability"]), _flags(rows), bins)
        curve = np.array(
            [
                found.mean_probability,
                found.observed_share,
                found.band_low_share,
                found.band_high_share,
                found.count,
            ]
        )
    width = curve.shape[1]
    return pa.table(
        {
            "cutoff_role": repeated(role, width, pa.string()),
            "cutoff_at": repeated(cutoff, width, TIMESTAMP),
            "bin_number": pa.array(np.arange(1, width + 1), pa.int32()),
            "mean_probability": np.round(curve[0], 9),
            "observed_share": np.round(curve[1], 9),
            "band_low_share": np.round(curve[2], 9),
            "band_high_share": np.round(curve[3], 9),
            "customer_count": curve[4].astype(np.int64),
        }
    )


def probability_reliability_rows(name: str, cutoff: datetime, role: str, rows: pa.Table, draws: int) -> pa.Table:
    """Return the reliability curve of a probability of candidates, one row a bin.

    Parameters
    ----------
    rows
        Columns bin_number, customer_id, candidate_count, promised_sum and outcome_count, one row a bin and customer.
    """
    ids = distinct_ids(rows["customer_id"])
    numbers, place = np.unique(as_doubles(rows["bin_number"]).astype(np.int64), return_inverse=True)
    customer, width = ids.encode(rows["customer_id"]), len(numbers)
    sums = np.zeros((3, len(ids), width))
    for part, column in zip(sums, ("candidate_count", "promised_sum", "outcome_count"), strict=True):
        part[customer, place] = as_doubles(rows[column])
    found = clustered_reliability(sums[0], sums[1], sums[2], draws)
    return pa.table(
        {
            "probability_name": repeated(name, width, pa.string()),
            "cutoff_role": repeated(role, width, pa.string()),
            "cutoff_at": repeated(cutoff, width, TIMESTAMP),
            "bin_number": pa.array(np.arange(1, width + 1), pa.int32()),
            "mean_probability": np.round(found.mean_probability, 9),
            "observed_share": np.round(found.observed_share, 9),
            "band_low_share": np.round(found.band_low_share, 9),
            "band_high_share": np.round(found.band_high_share, 9),
            "candidate_count": pa.array(found.count, pa.int64()),
            "customer_count": pa.array((sums[0] > 0).sum(axis=0), pa.int64()),
        }
    )


def _metrics(rows: pa.Table) -> dict[str, Metric]:
    probability, baseline, logistic = (
        as_doubles(rows[name]) for name in ("purchase_probability", "baseline_probability", "logistic_probability")
    )
    promised, spend = as_doubles(rows["expected_spend_amount"]), as_doubles(rows["spend_amount"])
    outcome = _flags(rows)
    return {
        "auc": lambda at: area_under_curve(probability[at], outcome[at]),
        "baseline_auc": lambda at: area_under_curve(baseline[at], outcome[at]),
        "brier_score": lambda at: brier_score(probability[at], outcome[at]),
        "baseline_brier_score": lambda at: brier_score(baseline[at], outcome[at]),
        "brier_skill": lambda at: (
            1 - _ratio(brier_score(probability[at], outcome[at]), brier_score(baseline[at], outcome[at]))
        ),
        "logistic_auc": lambda at: area_under_curve(logistic[at], outcome[at]),
        "logistic_brier_score": lambda at: brier_score(logistic[at], outcome[at]),
        "brier_skill_over_logistic": lambda at: (
            1 - _ratio(brier_score(probability[at], outcome[at]), brier_score(logistic[at], outcome[at]))
        ),
        "top_decile_lift": lambda at: top_share_lift(probability[at], outcome[at]),
        "mean_purchase_probability": lambda at: float(probability[at].mean()),
        "observed_purchase_share": lambda at: float(outcome[at].mean()),
        "expected_to_observed_spend": lambda at: _ratio(promised[at].sum(), spend[at].sum()),
    }


def _flags(rows: pa.Table) -> NDArray[np.bool_]:
    return as_doubles(rows["has_ordered"].cast(pa.int8())).astype(bool)


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below else float("nan")


def _known(values: list[float]) -> FloatArray:
    return np.array([value for value in values if np.isfinite(value)])
