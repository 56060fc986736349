"""Implicit-feedback alternating least squares: factors, candidates and the scores of given pairs.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, fitted by the
library implicit. Rows are sorted by id first, every row is solved on its own and the seed fixes the start, so
neither the order of the input nor the number of threads changes the result.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from vitrine.encoding import Ids, as_doubles, distinct_ids, inverse_propensities

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
    popularity_exponent: float = 0.2
    """Power of its buyers that an interaction with a product is divided by: zero weighs all alike."""
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
    weights, columns = as_doubles(interactions["weight"]), products.encode(interactions["product_id"])
    weights = weights * inverse_propensities(columns, weights, len(products), params.popularity_exponent)[columns]
    matrix = csr_matrix(
        (
            params.alpha * weights.astype(np.float32),
            (customers.encode(interactions["customer_id"]), columns),
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
