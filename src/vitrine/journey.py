"""How long after one purchase another one is wanted, learned from the purchases of customers who bought both.

Each customer is compared with himself (a self-controlled case series: Farrington, "Relative Incidence Estimation from
Case Series for Vaccine Safety Evaluation", Biometrics 1995), and what else he buys is the exposure, so that neither a
taste for the category nor a busy month looks like a lag. Of the purchases of a customer, the share that is of the next
kind is proportional to

    exp(strength * exp(-((days - lag) / spread)^2 / 2)),    days since the last anchor purchase,

and 1 before the first one. Given how many next purchases a customer made, their times are multinomial; the customer's
own level cancels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.int64]

_NEVER = 1e6
"""Days since an anchor that never was."""
_QUANTILE = 1.959964
"""Of the normal distribution: half a 95% interval in standard errors."""


@dataclass(frozen=True)
class LagParams:
    """Parameters of `fit_lag`."""

    max_lag_days: float = 600
    min_spread_days: float = 7
    """One week, the grid of the counts."""
    max_spread_days: float = 90
    max_strength: float = 8
    start_lag_days: tuple[float, ...] = (7, 21, 45, 90, 180, 365)
    min_next_count: int = 100
    """Next purchases that a lag needs."""
    min_likelihood_gain: float = 12
    """Logarithm of the likelihood over that without a peak. Chance gives 12 to one pair in some thousands."""
    min_peak_ratio: float = 1.25
    """How much likelier than usual the next purchase is at the peak."""
    max_error_days: float = 7
    """Largest standard error of a lag, or of `max_error_share` of the lag where that is more."""
    max_error_share: float = 0.15


@dataclass(frozen=True)
class LagFit:
    """A lag, and whether the purchases support it."""

    lag_days: float
    standard_error: float
    """Robust to purchases of one customer that depend on each other; NaN where the peak is too flat to tell."""
    spread_days: float
    peak_ratio: float
    likelihood_gain: float
    next_count: int
    customer_count: int
    reason: str
    """Why the lag is not to be used; empty where it is."""

    @property
    def is_supported(self) -> bool:
        """Whether the lag may be used."""
        return not self.reason

    @property
    def low_days(self) -> float:
        """Lower end of the 95% interval, not below zero."""
        return max(self.lag_days - _QUANTILE * self.standard_error, 0.0)

    @property
    def high_days(self) -> float:
        """Upper end of the 95% interval."""
        return self.lag_days + _QUANTILE * self.standard_error


def fit_lag(
    customers: CodeArray, days: FloatArray, purchases: FloatArray, nexts: FloatArray, params: LagParams
) -> LagFit:
    """Return the lag of one pair of anchor and next.

    Parameters
    ----------
    customers
        Code of the customer of each row. Shape (rows,), as are all.
    days
        Days since the last anchor purchase; NaN where there is none, or none within `max_lag_days`.
    purchases
        Purchases of the customer then.
    nexts
        Those of them that are of the next kind.

    Raises
    ------
    ValueError
        If the arrays differ in length, or a row has more next purchases than purchases.
    """
    if len({len(customers), len(days), len(purchases), len(nexts)}) > 1:
        raise ValueError("The columns of the counts differ in length.")
    if (nexts > purchases).any() or (nexts < 0).any():
        raise ValueError("A row has more next purchases than purchases, or less than none.")
    cases = _Cases(customers, np.where(np.isfinite(days), days, _NEVER), purchases, nexts)
    if cases.next_count < params.min_next_count:
        reason = f"{cases.next_count} next purchases tell something, fewer than {params.min_next_count}"
        return _nothing(cases, reason)
    bounds = [
        (0.0, params.max_strength),
        (0.0, params.max_lag_days),
        (float(np.log(params.min_spread_days)), float(np.log(params.max_spread_days))),
    ]
    middle = float(np.log(np.sqrt(params.min_spread_days * params.max_spread_days)))
    found = [
        minimize(cases.loss, (1.0, start, middle), jac=True, method="L-BFGS-B", bounds=bounds)
        for start in params.start_lag_days
    ]
    best = min(found, key=lambda one: float(one.fun))
    strength, lag, log_spread = (float(value) for value in best.x)
    gain = cases.loss(np.array([0.0, lag, log_spread]))[0] - float(best.fun)
    error = cases.lag_error(np.asarray(best.x))
    fit = LagFit(
        lag, error, float(np.exp(log_spread)), float(np.exp(strength)), gain, cases.next_count, cases.customer_count, ""
    )
    return LagFit(**{**fit.__dict__, "reason": _doubt(fit, params)})


class _Cases:
    """The rows of customers who bought next now and something else at another time, in one fixed order."""

    def __init__(self, customers: CodeArray, days: FloatArray, purchases: FloatArray, nexts: FloatArray) -> None:
        order = np.lexsort((nexts, purchases, days, customers))
        days, purchases, nexts = days[order], purchases[order], nexts[order]
        codes = np.unique(customers[order], return_inverse=True)[1]
        of_next, of_all, after = (np.bincount(codes, weights) for weights in (nexts, purchases, days < _NEVER))
        kept = ((of_next > 0) & (of_next < of_all) & (after > 0))[codes]
        self._group = np.unique(codes[kept], return_inverse=True)[1]
        self._days, self._purchases, self._nexts = days[kept], purchases[kept], nexts[kept]
        self.customer_count = int(self._group.max()) + 1 if len(self._group) else 0
        self._totals = self._sums(self._nexts)
        self.next_count = int(self._totals.sum())

    def _sums(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(self._group, values, self.customer_count), dtype=np.float64)

    def _parts(self, at: FloatArray) -> tuple[float, FloatArray]:
        """Return the negative log-likelihood and its derivatives by row. Shape (3, rows)."""
        strength, lag, spread = at[0], at[1], np.exp(at[2])
        place = (self._days - lag) / spread
        bump = np.exp(-0.5 * place * place)
        weight = self._purchases * np.exp(strength * bump)
        level = self._sums(weight)
        loss = float((self._totals * np.log(level)).sum() - (self._nexts * strength * bump).sum())
        rest = (self._totals / level)[self._group] * weight - self._nexts
        slope = strength * bump * place
        return loss, rest * np.stack([bump, slope / spread, slope * place])

    def loss(self, at: FloatArray) -> tuple[float, FloatArray]:
        """Return the negative log-likelihood at (strength, lag, log spread), and its gradient."""
        loss, rows = self._parts(at)
        return loss, rows.sum(axis=1)

    def lag_error(self, at: FloatArray) -> float:
        """Return the sandwich standard error of the lag, clustered by customer; NaN where it is not defined."""
        steps = 1e-3 * np.maximum(1, np.abs(at))
        bend = np.array(
            [(self.loss(at + step)[1] - self.loss(at - step)[1]) / (2 * step.sum()) for step in np.diag(steps)]
        )
        scores = np.stack([self._sums(row) for row in self._parts(at)[1]])
        try:
            inverse = np.linalg.inv((bend + bend.T) / 2)
        except np.linalg.LinAlgError:
            return float("nan")
        if (np.diag(inverse) <= 0).any():
            return float("nan")
        return float(np.sqrt((inverse @ scores @ scores.T @ inverse)[1, 1]))


def _nothing(cases: _Cases, reason: str) -> LagFit:
    nan = float("nan")
    return LagFit(nan, nan, nan, nan, nan, cases.next_count, cases.customer_count, reason)


def _doubt(fit: LagFit, params: LagParams) -> str:
    """Return why a lag is not to be used, or nothing."""
    if fit.likelihood_gain < params.min_likelihood_gain:
        return "no time after the anchor stands out"
    if fit.peak_ratio < params.min_peak_ratio:
        return f"the next purchase is only {fit.peak_ratio:.2f} times as likely at the peak"
    if fit.lag_days < 1:
        return "most follow at once: there is no lag"
    if fit.lag_days > params.max_lag_days - params.min_spread_days:
        return "the peak is later than the counts go"
    limit = max(params.max_error_days, params.max_error_share * fit.lag_days)
    if not fit.standard_error <= limit:
        error = f"{fit.standard_error:.0f}" if np.isfinite(fit.standard_error) else "unknown"
        return f"the peak is too flat: a standard error of {error} days"
    return ""
