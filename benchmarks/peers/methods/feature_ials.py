"""Implicit ALS with the products' categories as factors, by the library RecTools (around implicit).

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008.
"""

from collections.abc import Sequence

import pyarrow as pa
from implicit.als import AlternatingLeastSquares
from inputs import Inputs, IntArray
from methods.rectools_data import dataset_of, vectors_of
from protocol import SEED
from ranking import factor_scorer, rank_scores
from rectools.models import ImplicitALSWrapperModel
from threadpoolctl import threadpool_limits


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors, those of the categories among them."""
    dataset = dataset_of(inputs, params, with_categories=True)
    als = AlternatingLeastSquares(
        factors=params["factors"],
        regularization=params["regularization"],
        alpha=params["alpha"],
        iterations=params["iterations"],
        num_threads=1,
        random_state=SEED,
    )
    model = ImplicitALSWrapperModel(als, fit_features_together=params["fit_features_together"])
    with threadpool_limits(1):
        model.fit(dataset)
        return rank_scores(inputs, customers, tasks, factor_scorer(*vectors_of(model, dataset, inputs), inputs))
