"""Item-based neighbourhoods by the library implicit: cosine, TF-IDF or BM25 weighted.

Deshpande and Karypis, "Item-Based Top-N Recommendation Algorithms", ACM TOIS 2004.
"""

from collections.abc import Sequence

import pyarrow as pa
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from inputs import FloatArray, Inputs, IntArray
from ranking import Scorer, rank_scores
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

MODELS = {"cosine": CosineRecommender, "tfidf": TFIDFRecommender, "bm25": BM25Recommender}


def neighbours(matrix: csr_matrix, kind: str, count: int, k1: float = 1.2, b: float = 0.75) -> csr_matrix:
    """Return the similarities of each column with the `count` most similar; shape (columns, columns)."""
    extra = {"K1": k1, "B": b} if kind == "bm25" else {}
    model = MODELS[kind](K=count, num_threads=1, **extra)
    with threadpool_limits(1):
        model.fit(matrix, show_progress=False)
    return model.similarity.tocsr()


def scorer_of(inputs: Inputs, params: dict) -> Scorer:
    """Return scores: the sum of a product's similarities with what the customer bought."""
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0))
    extra = {name: params[name] for name in ("k1", "b") if name in params}
    similarity = neighbours(matrix, params["kind"], params["neighbours"], **extra)
    shown = similarity[:, inputs.catalogue].tocsr()

    def scores(customers: IntArray) -> FloatArray:
        return (matrix[customers] @ shown).toarray()

    return scores


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by item neighbourhoods."""
    return rank_scores(inputs, customers, tasks, scorer_of(inputs, params))
