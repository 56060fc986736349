"""Rows of the affinity models."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from vitrine.affinity import MODELS, propose_by_affinity
from vitrine.affinity_models import AffinityParams, encode_interactions
from vitrine.als import AlsFactors
from vitrine.tables.frames import TIMESTAMP, repeated, with_first

_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("customer_id", "product_id", "anchor_product_id")]
    + [("new_category_rank", pa.int32())]
    + [
        (f"{model}_{what}", kind)
        for model in MODELS
        for what, kind in (("score", pa.float32()), ("ratio", pa.float32()), ("rank", pa.int32()))
    ]
)


def affinity_rows(
    cutoff: datetime,
    customers: pa.ChunkedArray,
    owned: pa.Table,
    products: pa.Table,
    proposals: pa.Table,
    known_categories: pa.Table,
    factors: AlsFactors,
    params: AffinityParams,
    allow_owned: bool,
) -> pa.Table:
    """Return the candidates of one cutoff with the scores of all models, in the order of `MODELS`."""
    words = [pc.fill_null(products[name].cast(pa.string()), "") for name in ("product_name", "category", "brand")]
    described = pa.table(
        {
            "product_id": products["product_id"],
            "category": products["category"],
            "description": pc.binary_join_element_wise(*words, " "),
            "is_offered": products["is_sellable"],
        }
    )
    interactions = encode_interactions(owned, params)
    batches = propose_by_affinity(
        interactions, customers, described, proposals, known_categories, factors, params, allow_owned
    )
    found = [batch.cast(_SCHEMA) for batch in batches]
    rows = pa.concat_tables(found) if found else _SCHEMA.empty_table()
    return with_first(rows, {"cutoff_at": repeated(cutoff, rows.num_rows, TIMESTAMP)})
