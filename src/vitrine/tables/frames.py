"""Small operations on Arrow tables."""

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa

TIMESTAMP = pa.timestamp("us")


def concat(tables: Iterable[pa.Table]) -> pa.Table:
    """Return the rows of all tables, which share one schema.

    Raises
    ------
    ValueError
        If there is no table at all.
    """
    collected = list(tables)
    if not collected:
        raise ValueError("There is no cutoff to compute.")
    return pa.concat_tables(collected)


def join_on_keys(left: pa.Table, right: pa.Table, keys: list[str]) -> pa.Table:
    """Return the rows of `left` that have a partner in `right`, with the columns of both."""
    return left.join(right, keys=keys, join_type="inner")


def repeated(value: str | datetime | None, count: int, kind: pa.DataType) -> pa.Array:
    """Return one value `count` times."""
    return pa.repeat(pa.scalar(value, kind), count)


def with_first(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    """Return the table with further columns in front."""
    return pa.table({**columns, **{name: table[name] for name in table.column_names}})
