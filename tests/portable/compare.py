"""Comparing two folders of parquet tables: the same keys and counts exactly, doubles within a tolerance."""

from pathlib import Path

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
# Scores and metrics are rounded to nine decimals: a last bit may tip the ninth.
ROUNDING = 1.5e-9
# What is about the build itself and differs between any two builds: names of releases, hashes of the code.
OF_THE_BUILD = {
    "release_id",
    "slate_fingerprint",
    "code_version",
    "code_files",
    "code_fingerprint",
    # Begins with the code's.
    "feedback_key",
    "published_at",
    "recorded_at",
    "purged_at",
    "code_revision",
    "data_fingerprint",
    # Has the code's in it.
    "cutoff_fingerprint",
}


def compare_tables(expected: pd.DataFrame, found: pd.DataFrame) -> str:
    """Return what differs, or nothing."""
    expected = expected.drop(columns=[name for name in expected.columns if name in OF_THE_BUILD])
    found = found.drop(columns=[name for name in found.columns if name in OF_THE_BUILD])
    if list(expected.columns) != list(found.columns):
        return f"columns {sorted(set(expected.columns) ^ set(found.columns))}"
    if len(expected) != len(found):
        return f"{len(expected)} rows against {len(found)}"
    if expected.empty:
        return ""
    expected, found = _sorted(expected), _sorted(found)
    for name in expected.columns:
        one, other = expected[name], found[name]
        if one.dtype.kind == "f":
            close = np.isclose(one, other.astype(float), rtol=TOLERANCE, atol=ROUNDING, equal_nan=True)
            if not close.all():
                at = int(np.argmin(close))
                return f"{name}: {(~close).sum()} values, such as {one[at]!r} against {other[at]!r}"
        elif (unequal := (one.astype(object) != other.astype(object)).to_numpy()).any():
            at = int(np.argmax(unequal))
            return f"{name}: {unequal.sum()} values, such as {one[at]!r} against {other[at]!r}"
    return ""


def compare_folders(expected: Path, found: Path, names: list[str]) -> int:
    """Print a verdict per table and return 0 when all are there and agree."""
    failed = 0
    for name in sorted(names):
        if not (found / name).exists():
            print(f"missing  {name.removesuffix('.parquet')}")
            failed += 1
            continue
        difference = compare_tables(pd.read_parquet(expected / name), pd.read_parquet(found / name))
        failed += bool(difference)
        print(f"{'differs' if difference else 'equal':8} {name.removesuffix('.parquet'):60} {difference}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return int(failed > 0 or not names)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring types of both engines together and rows into an order that rounding cannot change."""
    result = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind == "M":
            plain = column.dt.tz_localize(None)
            result[name] = plain.map(lambda value: "~" if pd.isna(value) else value.isoformat())
        elif column.dtype.kind in "iufb" and column.dtype.kind != "b":
            result[name] = column.astype(float)
        else:
            known = column.dropna()
            if len(known) and all(hasattr(value, "as_tuple") for value in known.head(5)):
                result[name] = column.astype(float)
            else:
                result[name] = column.map(lambda value: "~" if pd.isna(value) else str(value))
    plain = pd.DataFrame(result)
    order = sorted(plain.columns, key=lambda name: (plain[name].dtype.kind == "f", list(plain.columns).index(name)))
    return plain.sort_values(order, na_position="first").reset_index(drop=True)
