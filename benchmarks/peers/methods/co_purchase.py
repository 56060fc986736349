"""Co-purchase confidence: the share of the baskets with one product that also hold the other.

Agrawal, Imielinski and Swami, "Mining Association Rules between Sets of Items in Large Databases", SIGMOD 1993.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from ranking import rank_scores
from scipy.sparse import csr_matrix


def confidences(inputs: Inputs, params: dict) -> csr_matrix:
    """Return shared baskets over the anchor's, from `min_shared_baskets` on; shape (products, catalogue).

    `unit` says what a basket is, an order or all that a customer bought; `shrinkage` baskets are added below the line.
    """
    rows = inputs.order if params["unit"] == "orders" else inputs.customer
    ones = np.ones(len(rows), dtype=np.float32)
    baskets = csr_matrix((ones, (rows, inputs.product)), shape=(int(rows.max()) + 1, inputs.product_count))
    baskets.sum_duplicates()
    baskets.data[:] = 1
    sizes = np.asarray(baskets.sum(axis=0)).ravel()
    frequent = np.flatnonzero(sizes[inputs.catalogue] >= params["min_shared_baskets"])
    anchors = baskets[:, inputs.catalogue[frequent]].tocsr()
    parts = []
    # A few anchors at a time: all pairs at once would not fit.
    columns = baskets.T.tocsr()
    for start in range(0, inputs.product_count, 2048):
        shared = (columns[start : start + 2048] @ anchors).tocoo()
        kept = (shared.data >= params["min_shared_baskets"]) & (
            shared.row + start != inputs.catalogue[frequent][shared.col]
        )
        row, column = shared.row[kept] + start, frequent[shared.col[kept]]
        parts.append((row, column, shared.data[kept] / (sizes[row] + params["shrinkage"])))
    row, column, value = (np.concatenate(some) for some in zip(*parts, strict=True))
    return csr_matrix((value.astype(np.float32), (row, column)), (inputs.product_count, len(inputs.catalogue)))


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the sum or the maximum of confidences over what the customer bought in the last `anchor_days`."""
    confidence = confidences(inputs, params)
    late = inputs.age_days <= params["anchor_days"]
    anchors = inputs.matrix(late.astype(np.float32))
    anchors.eliminate_zeros()
    anchors.data[:] = 1

    def scores(some: IntArray) -> FloatArray:
        if params["combine"] == "sum":
            return (anchors[some] @ confidence).toarray()
        best = np.zeros((len(some), confidence.shape[1]), dtype=np.float32)
        for place, customer in enumerate(some):
            mine = confidence[anchors.indices[anchors.indptr[customer] : anchors.indptr[customer + 1]]]
            np.maximum.at(best[place], mine.indices, mine.data)
        return best

    return rank_scores(inputs, customers, tasks, scores)
