"""Bayesian personalised ranking by the library implicit.

Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from implicit.bpr import BayesianPersonalizedRanking
from inputs import Inputs, IntArray
from protocol import SEED
from ranking import factor_scorer, rank_scores
from threadpoolctl import threadpool_limits


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors, the product's bias among them; one thread, so that a seed is a result."""
    model = BayesianPersonalizedRanking(
        factors=params["factors"],
        learning_rate=params["learning_rate"],
        regularization=params["regularization"],
        iterations=params["iterations"],
        num_threads=1,
        random_state=SEED,
    )
    with threadpool_limits(1):
        model.fit(inputs.interactions("binary"), show_progress=False)
    scorer = factor_scorer(np.asarray(model.user_factors), np.asarray(model.item_factors), inputs)
    return rank_scores(inputs, customers, tasks, scorer)
