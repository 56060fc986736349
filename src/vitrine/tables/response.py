"""Rows of the response models: clicks and carts."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from vitrine.fits import parameters_json
from vitrine.response import ResponseFit, ResponseParams, fit_response, score_response
from vitrine.tables.frames import TIMESTAMP, repeated
from vitrine.tables.propensity import fit_row, load_fits

RESPONSES = ("click", "cart")


def response_fit_row(
    response: str, scope: str, cutoffs: pa.Table, rows: pa.Table, names: list[str], params: ResponseParams
) -> pa.Table:
    """Fit on candidates with known responses and return the fit's row."""
    fit = fit_response(rows, names, params)
    row = fit_row(response, scope, cutoffs, fit, parameters_json(params), names)
    return row.append_column("positive_count", pa.array([fit.positive_count], pa.int64()))


def load_response_fits(rows: pa.Table) -> dict[str, dict[str, tuple[str, ResponseFit]]]:
    """Return fit id and fit by scope and response, of the fits that learned something."""
    found: dict[str, dict[str, tuple[str, Any]]] = {}
    for response in RESPONSES:
        mask = pa.array([name == response for name in rows["model_name"].to_pylist()], pa.bool_())
        for scope, (name, fit) in load_fits(rows.filter(mask)).items():
            if fit.classifier is not None:
                found.setdefault(scope, {})[response] = (name, fit)
    return found


SCORE_SCHEMA = pa.schema(
    [
        ("cutoff_at", TIMESTAMP),
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("click_probability", pa.float64()),
        ("click_fit_id", pa.string()),
        ("cart_probability", pa.float64()),
        ("cart_fit_id", pa.string()),
    ]
)


def response_score_rows(cutoff: datetime, fits: dict[str, tuple[str, ResponseFit]], rows: pa.Table) -> pa.Table:
    """Return the probabilities of candidates of one cutoff, with the schema SCORE_SCHEMA; without a fit there is none.

    Parameters
    ----------
    rows
        Columns customer_id, product_id and the features of both and of the pair.
    """
    columns = {
        "cutoff_at": repeated(cutoff, rows.num_rows, TIMESTAMP),
        "customer_id": rows["customer_id"],
        "product_id": rows["product_id"],
    }
    for response in RESPONSES:
        known = fits.get(response)
        columns[f"{response}_probability"] = (
            pa.nulls(rows.num_rows, pa.float64())
            if known is None
            else pa.array(np.round(score_response(known[1], rows), 9))
        )
        columns[f"{response}_fit_id"] = repeated(known[0] if known else None, rows.num_rows, pa.string())
    return pa.table(columns)


def click_promise_rows(cutoff: datetime, fits: dict[str, tuple[str, ResponseFit]], rows: pa.Table) -> pa.Table:
    """Return the probability of a click each time that a candidate was shown, in the slot where it was.

    Parameters
    ----------
    rows
        Columns customer_id, has_responded and the features of the fit, slots_above among them.
    """
    known = fits.get("click")
    shown = rows if known else rows.slice(0, 0)
    found = np.round(score_response(known[1], shown), 9) if known else np.empty(0)
    return pa.table(
        {
            "cutoff_at": repeated(cutoff, shown.num_rows, TIMESTAMP),
            "customer_id": shown["customer_id"],
            "probability": found,
            "has_happened": shown["has_responded"],
        }
    )
