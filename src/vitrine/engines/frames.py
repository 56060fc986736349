"""Between a warehouse relation and Arrow tables: the one place that knows what `dbt.ref` returns.

Two ways lead from one to the other. `read_table` brings rows into this process: for calendars, policies and what a fit
learns from. `map_rows` takes a function to the rows, some at a time and where the engine has them: for what is scored.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial, reduce
from typing import Any

import pyarrow as pa

# dbt's threads import several Python models at once, and packages that import each other's parts do not bear that.
# Each model imports this module first, and the others wait for it.
import vitrine.tables

BATCH_ROWS = 250_000
"""Rows that a function of `map_rows` is given at most, where this process calls it."""


def read_table(relation: Any, columns: Iterable[str], where: str | None = None) -> pa.Table:
    """Return the named columns of a relation, optionally only the rows that meet a condition.

    Parameters
    ----------
    relation
        What ``dbt.ref`` gives, a DuckDB relation or a Spark data frame, or one that `joined` made of it.
    columns
        Column names to read; the engine never touches the others.
    where
        SQL condition in the common subset of the engines.

    Raises
    ------
    ValueError
        If the relation lacks one of the columns.
    TypeError
        If the relation is of no known engine.
    """
    chosen = _chosen(relation, columns, where)
    return _without_zones(chosen.toArrow()) if on_spark(relation) else chosen.to_arrow_table()


def map_rows(
    relation: Any, columns: Iterable[str], where: str, schema: pa.Schema, rows_of: Callable[[pa.Table], pa.Table]
) -> Any:
    """Return what a function makes of the rows that meet a condition, in batches of any size and order.

    On DuckDB this process reads batch by batch, so that memory holds what is returned and one batch; on Spark the
    executors call the function, on what they hold of the rows.

    Parameters
    ----------
    relation, columns, where
        As `read_table` takes them.
    schema
        Of what the function returns.
    rows_of
        Called with some of the rows, at least one. What it returns for a row may not depend on the others.

    Returns
    -------
    pyarrow.Table or Spark data frame
        What a Python model may return; see `together`.
    """
    chosen = _chosen(relation, columns, where)
    if not on_spark(relation):
        batches = (pa.Table.from_batches([batch]) for batch in chosen.to_arrow_reader(BATCH_ROWS) if batch.num_rows)
        return pa.concat_tables([schema.empty_table(), *(rows_of(batch).cast(schema) for batch in batches)])
    zoned = _in_zone(schema, "UTC")
    kinds = relation.sparkSession.createDataFrame(zoned.empty_table()).schema
    return chosen.mapInArrow(partial(_mapped, rows_of=rows_of, schema=zoned), kinds)


def joined(relation: Any, other: Any, keys: Iterable[str], columns: Iterable[str]) -> Any:
    """Return a relation with columns of another, which has at most one row a key; NULL where it has none."""
    keys, columns = list(keys), list(columns)
    if on_spark(relation):
        return relation.join(other.select(*keys, *columns), keys, "left")
    return relation.join(other.project(", ".join([*keys, *columns])), ", ".join(keys), how="left")


def together(parts: Iterable[Any]) -> Any:
    """Return the rows of all parts, which `map_rows` or a function like it made, as one.

    Raises
    ------
    ValueError
        If there is no part at all.
    """
    collected = list(parts)
    if collected and on_spark(collected[0]):
        return reduce(lambda one, other: one.unionByName(other), collected)
    return vitrine.tables.concat(collected)


def on_spark(relation: Any) -> bool:
    """Tell whether a relation is Spark's, and not DuckDB's or an Arrow table.

    Raises
    ------
    TypeError
        If it is of no known engine.
    """
    if hasattr(relation, "toArrow"):
        return True
    if hasattr(relation, "to_arrow_table") or isinstance(relation, pa.Table):
        return False
    raise TypeError(f"Cannot read {type(relation).__name__} as a table.")


def _chosen(relation: Any, columns: Iterable[str], where: str | None) -> Any:
    names = list(columns)
    missing = [name for name in names if name not in relation.columns]
    if missing:
        raise ValueError(f"Missing columns: {', '.join(missing)}. Found: {', '.join(relation.columns)}.")
    if where is not None:
        relation = relation.filter(where)
    return relation.select(*names) if on_spark(relation) else relation.project(", ".join(names))


def _mapped(
    batches: Iterable[pa.RecordBatch], rows_of: Callable[[pa.Table], pa.Table], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Call the function where the rows are."""
    for batch in batches:
        if batch.num_rows:
            yield from rows_of(_without_zones(pa.Table.from_batches([batch]))).cast(schema).to_batches()


def _without_zones(table: pa.Table) -> pa.Table:
    """Return a table with instants as DuckDB gives them: UTC, and no zone that says so."""
    return table.cast(_in_zone(table.schema, None))


def _in_zone(schema: pa.Schema, zone: str | None) -> pa.Schema:
    """Return a schema whose timestamps are in a zone, or say none: two types to Spark."""
    instant = pa.timestamp("us", tz=zone)
    return pa.schema([pa.field(one.name, instant) if pa.types.is_timestamp(one.type) else one for one in schema])


def is_at(column: str, instants: Iterable[datetime]) -> str:
    """Return the SQL condition that a timestamp column equals one of the instants."""
    values = ", ".join(f"timestamp '{instant:%Y-%m-%d %H:%M:%S.%f}'" for instant in instants)
    return f"{column} in ({values})" if values else "1 = 0"


def is_valid_at(instant: datetime) -> str:
    """Return the SQL condition that a row of a seed holds at an instant; an empty day is no limit."""
    at = f"timestamp '{instant:%Y-%m-%d %H:%M:%S.%f}'"
    return f"(valid_from_at is null or valid_from_at <= {at}) and (valid_until_at is null or valid_until_at > {at})"


def is_one_of(column: str, values: Iterable[str]) -> str:
    """Return the SQL condition that a text column equals one of the values."""
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} in ({quoted})" if quoted else "1 = 0"


def numeric_columns(relation: Any, keys: Iterable[str]) -> list[str]:
    """Return the names of all columns but the keys, in the relation's order."""
    left_out = set(keys)
    return [name for name in relation.columns if name not in left_out]
