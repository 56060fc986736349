"""Who wins a slot that explores: draws, their distributions, and the probability that each of several products wins.

Nothing here knows a rule: `vitrine.explore_kernels` says who competes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitrine.compiled import entry, inner, tiny
from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_desk import MEASURES, Codes, Flags, Pool, Rules

Keys = NDArray[np.uint64]

WIDEST_STEP = 0.5
"""Step of the quadrature in log-odds: far below what the width of a strip of pi, in which the density of the log-odds
of a Beta draw is analytic, asks of the trapezoidal rule."""
STEPS_A_DEVIATION = 1.25
"""Steps in a standard deviation of the narrowest posterior: the error of the rule falls with exp(-2 pi² steps²)."""
MOST_STEPS = 20_000
NEGLIGIBLE_BELOW = 1e-13
"""Probability that all indices lie below where the integral begins."""
CUT_STEPS = 16
"""So many times more steps, and Simpson's rule, where the range of the integral begins at a product without a draw: the
trapezoidal rule has no such convergence for a function that is cut off."""


class Posteriors(NamedTuple):
    """Distributions of the log-odds of a draw less those of the posterior's mean, tabulated on even steps.

    Beyond the first and the last step the tails are those of a power, so exact to the precision that the steps leave.
    """

    lowest: FloatArray
    """Log-odds below which next to nothing lies. Shape (posteriors,), as all that follow up to `shift`."""
    highest: FloatArray
    first: FloatArray
    """Log-odds of the first step."""
    step: FloatArray
    alpha: FloatArray
    beta: FloatArray
    deviation: FloatArray
    """Standard deviation of the log-odds."""
    mean_odds: FloatArray
    """Log-odds of the mean."""
    log_constant: FloatArray
    """Logarithm of the Beta function."""
    shift: FloatArray
    """What the log-odds rise by where nothing is drawn (UCB)."""
    shares: FloatArray
    """Distribution function at each step. Shape (posteriors, steps)."""
    densities: FloatArray
    """Its derivative. Shape (posteriors, steps)."""


class Play(NamedTuple):
    """What exploration goes by. Rows are those of the pool."""

    slot_count: int
    is_drawn: bool
    """Thompson sampling; if not, UCB."""
    most: int
    """Most products that may compete for a slot, the greedy choice among them."""
    loss: float
    """What the score of a product may lie below that of the greedy choice."""
    scale: float
    """Score that one unit of log-odds is worth."""
    path_count: int
    posterior: Codes
    """Posterior of each row, -1 where there is none. Shape (rows,)."""
    is_closed: Flags
    """Rows that may not be explored, since their product is needed elsewhere. Shape (rows,)."""
    customer_keys: Keys
    product_keys: Keys
    posteriors: Posteriors


class Table(NamedTuple):
    """Room for who competes for one slot."""

    members: IntArray
    odds: FloatArray
    """Score of each in log-odds, and what a bound adds. Shape (members,)."""
    wins: FloatArray
    below: FloatArray
    densities: FloatArray
    baseline: NDArray[np.bool_]
    relaxed: NDArray[np.bool_]
    greedy: IntArray
    measure: IntArray
    path: IntArray


def make_table(play: Play, rules: Rules, soft_count: int) -> Table:
    """Return that room."""
    return Table(
        np.zeros(play.most, np.int64),
        np.zeros(play.most),
        np.zeros(play.most),
        np.zeros(play.most + 1),
        np.zeros(play.most),
        np.zeros(soft_count, np.bool_),
        np.zeros(soft_count, np.bool_),
        np.zeros(rules.slot_count, np.int64),
        np.zeros(MEASURES, np.int64),
        np.zeros(max(play.slot_count, 1), np.int64),
    )


# -- Randomness ----------------------------------------------------------------------------------------------


@tiny
def mixed(value: np.uint64) -> np.uint64:
    """Return a number that each bit of the value has a part in: the output function of SplitMix64.

    Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@inner
