"""EASE, a linear item-item model in closed form: RecTools' EASEModel, and its dual form for large catalogues.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019. The library inverts a matrix of products by
products. Past `MAX_PRODUCTS` that does not fit, and the same solution is found from a matrix of customers by
customers: with K = X X', Z = (K + l I)^-1 X and d = (1 - diag(X' Z)) / l, the scores X B are X - Z / d.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from inputs import Inputs, IntArray
from methods.rectools_data import dataset_of
from ranking import Scorer, rank_scores
from rectools.models import EASEModel
from threadpoolctl import threadpool_limits

MAX_PRODUCTS = 10_000


def library_scorer(inputs: Inputs, params: dict) -> Scorer:
    """Return the scores of the library's model."""
    dataset = dataset_of(inputs, params)
    model = EASEModel(regularization=params["regularization"], recommend_use_gpu_ranking=False).fit(dataset)
    products = dataset.item_id_map.convert_to_internal(np.arange(inputs.product_count))
    weights = model.weight[np.ix_(products, products[inputs.catalogue])]
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0))
    return lambda customers: matrix[customers] @ weights


def dual_scorer(inputs: Inputs, params: dict) -> Scorer:
    """Return the same scores from the dual form, for the whole catalogue at once."""
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0)).astype(np.float64)
    strength = params["regularization"]
    kernel = (matrix @ matrix.T).toarray()
    kernel[np.diag_indices_from(kernel)] += strength
    shown = matrix[:, inputs.catalogue].tocsc()
    inverse = np.linalg.inv(kernel)
    smoothed = (shown.T @ inverse.T).T  # the inverse is symmetric
    diagonal = (1 - np.asarray(shown.multiply(smoothed).sum(axis=0)).ravel()) / strength
    rows = shown.tocsr()
    return lambda customers: rows[customers].toarray() - smoothed[customers] / diagonal


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the linear model's scores."""
    with threadpool_limits(1):
        small = inputs.product_count <= MAX_PRODUCTS
        scorer = (library_scorer if small else dual_scorer)(inputs, params)
        return rank_scores(inputs, customers, tasks, scorer)
