"""Exploration: the last free slots of a slate are drawn, each product with a probability that is known.

The compiled loops are in `vitrine.explore_kernels` and `vitrine.explore_wins`; which products may stand where is asked
of the re-ranker's own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

import numpy as np
import pyarrow as pa

from vitrine.encoding import FloatArray, IntArray, as_doubles
from vitrine.explore_kernels import EXACT_SLOTS, Explored, ask, choose_for
from vitrine.explore_posteriors import posterior_rows, tabulated
from vitrine.explore_wins import Keys, Play, Table, lots, make_table
from vitrine.rerank import NO_GUARDRAILS, posed, slate_table, solve
from vitrine.rerank_desk import Desk, Flags, Slates, make_desk
from vitrine.rerank_encoding import Problem
from vitrine.rerank_guardrails import Guardrails, RerankParams
from vitrine.threads import in_parts

METHODS = ("thompson", "ucb")
THOMPSON, UCB = METHODS

CERTAIN, EXACT, MONTE_CARLO = "certain", "exact", "monte_carlo"
"""How a probability came about: the slot was not open to exploration; by integration alone; as a mean over sampled
choices for the slots before."""

PROBABILITY_DECIMALS = 9
LEAST_PROBABILITY = 1e-9
"""Products less likely than this are not told; the probabilities told still add up to 1 within so much each."""


@dataclass(frozen=True)
class ExploreParams:
    """How one channel explores."""

    slot_count: int = 0
    """Slots that are open to exploration, the last of the slate that are neither pinned nor required; 0 is off."""
    method: str = THOMPSON
    """`thompson` draws, `ucb` takes the greatest upper bound."""
    max_loss_share: float = 0.5
    """An explored product has at least 1 less this share of the odds, by the objective, of whom it replaces."""
    ucb_width: float = 1.0
    """The bound lies so many standard deviations of the posterior above its mean."""
    pool_size: int = 20
    """Most products that compete for a slot."""
    path_count: int = 200
    """Sampled choices for the slots before, for the probabilities from the third exploring slot on."""
    seed: str = ""
    """Other draws for another one."""


@dataclass(frozen=True)
class Exploration:
    """What a channel's exploration goes by at a cutoff."""

    params: ExploreParams
    posteriors: pa.Table
    """Columns product_id, segment, alpha, beta: a Beta distribution each of the outcome's rate. A product without one
    in the customer's segment has that of the segment `all`."""
    segments: pa.Table
    """Columns customer_id, segment."""
    occasion: str = ""
    """Channel and cutoff: each has draws and lots of its own."""
    scale: float = 1.0
    """Score that one unit of log-odds is worth: the weight of the purchase in the objective."""


def contradictions(params: ExploreParams) -> list[str]:
    """Say what in the parameters cannot be used, one sentence each; empty: nothing."""
    found = []
    if params.method not in METHODS:
        found.append(f"The method '{params.method}' of exploration is not known; write one of {', '.join(METHODS)}.")
    if params.slot_count < 0:
        found.append(f"{params.slot_count} slots cannot be explored; write 0 or more.")
    if not 0 <= params.max_loss_share < 1:
        found.append(f"max_loss_share is {params.max_loss_share}; it must be 0 or more and less than 1.")
    if params.ucb_width < 0:
        found.append(f"ucb_width is {params.ucb_width}; it must be 0 or more.")
    if params.pool_size < 1 or params.path_count < 1:
        found.append("pool_size and path_count must be 1 or more.")
    return found


