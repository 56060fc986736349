"""Which cutoffs a fit learns from, and which it scores."""

from datetime import datetime

import pyarrow as pa

TRAINING_ROLES = {"backtest": ("train",), "serve": ("train", "validate", "evaluate")}
"""The backtest fit knows no outcome that ends after the validate cutoff; the serve fit knows all there is."""
SCOPES = {"validate": "backtest", "evaluate": "backtest", "serve": "serve"}


def training_cutoffs(cutoffs: pa.Table, scope: str) -> list[datetime]:
    """Return the cutoffs whose outcomes a fit of this scope learns from, oldest first."""
    roles = TRAINING_ROLES[scope]
    return sorted(row["cutoff_at"] for row in cutoffs.to_pylist() if row["cutoff_role"] in roles)


def scored_cutoffs(cutoffs: pa.Table) -> list[tuple[datetime, str]]:
    """Return the cutoffs that get scores, with the scope of the fit that gives them, oldest first."""
    rows = cutoffs.to_pylist()
    return sorted((row["cutoff_at"], SCOPES[row["cutoff_role"]]) for row in rows if row["cutoff_role"] in SCOPES)


def judged_cutoffs(cutoffs: pa.Table) -> list[tuple[datetime, str]]:
    """Return the cutoffs that are judged, with their role, oldest first."""
    rows = cutoffs.to_pylist()
    return sorted(
        (row["cutoff_at"], row["cutoff_role"]) for row in rows if row["cutoff_role"] in ("validate", "evaluate")
    )


def trained_until(cutoffs: pa.Table, scope: str) -> datetime | None:
    """Return the end of the last outcome window that a fit of this scope has seen."""
    roles = TRAINING_ROLES[scope]
    ends = [row["outcome_until_at"] for row in cutoffs.to_pylist() if row["cutoff_role"] in roles]
    return max(ends, default=None)
