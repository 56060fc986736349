"""Rows of the ALS models."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitrine.als import AlsFactors, AlsParams, FactorArray, fit_als
from vitrine.encoding import Ids, as_doubles, distinct_ids
from vitrine.fits import fingerprint, fit_id, parameters_json
from vitrine.tables.frames import TIMESTAMP, repeated

CANDIDATE_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("candidate_score", pa.float64()),
        ("anchor_product_id", pa.string()),
    ]
)


def als_factor_rows(cutoff: datetime, interactions: pa.Table, params: AlsParams) -> pa.Table:
    """Fit ALS at one cutoff; return cutoff_at, entity_type, entity_id, fit_id and factors (list of float)."""
    factors = fit_als(interactions, params)
    name = fit_id("als", parameters_json(params), _fingerprint(interactions))
    parts = [
        ("customer", factors.customers, factors.customer_factors),
        ("product", factors.products, factors.product_factors),
    ]
    return pa.concat_tables(
        pa.table(
            {
                "cutoff_at": repeated(cutoff, len(ids), TIMESTAMP),
                "entity_type": repeated(kind, len(ids), pa.string()),
                "entity_id": ids.values,
                "fit_id": repeated(name, len(ids), pa.string()),
                "factors": _lists(values, params.factors),
            }
        )
        for kind, ids, values in parts
    )


def als_factors_of(rows: pa.Table) -> AlsFactors:
    """Return the factors of one cutoff from its rows (entity_type, entity_id, factors)."""
    parts = []
    for kind in ("customer", "product"):
        part = rows.filter(pc.equal(rows["entity_type"], kind)).sort_by("entity_id")
        flat = part["factors"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        matrix = np.asarray(flat, np.float32).reshape(part.num_rows, -1) if part.num_rows else _none()
        parts.append((Ids(part["entity_id"].combine_chunks().cast(pa.string())), matrix))
    (customers, customer_factors), (products, product_factors) = parts
    return AlsFactors(customers, products, customer_factors, product_factors)


def _fingerprint(interactions: pa.Table) -> str:
    """Return a hash of the interactions that does not depend on their order."""
    customers, products = distinct_ids(interactions["customer_id"]), distinct_ids(interactions["product_id"])
    rows, columns = customers.encode(interactions["customer_id"]), products.encode(interactions["product_id"])
    order = np.lexsort((columns, rows))
    ids = [np.asarray(found.values.to_pylist(), dtype=object) for found in (customers, products)]
    return fingerprint(rows[order], columns[order], as_doubles(interactions["weight"])[order], *ids)


def _lists(values: FactorArray, width: int) -> pa.Array:
    offsets = np.arange(len(values) + 1, dtype=np.int32) * width
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.ravel(), pa.float32()))


def _none() -> FactorArray:
    return np.empty((0, 0), dtype=np.float32)
