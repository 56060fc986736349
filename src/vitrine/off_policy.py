"""Off-policy evaluation: what a policy would earn per impression, from impressions that another policy logged.

A logged row weighs w = target probability / logging probability of the product it showed in its slot:

- IPS, the mean of w r (Horvitz and Thompson, "A Generalization of Sampling Without Replacement From a Finite Universe",
  JASA 1952), and with weights truncated at the square root of the number of rows (Ionides, "Truncated Importance
  Sampling", JCGS 2008), which trades a bias towards zero for a bound on what one row can do;
- SNIPS, divided by the mean weight instead of by one (Swaminathan and Joachims, "The Self-Normalized Estimator for
  Counterfactual Learning", NIPS 2015);
- doubly robust, which weighs only what a reward model leaves unexplained (Dudík, Erhan, Langford and Li, "Doubly Robust
  Policy Evaluation and Optimization", Statistical Science 2014), and its self-normalised form.

Slots are judged one by one, and all rows together: the item-position model of Li, Abbasi-Yadkori, Kveton,
Muthukrishnan, Vinay and Wen ("Offline Evaluation of Ranking Policies with Click Models", KDD 2018), in which a click
depends on the product and its slot but not on the products beside it. Saito, Aihara, Matsutani and Narita ("Open Bandit
Dataset and Pipeline", 2020) judge so too.
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from vitrine.calibration import FloatArray, IntArray

ESTIMATORS = ("ips", "snips", "clipped_ips", "dr", "sndr")


@dataclass(frozen=True)
class LoggedRows:
    """Impressions of one logging policy, and what one target policy would have done there. Shape (n,) each."""

    reward: FloatArray
    """0 to 1, such as whether it was clicked."""
    logging_probability: FloatArray
    """With which the logged product was chosen for its slot; NaN where that is not known."""
    target_probability: FloatArray
    """With which the target policy chooses the logged product for that slot."""
    slot: IntArray
    cluster: IntArray
    """Code of the customer: rows of one may hang together. Give each row its own where they do not."""
    modelled_reward: FloatArray | None = None
    """What a reward model that never saw this reward expects of the logged product in its slot; None is all zero."""
    modelled_value: FloatArray | None = None
    """The same expectation over the products that the target policy would choose; None is all zero."""

    def __post_init__(self) -> None:
        """Refuse what no estimator can read.

        Raises
        ------
        ValueError
            If lengths differ, a value is missing where it may not be, or a reward or probability is not within 0 to 1.
        """
        arrays = {name: values for name, values in vars(self).items() if values is not None}
        lengths = {name: len(values) for name, values in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"All columns of logged rows need one length, not {lengths}.")
        if (self.modelled_reward is None) != (self.modelled_value is None):
            raise ValueError("A reward model needs both modelled_reward and modelled_value.")
        for name in ("modelled_reward", "modelled_value"):
            if name in arrays and not np.isfinite(arrays[name]).all():
                raise ValueError(f"The column {name} of logged rows has missing or infinite values.")
        for name in ("reward", "target_probability"):
            if not ((arrays[name] >= 0) & (arrays[name] <= 1)).all():
                raise ValueError(f"The column {name} of logged rows has values outside 0 to 1, or none at all.")
        logged = self.logging_probability[~np.isnan(self.logging_probability)]
        if ((logged < 0) | (logged > 1)).any():
            raise ValueError("The column logging_probability of logged rows has values outside 0 to 1.")

    def taken(self, rows: IntArray) -> "LoggedRows":
        """Return some of the rows."""
        return LoggedRows(
            self.reward[rows],
            self.logging_probability[rows],
            self.target_probability[rows],
            self.slot[rows],
            self.cluster[rows],
            None if self.modelled_reward is None else self.modelled_reward[rows],
            None if self.modelled_value is None else self.modelled_value[rows],
        )


@dataclass(frozen=True)
class SupportParams:
    """What a warning is given for."""

    min_effective_sample_size: float = 100
    max_unsupported_share: float = 0.1
    weight_noise_errors: float = 3
    """Standard errors by which the mean weight may lie above 1."""


@dataclass(frozen=True)
class Support:
    """How much the logs can say about the target policy."""

    row_count: int
    """Rows with a logging probability above 0: the others are left out."""
    unusable_count: int
    cluster_count: int
    effective_sample_size: float
    """(sum of weights)² / sum of squared weights (Kish, "Survey Sampling", 1965); 0 without any weight."""
    largest_weight: float
    mean_weight: float
    """Expected to be 1 where the logs could show all that the target shows (Li, Chen, Kleban and Gupta,
    "Counterfactual Estimation and Optimization of Click Metrics in Search Engines", WWW 2015)."""

    @property
    def unsupported_share(self) -> float:
        """Share of the target policy's choices that the logs do not account for, by the mean weight; 0 to 1."""
        return min(1.0, max(0.0, 1.0 - self.mean_weight))

    def warning(self, params: SupportParams) -> str | None:
        """Return why not to trust the estimates, or None."""
        if not self.row_count:
            return "no logged row has a selection probability"
        found = []
        if self.unusable_count:
            found.append("logged rows without a selection probability are left out")
        if self.effective_sample_size < params.min_effective_sample_size:
            found.append("too few logged rows show what this policy would show")
        if self.unsupported_share > params.max_unsupported_share:
            found.append("the logs hardly show a part of what this policy would show")
        noise = params.weight_noise_errors * self.mean_weight / np.sqrt(max(self.effective_sample_size, 1.0))
        if self.mean_weight - 1 > max(noise, params.max_unsupported_share):
            found.append("logged probabilities do not fit what was shown")
        return "; ".join(found) or None


