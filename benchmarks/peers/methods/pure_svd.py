"""PureSVD by the library RecTools.

Cremonesi, Koren and Turrin, "Performance of Recommender Algorithms on Top-N Recommendation Tasks", RecSys 2010.
"""

from collections.abc import Sequence

import pyarrow as pa
from inputs import Inputs, IntArray
from methods.rectools_data import dataset_of, vectors_of
from protocol import SEED
from ranking import factor_scorer, rank_scores
from rectools.models import PureSVDModel
from threadpoolctl import threadpool_limits


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors."""
    dataset = dataset_of(inputs, params)
    model = PureSVDModel(factors=params["factors"], random_state=SEED, recommend_use_gpu_ranking=False)
    with threadpool_limits(1):
        model.fit(dataset)
        return rank_scores(inputs, customers, tasks, factor_scorer(*vectors_of(model, dataset, inputs), inputs))
