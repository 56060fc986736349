"""How close a customer is to a product, seen by four models at once: factors, linear item-item weights, what like
customers bought lately, and what the product is called.

Each model gives a dense block of scores for a batch of customers. The best products of each block become
candidates, and every candidate, also one that another source proposed, carries the scores of all models, so that
the ranker compares candidates of all sources by the same measures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import scipy.linalg
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from vitrine.als import AlsFactors
from vitrine.encoding import Ids, IntArray, as_doubles, distinct_ids

ScoreArray = NDArray[np.float32]
Block = Callable[[IntArray], ScoreArray]
"""Scores of the given customers for all offered products: shape (customers, offered), higher is closer."""

MAX_BLOCK_CELLS = 1 << 25
"""Scores held at once by a block: 128 MiB."""
NO_RANK = np.iinfo(np.int32).max
MIN_INTENT = 0.01
"""Purchases that weigh less say nothing of what a customer is up to now."""
MODELS = ("als", "linear", "intent", "neighbours", "content")


@dataclass(frozen=True)
class AffinityParams:
    """Parameters of all models of one cutoff."""

    max_candidates: int = 50
    """Products per customer and model."""
    max_new_category_candidates: int = 10
    """The same again from categories that the customer does not buy from lately."""
    new_category_depth: int = 150
    """How many places below the kept products those are looked for."""
    min_buyers: int = 3
    """Products with fewer buyers are in no model."""
    max_products: int = 8000
    """Products that the models may propose: the most bought lately, where more could be offered."""
    linear_regularization: float = 20.0
    """Ridge of the linear model, in units of the mean squared column of the interactions."""
    max_linear_size: int = 3000
    """The linear model inverts a matrix of customers or products, whichever are fewer, and of at most this many:
    the most bought products, where there are more of both."""
    recent_days: int = 28
    """Purchases of the last so many days are what a customer's likes speak with."""
    neighbour_count: int = 100
    """Like customers that speak for a customer."""
    max_anchors: int = 20
    """A candidate's anchor is the most similar of this many products that the customer bought most."""
    batch_size: int = 512
    """Customers scored at once, at most; fewer where the catalogue or the customers are many."""


@dataclass(frozen=True)
class Interactions:
    """Who bought what, as matrices of shape (customers, products)."""

    customers: Ids
    products: Ids
    owned: csr_matrix
    """One where the customer bought the product, however long ago."""
    weights: csr_matrix
    """Logarithm of one plus the decayed number of orders."""
    recent: csr_matrix
    """One where the customer bought the product lately."""
    intent: csr_matrix
    """As weights, but decayed so fast that only the latest purchases count."""


def encode_interactions(rows: pa.Table, params: AffinityParams) -> Interactions:
    """Return the interactions of one cutoff as matrices, the same for any order of the rows.

    Parameters
    ----------
    rows
        Columns customer_id, product_id (string), weight and intent_weight (double, at least zero) and
        days_since_order, one row a pair.
    params
        Products with fewer than min_buyers buyers are left out; customers stay.
    """
    customers = distinct_ids(rows["customer_id"])
    products = distinct_ids(rows["product_id"])
    buyers = np.bincount(products.encode(rows["product_id"]), minlength=len(products))
    products = Ids(products.decode(np.flatnonzero(buyers >= params.min_buyers)))
    row, column = customers.encode(rows["customer_id"]), products.encode(rows["product_id"])
    known = column >= 0
    is_recent = as_doubles(rows["days_since_order"]) <= params.recent_days

    def matrix(values: NDArray[np.float64], at: NDArray[np.bool_]) -> csr_matrix:
        shape = (len(customers), len(products))
        found = csr_matrix((values[at].astype(np.float32), (row[at], column[at])), shape=shape)
        found.sort_indices()
        return found

    weight, intent = np.log1p(as_doubles(rows["weight"])), as_doubles(rows["intent_weight"])
    return Interactions(
        customers,
        products,
        matrix(np.ones(len(row)), known),
        matrix(weight, known),
        matrix(np.ones(len(row)), known & is_recent),
        matrix(np.log1p(intent), known & (intent > MIN_INTENT)),
    )


