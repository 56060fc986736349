"""Purchases in the shape that the library RecTools reads."""

import numpy as np
import pandas as pd
from inputs import FloatArray, Inputs
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import LightFMWrapperModel
from rectools.models.vector import VectorModel

EPOCH = pd.Timestamp("2000-01-01")


def dataset_of(inputs: Inputs, params: dict, with_categories: bool = False) -> Dataset:
    """Return a data set with one interaction per customer and product, weighted as the parameters say."""
    matrix = inputs.interactions(params["weighting"], params.get("half_life_days", 90.0)).tocoo()
    interactions = pd.DataFrame(
        {
            Columns.User: matrix.row,
            Columns.Item: matrix.col,
            Columns.Weight: matrix.data.astype(float),
            Columns.Datetime: EPOCH,
        }
    )
    return Dataset.construct(interactions, **_categories(inputs, matrix.col) if with_categories else {})


def dated_dataset_of(inputs: Inputs) -> Dataset:
    """Return a data set with one dated interaction per purchase, and the products' categories."""
    interactions = pd.DataFrame(
        {
            Columns.User: inputs.customer,
            Columns.Item: inputs.product,
            Columns.Weight: 1.0,
            Columns.Datetime: EPOCH - pd.to_timedelta(inputs.age_days, unit="D"),
        }
    )
    return Dataset.construct(interactions, **_categories(inputs, inputs.product))


def vectors_of(model: VectorModel, dataset: Dataset, inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    """Return factors in the order of `Inputs`: shapes (customers, factors) and (products, factors)."""
    # LightFM's factors depend on features, so it alone asks for the data set again.
    with_features = isinstance(model, LightFMWrapperModel)
    customer_vectors, product_vectors = model.get_vectors(dataset) if with_features else model.get_vectors()
    # The library numbers customers and products as they come.
    customers = dataset.user_id_map.convert_to_internal(np.arange(inputs.customer_count))
    products = dataset.item_id_map.convert_to_internal(np.arange(inputs.product_count))
    return np.asarray(customer_vectors)[customers], np.asarray(product_vectors)[products]


def _categories(inputs: Inputs, products: np.ndarray) -> dict:
    known = np.unique(products)
    features = pd.DataFrame({"id": known, "feature": "category", "value": inputs.category[known]})
    return {"item_features_df": features, "cat_item_features": ["category"]}
