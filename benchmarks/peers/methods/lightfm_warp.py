"""LightFM with the WARP loss, with or without the products' categories, by the library RecTools.

Kula, "Metadata Embeddings for User and Item Cold-start Recommendations", CBRecSys 2015; Weston, Bengio and Usunier,
"WSABIE: Scaling Up To Large Vocabulary Image Annotation", IJCAI 2011.
"""

from collections.abc import Sequence

import pyarrow as pa
from inputs import Inputs, IntArray
from lightfm import LightFM
from methods.rectools_data import dataset_of, vectors_of
from protocol import SEED
from ranking import factor_scorer, rank_scores
from rectools.models import LightFMWrapperModel


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the dot product of factors, the products' biases among them."""
    dataset = dataset_of(inputs, params, with_categories=params["with_categories"])
    lightfm = LightFM(
        no_components=params["factors"],
        learning_rate=params["learning_rate"],
        item_alpha=params["regularization"],
        user_alpha=params["regularization"],
        loss="warp",
        random_state=SEED,
    )
    model = LightFMWrapperModel(lightfm, epochs=params["epochs"], num_threads=1, recommend_use_gpu_ranking=False)
    model.fit(dataset)
    return rank_scores(inputs, customers, tasks, factor_scorer(*vectors_of(model, dataset, inputs), inputs))
