"""How far a distribution has moved: the population stability index, and how much of it chance alone would give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

FloatArray = NDArray[np.float64]

MIN_SHARE = 1e-4
"""Shares below it count as this much, so that an empty bin has a logarithm."""


@dataclass(frozen=True)
class Drift:
    """What two samples of one variable differ by."""

    stability_index: float
    noise_index: float
    """The index that two samples of one distribution stay below in 95 of 100 cases."""
    reference_mean: float
    current_mean: float
    reference_missing_share: float
    current_missing_share: float
    bin_count: int
    """Bins, that of missing values included where there are any."""


def drift(reference: FloatArray, current: FloatArray, bins: int = 10) -> Drift:
    """Return the population stability index of one sample against another.

    The reference is cut at its quantiles; values that repeat make fewer bins, missing ones a bin of their own. The
    index is the sum over bins of (c - r) ln(c / r) for shares c of the current and r of the reference sample (Siddiqi
    2006, "Credit Risk Scorecards"). Without a change it is about chi-squared with one degree of freedom less than
    there are bins, times 1/n + 1/m (Yurdakul and Naranjo 2020, "Statistical properties of the population stability
    index").

    Parameters
    ----------
    reference, current
        Values; shapes ``(n,)`` and ``(m,)``, NaN where missing.
    bins
        Parts of the reference, at least 2.

    Raises
    ------
    ValueError
        If a sample is empty or there are fewer than two bins.
    """
    if bins < 2:
        raise ValueError(f"bins is {bins}, must be at least 2")
    if not len(reference) or not len(current):
        raise ValueError("a sample is empty")
    known, missing = reference[~np.isnan(reference)], np.isnan(reference).mean()
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else np.empty(0)
    if len(edges) and edges[-1] == known.max():
        # The greatest value has a bin of its own, below it what is less.
        edges = np.unique(np.append(edges, np.nextafter(edges[-1], -np.inf)))
    counts = [_counts(sample, edges) for sample in (reference, current)]
    used = (counts[0] + counts[1]) > 0
    shares = [np.maximum(found[used] / found.sum(), MIN_SHARE) for found in counts]
    index = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    freedom = int(used.sum()) - 1
    noise = float(chi2.ppf(0.95, freedom) * (1 / len(reference) + 1 / len(current))) if freedom else 0.0
    return Drift(
        stability_index=index,
        noise_index=noise,
        reference_mean=_mean(reference),
        current_mean=_mean(current),
        reference_missing_share=float(missing),
        current_missing_share=float(np.isnan(current).mean()),
        bin_count=int(used.sum()),
    )


def _mean(sample: FloatArray) -> float:
    """Return the mean of what is known, the same in any order of the rows; NaN where nothing is."""
    known = np.sort(sample[~np.isnan(sample)])
    return float(known.mean()) if len(known) else float("nan")


def _counts(sample: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """Return how many values lie in each bin, a value at an edge in the lower one; the last bin has the missing."""
    missing = np.isnan(sample)
    found = np.bincount(np.searchsorted(edges, sample[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(found, missing.sum())
