"""Build all SQL models on Sail, in one process that holds the engine, and write their tables as parquet.

Started by run_portable.py with the Python of .venv-portable and the path of an order (JSON): vars of the build, the
source tables, the tables of the DuckDB build (for seeds and Python models), and where to put what was built.
"""

import json
import os
import sys
from pathlib import Path

from pysail.spark import SparkConnectServer

# Tables with constraints, which the adapter adds by ALTER TABLE, which Sail does not know; and a model that Sail stops in
# with a division by zero that its SQL does not hold. What follows them is left out too.
LEFT_OUT = [
    f"{name}+"
    for name in ("release_slates", "release_shared_slates", "release_exits", "release_audiences", "recommendation_releases", "live_releases",
                 "int_release__audit_figures", "release_costs")
]  # fmt: skip
# Deletes from other tables, which tables of plain files do not know: taken from the DuckDB build.
TAKEN_OVER = {"stg_erased_customers"}

order = json.loads(Path(sys.argv[1]).read_text())
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
os.environ["VITRINE_SAIL_PORT"] = str(server.listening_address[1])

from dbt.cli.main import dbtRunner  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")


def load(schema: str, name: str, path: Path) -> None:
    """Make a table from a parquet file."""
    spark.sql(f"create database if not exists {schema}")
    frame = spark.read.parquet(str(path))
    # Parquet's timestamps without a zone are another type here; the project's are UTC instants.
    for column, kind in frame.dtypes:
        if kind == "timestamp_ntz":
            frame = frame.withColumn(column, frame[column].cast("timestamp"))
    frame.write.mode("overwrite").saveAsTable(f"{schema}.{name}")


def dbt(*arguments: str) -> set[str]:
    """Run dbt in this process, stop at its first failure, and return the names of what ran."""
    result = dbtRunner().invoke([*arguments, "--vars", json.dumps(order["vars"])])
    if not result.success:
        sys.exit(f"dbt {arguments[0]} failed on Sail")
    return {one.node.name for one in getattr(result.result, "results", [])}


def nodes() -> list[dict]:
    """Return the models of the parsed project."""
    dbt("parse", "--quiet")
    manifest = json.loads((Path(os.environ["DBT_TARGET_PATH"]) / "manifest.json").read_text())
    return [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]


tables, found = Path(order["tables"]), Path(order["found"])
for path in Path(order["source"]).glob("*.parquet"):
    load(order["vars"]["connector"], path.stem, path)
models = nodes()
given = [
    node
    for node in models
    if node["resource_type"] == "seed" or node["language"] == "python" or node["name"] in TAKEN_OVER
]
for node in given:
    load(node["schema"], node["alias"], tables / f"{node['schema']}.{node['alias']}.parquet")
python_models = [node["name"] for node in given if node["resource_type"] == "model"]
ran = dbt("run", "--exclude", *python_models, *LEFT_OUT)
compared = [
    f"{node['schema']}.{node['alias']}"
    for node in models
    if node not in given and node["name"] in ran and not node["name"].startswith(order["vars"]["connector"])
]
(Path(sys.argv[1]).parent / "compared.json").write_text(json.dumps([f"{name}.parquet" for name in compared]))
for name in compared:
    spark.table(name).toPandas().to_parquet(found / f"{name}.parquet", index=False)
server.stop()
