"""Slates from scored candidates: relevance against variety within guardrails, for many customers at once.

The compiled loops are in `vitrine.rerank_kernels`, the exact search in `vitrine.rerank_exact`, the capacities in
`vitrine.exposure`.
"""

import numpy as np
import pyarrow as pa

from vitrine.encoding import IntArray
from vitrine.exposure import Claims, settle
from vitrine.rerank_desk import MEASURES, NO_PLAN, Slates, make_desk
from vitrine.rerank_encoding import Problem, encode
from vitrine.rerank_exact import improve_each
from vitrine.rerank_guardrails import Guardrails, PairRule, Pin, RerankParams, SlotLimit, contradictions
from vitrine.rerank_kernels import rank_customers
from vitrine.threads import in_parts

__all__ = [
    "Guardrails",
    "PairRule",
    "Pin",
    "RerankParams",
    "SlotLimit",
    "contradictions",
    "posed",
    "rerank",
    "slate_table",
    "solve",
]

NO_GUARDRAILS = Guardrails()


def rerank(
    candidates: pa.Table,
    params: RerankParams,
    guardrails: Guardrails = NO_GUARDRAILS,
    attributes: pa.Table | None = None,
    tastes: pa.Table | None = None,
    capacities: pa.Table | None = None,
) -> pa.Table:
    """Choose and order each customer's slate.

    **Methods.** Slots are filled from the first to the last with the candidate of the greatest marginal value. With r,
    the customer's scores brought to 0 to 1 less `coherence_strength` times the taste distance, and s, the
    `diversity_strength`:

    - `mmr`: (1 - s) r - s times the likeness to the closest product above (Carbonell and Goldstein, "The Use of MMR,
      Diversity-Based Reranking for Reordering Documents and Producing Summaries", SIGIR 1998).
    - `dpp`: (1 - s) r + s log d², where d² is what the product adds to the determinant of the likenesses, its share
      that no product above explains. This is the greedy choice for the kernel diag(q) S diag(q) with q = exp(alpha r),
      alpha = (1 - s) / (2 s) and S the likenesses, 1 on the diagonal, times .99 off it (Chen, Zhang and Zhou, "Fast
      Greedy MAP Inference for Determinantal Point Process to Improve Recommendation Diversity", NeurIPS 2018), scaled
      by s so that s = 0 is defined.
    - `calibration`: the gain in (1 - s) times the sum of r - s KL(p, q), p the customer's tastes and q the slate's
      categories, smoothed with .01 p (Steck, "Calibrated Recommendations", RecSys 2018).
    - `quota`: slots by category in proportion to the customer's tastes (largest remainder), by r within; the slots that
      no candidate of their category fills go to the most relevant others.

    Likeness is the weighted sum of: same category, same brand, exp(-|log price gap|). A customer without tastes is
    ranked by r.

    **Hard**, never broken, the slate gets shorter instead: `at_most` limits (`max_per_category` and `max_per_brand` are
    two), `never` and `always` pairs, capacities.

    **Soft**, weakest first: the taste distance, `at_least_distinct`, `at_least`, required products, pins. A longer
    slate comes before all of them, a stronger one before all weaker ones; of limits of one kind as many as possible
    are kept, then as many of their slots. `relaxed_limits` names those that gave way, in this order and within it as
    they were given (pins by slot). A pin asks nothing of a customer without its product among the candidates; where
    the product went to others, it has given way. Reserves come last: a slot goes to one where no other candidate may
    stand there, or where only a reserve serves a soft rule (so also before a candidate beyond the taste distance).

    **What is exact.** Greedy choice looks ahead: when the slots left are needed for required products or limits, it
    chooses among those who serve one. Where its slate is short of a bound on what any slate can keep, integer
    programming (HiGHS) decides which slate keeps the most and, among those, has the fewest reserves and the greatest
    sum of r; the method then orders its products. So length and soft rules are exact, for each customer alone; the
    value of the slate is greedy. A search that comes to its limit, a number of nodes that no measured case came near,
    takes the best slate found by then, at worst the greedy one. A customer without guardrails, required products,
    reserves and taste distances has the slate of the greedy definition, which the two caps may leave shorter than it
    could be. With capacities, length and soft rules are exact given the products that a customer lost to others; who
    gets which is deferred acceptance (`vitrine.exposure`), by required and pinned first, then by objective_score; what
    that leaves unused is offered to those who lost it.

    Parameters
    ----------
    candidates
        Columns customer_id, product_id, category, brand (NULL: none, never limited), price_amount and objective_score
        (higher is better), one row a customer and product. Optional: is_required (boolean; must be in the slate),
        is_reserve (boolean), taste_distance (double, 0 to 1; NULL: unknown, taken as 0).
    params
        The policy.
    guardrails
        Limits, pairs and pins beside the policy.
    attributes
        Columns product_id, attribute_name, attribute_value, one row a product and name. `product` (the id), `category`
        and `brand` are known without it. A product without a value belongs to no group of the attribute; no product
        has a value of an attribute that the table lacks.
    tastes
        Columns customer_id, category, share: what `calibration` and `quota` go by.
    capacities
        Columns product_id, slot_count: most slates of a product in this call, below 0 is 0; a product without a row
        or number has no bound.

    Returns
    -------
    pa.Table
        Columns customer_id, product_id, slot (1 is first), objective_score, marginal_score (the value that won the
        slot), relaxed_limits (names separated by a comma, NULL where nothing gave way), by customer and slot. A
        customer without a feasible product has no row. The same for any order of the rows and number of threads.

    Raises
    ------
    ValueError
        Where guardrails contradict each other, a product has two values of an attribute, scores are missing, or the
        method lacks its tastes.
    """
    problem = posed(candidates, params, guardrails, attributes, tastes, capacities)
    return slate_table(problem, solve(problem))