@dataclass(frozen=True)
class Estimate:
    """A value per impression."""

    value: float
    standard_error: float
    """By the delta method, clustered."""
    low: float
    high: float
    """Ends of the confidence interval, 0 to 1."""


@dataclass(frozen=True)
class Evaluation:
    """One target policy in one slot, or in all of them together."""

    slot: int | None
    """None: all slots together."""
    support: Support
    logged: Estimate | None
    """What the logging policy earned on the very same rows; None without a row, as below."""
    estimates: dict[str, Estimate] = field(default_factory=dict)
    """By the names of ESTIMATORS; empty without a row."""
    warning: str | None = None


def evaluate_policy(rows: LoggedRows, params: SupportParams | None = None, coverage: float = 0.95) -> list[Evaluation]:
    """Return the evaluation of all slots together, then of each.

    Returns
    -------
    list[Evaluation]
        The same to the last bit for any order of the rows and any codes of the clusters.
    """
    params = params or SupportParams()
    keys = [rows.target_probability, rows.logging_probability, rows.reward, rows.slot]
    keys = [column for column in (rows.modelled_value, rows.modelled_reward) if column is not None] + keys
    rows = rows.taken(np.lexsort(keys))
    slots: list[int | None] = [None, *(int(slot) for slot in np.unique(rows.slot))]
    return [
        _evaluated(slot, rows if slot is None else rows.taken(np.flatnonzero(rows.slot == slot)), params, coverage)
        for slot in slots
    ]


def _evaluated(slot: int | None, rows: LoggedRows, params: SupportParams, coverage: float) -> Evaluation:
    is_usable = rows.logging_probability > 0
    unusable = int((~is_usable).sum())
    rows = rows.taken(np.flatnonzero(is_usable))
    count = len(rows.reward)
    if not count:
        nothing = Support(0, unusable, 0, 0.0, 0.0, 0.0)
        return Evaluation(slot, nothing, None, {}, nothing.warning(params))
    weight = rows.target_probability / rows.logging_probability
    clusters = np.unique(rows.cluster, return_inverse=True)[1]
    size = effective_sample_size(weight)
    support = Support(count, unusable, int(clusters.max()) + 1, size, float(weight.max()), float(weight.mean()))
    judged, clipped_size = {}, effective_sample_size(np.minimum(weight, np.sqrt(count)))
    for name, (value, influence) in estimated(rows, weight).items():
        own_size = clipped_size if name == "clipped_ips" else size
        judged[name] = _judged(value, influence, clusters, own_size, coverage)
    logged = float(rows.reward.mean())
    own = _judged(logged, rows.reward - logged, clusters, float(count), coverage)
    return Evaluation(slot, support, own, judged, support.warning(params))


