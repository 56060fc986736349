"""Rows of the propensity models, and of fits in general."""

import pickle
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from vitrine.fits import fit_id, parameters_json
from vitrine.propensity import PropensityFit, PropensityParams, fit_propensity, score_propensity
from vitrine.tables.cutoffs import trained_until
from vitrine.tables.frames import TIMESTAMP, repeated


def fit_row(name: str, scope: str, cutoffs: pa.Table, fit: Any, parameters: str, feature_names: list[str]) -> pa.Table:
    """Return the one row that keeps a fit: what it is, what it learned from, and the pickled fit itself."""
    return pa.table(
        {
            "fit_id": [fit_id(name, parameters, f"{scope} {fit.training_fingerprint}")],
            "fit_scope": [scope],
            "model_name": [name],
            "trained_until_at": pa.array([trained_until(cutoffs, scope)], TIMESTAMP),
            "row_count": pa.array([fit.row_count], pa.int64()),
            "feature_names": [", ".join(feature_names)],
            "parameters": [parameters],
            "training_fingerprint": [fit.training_fingerprint],
            "is_base_rate": [fit.classifier is None],
            "model": pa.array([pickle.dumps(fit)], pa.binary()),
        }
    )


def load_fits(rows: pa.Table) -> dict[str, tuple[str, Any]]:
    """Return fit id and fit by scope. The rows come from the project's own warehouse: unpickling runs code."""
    return {row["fit_scope"]: (row["fit_id"], pickle.loads(row["model"])) for row in rows.to_pylist()}


def propensity_fit_row(
    scope: str, cutoffs: pa.Table, rows: pa.Table, names: list[str], params: PropensityParams
) -> pa.Table:
    """Fit on the given rows and return the fit's row."""
    fit = fit_propensity(rows, names, params)
    return fit_row("propensity", scope, cutoffs, fit, parameters_json(params), names)


SCORE_SCHEMA = pa.schema(
    [
        ("cutoff_at", TIMESTAMP),
        ("customer_id", pa.string()),
        ("purchase_probability", pa.float64()),
        ("expected_spend_amount", pa.float64()),
        ("baseline_probability", pa.float64()),
        ("logistic_probability", pa.float64()),
        ("fit_id", pa.string()),
    ]
)


def propensity_score_rows(cutoff: datetime, name: str, fit: PropensityFit, rows: pa.Table) -> pa.Table:
    """Return the scores of customers of one cutoff, with the schema SCORE_SCHEMA."""
    scores = score_propensity(fit, rows)
    return pa.table(
        {
            "cutoff_at": repeated(cutoff, rows.num_rows, TIMESTAMP),
            "customer_id": rows["customer_id"],
            "purchase_probability": np.round(scores.purchase_probability, 9),
            "expected_spend_amount": np.round(scores.expected_spend, 6),
            "baseline_probability": np.round(scores.baseline_probability, 9),
            "logistic_probability": np.round(scores.logistic_probability, 9),
            "fit_id": repeated(name, rows.num_rows, pa.string()),
        }
    )
