"""The popular products of the popular categories, by the library RecTools: the same list for everybody."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
from inputs import Inputs, IntArray
from methods.rectools_data import dated_dataset_of
from ranking import rank_scores
from rectools.models import PopularInCategoryModel

DEPTH = 1000
"""Products of the list that are kept before what a task leaves out is dropped."""


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the place in the library's list; what is not on it comes after, by popularity."""
    model = PopularInCategoryModel(
        category_feature="category",
        n_categories=params["categories"],
        mixing_strategy=params["mixing"],
        ratio_strategy=params["ratio"],
        period=timedelta(days=params["window_days"]),
    )
    dataset = dated_dataset_of(inputs)
    model.fit(dataset)
    # Anybody will do: nothing is personal but what is filtered, and that is done for every peer alike below.
    lists = model.recommend(
        users=[0],
        dataset=dataset,
        k=min(DEPTH, len(inputs.catalogue)),
        filter_viewed=False,
        items_to_recommend=inputs.catalogue,
    )
    places = np.zeros(inputs.product_count)
    places[lists["item_id"].to_numpy()] = 1.0 / lists["rank"].to_numpy()
    shown = places[inputs.catalogue]
    return rank_scores(inputs, customers, tasks, lambda some: np.tile(shown, (len(some), 1)))