def explore(problem: Problem, slates: Slates, exploration: Exploration) -> Explored:
    """Choose again who holds the last free slots of each slate, and say how likely each product was.

    **Who competes.** For an exploring slot every candidate that could stand in it with the rest of the slate as it is:
    within all caps and pairs, with each soft rule kept as far as in the greedy slate, no reserve or product beyond the
    taste distance where the greedy choice is none, by `quota` of its category, with a posterior, and with at least
    1 - `max_loss_share` of the odds of the greedy choice by its objective. Of them the best by score, and the greedy
    choice itself.

    **Who wins.** The greatest index, in log-odds: objective_score / scale + logit(draw) - logit(mean), with a draw of
    the product's posterior (Thompson, "On the Likelihood that One Unknown Probability Exceeds Another in View of the
    Evidence of Two Samples", Biometrika 1933; Chapelle and Li, "An Empirical Evaluation of Thompson Sampling", NIPS
    2011). With `ucb` the upper bound mean + `ucb_width` times the standard deviation stands for the draw (after Auer,
    Cesa-Bianchi and Fischer, "Finite-time Analysis of the Multiarmed Bandit Problem", Machine Learning 2002). What is
    known well keeps its place by the ranker's score; what is known little may rise, for a while. A product without a
    posterior stands only as the greedy choice, with its score alone.

    **Probabilities.** Draws are independent between customers, products and slots, so the probability to win one slot
    is an integral in one dimension, exact to 1e-7. Slots are filled from the first to the last, each given those
    before: those of the second are the mean over all choices for the first, from the third on over `path_count` sampled
    choices, of which the one of the release is one. They are those of the product in the slot, whatever stands in the
    others.

    **Capacities.** What the greedy slates leave of a product may be explored by as many customers, chosen by lot among
    those whose slots could hold it: no draw can exceed it. The lots are those of the occasion, whatever the seed.

    Parameters
    ----------
    problem
        As `vitrine.rerank_encoding.encode` makes it; its lost rows stay lost.
    slates
        The greedy slates. Left as they are.

    Returns
    -------
    Explored
        The same for any order of the rows and number of threads.

    Raises
    ------
    ValueError
        Where parameters cannot be used, or a posterior has no positive alpha and beta.
    """
    return next(redraws(problem, slates, exploration, [exploration.params.seed]))


def redraws(
    problem: Problem,
    slates: Slates,
    exploration: Exploration,
    seeds: Iterable[str],
    customers: IntArray | None = None,
) -> Iterator[Explored]:
    """Yield what `explore` returns for each of several seeds; what they have in common is made once.

    Parameters
    ----------
    customers
        Who explores, as positions; None: everybody. All count where products are short.
    """
    params = exploration.params
    problems = contradictions(params)
    if exploration.scale <= 0:
        problems.append(f"One unit of log-odds is worth {exploration.scale} of the score; it must be above 0.")
    if problems:
        raise ValueError(" ".join(problems))
    if not params.slot_count or not len(problem.customers):
        for _ in seeds:
            yield _unexplored(problem, slates, params.slot_count)
        return
    pool, rules, tastes, everybody = problem.pool, problem.rules, problem.tastes, np.arange(len(problem.customers))
    play = _play(problem, slates, exploration)
    explored = _unexplored(problem, slates, params.slot_count)

    def room(some: IntArray) -> tuple[Desk, Table]:
        return make_desk(pool, rules, tastes, some), make_table(play, rules, slates.relaxed.shape[1])

    def choose_part(found: Explored, some: IntArray) -> None:
        choose_for(pool, rules, tastes, play, some, slates, *room(some), found)

    if len(problem.capacity):
        in_parts(lambda some: ask(pool, rules, play, some, slates, *room(some), explored), everybody)
        lot_keys = keys_of(problem.customers.values, exploration.occasion, "lot")
        play.is_closed[:] = _closed(problem, slates, lot_keys, play.product_keys, explored.is_asked)
    for seed in seeds:
        play.customer_keys[:] = keys_of(problem.customers.values, seed, exploration.occasion, "draw")
        explored = _unexplored(problem, slates, params.slot_count)
        in_parts(partial(choose_part, explored), everybody if customers is None else customers)
        yield explored


