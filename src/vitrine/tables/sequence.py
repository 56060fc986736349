"""Rows of the sequence model."""

from datetime import datetime

import pyarrow as pa

from vitrine.sequence import fit_sequence, propose
from vitrine.sequence_network import SequenceParams
from vitrine.tables.als import CANDIDATE_SCHEMA
from vitrine.tables.frames import TIMESTAMP, repeated, with_first

COLUMNS = ["cutoff_at", "customer_id", "product_id", "candidate_source", "candidate_score", "anchor_product_id"]


def sequence_candidate_rows(
    cutoff: datetime,
    owned: pa.Table,
    sellable: pa.ChunkedArray,
    params: SequenceParams,
    max_candidates: int,
    allow_owned: bool,
) -> pa.Table:
    """Return the candidates of one cutoff, learned from the first purchases (first_ordered_at) before it."""
    histories = owned.rename_columns({"first_ordered_at": "ordered_at"})
    model = fit_sequence(histories, params)
    batches = list(propose(model, histories, owned, sellable, max_candidates, allow_owned))
    found = pa.concat_tables(batches).cast(CANDIDATE_SCHEMA) if batches else CANDIDATE_SCHEMA.empty_table()
    rows = with_first(found, {"cutoff_at": repeated(cutoff, found.num_rows, TIMESTAMP)})
    return rows.append_column("candidate_source", repeated("sequence", found.num_rows, pa.string())).select(COLUMNS)
