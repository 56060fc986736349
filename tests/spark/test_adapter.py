"""The adapter and what the package does on Spark, in a session of this process; run in .venv-spark by `make test-spark`."""

import sys
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

pytest.importorskip("pyspark", reason="Spark's environment has it: make test-spark")

from pyspark import cloudpickle

from dbt.adapters.vitrinespark.connections import VitrineSparkCredentials
from dbt.adapters.vitrinespark.python_models import as_frame, session_of
from vitrine.als import AlsParams, fit_als
from vitrine.engines.factors import factor_rows
from vitrine.engines.frames import is_at, joined, map_rows, read_table, together
from vitrine.tables import als_factors_of

# Executors do not know this module: its functions travel whole.
cloudpickle.register_pickle_by_value(sys.modules[__name__])
DAY = datetime(2024, 3, 4)
SCHEMA = pa.schema([("cutoff_at", pa.timestamp("us")), ("customer_id", pa.string()), ("doubled", pa.float64())])


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark")
    credentials = VitrineSparkCredentials(
        method="session",
        host="session",
        schema="default",
        server_side_parameters={
            "spark.master": "local[2]",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "3",
            "spark.sql.warehouse.dir": str(folder / "tables"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'catalog'};create=true",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        },
    )
    session = session_of(credentials.server_side_parameters)
    yield session
    session.stop()


def table(count):
    return pa.table(
        {
            "cutoff_at": pa.array([DAY] * count, pa.timestamp("us")),
            "customer_id": pa.array([f"c{i}" for i in range(count)], pa.string()),
            "score": pa.array([i / 2 for i in range(count)], pa.float64()),
        }
    )


def doubled(cutoff, rows):
    assert rows.schema.field("cutoff_at").type == pa.timestamp("us")
    return pa.table(
        {
            "cutoff_at": pa.array([cutoff] * rows.num_rows, pa.timestamp("us")),
            "customer_id": rows["customer_id"],
            "doubled": pc.multiply(rows["score"], 2.0),
        }
    )


def test_a_table_goes_to_spark_and_back_as_it_was(spark):
    given = pa.concat_tables([table(0), table(0), table(7)])  # an empty chunk first, as of a cutoff without rows
    frame = as_frame(spark, given)
    assert dict(frame.dtypes)["cutoff_at"] == "timestamp"
    found = read_table(frame, given.column_names, is_at("cutoff_at", [DAY])).sort_by("customer_id")
    assert found.equals(given.sort_by("customer_id"))
    assert frame.first()["cutoff_at"].astimezone(UTC) == DAY.replace(tzinfo=UTC)


def test_what_is_no_table_is_an_error_that_says_so(spark):
    with pytest.raises(TypeError, match="a Spark data frame or an Arrow table, and not list"):
        as_frame(spark, [])


def test_executors_map_the_rows_and_none_is_lost(spark):
    frame = as_frame(spark, table(1000)).repartition(5)
    other = as_frame(spark, table(300)).withColumnRenamed("score", "spend")
    both = joined(frame, other, ["cutoff_at", "customer_id"], ["spend"])
    assert sum(row["spend"] is None for row in both.collect()) == 700
    columns = ["cutoff_at", "customer_id", "score"]
    found = together(
        map_rows(both, columns, f"{is_at('cutoff_at', [DAY])} and score {sign} 100", SCHEMA, partial(doubled, DAY))
        for sign in ("<", ">=")
    )
    rows = read_table(found, SCHEMA.names)
    assert rows.schema == SCHEMA
    assert dict(zip(*rows.drop_columns("cutoff_at").to_pydict().values(), strict=True)) == {
        f"c{i}": float(i) for i in range(1000)
    }


def interactions(seed=3):
    """Two groups of customers with products of their own, and one product for all."""
    random = np.random.default_rng(seed)
    rows = {
        (f"c{customer:03}", f"p{product:02}")
        for customer in range(80)
        for product in [*(20 * (customer % 2) + random.integers(0, 20, 6)), 40]
    }
    customers, products = zip(*sorted(rows), strict=True)
    return pa.table(
        {
            "cutoff_at": pa.array([DAY] * len(rows), pa.timestamp("us")),
            "customer_id": customers,
            "product_id": products,
            "weight": random.uniform(0.2, 1, len(rows)),
        }
    )


def test_factors_of_spark_tell_the_groups_apart_as_those_of_implicit_do(spark):
    given = interactions()
    params = AlsParams(factors=8, iterations=10, regularization=1.0, alpha=5.0, min_buyers=2)
    frame = as_frame(spark, given)
    found = factor_rows(frame, DAY, params)
    rows = read_table(found, ["cutoff_at", "entity_type", "entity_id", "fit_id", "factors"])
    assert set(rows["cutoff_at"].to_pylist()) == {DAY}
    ours, theirs = fit_als(given, params), als_factors_of(rows)
    assert theirs.customers.values.equals(ours.customers.values)
    assert theirs.products.values.equals(ours.products.values)
    for factors in (ours, theirs):
        scores = factors.customer_factors @ factors.product_factors.T
        even, odd = scores[::2, :40], scores[1::2, :40]
        assert even[:, :20].mean() > 3 * abs(even[:, 20:].mean())
        assert odd[:, 20:].mean() > 3 * abs(odd[:, :20].mean())
    again = read_table(
        factor_rows(frame.repartition(7), DAY, params), ["entity_type", "entity_id", "factors", "fit_id"]
    )
    assert again["fit_id"][0] == rows["fit_id"][0]
    repeated = als_factors_of(again)
    np.testing.assert_allclose(
        repeated.customer_factors @ repeated.product_factors.T,
        theirs.customer_factors @ theirs.product_factors.T,
        atol=1e-3,
    )


def test_too_few_buyers_leave_no_factors(spark):
    rows = factor_rows(as_frame(spark, interactions()), DAY, AlsParams(min_buyers=1000))
    assert read_table(rows, ["entity_id", "factors"]).num_rows == 0
