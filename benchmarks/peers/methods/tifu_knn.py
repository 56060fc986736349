"""TIFU-KNN: decayed frequencies of the customer's baskets, mixed with those of the nearest customers.

Written from Hu, He, Gao and Zhang, "Modeling Personalized Item Frequency Information for Next-basket
Recommendation", SIGIR 2020. No maintained library has it. Groups of baskets are filled from the newest one, so that
only the oldest group can be short.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from methods.baskets import baskets_of
from ranking import rank_scores
from scipy.sparse import csr_matrix


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by `alpha` of the customer's own vector and the rest of the mean vector of `neighbours` customers.

    `group_size` baskets make a group; `within_decay` and `group_decay` are the weights a basket and a group lose with
    each step back. Neighbours have the smallest Euclidean distance.
    """
    baskets = baskets_of(inputs)
    group, place = np.divmod(baskets.age_rank, params["group_size"])
    group_count = -(-baskets.count // params["group_size"])
    in_group = np.minimum(params["group_size"], baskets.count - group * params["group_size"])
    weight = params["within_decay"] ** place * params["group_decay"] ** group / (in_group * group_count)
    vectors = inputs.matrix(weight)
    squares = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    shown = vectors[:, inputs.catalogue].tocsr()
    count, alpha = min(params["neighbours"], inputs.customer_count - 1), params["alpha"]

    def scores(some: IntArray) -> FloatArray:
        distance = squares[None, :] - 2 * (vectors[some] @ vectors.T).toarray()
        distance[np.arange(len(some)), some] = np.inf
        nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
        places = (np.repeat(np.arange(len(some)), count), nearest.ravel())
        mean = csr_matrix((np.full(nearest.size, 1 / count), places), shape=(len(some), inputs.customer_count))
        return alpha * shown[some].toarray() + (1 - alpha) * (mean @ shown).toarray()

    return rank_scores(inputs, customers, tasks, scores)
