"""Parameters of a model: defaults, and what a person or a search has set instead."""

from dataclasses import fields, replace
from typing import Any, TypeVar

import pyarrow as pa

Params = TypeVar("Params")


def whole_numbers(params: Any) -> set[str]:
    """Return the names of the fields that hold whole numbers."""
    return {field.name for field in fields(params) if isinstance(getattr(params, field.name), int)}


def with_parameters(params: Params, rows: pa.Table, model: str) -> Params:
    """Return the params with the values that the rows set for the model.

    Parameters
    ----------
    params
        A dataclass of int and float fields.
    rows
        Columns model, parameter (string) and parameter_value (double).
    model
        The model whose rows count.

    Raises
    ------
    ValueError
        If a row names no parameter of the model, or gives a fraction where a whole number is needed.
    """
    known: dict[str, Any] = {field.name: getattr(params, field.name) for field in fields(params)}  # type: ignore[arg-type]
    whole = whole_numbers(params)
    values = {}
    for row in rows.to_pylist():
        if row["model"] != model:
            continue
        name, value = row["parameter"], float(row["parameter_value"])
        said = f"seeds/model_parameters.csv: {model}.{name}"
        if name not in known:
            raise ValueError(f"{said} is no parameter. {model} has: {', '.join(known)}.")
        if name in whole and not value.is_integer():
            raise ValueError(f"{said} is {value}, must be a whole number.")
        values[name] = int(value) if name in whole else value
    return replace(params, **values)  # type: ignore[type-var]