def als_block(interactions: Interactions, factors: AlsFactors, offered: IntArray) -> Block:
    """Return dot products of factors; customers and products without a factor score zero."""
    rows = factors.customers.encode(interactions.customers.values)
    columns = factors.products.encode(interactions.products.values.take(pa.array(offered)))
    width = factors.customer_factors.shape[1] if len(factors.customers) else 1
    customers = _taken(factors.customer_factors, rows, width)
    products = _taken(factors.product_factors, columns, width).T.copy()
    return lambda batch: np.asarray(customers[batch] @ products, dtype=np.float32)


def linear_blocks(interactions: Interactions, offered: IntArray, params: AffinityParams) -> tuple[Block, Block]:
    """Return the scores of a linear item-item model: from all a customer bought, and from the latest purchases only.

    The model is EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019): with P the inverse of
    X'X + r I, the weight of item k for item j is -P[k, j] / P[j, j]. Where customers are fewer than products, the same
    weights come from a matrix of customers: by the push-through identity X P = (X X' + r I)^-1 X, and
    P[j, j] = (1 - x_j' (X X' + r I)^-1 x_j) / r, so that every product takes part at the cost of the customers.
    Both have the zero diagonal of EASE: what a customer owns gains nothing from itself.
    """
    weights = interactions.weights
    count_customers, count_products = weights.shape
    squares = np.asarray(weights.multiply(weights).sum(axis=0)).ravel()
    ridge = max(params.linear_regularization * float(squares.mean()) if len(squares) else 1.0, 1e-6)
    if count_customers <= min(count_products, params.max_linear_size):
        return _linear_by_customers(weights, interactions.intent, offered, ridge)
    kept = np.sort(np.argsort(-squares, kind="stable")[: params.max_linear_size])
    intent = interactions.intent[:, kept]
    return _linear_by_products(weights[:, kept], intent, np.searchsorted(kept, offered), offered, kept, ridge)


