"""What an arm of an experiment did more than its control, from sums over customers, and how sure that is.

Everything is computed from seven sums an arm, so that the warehouse adds up and no row of a customer leaves it:

    effect               difference in means, Welch's interval (Welch, Biometrika 1947)
    relative effect      ratio of means less one, Fieller's interval (Fieller, JRSS B 1954)
    adjusted effect      what the time before explains is taken out: CUPED (Deng, Xu, Kohavi, Walker, WSDM 2013)
    always-valid         asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Annals of
                         Statistics 2024, theorem 2.2): Robbins' normal mixture, as in the SPRT of Johari, Koomen,
                         Pekelis, Walsh (Operations Research 2022). It may be looked at every day
    split                test of the sample ratio (Fabijan and others, KDD 2019): exact for two arms, else chi-square
    minimum effect       what the planned size shows with the given power

All rest on the central limit theorem over customers. `needed_for_skewness` says how many customers a mean needs for
that by a rule of thumb (Kohavi, Deng, Longbotham, Xu, KDD 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log, nan, sqrt

from scipy import stats


@dataclass(frozen=True)
class ReadoutParams:
    """Parameters of a read-out."""

    alpha: float = 0.05
    """Error that intervals allow: one less the coverage."""
    power: float = 0.8
    """Chance that the minimum effect is shown."""
    min_customer_count: int = 100
    """Customers that each arm needs before anything is said."""
    split_alpha: float = 0.001
    """A split is broken where chance alone gives one as uneven less often than this."""
    skewness_factor: float = 355
    """Customers per squared skewness that the normal approximation needs."""


@dataclass(frozen=True)
class ArmMoments:
    """Sums over the customers of one arm: a metric, and the same metric in the time before."""

    count: int
    value_sum: float
    value_square_sum: float
    value_cube_sum: float = 0.0
    before_sum: float = 0.0
    before_square_sum: float = 0.0
    cross_sum: float = 0.0
    """Of the metric times that before."""

    @property
    def mean(self) -> float:
        """Mean of the metric; NaN without customers."""
        return self.value_sum / self.count if self.count else nan

    @property
    def before_mean(self) -> float:
        """Mean of the metric before; NaN without customers."""
        return self.before_sum / self.count if self.count else nan

    @property
    def variance(self) -> float:
        """Sample variance of the metric; NaN below two customers."""
        return max(self._central(self.value_square_sum, self.value_sum, self.value_sum), 0.0)

    @property
    def before_variance(self) -> float:
        """Sample variance of the metric before."""
        return max(self._central(self.before_square_sum, self.before_sum, self.before_sum), 0.0)

    @property
    def covariance(self) -> float:
        """Sample covariance of the metric and the metric before."""
        return self._central(self.cross_sum, self.value_sum, self.before_sum)

    @property
    def skewness(self) -> float:
        """Skewness of the metric; NaN where it does not vary."""
        if not self.variance > 0:
            return nan
        mean = self.mean
        third = (self.value_cube_sum - 3 * mean * self.value_square_sum) / self.count + 2 * mean**3
        return float(third / self.variance**1.5)

    def adjusted_variance(self, theta: float) -> float:
        """Return the sample variance of the metric less `theta` times the metric before."""
        return max(self.variance - 2 * theta * self.covariance + theta**2 * self.before_variance, 0.0)

    def _central(self, product_sum: float, one_sum: float, other_sum: float) -> float:
        return (product_sum - one_sum * other_sum / self.count) / (self.count - 1) if self.count > 1 else nan


@dataclass(frozen=True)
class Interval:
    """An estimate with an interval; bounds are NaN where none can be given."""

    estimate: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside; False without bounds."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Adjusted:
    """A difference after CUPED."""

    interval: Interval
    standard_error: float
    theta: float
    variance_reduction: float
    """Share of the variance of the plain difference that is gone; squared, the correlation with the time before."""


def difference(arm: ArmMoments, control: ArmMoments, params: ReadoutParams) -> Interval:
    """Return the difference in means with Welch's interval."""
    parts = (arm.variance / max(arm.count, 1), control.variance / max(control.count, 1))
    return _welch(arm.mean - control.mean, parts, (arm.count, control.count), params.alpha)


def relative_difference(arm: ArmMoments, control: ArmMoments, params: ReadoutParams) -> Interval:
    """Return the ratio of means less one with Fieller's interval.

    The bounds are NaN where the mean of the control is not clearly other than zero: then no ratio is excluded.
    """
    if not control.mean:
        return Interval(nan, nan, nan)
    parts = (arm.variance / max(arm.count, 1), control.variance / max(control.count, 1))
    ratio = arm.mean / control.mean
    quantile = _quantile(parts, (arm.count, control.count), params.alpha)
    floor = control.mean**2 - quantile**2 * parts[1]
    product = arm.mean * control.mean
    root = product**2 - floor * (arm.mean**2 - quantile**2 * parts[0])
    if not (isfinite(quantile) and floor > 0 and root >= 0):
        return Interval(ratio - 1, nan, nan)
    return Interval(ratio - 1, (product - sqrt(root)) / floor - 1, (product + sqrt(root)) / floor - 1)


