"""Implicit matrix factorisation by LensKit.

Hu, Koren and Volinsky, ICDM 2008, as in Ekstrand, "LensKit for Python", CIKM 2020.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from inputs import Inputs, IntArray
from lenskit.als import ImplicitMFConfig, ImplicitMFScorer
from lenskit.data import from_interactions_df
from lenskit.training import TrainingOptions
from protocol import SEED
from ranking import factor_scorer, rank_scores
from threadpoolctl import threadpool_limits


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors."""
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0)).tocoo()
    frame = pd.DataFrame({"user_id": matrix.row, "item_id": matrix.col, "rating": matrix.data.astype(float)})
    dataset = from_interactions_df(frame, user_col="user_id", item_col="item_id", rating_col="rating")
    config = ImplicitMFConfig(
        embedding_size=params["factors"],
        epochs=params["epochs"],
        regularization=params["regularization"],
        weight=params["weight"],
        use_ratings=params["weighting"] != "binary",
    )
    model = ImplicitMFScorer(config)
    with threadpool_limits(1):
        model.train(dataset, TrainingOptions(rng=SEED))
    order = dataset.users.numbers(np.arange(inputs.customer_count))
    products = dataset.items.numbers(np.arange(inputs.product_count))
    factors = np.asarray(model.user_embeddings)[order], np.asarray(model.item_embeddings)[products]
    return rank_scores(inputs, customers, tasks, factor_scorer(*factors, inputs))