def _linear_by_customers(
    weights: csr_matrix, intent_weights: csr_matrix, offered: IntArray, ridge: float
) -> tuple[Block, Block]:
    gram = np.asarray((weights @ weights.T).todense(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram)
    columns = weights[:, offered].astype(np.float64).tocsc()
    solved = np.ascontiguousarray((columns.T @ inverse).T, dtype=np.float32)  # (customers, offered)
    inner = np.asarray(columns.multiply(solved).sum(axis=0)).ravel()
    diagonal = (np.maximum(1 - inner, 1e-6) / ridge).astype(np.float32)
    across = np.asarray((intent_weights @ weights.T).todense(), dtype=np.float32)

    def taste(batch: IntArray) -> ScoreArray:
        own = np.asarray(weights[batch][:, offered].todense())
        return np.asarray(own - solved[batch] / diagonal)

    def intent(batch: IntArray) -> ScoreArray:
        own = np.asarray(intent_weights[batch][:, offered].todense())
        return np.asarray(own + (across[batch] @ solved - own) / (np.float32(ridge) * diagonal))

    return taste, intent


def _linear_by_products(
    weights: csr_matrix, intent_weights: csr_matrix, places: IntArray, offered: IntArray, kept: IntArray, ridge: float
) -> tuple[Block, Block]:
    gram = np.asarray((weights.T @ weights).todense(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram)
    places = np.minimum(places, len(kept) - 1)
    known = kept[places] == offered
    model = -inverse[:, places] / np.diag(inverse)[places]
    model = np.where(known, model, 0).astype(np.float32)
    model[places[known], np.flatnonzero(known)] = 0
    return (
        lambda batch: np.asarray(weights[batch] @ model, dtype=np.float32),
        lambda batch: np.asarray(intent_weights[batch] @ model, dtype=np.float32),
    )


def _inverse(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of a symmetric, positive definite matrix by its Cholesky factor; the input is overwritten."""
    factor, failed = scipy.linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
    half, failed_too = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ValueError("The interactions are not finite, so the linear model cannot be solved.")
    half = np.tril(half)
    whole = half + half.T
    whole[np.diag_indices_from(whole)] /= 2
    return np.asarray(whole)


def neighbours_block(interactions: Interactions, offered: IntArray, count: int) -> Block:
    """Return what the most like customers bought lately, weighted by their likeness (cosine of the weights).

    Neighbourhoods over recent purchases follow the idea of UP-CF (Faggioli, Polato and Aiolli, "Recency Aware
    Collaborative Filtering for Next Basket Recommendation", UMAP 2020).
    """
    unit = normalize(interactions.weights)
    across = unit.T.tocsr()
    lately = interactions.recent[:, offered]

    def block(batch: IntArray) -> ScoreArray:
        likeness = np.asarray((unit[batch] @ across).todense(), dtype=np.float32)
        likeness[np.arange(len(batch)), batch] = 0
        if likeness.shape[1] > count:
            likeness[likeness < np.partition(likeness, -count, axis=1)[:, -count, None]] = 0
        return np.asarray((csr_matrix(likeness) @ lately).todense(), dtype=np.float32)

    return block


def content_block(interactions: Interactions, offered: IntArray, descriptions: list[str]) -> Block:
    """Return the cosine of a product's words and those of what the customer bought (TF-IDF of words and word pairs)."""
    words = TfidfVectorizer(token_pattern=r"[^\W_]+", ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32)
    try:
        terms = words.fit_transform(descriptions)
    except ValueError:  # no word is used twice
        return lambda batch: np.zeros((len(batch), len(offered)), dtype=np.float32)
    profiles = normalize(interactions.weights @ terms)
    mine = terms[offered].T.tocsr()
    return lambda batch: np.asarray((profiles[batch] @ mine).todense(), dtype=np.float32)


def propose_by_affinity(
    interactions: Interactions,
    customers: pa.ChunkedArray,
    products: pa.Table,
    pairs: pa.Table,
    known_categories: pa.Table,
    factors: AlsFactors,
    params: AffinityParams,
    allow_owned: bool = False,
) -> Iterator[pa.Table]:
    """Yield the candidates of each model and the given pairs with the scores of all models, by batches of customers.

    Parameters
    ----------
    interactions
        Who bought what before the cutoff.
    customers
        Ids of the customers who get candidates.
    products
        Columns product_id, category, description (string) and is_offered (boolean) of the known products.
    pairs
        Columns customer_id, product_id: candidates of other sources, to be scored as well.
    known_categories
        Columns customer_id, category: the categories that are not new to the customer.
    factors
        A fit of ALS on the same interactions.
    params
        The parameters.
    allow_owned
        Whether products that the customer has may be proposed.

    Yields
    ------
    pa.Table
        Columns customer_id, product_id, anchor_product_id (NULL without one), new_category_rank (the best rank that a
        model gives the product among those of categories new to the customer; NULL below the kept ones), and for
        each model <model>_score, <model>_ratio (the score over the customer's best) and <model>_rank (NULL below the
        kept ones).
    """
    places = interactions.products.encode(products["product_id"])
    descriptions = np.full(len(interactions.products), "", dtype=object)
    descriptions[places[places >= 0]] = np.asarray(products["description"].to_pylist(), dtype=object)[places >= 0]
    offered = _offered(interactions, products, places, params.max_products)
    if not len(offered) or not len(interactions.customers):
        return
    category_ids = distinct_ids(products["category"])
    category_of = np.full(len(interactions.products), -1)
    category_of[places[places >= 0]] = category_ids.encode(products["category"])[places >= 0]
    with threadpool_limits(2, "blas"):
        linear, intent = linear_blocks(interactions, offered, params)
    blocks: dict[str, Block] = {
        "als": als_block(interactions, factors, offered),
        "linear": linear,
        "intent": intent,
        "neighbours": neighbours_block(interactions, offered, params.neighbour_count),
        "content": content_block(interactions, offered, [str(text) for text in descriptions]),
    }
    shape = (len(interactions.customers), len(category_ids))
    rows, columns = (
        ids.encode(known_categories[name])
        for ids, name in ((interactions.customers, "customer_id"), (category_ids, "category"))
    )
    known = (rows >= 0) & (columns >= 0)
    seen = csr_matrix((np.ones(known.sum(), dtype=np.int8), (rows[known], columns[known])), shape=shape)
    slates = _Proposals(
        interactions,
        offered,
        blocks,
        _encoded_pairs(interactions, pairs, offered),
        interactions.owned[:, offered],
        seen,
        category_of[offered],
        _Anchors(interactions, factors, params.max_anchors),
        params,
        allow_owned,
    )
    wanted = np.unique(interactions.customers.encode(customers))
    wanted = wanted[wanted >= 0]
    # A block is as wide as the catalogue or the customers: the more there are, the fewer rows it has.
    room = MAX_BLOCK_CELLS // max(len(offered), len(interactions.customers))
    size = max(1, min(params.batch_size, room))
    for begin in range(0, len(wanted), size):
        yield slates.of(wanted[begin : begin + size])


def _offered(interactions: Interactions, products: pa.Table, places: IntArray, limit: int) -> IntArray:
    """Return the codes of the products that may be proposed, ascending: the most bought lately where too many."""
    is_offered = (as_doubles(products["is_offered"].cast(pa.int8())) > 0) & (places >= 0)
    offered = np.sort(places[is_offered])
    if len(offered) > limit:
        buyers = np.asarray(interactions.recent.sum(axis=0)).ravel()[offered]
        weight = np.asarray(interactions.weights.sum(axis=0)).ravel()[offered]
        offered = np.sort(offered[np.lexsort((offered, -np.round(weight, 3), -buyers))[:limit]])
    return offered


@dataclass(frozen=True)
class _Proposals:
    """Everything that the candidates of a batch of customers are drawn from."""

    interactions: Interactions
    offered: IntArray
    blocks: dict[str, Block]
    given: csr_matrix
    owned: csr_matrix
    seen_categories: csr_matrix
    category_of: IntArray
    anchors: "_Anchors"
    params: AffinityParams
    allow_owned: bool

    def of(self, batch: IntArray) -> pa.Table:
        """Return the candidates of a batch of customers."""
        width = len(self.offered)
        hidden = self.owned[batch].nonzero()
        seen = np.asarray(self.seen_categories[batch].todense()) > 0
        scores, tops = {}, {}
        fresh: list[tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]] = []
        chosen = [np.ravel_multi_index(self.given[batch].nonzero(), (len(batch), width))]
        for name, block in self.blocks.items():
            with threadpool_limits(2, "blas"):
                score = block(batch)
            if not self.allow_owned:
                score[hidden] = -np.inf
            places, value = _best(score, self.params.max_candidates + self.params.new_category_depth)
            cells = np.arange(len(batch))[:, None] * width + places
            is_shown = value > 0
            is_top = is_shown & (np.arange(places.shape[1]) < self.params.max_candidates)
            is_new = is_shown & ~seen[np.arange(len(batch))[:, None], self.category_of[places]]
            is_new &= np.cumsum(is_new, axis=1) <= self.params.max_new_category_candidates
            tops[name] = (cells[is_top], np.nonzero(is_top)[1] + 1)
            chosen += [cells[is_top], cells[is_new]]
            fresh.append((cells[is_new], np.cumsum(is_new, axis=1, dtype=np.int64)[is_new]))
            scores[name] = score
        cells = np.unique(np.concatenate(chosen))
        if not self.allow_owned:
            cells = cells[np.isfinite(scores[MODELS[0]][np.divmod(cells, width)])]
        row, column = np.divmod(cells, width)
        anchors = self.anchors.of(batch[row], self.offered[column])
        columns: dict[str, pa.Array] = {
            "customer_id": self.interactions.customers.decode(batch[row]),
            "product_id": self.interactions.products.decode(self.offered[column]),
            "anchor_product_id": self.interactions.products.decode(anchors),
        }
        best_fresh = np.full(len(cells), NO_RANK, dtype=np.int32)
        for at, place in fresh:
            np.minimum.at(best_fresh, np.searchsorted(cells, at), place)
        columns["new_category_rank"] = pa.array(best_fresh, mask=best_fresh == NO_RANK)
        for name, score in scores.items():
            value = score[row, column]
            best = np.zeros(len(batch), dtype=np.float32)
            np.maximum.at(best, row, value)
            rank = np.zeros(len(cells), dtype=np.int32)
            rank[np.searchsorted(cells, tops[name][0])] = tops[name][1]
            columns[f"{name}_score"] = pa.array(value)
            columns[f"{name}_ratio"] = pa.array(value / np.where(best > 0, best, 1)[row])
            columns[f"{name}_rank"] = pa.array(rank, mask=rank == 0)
        return pa.table(columns)


def _best(score: ScoreArray, count: int) -> tuple[IntArray, ScoreArray]:
    """Return the places of each row's best scores, best first, and the scores. Each shape (rows, at most count)."""
    count = min(count, score.shape[1])
    bar = np.partition(score, -count, axis=1)[:, -count, None]
    is_kept, at_bar = score > bar, score == bar
    room = count - is_kept.sum(axis=1, dtype=np.int32)[:, None]
    is_kept |= at_bar & (np.cumsum(at_bar, axis=1, dtype=np.int32) <= room)
    places = np.nonzero(is_kept)[1].reshape(-1, count)
    value = np.take_along_axis(score, places, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1), np.take_along_axis(value, order, axis=1)


def _encoded_pairs(interactions: Interactions, pairs: pa.Table, offered: IntArray) -> csr_matrix:
    """Return one where a pair was proposed elsewhere. Shape (customers, offered)."""
    row = interactions.customers.encode(pairs["customer_id"])
    code = interactions.products.encode(pairs["product_id"])
    place = np.minimum(np.searchsorted(offered, code), len(offered) - 1)
    known = (row >= 0) & (code >= 0) & (offered[place] == code)
    shape = (len(interactions.customers), len(offered))
    return csr_matrix((np.ones(known.sum(), dtype=np.int8), (row[known], place[known])), shape=shape)


def _taken(values: NDArray[np.float32], codes: IntArray, width: int) -> NDArray[np.float32]:
    """Return the rows at the codes, zeros where the code is -1."""
    found = np.zeros((len(codes), width), dtype=np.float32)
    if len(values):
        found[codes >= 0] = values[codes[codes >= 0]]
    return found


class _Anchors:
    """For a pair, the product among the customer's most bought with the highest cosine of factors."""

    def __init__(self, interactions: Interactions, factors: AlsFactors, count: int) -> None:
        width = factors.product_factors.shape[1] if len(factors.products) else 1
        self._unit = normalize(
            _taken(factors.product_factors, factors.products.encode(interactions.products.values), width)
        )
        weights = interactions.weights
        row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        order = np.lexsort((weights.indices, -weights.data, row))
        self._owned = np.full((weights.shape[0], count), -1)
        slot = np.arange(len(row)) - np.repeat(weights.indptr[:-1], np.diff(weights.indptr))
        kept = slot < count
        self._owned[row[kept], slot[kept]] = weights.indices[order][kept]

    def of(self, customers: IntArray, products: IntArray, size: int = 1 << 15) -> IntArray:
        """Return the anchor of each pair, -1 without one. Shape (n,)."""
        found = np.full(len(customers), -1)
        for begin in range(0, len(customers), size):
            some = slice(begin, begin + size)
            owned = self._owned[customers[some]]
            cosines = np.einsum("nf,nkf->nk", self._unit[products[some]], self._unit[owned])
            cosines = np.where((owned >= 0) & (owned != products[some][:, None]), cosines, -2)
            best = np.argmax(cosines, axis=1)
            is_close = np.take_along_axis(cosines, best[:, None], axis=1)[:, 0] > 0
            found[some] = np.where(is_close, np.take_along_axis(owned, best[:, None], axis=1)[:, 0], -1)
        return found
