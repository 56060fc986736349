"""ALS by pyspark.ml: distributed by Spark, from the numbering of ids to the table of factors.

`pyspark.ml.recommendation.ALS` with implicit preferences is the method of Hu, Koren and Volinsky (ICDM 2008), as
`vitrine.als` has it. Two things differ from implicit, so that the losses are alike and not the same:

* Spark's confidence in a pair is 1 + alpha * rating, implicit's is alpha * rating. It is left so.
* Spark multiplies the penalty on a factor by the number of its interactions (Zhou, Wilkinson, Schreiber and Pan,
  "Large-Scale Parallel Collaborative Filtering for the Netflix Prize", AAIM 2008); implicit does not. The penalty is
  divided by the mean number of a customer's interactions here, so that the mean customer's is the one asked for.
"""

from datetime import datetime
from typing import Any

from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from vitrine.als import AlsParams
from vitrine.fits import fit_id, parameters_json

BLOCKS = 4
"""Blocks of customers and of products: fixed, so that a fit does not depend on how many cores there are."""


def spark_factor_rows(interactions: DataFrame, cutoff: datetime, params: AlsParams) -> DataFrame:
    """Fit ALS at one cutoff.

    Parameters
    ----------
    interactions
        Columns customer_id, product_id and weight (double, above zero), one row a pair, of this cutoff alone.
    cutoff
        The instant that the rows are of.
    params
        The parameters.

    Returns
    -------
    DataFrame
        Columns cutoff_at, entity_type (customer or product), entity_id, fit_id and factors (array of float); no rows
        where no product has enough buyers.
    """
    buyers = interactions.groupBy("product_id").agg(F.count("*").alias("buyers"))
    kept = interactions.join(buyers.where(F.col("buyers") >= params.min_buyers), "product_id")
    most = buyers.agg(F.max("buyers").alias("most"))
    weighed = kept.crossJoin(F.broadcast(most)).withColumn(
        "factor", F.pow(F.col("buyers") / F.col("most"), F.lit(-params.popularity_exponent))
    )
    totals = weighed.agg(
        F.sum("weight").alias("weight"),
        F.sum(F.col("weight") * F.col("factor")).alias("weighed"),
        F.count("*").alias("pairs"),
        F.count_distinct("customer_id").alias("customers"),
        # Sums of hashes do not depend on the order of the rows; decimals do not overflow.
        F.sum(F.xxhash64("customer_id", "product_id", "weight").cast("decimal(38, 0)")).alias("fingerprint"),
    ).first()
    assert totals is not None
    spark = interactions.sparkSession
    if not totals["pairs"]:
        return spark.createDataFrame([], _SCHEMA)
    name = fit_id("als", parameters_json(params), f"spark {totals['pairs']} {totals['fingerprint']}")
    customers, products = (_numbered(weighed, key) for key in ("customer_id", "product_id"))
    ratings = weighed.join(customers, "customer_id").join(products, "product_id")
    fitted = ALS(
        rank=params.factors,
        maxIter=params.iterations,
        regParam=params.regularization * totals["customers"] / totals["pairs"],
        alpha=params.alpha,
        implicitPrefs=True,
        seed=params.seed,
        userCol="customer_id_number",
        itemCol="product_id_number",
        ratingCol="rating",
        numUserBlocks=BLOCKS,
        numItemBlocks=BLOCKS,
    ).fit(
        ratings.select(
            "customer_id_number",
            "product_id_number",
            (F.col("weight") * F.col("factor") * (totals["weight"] / totals["weighed"])).cast("float").alias("rating"),
        )
    )
    parts = [
        _rows(fitted.userFactors, customers, "customer_id", "customer"),
        _rows(fitted.itemFactors, products, "product_id", "product"),
    ]
    instant = F.lit(f"{cutoff:%Y-%m-%d %H:%M:%S.%f}").cast("timestamp")
    return (
        parts[0]
        .unionByName(parts[1])
        .select(instant.alias("cutoff_at"), "entity_type", "entity_id", F.lit(name).alias("fit_id"), F.col("factors"))
    )


_SCHEMA = "cutoff_at timestamp, entity_type string, entity_id string, fit_id string, factors array<float>"


def _numbered(rows: DataFrame, key: str) -> DataFrame:
    """Return the ids of a column and a number for each, from 0, in their order: ALS knows integers only."""
    number = (F.row_number().over(Window.orderBy(key)) - 1).cast("int")
    return rows.select(key).distinct().withColumn(f"{key}_number", number)


def _rows(factors: DataFrame, numbers: DataFrame, key: str, kind: str) -> Any:
    return factors.join(numbers, factors["id"] == numbers[f"{key}_number"]).select(
        F.lit(kind).alias("entity_type"), F.col(key).alias("entity_id"), F.col("features").alias("factors")
    )
