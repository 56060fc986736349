"""UP-CF: the customer's and similar customers' recent popularity of products, by basket.

Written from Faggioli, Polato and Aiolli, "Recency Aware Collaborative Filtering for Next Basket Recommendation",
UMAP 2020. No maintained library has it.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from methods.baskets import baskets_of
from ranking import rank_scores


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the share of recent baskets with the product, averaged over customers by similarity.

    `recent_baskets` is r, the baskets that count; `asymmetry` is alpha of the asymmetric cosine, 0.5 being the cosine;
    `locality` is q, the power that favours the nearest. The customer is his own nearest neighbour, with similarity 1.
    """
    baskets = baskets_of(inputs)
    recent = baskets.age_rank < params["recent_baskets"]
    shares = 1.0 / np.minimum(baskets.count, params["recent_baskets"])
    popularity = inputs.matrix(np.where(recent, shares, 0.0))[:, inputs.catalogue].tocsr()
    owned = inputs.interactions("binary")
    sizes = np.asarray(owned.sum(axis=1)).ravel()
    alpha, locality = params["asymmetry"], params["locality"]

    def scores(some: IntArray) -> FloatArray:
        overlap = (owned[some] @ owned.T).toarray()
        similarity = overlap / (sizes[some, None] ** alpha * sizes[None, :] ** (1 - alpha))
        return (popularity.T @ (similarity**locality).T).T

    return rank_scores(inputs, customers, tasks, scores)
