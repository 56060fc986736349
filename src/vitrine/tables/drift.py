"""Rows that say how far features and scores have moved."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from vitrine.drift import FloatArray, drift


def drift_rows(
    kind: str, reference_name: str, reference: pa.Table, current: pa.Table, names: Sequence[str]
) -> pa.Table:
    """Return a row a variable: its drift from the reference to the current rows.

    Parameters
    ----------
    kind, reference_name
        What the variables are (feature or score), and what they are compared with.
    reference, current
        Rows with the columns ``names``, numbers or flags. Without rows on one side there is nothing to compare.
    """
    compared = names if reference.num_rows and current.num_rows else ()
    found = [drift(_values(reference, name), _values(current, name)) for name in compared]
    return pa.table(
        {
            "variable_type": pa.array([kind] * len(found), pa.string()),
            "variable_name": pa.array(list(compared), pa.string()),
            "reference": pa.array([reference_name] * len(found), pa.string()),
            "stability_index": pa.array([round(one.stability_index, 9) for one in found], pa.float64()),
            "noise_index": pa.array([round(one.noise_index, 9) for one in found], pa.float64()),
            **{
                name: pa.array([getattr(one, name) for one in found], pa.float64(), from_pandas=True)
                for name in ("reference_mean", "current_mean", "reference_missing_share", "current_missing_share")
            },
            "reference_count": pa.array([reference.num_rows] * len(found), pa.int64()),
            "current_count": pa.array([current.num_rows] * len(found), pa.int64()),
        }
    )


def _values(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].cast(pa.float64()).to_numpy())