def uniform(one: np.uint64, other: np.uint64, slot: int, path: int) -> float:
    """Return a number strictly between 0 and 1, the same for the same arguments and independent of all others."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    state = mixed(one + golden)
    state = mixed((state ^ other) + golden)
    state = mixed((state ^ np.uint64(slot)) + golden)
    state = mixed((state ^ np.uint64(path)) + golden)
    return (np.float64(state >> np.uint64(11)) + 0.5) / 9007199254740992.0


@entry
def lots(customer_keys: Keys, product_keys: Keys) -> Keys:
    """Return a number for each pair that orders them by chance alone. Shape as given."""
    drawn = np.empty(len(customer_keys), np.uint64)
    for pair in range(len(drawn)):
        drawn[pair] = mixed(customer_keys[pair] ^ mixed(product_keys[pair]))
    return drawn


# -- Posteriors ----------------------------------------------------------------------------------------------


@tiny
def share_at(posteriors: Posteriors, p: int, k: int, place: float) -> float:
    """Return the distribution function between two steps: the cubic with both values and slopes (Hermite)."""
    step, rest = posteriors.step[p], 1.0 - place
    inside = place * place * (3.0 - 2.0 * place)
    slopes = place * rest * (rest * posteriors.densities[p, k] - place * posteriors.densities[p, k + 1])
    return float(posteriors.shares[p, k] * (1.0 - inside) + posteriors.shares[p, k + 1] * inside + step * slopes)


@inner
def share_below(posteriors: Posteriors, p: int, odds: float) -> float:
    """Return the probability that a draw's log-odds lie that far above those of the mean, or less."""
    place = (odds - posteriors.first[p]) / posteriors.step[p]
    last = posteriors.shares.shape[1] - 1
    if place <= 0:
        return float(posteriors.shares[p, 0] * np.exp(posteriors.alpha[p] * place * posteriors.step[p]))
    if place >= last:
        beyond = (place - last) * posteriors.step[p]
        return float(1.0 - (1.0 - posteriors.shares[p, last]) * np.exp(-posteriors.beta[p] * beyond))
    k = int(place)
    return share_at(posteriors, p, k, place - k)


@inner
def density(posteriors: Posteriors, p: int, odds: float) -> float:
    """Return the density of the log-odds of a draw, less those of the mean."""
    at = odds + posteriors.mean_odds[p]
    alpha, beta = posteriors.alpha[p], posteriors.beta[p]
    tail = at + np.log1p(np.exp(-at)) if at > 0 else np.log1p(np.exp(at))
    return float(np.exp(alpha * at - (alpha + beta) * tail - posteriors.log_constant[p]))


@inner
def quantile(posteriors: Posteriors, p: int, share: float) -> float:
    """Return the log-odds, less those of the mean, below which a share of the draws lies, by bisection."""
    low, high = 0, posteriors.shares.shape[1] - 1
    if share <= posteriors.shares[p, low]:
        return float(posteriors.first[p] + np.log(share / posteriors.shares[p, low]) / posteriors.alpha[p])
    if share >= posteriors.shares[p, high]:
        beyond = -np.log((1.0 - share) / (1.0 - posteriors.shares[p, high])) / posteriors.beta[p]
        return float(posteriors.first[p] + posteriors.step[p] * high + beyond)
    while high - low > 1:
        middle = (low + high) // 2
        if posteriors.shares[p, middle] <= share:
            low = middle
        else:
            high = middle
    left, right = 0.0, 1.0
    for _ in range(50):
        middle_place = (left + right) / 2
        if share_at(posteriors, p, low, middle_place) <= share:
            left = middle_place
        else:
            right = middle_place
    return float(posteriors.first[p] + posteriors.step[p] * (low + (left + right) / 2))


# -- Who wins ------------------------------------------------------------------------------------------------


