"""Reading a warehouse relation as an Arrow table: the one place that knows what `dbt.ref` returns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa

# dbt runs Python models in threads, and of two that import scikit-learn at once one can find it half made. All of them
# import this module first and wait here for each other.
import sklearn.ensemble
import sklearn.linear_model  # noqa: F401


def read_table(relation: Any, columns: Iterable[str], where: str | None = None) -> pa.Table:
    """Return the named columns of a relation, optionally only the rows that meet a condition.

    Parameters
    ----------
    relation
        What ``dbt.ref`` gives: a DuckDB relation or a Spark data frame.
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
    names = list(columns)
    missing = [name for name in names if name not in relation.columns]
    if missing:
        raise ValueError(f"Missing columns: {', '.join(missing)}. Found: {', '.join(relation.columns)}.")
    if where is not None:
        relation = relation.filter(where)
    if hasattr(relation, "to_arrow_table"):  # DuckDB
        return relation.project(", ".join(names)).to_arrow_table()
    if hasattr(relation, "toArrow"):  # Spark
        return relation.select(*names).toArrow()
    raise TypeError(f"Cannot read {type(relation).__name__} as a table.")


def is_at(column: str, instants: Iterable[datetime]) -> str:
    """Return the SQL condition that a timestamp column equals one of the instants."""
    values = ", ".join(f"timestamp '{instant:%Y-%m-%d %H:%M:%S.%f}'" for instant in instants)
    return f"{column} in ({values})" if values else "1 = 0"


def numeric_columns(relation: Any, keys: Iterable[str]) -> list[str]:
    """Return the names of all columns but the keys, in the relation's order."""
    left_out = set(keys)
    return [name for name in relation.columns if name not in left_out]
