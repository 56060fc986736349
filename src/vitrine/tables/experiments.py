"""Rows of the read-outs of experiments."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil, isfinite, nan
from typing import Any

import pyarrow as pa

from vitrine.experiment import (
    ArmMoments,
    Interval,
    ReadoutParams,
    adjusted_difference,
    always_valid,
    difference,
    minimum_effect,
    needed_count,
    needed_for_skewness,
    relative_difference,
    split_probability,
)
from vitrine.tables.frames import TIMESTAMP

_SUMS = ["value_sum", "value_square_sum", "value_cube_sum", "before_sum", "before_square_sum", "cross_sum"]
ARM_COLUMNS = ["experiment_id", "arm_name", "arm_share", "is_control", "outcome_days", "planned_count"]
ARM_COLUMNS += ["planned_lift_ratio"]
_KEY = ["experiment_id", "part_type", "part_name", "arm_name", "metric_name"]
MOMENT_COLUMNS = [*_KEY, "entered_count", "customer_count", *_SUMS]
METRICS = {
    "has_ordered": "share who ordered",
    "order_count": "orders a customer",
    "spend_amount": "spend a customer",
    "category_count": "categories a customer",
    "is_contacted": "share who were sent something",
}
_FIGURES = ["control_mean_value", "effect_value", "effect_low_value", "effect_high_value"]
_FIGURES += ["relative_effect_ratio", "relative_effect_low_ratio", "relative_effect_high_ratio"]
_FIGURES += ["adjusted_effect_value", "adjusted_effect_low_value", "adjusted_effect_high_value"]
_FIGURES += ["always_valid_low_value", "always_valid_high_value", "variance_reduction_share"]
_FIGURES += ["minimum_effect_value", "needed_customer_count", "split_probability"]
_SCHEMA = pa.schema(
    [("cutoff_at", TIMESTAMP)]
    + [(name, pa.string()) for name in [*_KEY, "control_arm_name"]]
    + [("is_control", pa.bool_()), ("entered_count", pa.int64()), ("customer_count", pa.int64())]
    + [("mean_value", pa.float64())]
    + [(name, pa.float64()) for name in _FIGURES]
    + [(name, pa.bool_()) for name in ("is_split_broken", "is_too_skewed", "is_significant")]
    + [("statement", pa.string())]
)


@dataclass(frozen=True)
class _Side:
    """One arm of a comparison."""

    arm: dict[str, Any]
    entered: int
    sums: ArmMoments


def readout_rows(cutoff: datetime, arms: pa.Table, moments: pa.Table, params: ReadoutParams) -> pa.Table:
    """Return one row per experiment, part of its customers, arm and metric.

    A part that no customer of some arm has is read out with zero customers there. An experiment in which nobody has
    entered yet has its rows, with nothing but that said.

    Parameters
    ----------
    arms
        Columns of `ARM_COLUMNS`.
    moments
        Columns of `MOMENT_COLUMNS`.

    Raises
    ------
    ValueError
        If there are moments of a metric that `METRICS` does not name.
    """
    if unknown := set(moments["metric_name"].to_pylist()) - set(METRICS):
        raise ValueError(f"Nothing is known of the metric {', '.join(sorted(unknown))}: METRICS says what it is.")
    by_experiment: dict[str, list[dict[str, Any]]] = {}
    for arm in arms.sort_by([("experiment_id", "ascending"), ("arm_name", "ascending")]).to_pylist():
        by_experiment.setdefault(arm["experiment_id"], []).append(arm)
    found = {tuple(row[name] for name in _KEY): row for row in moments.to_pylist()}
    parts = {(key[0], key[1], key[2]) for key in found} | {(one, "all", "all") for one in by_experiment}
    rows = []
    for experiment, part_type, part_name in sorted(parts):
        for metric in METRICS:
            sides = []
            for arm in by_experiment.get(experiment, []):
                row = found.get((experiment, part_type, part_name, arm["arm_name"], metric))
                sums = ArmMoments(row["customer_count"], *(row[name] for name in _SUMS)) if row else _NOBODY
                sides.append(_Side(arm, row["entered_count"] if row else 0, sums))
            key = {"part_type": part_type, "part_name": part_name, "metric_name": metric}
            rows += [{"cutoff_at": cutoff, **key, **row} for row in _experiment_rows(metric, part_type, sides, params)]
    return pa.Table.from_pylist(rows, _SCHEMA)


_NOBODY = ArmMoments(0, 0.0, 0.0)


def _experiment_rows(metric: str, part: str, sides: list[_Side], params: ReadoutParams) -> list[dict[str, Any]]:
    control = next((side for side in sides if side.arm["is_control"]), None)
    probability = nan
    if len(sides) > 1:
        probability = split_probability([side.entered for side in sides], [side.arm["arm_share"] for side in sides])
    rows = []
    for side in sides:
        row: dict[str, Any] = {
            "experiment_id": side.arm["experiment_id"],
            "arm_name": side.arm["arm_name"],
            "is_control": side.arm["is_control"],
            "entered_count": side.entered,
            "customer_count": side.sums.count,
            "mean_value": _rounded(side.sums.mean),
            "split_probability": _rounded(probability),
            "is_split_broken": probability < params.split_alpha,
            "is_significant": False,
            "is_too_skewed": _is_too_skewed(side.sums, params),
        }
        if control is None:
            row["statement"] = "There is no arm to compare with."
        elif side is control:
            row["control_arm_name"] = control.arm["arm_name"]
            row["statement"] = f"{METRICS[metric].capitalize()} in the arm that the others are compared with."
        else:
            total = sum(float(one.arm["arm_share"]) for one in sides)
            row |= _compared(metric, part, side, control, total, probability < params.split_alpha, params)
        rows.append(row)
    return rows


def _compared(
    metric: str, part: str, side: _Side, control: _Side, total: float, is_broken: bool, params: ReadoutParams
) -> dict[str, Any]:
    """Return what an arm did more than the control; the planned customers have the shares of all arms, `total`."""
    arm, other = side.sums, control.sums
    row: dict[str, Any] = {
        "control_arm_name": control.arm["arm_name"],
        "control_mean_value": _rounded(other.mean),
        "is_too_skewed": _is_too_skewed(arm, params) or _is_too_skewed(other, params),
    }
    if min(arm.count, other.count) < params.min_customer_count:
        return row | {"statement": _too_early(side, control, is_broken, params)}
    adjusted = adjusted_difference(arm, other, params)
    shares = (float(side.arm["arm_share"]), float(control.arm["arm_share"]))
    variances = (arm.adjusted_variance(adjusted.theta), other.adjusted_variance(adjusted.theta))
    # Of what the experiment is planned for, a part has only some.
    counts = [int(side.arm["planned_count"]) * share / total for share in shares]
    least = minimum_effect(variances, counts, params) if part == "all" else nan
    wanted = float(side.arm["planned_lift_ratio"]) * other.mean
    relative = relative_difference(arm, other, params)
    lasting = always_valid(
        adjusted.interval.estimate, adjusted.standard_error, arm.count + other.count, round(sum(counts)), params.alpha
    )
    is_significant = lasting.excludes_zero and not is_broken
    row |= _bounds("effect", "value", difference(arm, other, params))
    row |= _bounds("relative_effect", "ratio", relative)
    row |= _bounds("adjusted_effect", "value", adjusted.interval)
    return row | {
        "always_valid_low_value": _rounded(lasting.low),
        "always_valid_high_value": _rounded(lasting.high),
        "variance_reduction_share": _rounded(adjusted.variance_reduction),
        "minimum_effect_value": _rounded(least),
        "needed_customer_count": _rounded(needed_count(variances, shares, wanted, params)),
        "is_significant": is_significant,
        "statement": _statement(metric, side, control, lasting, least, is_broken, row["is_too_skewed"]),
    }


def _statement(
    metric: str, side: _Side, control: _Side, lasting: Interval, least: float, is_broken: bool, is_skewed: bool
) -> str:
    """Return the read-out in words."""
    if is_broken:
        return _broken(side, control)
    mean = control.sums.mean
    said = (
        f"{METRICS[metric].capitalize()} in {side.arm['outcome_days']} days: "
        f"{side.sums.mean:.4g} in {side.arm['arm_name']}, {mean:.4g} in {control.arm['arm_name']}."
    )
    if not isfinite(lasting.low):
        return f"{said} Nobody differs from another, so nothing can be said."
    bounds = f"between {_change(lasting.low, mean)} and {_change(lasting.high, mean)}"
    if lasting.excludes_zero:
        said += f" {'More' if lasting.low > 0 else 'Less'} by {bounds}, whenever you look."
    else:
        said += f" No effect is shown yet: it lies {bounds}."
        if isfinite(least):
            said += (
                f" The planned {side.arm['planned_count']} customers show {_change(least, mean)} or more, in one look."
            )
    if is_skewed:
        said += " A few customers make up so much of it that the bounds are rough."
    return said


def _too_early(side: _Side, control: _Side, is_broken: bool, params: ReadoutParams) -> str:
    if is_broken:
        return _broken(side, control)
    if not side.entered + control.entered:
        return "Too early: no release has addressed anybody since it began."
    return (
        f"Too early: {side.sums.count} customers of {side.arm['arm_name']} and {control.sums.count} of "
        f"{control.arm['arm_name']} have had their {side.arm['outcome_days']} days, of {side.entered} and "
        f"{control.entered} who entered; each needs {params.min_customer_count}."
    )


def _broken(side: _Side, control: _Side) -> str:
    return (
        f"Do not read this: {side.entered} customers in {side.arm['arm_name']} and {control.entered} in "
        f"{control.arm['arm_name']} are not the planned split of {side.arm['arm_share']:.4g} to "
        f"{control.arm['arm_share']:.4g}; find out where customers of one arm are lost."
    )


def _change(value: float, mean: float) -> str:
    return f"{value:+.4g} ({value / mean:+.1%})" if mean > 0 else f"{value:+.4g}"


def _bounds(name: str, unit: str, interval: Interval) -> dict[str, float | None]:
    return {
        f"{name}_{unit}": _rounded(interval.estimate),
        f"{name}_low_{unit}": _rounded(interval.low),
        f"{name}_high_{unit}": _rounded(interval.high),
    }


def _is_too_skewed(sums: ArmMoments, params: ReadoutParams) -> bool:
    needed = needed_for_skewness(sums.skewness, params)
    return isfinite(needed) and sums.count < ceil(needed)


def _rounded(value: float) -> float | None:
    return round(value, 9) if isfinite(value) else None
