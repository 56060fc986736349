"""Implicit-feedback alternating least squares: factors, candidates and the scores of given pairs.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, fitted by the
library implicit. Rows are sorted by id first, every row is solved on its own and the seed fixes the start, so
neither the order of the input nor the number of threads changes the result.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from vitrine.encoding import Ids, IntArray, as_doubles, distinct_ids

FactorArray = NDArray[np.float32]


@dataclass(frozen=True)
class AlsParams:
    """Parameters of one fit."""

    factors: int = 64
    """Length of a factor."""
    iterations: int = 10
    """Alternations."""
    regularization: float = 10.0
    """Weight of the squared factors."""
    alpha: float = 1.0
    """Confidence gained per unit of interaction weight."""
    min_buyers: int = 3
    """Products with fewer buyers have no factor."""
    seed: int = 20180101


@dataclass(frozen=True)
class AlsFactors:
    """Factors of one fit: a customer's affinity to a product is the dot product of both."""

    customers: Ids
    products: Ids
    customer_factors: FactorArray
    """Shape (customers, factors)."""
    product_factors: FactorArray
    """Shape (products, factors)."""

    def score(self, customers: pa.Array, products: pa.Array) -> NDArray[np.float32]:
        """Return the affinity of each given pair, NaN where either has no factor. Shape (n,)."""
        rows, columns = self.customers.encode(customers), self.products.encode(products)
        scores = np.full(len(rows), np.nan, dtype=np.float32)
        known = np.flatnonzero((rows >= 0) & (columns >= 0))
        for start in range(0, len(known), 1 << 16):
            some = known[start : start + (1 << 16)]
            scores[some] = np.einsum("nf,nf->n", self.customer_factors[rows[some]], self.product_factors[columns[some]])
        return scores


def fit_als(interactions: pa.Table, params: AlsParams) -> AlsFactors:
    """Fit factors to the interactions of one cutoff.

    Parameters
    ----------
    interactions
        Columns customer_id, product_id (string) and weight (double, above zero), one row a pair.
    params
        The parameters.

    Returns
    -------
    AlsFactors
        Of the customers and products that have enough interactions; empty when none has.
    """
    all_products = distinct_ids(interactions["product_id"])
    codes = all_products.encode(interactions["product_id"])
    buyers = np.bincount(codes, minlength=len(all_products))
    kept = buyers[codes] >= params.min_buyers
    interactions = interactions.filter(pa.array(kept))
    customers = distinct_ids(interactions["customer_id"])
    products = distinct_ids(interactions["product_id"])
    if not len(customers) or not len(products):
        nothing = np.empty((0, params.factors), dtype=np.float32)
        return AlsFactors(customers, products, nothing, nothing)
    matrix = csr_matrix(
        (
            params.alpha * as_doubles(interactions["weight"]).astype(np.float32),
            (
                customers.encode(interactions["customer_id"]),
                products.encode(interactions["product_id"]),
            ),
        ),
        shape=(len(customers), len(products)),
    )
    matrix.sort_indices()
    # implicit runs threads of its own: those of BLAS on top of them would fight for the cores.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=params.factors,
            regularization=params.regularization,
            iterations=params.iterations,
            random_state=params.seed,
        )
        model.fit(matrix, show_progress=False)
    return AlsFactors(
        customers,
        products,
        np.nan_to_num(np.asarray(model.user_factors)),
        np.nan_to_num(np.asarray(model.item_factors)),
    )


def propose(
    factors: AlsFactors,
    owned: pa.Table,
    sellable: pa.Array,
    max_candidates: int,
    allow_owned: bool = False,
    max_anchors: int = 20,
    batch_size: int = 512,
) -> Iterator[pa.Table]:
    """Yield the best products of each customer, a batch of customers at a time.

    Parameters
    ----------
    factors
        A fit.
    owned
        Columns customer_id, product_id, weight: what each customer has.
    sellable
        Ids of the products that may be proposed.
    max_candidates
        Products per customer.
    allow_owned
        Whether products that the customer has may be proposed.
    max_anchors
        A candidate's anchor is the most similar of this many products that the customer bought most.
    batch_size
        Customers scored at once; memory grows with it and with the catalogue only.

    Yields
    ------
    pa.Table
        Columns customer_id, product_id, candidate_score, anchor_product_id (NULL without one).
    """
    offered = np.unique(factors.products.encode(sellable))
    offered = offered[offered >= 0]
    if not len(offered) or not len(factors.customers):
        return
    rows, columns = _sorted_pairs(factors, owned)
    starts = np.searchsorted(rows, np.arange(len(factors.customers) + 1))
    unit = factors.product_factors / np.maximum(np.linalg.norm(factors.product_factors, axis=1, keepdims=True), 1e-12)
    position = np.full(len(factors.products), -1)
    position[offered] = np.arange(len(offered))
    top = min(max_candidates, len(offered))
    for begin in range(0, len(factors.customers), batch_size):
        end = min(begin + batch_size, len(factors.customers))
        with threadpool_limits(1, "blas"):
            scores = factors.customer_factors[begin:end] @ factors.product_factors[offered].T
        mine = slice(starts[begin], starts[end])
        if not allow_owned:
            hidden = position[columns[mine]]
            scores[rows[mine][hidden >= 0] - begin, hidden[hidden >= 0]] = -np.inf
        best = np.argpartition(-scores, top - 1, axis=1)[:, :top]
        best_scores = np.take_along_axis(scores, best, axis=1)
        products = offered[best]
        anchors = _anchors(unit, products, starts[begin : end + 1], columns, max_anchors)
        keep = np.isfinite(best_scores).ravel()
        customers = np.repeat(np.arange(begin, end), top)
        yield pa.table(
            {
                "customer_id": factors.customers.decode(customers[keep]),
                "product_id": factors.products.decode(products.ravel()[keep]),
                "candidate_score": best_scores.ravel()[keep].astype(np.float64),
                "anchor_product_id": factors.products.decode(anchors.ravel()[keep]),
            }
        )


def _sorted_pairs(factors: AlsFactors, owned: pa.Table) -> tuple[IntArray, IntArray]:
    """Return customer and product codes of known pairs by customer, heaviest first."""
    rows = factors.customers.encode(owned["customer_id"])
    columns = factors.products.encode(owned["product_id"])
    weights = as_doubles(owned["weight"])
    known = (rows >= 0) & (columns >= 0)
    rows, columns, weights = rows[known], columns[known], weights[known]
    by_customer = np.lexsort((columns, -weights, rows))
    return rows[by_customer], columns[by_customer]


def _anchors(
    unit: FactorArray,
    products: IntArray,
    starts: IntArray,
    columns: IntArray,
    max_anchors: int,
) -> IntArray:
    """Return for each candidate the owned product with the highest cosine, -1 without any. Shape as products."""
    counts = np.minimum(np.diff(starts), max_anchors)
    slots = np.arange(max_anchors)
    filled = slots[None, :] < counts[:, None]
    places = np.where(filled, starts[:-1, None] + slots[None, :], 0)
    owned = np.where(filled, columns[places] if len(columns) else -1, -1)
    with threadpool_limits(1, "blas"):
        cosines = np.matmul(unit[products], unit[owned].transpose(0, 2, 1))
    cosines = np.where(filled[:, None, :] & (products[:, :, None] != owned[:, None, :]), cosines, -2)
    best = np.argmax(cosines, axis=2)
    return np.where(np.max(cosines, axis=2) > 0, np.take_along_axis(owned, best, axis=1), -1)