@inner
def set_wins(pool: Pool, play: Play, begin: int, members: int, table: Table) -> float:
    """Set the probability that each has the greatest index, and return their sum before it is brought to 1.

    P(p) is the integral of f_p times the product of the F_q of all others, by the trapezoidal rule over the log-odds:
    its error falls exponentially with the number of steps for such densities (Trefethen and Weideman, "The
    Exponentially Convergent Trapezoidal Rule", SIAM Review 2014).
    """
    posteriors = play.posteriors
    table.wins[:members] = 0.0
    low, high, fixed, best_fixed = -np.inf, -np.inf, -1, -np.inf
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if play.is_drawn and p >= 0:
            low = max(low, table.odds[m] + posteriors.lowest[p])
            high = max(high, table.odds[m] + posteriors.highest[p])
        elif table.odds[m] > best_fixed:
            fixed, best_fixed = m, table.odds[m]
    if high <= best_fixed:
        table.wins[fixed] = 1.0
        return 1.0
    is_cut = best_fixed > low
    low = max(low, best_fixed)
    if not is_cut:
        low = least_winner(pool, play, begin, members, table, low, high)
    step = WIDEST_STEP
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0 and table.odds[m] + posteriors.highest[p] > low:
            step = min(step, posteriors.deviation[p] / STEPS_A_DEVIATION)
    steps = min(max(int(np.ceil((high - low) / step)), 8) * (CUT_STEPS if is_cut else 1), MOST_STEPS)
    step = (high - low) / steps
    for k in range(steps + 1):
        is_end = k in (0, steps)
        weight = step / 2 if is_end else step
        if is_cut:
            weight = step / 3 if is_end else step / 3 * (2 + 2 * (k % 2))
        add_wins(pool, play, begin, members, table, low + k * step, weight)
    total, rest = table.wins[:members].sum(), 1.0
    if fixed >= 0:
        fixed_wins = all_below(pool, play, begin, members, table, best_fixed)
        rest = 1.0 - fixed_wins
    table.wins[:members] *= rest / total
    if fixed >= 0:
        table.wins[fixed] = fixed_wins
    return float(total + 1.0 - rest)


@inner
def all_below(pool: Pool, play: Play, begin: int, members: int, table: Table, at: float) -> float:
    """Return the probability that every index lies below some log-odds."""
    share = 1.0
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0:
            share *= share_below(play.posteriors, p, at - table.odds[m])
    return share


@inner
def least_winner(pool: Pool, play: Play, begin: int, members: int, table: Table, low: float, high: float) -> float:
    """Return log-odds below which next to no greatest index lies, to within a step, by bisection."""
    while high - low > WIDEST_STEP:
        middle = (low + high) / 2
        if all_below(pool, play, begin, members, table, middle) < NEGLIGIBLE_BELOW:
            low = middle
        else:
            high = middle
    return low


@inner
def add_wins(pool: Pool, play: Play, begin: int, members: int, table: Table, at: float, weight: float) -> None:
    """Add one step of the integral: that the index of one lies there and those of all others below it."""
    before = 1.0
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        table.below[m] = share_below(play.posteriors, p, at - table.odds[m]) if p >= 0 else 1.0
        table.densities[m] = before
        before *= table.below[m]
    after = weight
    for m in range(members - 1, -1, -1):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0 and after > 0:
            table.wins[m] += density(play.posteriors, p, at - table.odds[m]) * table.densities[m] * after
        after *= table.below[m]


@inner
def winner(
    pool: Pool, play: Play, begin: int, members: int, key: np.uint64, slot: int, table: Table
) -> tuple[int, float]:
    """Return who wins the slot in the release, and what that adds to the score."""
    best, best_odds, best_addend = 0, -np.inf, 0.0
    for m in range(members):
        row = pool.rows[begin + table.members[m]]
        p = play.posterior[row]
        addend = 0.0
        if p >= 0 and play.is_drawn:
            share = uniform(key, play.product_keys[pool.product[row]], slot, 0)
            addend = quantile(play.posteriors, p, share)
        elif p >= 0:
            addend = play.posteriors.shift[p]
        odds = pool.score[row] / play.scale + addend
        if odds > best_odds:
            best, best_odds, best_addend = m, odds, addend * play.scale
    return table.members[best], best_addend