def choose(
    candidates: pa.Table,
    params: RerankParams,
    guardrails: Guardrails = NO_GUARDRAILS,
    attributes: pa.Table | None = None,
    tastes: pa.Table | None = None,
    capacities: pa.Table | None = None,
    exploration: Exploration | None = None,
) -> pa.Table:
    """Choose each customer's slate with `vitrine.rerank.rerank`, explore, and tell what else could have stood there.

    Parameters
    ----------
    candidates, params, guardrails, attributes, tastes, capacities
        As `rerank` takes them.
    exploration
        None: the slates are those of `rerank`, to the bit.

    Returns
    -------
    pa.Table
        The columns of `rerank`; then selection_probability (of the product in the slot), is_chosen, is_greedy (whether
        it would hold the slot without exploration), exploration_addend (what its draw or bound added to its score) and
        probability_method. Of products that were not chosen, with the least probable left out, marginal_score,
        relaxed_limits and exploration_addend are NULL. By customer and slot, the chosen product first.
    """
    problem = posed(candidates, params, guardrails, attributes, tastes, capacities)
    slates = solve(problem)
    if exploration is None:
        return _choices(problem, slates, _unexplored(problem, slates, 0), [])
    explored = explore(problem, slates, exploration)
    methods = [_how(place, exploration.params) for place in range(explored.slots.shape[1])]
    return _choices(problem, slates, explored, methods)


def _how(place: int, params: ExploreParams) -> str:
    """Return how the probabilities of an exploring slot come about; without draws there is nothing to sample."""
    return EXACT if place < EXACT_SLOTS or params.method != THOMPSON else MONTE_CARLO


def _choices(problem: Problem, slates: Slates, explored: Explored, methods: list[str]) -> pa.Table:
    """Return the slates, and what else could have stood in them, as rows; `methods` has one word an exploring slot."""
    shown = slates._replace(rows=explored.rows, marginals=explored.marginals, relaxed=explored.relaxed)
    chosen = slate_table(problem, shown)
    is_filled = explored.rows >= 0
    probability, method = np.ones(explored.rows.shape), np.full(explored.rows.shape, CERTAIN, object)
    for place in range(explored.slots.shape[1]):
        customer = np.flatnonzero(explored.slots[:, place] >= 0)
        slot = explored.slots[customer, place]
        probability[customer, slot] = explored.probabilities[place, explored.rows[customer, slot]]
        method[customer, slot] = methods[place]
    more = {
        "selection_probability": np.round(probability[is_filled], PROBABILITY_DECIMALS),
        "is_chosen": np.ones(chosen.num_rows, np.bool_),
        "is_greedy": (explored.rows == slates.rows)[is_filled],
        "exploration_addend": np.round(explored.addends[is_filled], PROBABILITY_DECIMALS),
        "probability_method": pa.array(method[is_filled], pa.string()),
    }
    for name, values in more.items():
        chosen = chosen.append_column(name, values if isinstance(values, pa.Array) else pa.array(values))
    others = [_others(problem, slates, explored, place, how, chosen.schema) for place, how in enumerate(methods)]
    order = [("customer_id", "ascending"), ("slot", "ascending"), ("is_chosen", "descending")]
    order += [("selection_probability", "descending"), ("product_id", "ascending")]
    return pa.concat_tables([chosen, *others]).sort_by(order) if others else chosen


def _others(
    problem: Problem, slates: Slates, explored: Explored, place: int, method: str, schema: pa.Schema
) -> pa.Table:
    """Return the products that might have held one of the exploring slots, as rows of the given columns."""
    pool, probability = problem.pool, explored.probabilities[place]
    customers = np.flatnonzero(explored.slots[:, place] >= 0)
    slots = explored.slots[customers, place]
    is_told = probability >= LEAST_PROBABILITY
    is_told[slates.rows[customers, slots]] = True
    is_told[explored.rows[customers, slots]] = False
    row = np.flatnonzero(is_told)
    customer = problem.customer[row].astype(np.int64)
    slot = explored.slots[customer, place]
    known = {
        "customer_id": problem.customers.decode(customer),
        "product_id": problem.products.decode(pool.product[row].astype(np.int64)),
        "slot": pa.array(slot + 1, pa.int32()),
        "objective_score": pool.score[row],
        "selection_probability": np.round(probability[row], PROBABILITY_DECIMALS),
        "is_chosen": np.zeros(len(row), np.bool_),
        "is_greedy": slates.rows[customer, slot] == row,
        "probability_method": pa.array([method] * len(row), pa.string()),
    }
    columns = {field.name: known.get(field.name, pa.nulls(len(row), field.type)) for field in schema}
    return pa.table(columns, schema=schema)