def adjusted_difference(arm: ArmMoments, control: ArmMoments, params: ReadoutParams) -> Adjusted:
    """Return the difference in means less what differed before already, with Welch's interval.

    Theta is the one that makes the variance of the difference least; for arms of one size and one variance that is the
    slope of Deng and others. A metric that did not vary before gives the plain difference.
    """
    counts = (arm.count, control.count)
    plain = arm.variance / max(arm.count, 1) + control.variance / max(control.count, 1)
    before = arm.before_variance / max(arm.count, 1) + control.before_variance / max(control.count, 1)
    together = arm.covariance / max(arm.count, 1) + control.covariance / max(control.count, 1)
    theta = together / before if before > 0 else 0.0
    parts = (
        arm.adjusted_variance(theta) / max(arm.count, 1),
        control.adjusted_variance(theta) / max(control.count, 1),
    )
    estimate = arm.mean - control.mean - theta * (arm.before_mean - control.before_mean)
    return Adjusted(
        interval=_welch(estimate, parts, counts, params.alpha),
        standard_error=sqrt(sum(parts)) if isfinite(sum(parts)) else nan,
        theta=theta,
        variance_reduction=1 - sum(parts) / plain if plain > 0 else nan,
    )


def always_valid(estimate: float, standard_error: float, count: int, planned_count: int, alpha: float) -> Interval:
    """Return an interval that holds at all looks together, for any rule of when to stop.

    Parameters
    ----------
    estimate, standard_error
        Of the difference by now.
    count
        Customers of both arms by now.
    planned_count
        Customers of both arms at whom the interval is narrowest against one that is looked at once. It has to be fixed
        before the start.
    alpha
        Chance, over all looks, that the interval ever misses the truth.
    """
    if not (standard_error > 0 and count > 0):
        return Interval(estimate, nan, nan)
    bend = -2 * log(alpha)
    mass = count * (bend + log(bend + 1)) / planned_count
    width = standard_error * sqrt(2 * (mass + 1) / mass * log(sqrt(mass + 1) / alpha))
    return Interval(estimate, estimate - width, estimate + width)


def split_probability(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return how often chance alone splits as unevenly as this.

    Exact for two arms. For more the p-value of a chi-square test, NaN where an arm is to have fewer than 5: it calls
    far more small splits broken than it says.

    Parameters
    ----------
    counts
        Customers by arm. Shape (arms,).
    shares
        Planned share of each arm, of any sum. Shape (arms,).

    Raises
    ------
    ValueError
        If the lengths differ, there are fewer than two arms, or a share is not above zero.
    """
    if len(counts) != len(shares) or len(counts) < 2 or min(shares) <= 0:
        raise ValueError("A split needs two arms or more, each with a count and a share above zero.")
    total = sum(counts)
    if not total:
        return nan
    if len(counts) == 2:
        return float(stats.binomtest(counts[0], total, shares[0] / sum(shares)).pvalue)
    expected = [total * share / sum(shares) for share in shares]
    return float(stats.chisquare(counts, expected).pvalue) if min(expected) >= 5 else nan


def minimum_effect(variances: Sequence[float], counts: Sequence[float], params: ReadoutParams) -> float:
    """Return the least difference in means that is shown with the given power, looked at once.

    Parameters
    ----------
    variances, counts
        Of the arm and of its control. Shape (2,) each.
    """
    return _distance(params) * sqrt(sum(variance / count for variance, count in zip(variances, counts, strict=True)))


def needed_count(variances: Sequence[float], shares: Sequence[float], effect: float, params: ReadoutParams) -> float:
    """Return the customers of arm and control together that show an effect with the given power, looked at once.

    Parameters
    ----------
    variances, shares
        Of the arm and of its control. Shape (2,) each; shares may have any sum.
    effect
        Difference in means. NaN or zero needs no end of customers: the result is NaN.
    """
    if not abs(effect) > 0:
        return nan
    spread = sum(variance * sum(shares) / share for variance, share in zip(variances, shares, strict=True))
    return float(spread * (_distance(params) / effect) ** 2)


def needed_for_skewness(skewness: float, params: ReadoutParams) -> float:
    """Return how many customers an arm needs for its mean to be about normal; NaN where the metric does not vary."""
    return params.skewness_factor * skewness**2


def _welch(estimate: float, parts: tuple[float, float], counts: tuple[int, int], alpha: float) -> Interval:
    quantile = _quantile(parts, counts, alpha)
    # Two arms in which nobody differs tell nothing of how much they could.
    width = quantile * sqrt(sum(parts)) if isfinite(quantile) else nan
    return Interval(estimate, estimate - width, estimate + width)


def _quantile(parts: tuple[float, float], counts: tuple[int, int], alpha: float) -> float:
    """Return Student's quantile at the degrees of freedom of Welch and Satterthwaite; NaN where nothing varies."""
    total = sum(parts)
    if not total > 0:
        return nan
    freedom = total**2 / sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
    return float(stats.t.ppf(1 - alpha / 2, freedom))


def _distance(params: ReadoutParams) -> float:
    return float(stats.norm.ppf(1 - params.alpha / 2) + stats.norm.ppf(params.power))
