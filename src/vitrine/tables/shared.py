"""Rows of slates that belong to no single customer."""

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from vitrine.rerank import Guardrails, RerankParams, rerank
from vitrine.tables.frames import TIMESTAMP, concat, repeated, with_first

_KEYS = ["shared_type", "shared_key"]


def shared_slate_rows(
    cutoff: datetime,
    channel: str,
    candidates: pa.Table,
    params: RerankParams,
    guardrails: Guardrails,
    attributes: pa.Table,
) -> pa.Table:
    """Return the shared slates of one cutoff and channel.

    Parameters
    ----------
    candidates
        Columns shared_type, shared_key and those that `vitrine.rerank.rerank` asks for, but for customer_id.
    attributes
        Columns product_id, attribute_name, attribute_value.

    Returns
    -------
    pa.Table
        Columns cutoff_at, channel, shared_type, shared_key, product_id, slot (1 is first), objective_score,
        marginal_score, relaxed_limits.
    """
    keys = candidates.select(_KEYS).group_by(_KEYS).aggregate([]).sort_by([(name, "ascending") for name in _KEYS])
    numbers = pc.cast(pa.array(range(keys.num_rows)), pa.string())
    keys = keys.append_column("customer_id", numbers)
    numbered = candidates.join(keys, _KEYS, join_type="inner").drop_columns(_KEYS)
    slates = rerank(numbered, params, guardrails, attributes)
    of = pc.cast(slates["customer_id"], pa.int64())
    names = {name: keys[name].take(of) for name in _KEYS}
    return with_first(
        slates.drop_columns(["customer_id"]),
        {
            "cutoff_at": repeated(cutoff, slates.num_rows, TIMESTAMP),
            "channel": repeated(channel, slates.num_rows, pa.string()),
            **names,
        },
    )


def all_shared_slates(tables: Iterable[pa.Table]) -> pa.Table:
    """Return the rows of all channels; typed and empty where no channel has shared slates."""
    nothing = pa.table(
        {
            "cutoff_at": pa.array([], TIMESTAMP),
            "channel": pa.array([], pa.string()),
            "shared_type": pa.array([], pa.string()),
            "shared_key": pa.array([], pa.string()),
            "product_id": pa.array([], pa.string()),
            "slot": pa.array([], pa.int32()),
            "objective_score": pa.array([], pa.float64()),
            "marginal_score": pa.array([], pa.float64()),
            "relaxed_limits": pa.array([], pa.string()),
        }
    )
    return concat([nothing, *tables])
