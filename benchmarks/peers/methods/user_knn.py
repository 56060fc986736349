"""User-based neighbourhoods: the library implicit on the transposed matrix finds the customers most alike.

Sarwar et al., "Analysis of Recommendation Algorithms for E-Commerce", EC 2000.
"""

from collections.abc import Sequence

import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from methods.item_knn import neighbours
from ranking import rank_scores


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by what the nearest customers bought, each weighted by similarity."""
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0))
    alike = neighbours(matrix.T.tocsr(), params["kind"], params["neighbours"])
    alike.setdiag(0)
    # What neighbours bought lately counts more where the draw says so.
    bought = inputs.interactions(params["neighbour_weighting"], params.get("half_life_days", 90.0))
    shown = bought[:, inputs.catalogue].tocsr()

    def scores(some: IntArray) -> FloatArray:
        return (alike[some] @ shown).toarray()

    return rank_scores(inputs, customers, tasks, scores)
