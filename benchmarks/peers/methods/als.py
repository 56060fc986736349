"""Implicit-feedback alternating least squares by the library implicit.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from implicit.als import AlternatingLeastSquares
from inputs import Inputs, IntArray
from protocol import SEED
from ranking import Scorer, factor_scorer, rank_scores
from threadpoolctl import threadpool_limits


def scorer_of(inputs: Inputs, params: dict) -> Scorer:
    """Return the scores of one fit."""
    matrix = params["alpha"] * inputs.interactions(params["weighting"], params.get("half_life_days", 90.0))
    model = AlternatingLeastSquares(
        factors=params["factors"],
        regularization=params["regularization"],
        iterations=params["iterations"],
        num_threads=1,
        random_state=SEED,
    )
    with threadpool_limits(1):
        model.fit(matrix.tocsr(), show_progress=False)
    return factor_scorer(np.asarray(model.user_factors), np.asarray(model.item_factors), inputs)


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors."""
    return rank_scores(inputs, customers, tasks, scorer_of(inputs, params))
