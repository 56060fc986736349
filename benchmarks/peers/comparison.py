"""The figures of a report: one row an estimate or a difference, from the lists and what was bought."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from evaluation import EXPLORE, REPEAT, TARGETS, Window, distance_weights
from metrics import FloatArray, IntArray, gini, mean_of, paired_differences, slate_measures
from numpy.typing import NDArray
from protocol import BOOTSTRAP_DRAWS, SEED, SEGMENTS, TASKS, VITRINE, day

POOLED = "pooled"
RELEVANCE_METRICS = ("ndcg", "recall", "hit_rate")
SLATE_METRICS = (
    "popularity_percentile",
    "long_tail_share",
    "intra_list_distance",
    "category_count",
    "slate_value_amount",
    "captured_amount",
)
Lists = dict[str, dict[str, IntArray]]
"""By method and task, shape (customers, slots)."""


@dataclass(frozen=True)
class Figure:
    """A mean with its standard error; with `against`, how far that method is ahead of `method`, with 95% intervals."""

    window: str
    segment: str
    target: str
    method: str
    against: str
    metric: str
    estimate: float
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    relative: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None
    customer_count: int | None = None

    def row(self) -> dict[str, object]:
        """Return the fields, numbers with nine digits."""
        return {
            name: float(f"{value:.9g}") if isinstance(value, float) else value for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Rows:
    """One row per customer and window, a column per method; windows one below the other."""

    values: dict[str, FloatArray]
    """By metric, shape (rows, methods)."""
    customer: NDArray[np.object_]
    window: NDArray[np.object_]
    is_high_propensity: NDArray[np.bool_]

    def chosen(self, window: str, segment: str) -> NDArray[np.bool_]:
        kept = np.ones(len(self.window), dtype=bool) if window == POOLED else self.window == window
        return kept & self.is_high_propensity if segment != "all" else kept


def figures(windows: Sequence[Window], lists: Sequence[Lists], methods: Sequence[str]) -> list[Figure]:
    """Return every figure of the methods that have lists in all windows."""
    found: list[Figure] = []
    for target, task in TARGETS.items():
        able = [name for name in methods if all(task in one.get(name, {}) for one in lists)]
        if able and all(len(window.judged(target)) for window in windows):
            found += _relevance_figures(windows, lists, able, target, task)
    for task in TASKS:
        able = [name for name in methods if all(task in one.get(name, {}) for one in lists)]
        found += _slate_figures(windows, lists, able, task)
    return found


def _relevance_figures(
    windows: Sequence[Window], lists: Sequence[Lists], methods: list[str], target: str, task: str
) -> list[Figure]:
    rows = _stack(
        windows,
        [window.judged(target) for window in windows],
        [
            [window.relevance(some[name][task], target) for name in methods]
            for window, some in zip(windows, lists, strict=True)
        ],
    )
    found = []
    for window in _window_names(windows):
        for segment in SEGMENTS:
            kept = rows.chosen(window, segment)
            clusters = rows.customer[kept]
            for metric in RELEVANCE_METRICS:
                values = rows.values[metric][kept]
                found += _means(window, segment, target, methods, metric, values, clusters)
                if target in (REPEAT, EXPLORE) or not len(values):
                    continue
                for against in (name for name in VITRINE if name in methods):
                    absolute, relative = paired_differences(
                        values, methods.index(against), clusters, BOOTSTRAP_DRAWS, SEED
                    )
                    found += [
                        Figure(
                            *(window, segment, target, name, against, metric, one.value, None, one.low, one.high),
                            *(share.value, share.low, share.high, len(np.unique(clusters))),
                        )
                        for name, one, share in zip(methods, absolute, relative, strict=True)
                        if name != against
                    ]
    return found


def _slate_figures(windows: Sequence[Window], lists: Sequence[Lists], methods: list[str], task: str) -> list[Figure]:
    weights = distance_weights()
    found = []
    for name in methods:
        parts = []
        for window, some in zip(windows, lists, strict=True):
            slates = some[name][task]
            has_list = (slates >= 0).any(axis=1)
            measures = slate_measures(slates, window.catalogue, weights)
            measures["captured_amount"] = np.where(has_list, window.captured_amount(slates), np.nan)
            parts.append([measures])
        rows = _stack(windows, [np.arange(len(window.customer_ids)) for window in windows], parts)
        for window_name in _window_names(windows):
            for segment in SEGMENTS:
                kept = rows.chosen(window_name, segment)
                for metric in SLATE_METRICS:
                    values = rows.values[metric][kept, 0]
                    known = ~np.isnan(values)
                    customers = rows.customer[kept][known]
                    found += _means(window_name, segment, task, [name], metric, values[known][:, None], customers)
        found += _exposure_figures(windows, lists, name, task)
    return found


def _exposure_figures(windows: Sequence[Window], lists: Sequence[Lists], name: str, task: str) -> list[Figure]:
    """Return what concerns the catalogue as a whole; pooled is the mean of the windows."""
    found = []
    for segment in SEGMENTS:
        values: dict[str, list[float]] = {}
        for window, some in zip(windows, lists, strict=True):
            slates = some[name][task]
            mine = slates if segment == "all" else slates[window.is_high_propensity]
            _, exposures = np.unique(mine[mine >= 0], return_counts=True)
            size = int(window.catalogue.is_sellable.sum())
            here = {
                "catalogue_coverage": len(exposures) / size,
                "exposure_gini": gini(exposures.astype(float), size) if len(exposures) else np.nan,
                "listed_share": float((mine >= 0).any(axis=1).mean()),
            }
            for metric, value in here.items():
                values.setdefault(metric, []).append(value)
                found.append(Figure(day(window.cutoff), segment, task, name, "", metric, value))
        found += [
            Figure(POOLED, segment, task, name, "", metric, float(np.mean(some))) for metric, some in values.items()
        ]
    return found


def _stack(
    windows: Sequence[Window], customers: Sequence[IntArray], measured: Sequence[Sequence[dict[str, FloatArray]]]
) -> Rows:
    """Put windows one below the other; `measured` is by window and method, each metric of shape (customers,)."""
    metrics = measured[0][0]
    return Rows(
        values={
            metric: np.vstack([np.column_stack([one[metric] for one in by_method]) for by_method in measured])
            for metric in metrics
        },
        customer=np.concatenate([window.customer_ids[some] for window, some in zip(windows, customers, strict=True)]),
        window=np.concatenate(
            [np.full(len(some), day(window.cutoff)) for window, some in zip(windows, customers, strict=True)]
        ),
        is_high_propensity=np.concatenate(
            [window.is_high_propensity[some] for window, some in zip(windows, customers, strict=True)]
        ),
    )


def _means(
    window: str,
    segment: str,
    target: str,
    methods: list[str],
    metric: str,
    values: FloatArray,
    clusters: NDArray[np.object_],
) -> list[Figure]:
    found = []
    for name, column in zip(methods, values.T, strict=True):
        mean = mean_of(column, clusters)
        figure = Figure(window, segment, target, name, "", metric, mean.value, mean.standard_error)
        found.append(Figure(**{**asdict(figure), "customer_count": mean.customer_count}))
    return found


def _window_names(windows: Sequence[Window]) -> list[str]:
    return [*(day(window.cutoff) for window in windows), POOLED]
