"""Models of how close a customer is to a product: factors, linear item-item weights, what like customers bought lately,
and what the product is called. Each gives a dense block of scores for a batch of customers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import scipy.linalg
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from vitrine.als import AlsFactors
from vitrine.encoding import Ids, IntArray, as_doubles, distinct_ids, inverse_propensities

ScoreArray = NDArray[np.float32]
Block = Callable[[IntArray], ScoreArray]
"""Scores of the given customers for all offered products: shape (customers, offered), higher is closer."""


@dataclass(frozen=True)
class FactorBlock:
    """A block of dot products of factors, of which single ones can be had without the others."""

    customers: ScoreArray
    """Shape (customers, f)."""
    products: ScoreArray
    """Shape (offered, f)."""

    def __call__(self, batch: IntArray) -> ScoreArray:
        """Return the scores of customers for all offered products."""
        return np.asarray(self.customers[batch] @ self.products.T, dtype=np.float32)

    def at(self, customers: IntArray, columns: IntArray) -> ScoreArray:
        """Return the scores of pairs. Shape (n,)."""
        return np.asarray(np.einsum("nf,nf->n", self.customers[customers], self.products[columns]))


MIN_INTENT = 0.01
"""Purchases that weigh less say nothing of what a customer is up to now."""


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
    linear_popularity_exponent: float = 0.2
    """Power of its buyers that an interaction with a product is divided by in the linear model."""
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


def als_block(interactions: Interactions, factors: AlsFactors, offered: IntArray) -> FactorBlock:
    """Return dot products of factors; customers and products without a factor score zero."""
    rows = factors.customers.encode(interactions.customers.values)
    columns = factors.products.encode(interactions.products.values.take(pa.array(offered)))
    width = factors.customer_factors.shape[1] if len(factors.customers) else 1
    return FactorBlock(rows_at(factors.customer_factors, rows, width), rows_at(factors.product_factors, columns, width))


def linear_blocks(interactions: Interactions, offered: IntArray, params: AffinityParams) -> tuple[Block, Block]:
    """Return the scores of a linear item-item model: from all a customer bought, and from the latest purchases only.

    The model is EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019): with P the inverse of
    X'X + r I, the weight of item k for item j is -P[k, j] / P[j, j]. Where customers are fewer than products, the same
    weights come from a matrix of customers: by the push-through identity X P = (X X' + r I)^-1 X, and
    P[j, j] = (1 - x_j' (X X' + r I)^-1 x_j) / r, so that every product takes part at the cost of the customers.
    Both have the zero diagonal of EASE: what a customer owns gains nothing from itself. Interactions are divided by a
    power of the product's buyers first, so a score promises less of what everybody buys.
    """
    weights, intent = interactions.weights.copy(), interactions.intent.copy()
    count_customers, count_products = weights.shape
    most_bought = np.argsort(-_squares(weights), kind="stable")[: params.max_linear_size]
    factors = inverse_propensities(
        weights.indices, weights.data.astype(np.float64), count_products, params.linear_popularity_exponent
    ).astype(np.float32)
    for matrix in (weights, intent):
        matrix.data *= factors[matrix.indices]
    squares = _squares(weights)
    ridge = max(params.linear_regularization * float(squares.mean()) if len(squares) else 1.0, 1e-6)
    if count_customers <= min(count_products, params.max_linear_size):
        return _linear_by_customers(weights, intent, offered, ridge)
    kept = np.sort(most_bought)
    return _linear_by_products(weights[:, kept], intent[:, kept], np.searchsorted(kept, offered), offered, kept, ridge)


def _squares(matrix: csr_matrix) -> NDArray[np.float32]:
    return np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel()


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


def rows_at(values: NDArray[np.float32], codes: IntArray, width: int) -> NDArray[np.float32]:
    """Return the rows at the codes, zeros where the code is -1."""
    found = np.zeros((len(codes), width), dtype=np.float32)
    if len(values):
        found[codes >= 0] = values[codes[codes >= 0]]
    return found