def effective_sample_size(weight: FloatArray) -> float:
    """Return how many unweighted rows say as much; 0 without any weight."""
    squares = float((weight * weight).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def estimated(rows: LoggedRows, weight: FloatArray) -> dict[str, tuple[float, FloatArray]]:
    """Return each estimator's value and the influence of each row on it: n times what leaving it out would change.

    Self-normalised values are NaN where all weights are zero: the logs never show what the target shows.
    """
    count, total = len(weight), float(weight.sum())
    nothing = np.zeros(count)
    modelled = nothing if rows.modelled_reward is None else rows.modelled_reward
    expected = nothing if rows.modelled_value is None else rows.modelled_value
    scale = count / total if total > 0 else np.nan
    gained, left = weight * rows.reward, weight * (rows.reward - modelled)
    clipped = np.minimum(weight, np.sqrt(count)) * rows.reward
    mean, rest = float(expected.mean()), float(left.sum())
    ips, snips, cut = float(gained.mean()), float(gained.sum()) * scale / count, float(clipped.mean())
    plain, normed = float((expected + left).mean()), rest * scale / count
    return {
        "ips": (ips, gained - ips),
        "snips": (snips, scale * (gained - snips * weight)),
        "clipped_ips": (cut, clipped - cut),
        "dr": (plain, expected + left - plain),
        "sndr": (mean + normed, expected - mean + scale * (left - normed * weight)),
    }


def _judged(value: float, influence: FloatArray, clusters: IntArray, size: float, coverage: float) -> Estimate:
    count, cluster_count = len(influence), int(clusters.max()) + 1
    sums = np.sort(np.bincount(clusters, influence))
    correction = cluster_count / (cluster_count - 1) if cluster_count > 1 else np.nan
    error = float(np.sqrt((sums * sums).sum() * correction)) / count
    return Estimate(value, error, *score_interval(value, error, size, coverage))


def score_interval(value: float, standard_error: float, size: float, coverage: float = 0.95) -> tuple[float, float]:
    """Return the interval of a mean of rare rewards.

    A weighted click rate of some dozens of clicks is skewed, and its estimated variance is small just when the estimate
    is: value ± 1.96 standard errors holds as little as 86% of truths on logs like Open Bandit's, see
    benchmarks/off_policy/intervals.py. So, as Wilson does for a share ("Probable Inference, the Law of Succession, and
    Statistical Inference", JASA 1927), the interval holds the means under which the estimate would be no surprise, with
    a variance in proportion to the mean. That proportion is the larger of what the rows show and of 1 / size, which is
    the variance that as many unweighted rows would have: few clicks hide how heavy the rows are that had none.

    Parameters
    ----------
    value, standard_error
        The estimate; below 0 it counts as 0.
    size
        The effective sample size. Without one, or without an estimate, the interval is all of 0 to 1.
    coverage
        Such as 0.95.
    """
    if not size > 0 or np.isnan(value):
        return 0.0, 1.0
    point = min(1.0, max(0.0, value))
    spread = 1 / size
    if point > 0 and standard_error > 0:
        spread = max(spread, standard_error * standard_error / point)
    reach = NormalDist().inv_cdf((1 + coverage) / 2) ** 2 * spread
    half = float(np.sqrt(reach * point + reach * reach / 4))
    return max(0.0, point + reach / 2 - half), min(1.0, point + reach / 2 + half)


@dataclass(frozen=True)
class CrossFittedRates:
    """A reward model that has seen no reward of the fold it speaks of."""

    rate: FloatArray
    """Expected reward by fold, action and slot. Shape (folds, actions, slots)."""
    fold: IntArray
    """Fold of each row. Shape (n,)."""

    def of_logged(self, action: IntArray, slot: IntArray) -> FloatArray:
        """Return what is expected of each row's own action in its slot, both codes from 0. Shape (n,)."""
        return np.asarray(self.rate[self.fold, action, slot])

    def of_target(self, target: FloatArray, slot: IntArray) -> FloatArray:
        """Return what is expected of a target policy that knows no context.

        Parameters
        ----------
        target
            Probability of each action in each slot. Shape (actions, slots).
        slot
            Slot of each row, from 0. Shape (n,).
        """
        return np.asarray((self.rate * target).sum(axis=1)[self.fold, slot])


def cross_fitted_rates(
    action: IntArray, slot: IntArray, reward: FloatArray, fold: IntArray, shape: tuple[int, int], strength: float = 100
) -> CrossFittedRates:
    """Fit the rate of each action, shrunk towards that of all, times what a slot gets more or less than others.

    Parameters
    ----------
    action, slot, reward, fold
        Codes from 0, reward and fold of each row. Keep a customer within one fold. Shape (n,) each.
    shape
        How many actions and slots there are.
    strength
        Rows at the common rate that each action, and each slot, is given beforehand.
    """
    actions, slots = shape
    rates = np.zeros((int(fold.max()) + 1, actions, slots))
    for code in range(len(rates)):
        seen = fold != code
        base = float(reward[seen].mean()) if seen.any() else 0.0
        per_slot = np.bincount(slot[seen], minlength=slots)
        got = np.bincount(slot[seen], reward[seen], minlength=slots)
        factor = (got + strength * base) / (per_slot + strength) / base if base > 0 else np.ones(slots)
        looked_at = np.bincount(action[seen], factor[slot[seen]], minlength=actions)
        got = np.bincount(action[seen], reward[seen], minlength=actions)
        rates[code] = ((got + strength * base) / (looked_at + strength))[:, None] * factor
    return CrossFittedRates(np.clip(rates, 0, 1), fold)
