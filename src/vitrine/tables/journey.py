"""Rows of the journeys' lags."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitrine.encoding import as_doubles, distinct_ids
from vitrine.journey import LagFit, LagParams, fit_lag
from vitrine.tables.frames import TIMESTAMP

PAIR = ["anchor_attribute", "anchor_value", "next_attribute", "next_value"]
_FIGURES = ("lag_days", "standard_error", "low_days", "high_days", "spread_days", "peak_ratio", "likelihood_gain")
_SCHEMA = pa.schema(
    [("cutoff_at", TIMESTAMP)]
    + [(name, pa.string()) for name in PAIR]
    + [(name, pa.float64()) for name in _FIGURES]
    + [("next_count", pa.int64()), ("customer_count", pa.int64())]
    + [("is_supported", pa.bool_()), ("reason", pa.string())]
)


def lag_rows(cutoff: datetime, counts: pa.Table, params: LagParams) -> pa.Table:
    """Return one row per pair of anchor and next.

    Parameters
    ----------
    counts
        Columns of `PAIR`, customer_id, days_since_anchor, purchase_count and next_count.
    """
    pairs = counts.select(PAIR).group_by(PAIR).aggregate([]).sort_by([(name, "ascending") for name in PAIR])
    rows = [_row(cutoff, pair, counts, params) for pair in pairs.to_pylist()]
    return pa.Table.from_pylist(rows, _SCHEMA)


def _row(cutoff: datetime, pair: dict[str, str], counts: pa.Table, params: LagParams) -> dict[str, object]:
    is_pair = pc.equal(counts[PAIR[0]], pair[PAIR[0]])
    for name in PAIR[1:]:
        is_pair = pc.and_(is_pair, pc.equal(counts[name], pair[name]))
    here = counts.filter(is_pair)
    customers = distinct_ids(here["customer_id"]).encode(here["customer_id"]).astype(np.int64)
    columns = [as_doubles(here[name]) for name in ("days_since_anchor", "purchase_count", "next_count")]
    fit = fit_lag(customers, columns[0], columns[1], columns[2], params)
    return {
        "cutoff_at": cutoff,
        **pair,
        **{name: _rounded(fit, name) for name in _FIGURES},
        "next_count": fit.next_count,
        "customer_count": fit.customer_count,
        "is_supported": fit.is_supported,
        "reason": fit.reason or None,
    }


def _rounded(fit: LagFit, name: str) -> float | None:
    value = float(getattr(fit, name))
    return round(value, 6) if np.isfinite(value) else None