def posed(
    candidates: pa.Table,
    params: RerankParams,
    guardrails: Guardrails,
    attributes: pa.Table | None,
    tastes: pa.Table | None,
    capacities: pa.Table | None,
) -> Problem:
    """Return what is asked of the compiled code, once nothing in it contradicts itself. Arguments as in `rerank`."""
    found = contradictions(guardrails, params)
    if found:
        raise ValueError(" ".join(found))
    return encode(candidates, params, guardrails, attributes, tastes, capacities)


def solve(problem: Problem) -> Slates:
    """Make the slates of all customers; notes in the problem which rows were lost to others."""
    pool, count = problem.pool, len(problem.customers)
    slates = Slates(
        np.full((count, problem.rules.slot_count), -1, np.int64),
        np.empty((count, problem.rules.slot_count)),
        np.zeros((count, len(problem.soft_names)), np.bool_),
        np.zeros((count, MEASURES), np.int16),
        np.zeros(count, np.bool_),
    )

    def rank_part(customers: IntArray) -> None:
        desk = make_desk(pool, problem.rules, problem.tastes, customers)
        rank_customers(pool, problem.rules, problem.tastes, customers, desk, NO_PLAN, slates)

    def rank(customers: IntArray) -> None:
        in_parts(rank_part, customers)
        improve_each(pool, problem.rules, problem.tastes, customers[slates.is_open_question[customers]], slates)

    if len(problem.capacity):
        pool.is_lost[:] = problem.capacity[pool.product] == 0
    rank(np.arange(count))
    if len(problem.capacity):
        is_pinned = np.zeros(len(problem.products), np.bool_)
        pinned = problem.rules.pins[:, 0]
        is_pinned[pinned[pinned >= 0]] = True
        is_first = is_pinned[pool.product]
        if len(pool.is_required):
            is_first |= pool.is_required
        claims = Claims(problem.customer, pool.product, pool.score, is_first, problem.capacity)
        settle(slates.rows, claims, pool.is_lost, rank)
    return slates


def slate_table(problem: Problem, slates: Slates) -> pa.Table:
    """Return the slates as rows."""
    is_filled = slates.rows >= 0
    customer, place = np.nonzero(is_filled)
    row = slates.rows[is_filled]
    names = _relaxed_names(problem.soft_names, slates)
    return pa.table(
        {
            "customer_id": problem.customers.decode(customer),
            "product_id": problem.products.decode(problem.pool.product[row].astype(np.int64)),
            "slot": pa.array(place + 1, pa.int32()),
            "objective_score": problem.pool.score[row],
            "marginal_score": np.round(slates.marginals[is_filled], 9),
            "relaxed_limits": names.take(pa.array(customer)),
        }
    )


def _relaxed_names(soft_names: tuple[str, ...], slates: Slates) -> pa.Array:
    """Return the names of what gave way for each customer. Length: customers."""
    patterns, of = np.unique(slates.relaxed, axis=0, return_inverse=True)
    texts = [
        ", ".join(dict.fromkeys(name for name, is_relaxed in zip(soft_names, row, strict=True) if is_relaxed)) or None
        for row in patterns
    ]
    return pa.array(texts, pa.string()).take(pa.array(of.reshape(-1)))
