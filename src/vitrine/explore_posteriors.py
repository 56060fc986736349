"""Posteriors of rates as exploration reads them: which is whose, and its distribution as a table."""

import numpy as np
import pyarrow as pa
from scipy.special import betainc, betaincinv, betaln, expit, logit, polygamma

from vitrine.encoding import FloatArray, IntArray, distinct_ids
from vitrine.explore_wins import Posteriors
from vitrine.rerank_encoding import Problem

EVERYBODY = "all"
"""The segment that a product's posterior comes from where the customer's own has none."""
TABLE_STEPS = 512
NEGLIGIBLE = 1e-15
"""Probability that is left out at either end of a distribution."""
POWER_TAIL = 1e-9
"""Below this over the other parameter, a Beta distribution function is a power to nine digits."""


def posterior_rows(problem: Problem, posteriors: pa.Table, segments: pa.Table) -> IntArray:
    """Return the row of each candidate's posterior: of the customer's segment, else of all; -1 for none. Shape (rows,).

    Parameters
    ----------
    posteriors
        Columns product_id, segment.
    segments
        Columns customer_id, segment.
    """
    names = distinct_ids(pa.chunked_array([*posteriors["segment"].chunks, pa.array([EVERYBODY])]))
    everybody = int(names.encode(pa.array([EVERYBODY]))[0])
    segment_of = np.full(len(problem.customers), everybody, np.int64)
    customer, segment = problem.customers.encode(segments["customer_id"]), names.encode(segments["segment"])
    is_known = (customer >= 0) & (segment >= 0)
    segment_of[customer[is_known]] = segment[is_known]
    product, segment = problem.products.encode(posteriors["product_id"]), names.encode(posteriors["segment"])
    is_known = (product >= 0) & (segment >= 0)
    row_of = np.full((len(problem.products), len(names)), -1, np.int64)
    row_of[product[is_known], segment[is_known]] = np.flatnonzero(is_known)
    own = row_of[problem.pool.product, segment_of[problem.customer]]
    return np.asarray(np.where(own >= 0, own, row_of[problem.pool.product, everybody]))


def tabulated(alpha: FloatArray, beta: FloatArray, ucb_width: float) -> Posteriors:
    """Return the distributions of the log-odds of Beta draws as tables. Shapes (posteriors,)."""
    mean_odds = np.log(alpha) - np.log(beta)
    lowest, highest = _odds_below(alpha, beta), -_odds_below(beta, alpha)
    first = np.maximum(lowest, np.log(POWER_TAIL / (1 + beta)))
    last = np.minimum(highest, -np.log(POWER_TAIL / (1 + alpha)))
    step = (last - first) / TABLE_STEPS
    odds = first[:, None] + step[:, None] * np.arange(TABLE_STEPS + 1)
    shares = betainc(alpha[:, None], beta[:, None], expit(odds))
    log_constant = betaln(alpha, beta)
    tail = np.logaddexp(0, odds)
    densities = np.exp(alpha[:, None] * odds - (alpha + beta)[:, None] * tail - log_constant[:, None])
    mean = alpha / (alpha + beta)
    bound = mean + ucb_width * np.sqrt(mean * (1 - mean) / (alpha + beta + 1))
    return Posteriors(
        lowest - mean_odds,
        highest - mean_odds,
        first - mean_odds,
        step,
        alpha,
        beta,
        np.sqrt(polygamma(1, alpha) + polygamma(1, beta)),
        mean_odds,
        log_constant,
        logit(np.clip(bound, NEGLIGIBLE, 1 - NEGLIGIBLE)) - mean_odds,
        shares,
        densities,
    )


def _odds_below(alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Return the log-odds below which a negligible share of the draws lies. Shape as given."""
    # Far down the distribution function is a power, of numbers too small to be told from 0.
    by_power = (np.log(NEGLIGIBLE) + np.log(alpha) + betaln(alpha, beta)) / alpha
    rate = betaincinv(alpha, beta, NEGLIGIBLE)
    is_small = rate < POWER_TAIL / (1 + beta)
    return np.asarray(np.where(is_small, by_power, logit(np.where(is_small, 0.5, rate))))