def keys_of(ids: pa.Array, *salts: str) -> Keys:
    """Return a number for each id that nothing but the id and the salts has a part in. Shape (ids,)."""
    prefix = "".join(f"{len(salt)}:{salt}" for salt in salts)
    digests = [blake2b(f"{prefix}{one}".encode(), digest_size=8).digest() for one in ids.to_pylist()]
    return np.frombuffer(b"".join(digests), np.dtype("<u8")).astype(np.uint64)


def _unexplored(problem: Problem, slates: Slates, slot_count: int) -> Explored:
    """Return the greedy slates as results."""
    count, rows = len(problem.customers), len(problem.pool.product)
    return Explored(
        slates.rows.copy(),
        slates.marginals.copy(),
        slates.relaxed.copy(),
        np.full((count, slot_count), -1, np.int64),
        np.zeros((slot_count, rows)),
        np.zeros(slates.rows.shape),
        np.zeros(rows, np.bool_),
    )


def _play(problem: Problem, slates: Slates, exploration: Exploration) -> Play:
    """Return what the compiled code goes by, for a seed to come: nothing is closed, and customers have no keys."""
    params = exploration.params
    loss = -exploration.scale * float(np.log1p(-params.max_loss_share))
    is_within = problem.pool.score >= (_lowest_scores(problem, slates) - loss)[problem.customer]
    posterior = posterior_rows(problem, exploration.posteriors, exploration.segments)
    posterior[~is_within] = -1
    used, of = np.unique(posterior, return_inverse=True)
    has_none = len(used) > 0 and used[0] < 0
    known = used[used >= 0]
    alpha, beta = (as_doubles(exploration.posteriors[name])[known] for name in ("alpha", "beta"))
    if not (np.all(alpha > 0) and np.all(beta > 0)):
        raise ValueError("A posterior has an alpha or a beta that is not above 0.")
    return Play(
        params.slot_count,
        params.method == THOMPSON,
        params.pool_size,
        loss,
        exploration.scale,
        # Where nothing is drawn one path is all there are.
        params.path_count if params.method == THOMPSON else 1,
        (of.reshape(-1) - has_none).astype(np.int32),
        np.zeros(len(problem.pool.product), np.bool_),
        np.zeros(len(problem.customers), np.uint64),
        keys_of(problem.products.values, "product"),
        tabulated(alpha, beta, params.ucb_width),
    )


def _lowest_scores(problem: Problem, slates: Slates) -> FloatArray:
    """Return the lowest score in each customer's greedy slate. Shape (customers,)."""
    scores = np.where(slates.rows >= 0, problem.pool.score[slates.rows], np.inf)
    return np.asarray(scores.min(axis=1, initial=np.inf))


def _closed(problem: Problem, slates: Slates, lot_keys: Keys, product_keys: Keys, is_asked: Flags) -> Flags:
    """Return the rows that may not be explored, since others explore what is left of their product. Shape (rows,)."""
    product, capacity = problem.pool.product, problem.capacity
    shown = slates.rows[slates.rows >= 0]
    left = capacity - np.bincount(product[shown], minlength=len(capacity))
    asked = np.flatnonzero(is_asked & (capacity[product] >= 0))
    lot = lots(lot_keys[problem.customer[asked]], product_keys[product[asked]])
    asked = asked[np.lexsort((problem.customer[asked], lot, product[asked]))]
    of = product[asked]
    place = np.arange(len(of)) - np.searchsorted(of, of)
    is_closed = capacity[product] >= 0
    is_closed[shown] = False
    is_closed[asked[place < left[of]]] = False
    return np.asarray(is_closed)
