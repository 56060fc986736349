"""Factors of customers and products, by the engine's own ALS: implicit on DuckDB, pyspark.ml on Spark."""

from datetime import datetime
from typing import Any

from vitrine.als import AlsParams
from vitrine.engines.frames import is_at, on_spark, read_table
from vitrine.tables import als_factor_rows

INTERACTION = ["customer_id", "product_id", "weight"]


def factor_rows(interactions: Any, cutoff: datetime, params: AlsParams) -> Any:
    """Return the factors of one cutoff.

    Parameters
    ----------
    interactions
        A relation with the columns cutoff_at, customer_id, product_id and weight.
    cutoff
        The instant; interactions of others are not read.
    params
        The parameters. The method is the same on both engines, the loss is not quite: see
        `vitrine.engines.spark_factors`.

    Returns
    -------
    pyarrow.Table or Spark data frame
        Columns cutoff_at, entity_type (customer or product), entity_id, fit_id and factors (list of float).
    """
    if on_spark(interactions):
        # Only Spark's environment has pyspark.
        from vitrine.engines.spark_factors import spark_factor_rows  # noqa: PLC0415

        return spark_factor_rows(interactions.filter(is_at("cutoff_at", [cutoff])), cutoff, params)
    return als_factor_rows(cutoff, read_table(interactions, INTERACTION, is_at("cutoff_at", [cutoff])), params)
